//! A lab in few lines: what passed, what is not started, one full report, one line for each other failure.

use std::collections::BTreeMap;

use super::{Context, WIDTH, full, line, wrap};
use crate::check::{Check, Outcome, Tier};
use crate::labs::LabInfo;
use crate::run::{CaseResult, CheckResult};
use crate::texts::say;

/// The text after a lab's checks: from stubs at most 12 lines, with failures one full report.
pub fn summary(lab: &LabInfo, results: &[CheckResult], context: &Context) -> String {
    let mut text = vec![score(lab, results)];
    let passed = ids(results.iter().filter(|result| result.passed()));
    if !passed.is_empty() {
        text.extend(wrap(say!("report/passed_ids"), &passed, 3));
    }
    let partly: Vec<String> = results.iter().filter_map(cases).collect();
    if !partly.is_empty() {
        text.extend(wrap(say!("report/cases"), &partly.join("; "), 3));
    }
    text.extend(not_started(results));
    let not_run = |case: &&CaseResult| matches!(case.outcome, Outcome::NotRun(_));
    text.extend(results.iter().flat_map(|result| &result.cases).filter(not_run).map(line));
    let loud = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Trouble(_) | Outcome::Blocked(_));
    let mut failed: Vec<&CheckResult> = results.iter().filter(|result| loud(&result.leading().outcome)).collect();
    // The first failing check of the lowest tier is the one to look at.
    let first = failed
        .iter()
        .filter(|result| matches!(result.leading().outcome, Outcome::Failed(_)))
        .min_by_key(|result| (result.check.tier, result.check.id))
        .map(|result| result.check.id);
    let shown = first.and_then(|id| failed.iter().position(|result| result.check.id == id)).map(|at| failed.remove(at));
    text.extend(failed.iter().flat_map(|result| with_reason(result.leading())));
    if let Some(result) = shown {
        text.push(String::new());
        text.push(full(result.leading(), context));
    }
    text.join("\n")
}

/// Of a check with several cases that did not pass: which of them did not, where one line would speak of one only.
fn cases(result: &CheckResult) -> Option<String> {
    let told = |case: &CaseResult| matches!(case.outcome, Outcome::Passed | Outcome::Failed(_));
    if result.cases.len() < 2 || result.passed() || !result.cases.iter().any(told) {
        return None;
    }
    let one = |case: &CaseResult| format!("{} {}", case.case.letter, case.outcome.word());
    let each = result.cases.iter().filter(|case| !case.outcome.passed()).map(one).collect::<Vec<_>>().join(", ");
    let (id, points, all) = (result.check.id, result.points(), result.check.points());
    Some(say!("report/cases_of_a_check", id, points, all, each))
}

/// The line of a case. What the machine's trouble is needs more room: somebody has to mend it.
fn with_reason(result: &CaseResult) -> Vec<String> {
    let mut lines = vec![line(result)];
    if let Outcome::Trouble(reason) = &result.outcome {
        lines.extend(wrap(&" ".repeat(13), reason, 3));
    }
    lines
}

fn score(lab: &LabInfo, results: &[CheckResult]) -> String {
    let points: u32 = results.iter().map(CheckResult::points).sum();
    let possible: u32 = results.iter().map(CheckResult::possible).sum();
    let all: u32 = results.iter().map(|result| result.check.points()).sum();
    let of = if possible == all {
        say!("report/of_points", points, all)
    } else {
        say!("report/of_possible_here", points, possible)
    };
    let (head, tiers) = (say!("report/lab", number = lab.number, title = lab.title(), of), tiers(results));
    // A long title and full points leave no room for the tiers.
    let between = if head.chars().count() + tiers.chars().count() > WIDTH { "\n      " } else { "" };
    format!("{head}{between}{tiers}")
}

/// `; core 12/18, robust 0/5` for what was run.
fn tiers(results: &[CheckResult]) -> String {
    let of = |tier: Tier| {
        let all = results.iter().filter(|result| result.check.tier == tier);
        let (total, passed) = (all.clone().count(), all.filter(|result| result.passed()).count());
        (total > 0).then(|| format!("{tier} {passed}/{total}"))
    };
    let parts: Vec<String> = [Tier::Core, Tier::Robust, Tier::Expert].into_iter().filter_map(of).collect();
    format!(" ({})", parts.join(", "))
}

/// One line for each stub that the checks ran into.
fn not_started(results: &[CheckResult]) -> Vec<String> {
    let mut stubs: BTreeMap<(u32, String), Vec<&CheckResult>> = BTreeMap::new();
    for result in results {
        if let Outcome::NotStarted(stub) = &result.leading().outcome {
            let place = format!("{}  {}:{}", stub.name, stub.file, stub.line);
            stubs.entry((stub.line, place)).or_default().push(result);
        }
    }
    let one = |((_, place), waiting): (&(u32, String), &Vec<&CheckResult>)| {
        say!(
            "report/not_started_for_it",
            place,
            count = if waiting.len() == 1 {
                say!("report/1_check_waits").to_string()
            } else {
                say!("report/checks_wait", count = waiting.len())
            }
        )
    };
    stubs.iter().map(one).map(|line| super::cut(&line, WIDTH)).collect()
}

fn ids<'a>(results: impl Iterator<Item = &'a CheckResult>) -> String {
    results.map(|result| result.check.id).collect::<Vec<_>>().join(" ")
}

/// Ids and names that are like what was asked for, best first.
pub fn near(asked: &str, checks: &[&'static Check]) -> Vec<String> {
    let asked = asked.to_lowercase();
    let mut scored: Vec<(usize, &&Check)> =
        checks.iter().map(|check| (distance(&asked, check.id).min(distance(&asked, check.name) + 1), check)).collect();
    scored.sort_by_key(|(score, check)| (*score, check.id));
    scored.iter().take(3).map(|(_, check)| format!("{} {}", check.id, check.name)).collect()
}

/// Levenshtein's distance.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

//! The page of a check: what a right program does, which mistake is caught, what usually stands behind each finding.

use super::{LINES, book, ladders, words};
use crate::check::{Case, Check, Kind};
use crate::labs::LABS;
use crate::report::{self, WIDTH, wrap};
use crate::texts::say;
use crate::workbook::predict;

/// The columns before the text of a block.
const INDENT: usize = 12;

/// The most and the fewest lines that a ladder gets, with its head.
const LADDER: std::ops::RangeInclusive<usize> = 6..=15;

/// The case that tells most of a check: the one with the most points, of several the last, which needs
/// the most of the lab.
pub fn telling(check: &'static Check) -> &'static Case {
    let most = check.cases.iter().map(|case| case.points).max();
    check.cases.iter().rfind(|case| Some(case.points) == most).expect("every check has a case")
}

/// How many lines the ladder of this case may have, so that the whole page is one screen.
pub fn room(check: &Check, case: &Case) -> usize {
    let rest = above(check, case).len() + below(check, case).len();
    LINES.saturating_sub(rest).clamp(*LADDER.start(), *LADDER.end())
}

/// The page of a check, with the ladder of one of its cases.
pub fn lines(check: &Check, case: &Case) -> Vec<String> {
    let mut lines = above(check, case);
    lines.extend(ladders::kept(&format!("{}{}", check.id, case.letter)));
    lines.extend(below(check, case));
    lines
}

fn above(check: &Check, case: &Case) -> Vec<String> {
    let name = format!("{}{} {}", check.id, case.letter, check.name);
    let points = match check.points() {
        all if check.cases.len() > 1 => say!("cargo-lab/explain/of_points", points = case.points, all),
        1 => say!("cargo-lab/explain/1_point").to_string(),
        points => say!("cargo-lab/explain/points", points),
    };
    let value = say!("cargo-lab/explain/tier", points, tier = check.tier);
    let gap = WIDTH.saturating_sub(name.chars().count() + value.chars().count()).max(1);
    let mut lines = vec![format!("{name}{}{value}", " ".repeat(gap))];
    lines.extend(wrap("  ", check.title(), 2));
    if !check.what(case).is_empty() {
        lines.extend(block(&say!("cargo-lab/explain/case", letter = case.letter), check.what(case)));
    }
    lines
}

fn below(check: &Check, case: &Case) -> Vec<String> {
    let mut lines = block(say!("cargo-lab/explain/head_catches"), check.catches());
    if let Some(text) = book::by_hand(check.id) {
        lines.extend(block(say!("cargo-lab/explain/by_hand"), text));
    }
    lines.extend(findings(check));
    lines.extend(block(say!("cargo-lab/explain/head_rule"), check.reference()));
    if let Some(section) = book::section(check.id) {
        lines.extend(block(
            say!("cargo-lab/explain/head_book"),
            &format!("{} {}, {}", section.number, section.title, section.page),
        ));
    }
    let words = words::of_check(check);
    if let Some(first) = words.first() {
        lines.extend(block(
            say!("cargo-lab/explain/head_words"),
            &say!("cargo-lab/explain/cargo_lab_explain", words = words.join(", "), first),
        ));
    }
    lines.extend(
        block(say!("cargo-lab/explain/head_cases"), &other_cases(check, case))
            .into_iter()
            .filter(|_| check.cases.len() > 1),
    );
    let (id, lab) = (check.id, check.lab());
    let mut next = format!("cargo lab hint {id} | cargo lab replay {id}");
    if predict::has_scenes(lab) {
        next.push_str(&format!(" | cargo lab predict {lab}"));
    }
    lines.extend(block(say!("cargo-lab/explain/head_next"), &next));
    lines
}

/// What usually stands behind each finding; findings of which the same is to be said share a block.
fn findings(check: &Check) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (kind, text) in check.usually() {
        match groups.iter_mut().find(|(said, _)| *said == text) {
            Some((_, kinds)) => kinds.push(kind.as_str()),
            None => groups.push((text, vec![kind.as_str()])),
        }
    }
    if groups.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![say!("cargo-lab/explain/what_usually_stands_behind_a_finding").to_string()];
    for (text, kinds) in groups {
        lines.extend(wrap("  * ", &format!("{}: {text}", kinds.join(", ")), usize::MAX));
    }
    lines
}

fn other_cases(check: &Check, shown: &Case) -> String {
    let others = check.cases.iter().filter(|case| case.letter != shown.letter);
    let names: Vec<String> = others.map(|case| format!("{}{} {}", check.id, case.letter, check.what(case))).collect();
    say!("cargo-lab/explain/also", names = names.join("; "))
}

/// The page of a kind of finding, `no-answer`.
pub fn of_kind(kind: Kind) -> Vec<String> {
    let all = LABS.into_iter().flat_map(|lab| lab.checks);
    let told: Vec<&str> =
        all.filter(|check| check.usually().iter().any(|(of, _)| *of == kind)).map(|check| check.id).collect();
    let mut lines = vec![say!("cargo-lab/explain/what_a_report_says_behind_the", kind)];
    lines.extend(block(say!("cargo-lab/explain/head_usually"), report::general(kind)));
    if !told.is_empty() {
        lines.extend(block(
            say!("cargo-lab/explain/head_checks"),
            &say!("cargo-lab/explain/say_more_about_it", value = told.join(" ")),
        ));
        lines.extend(block(say!("cargo-lab/explain/head_next"), &format!("cargo lab explain {}", told[0])));
    }
    lines
}

/// A block of a page: its name in the margin, its text beside it.
pub fn block(name: &str, text: &str) -> Vec<String> {
    wrap(&format!("  {name:<width$}", width = INDENT - 2), text, usize::MAX)
}

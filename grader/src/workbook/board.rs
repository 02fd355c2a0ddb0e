//! `cargo lab`: the board. Every lab with its checks, points and tiers, and the one thing to do next.

use super::{Ready, exit, prepare, print, println};
use crate::build::{Toolchain, Workspace};
use crate::check::{Outcome, Tier};
use crate::history;
use crate::labs::{LABS, LabInfo};
use crate::report::{WIDTH, cut};
use crate::run::{self, CheckResult};
use crate::runner::fresh_seed;

/// What is to be done in a lab.
enum Next {
    Nothing,
    Write(String),
    Mend(String),
    Compile(String),
}

/// Shows the board. That there is work to do is no failure: only trouble is told by the exit code.
pub fn show(workspace: &Workspace, colour: bool) -> u8 {
    println("Loopback: five labs, checked by the peer at the other end of the wire");
    let toolchain = match Toolchain::find() {
        Ok(toolchain) => toolchain,
        Err(error) => {
            println(&format!("\ntrouble: {error:#}"));
            return exit::TROUBLE;
        }
    };
    let seed = fresh_seed();
    let mut worst = exit::OK;
    let mut first: Option<(u8, Next)> = None;
    // All five are built while the first is checked.
    std::thread::scope(|scope| {
        let toolchain = &toolchain;
        let builds: Vec<_> =
            LABS.into_iter().map(|lab| scope.spawn(move || prepare(workspace, toolchain, lab, seed, colour))).collect();
        for (lab, build) in LABS.into_iter().zip(builds) {
            let ready = build.join().unwrap_or_else(|_| Ready::Trouble(anyhow::anyhow!("a fault of the grader")));
            let (next, code) = one(workspace, lab, ready);
            worst = worst.max(code);
            if first.is_none() && !matches!(next, Next::Nothing) {
                first = Some((lab.number, next));
            }
        }
    });
    println("\n* passed   ! failed   ? blocked, not run or trouble   no mark: not started");
    println(&what_next(first));
    worst
}

fn one(workspace: &Workspace, lab: &LabInfo, ready: Ready) -> (Next, u8) {
    let (setup, context, _built) = match ready {
        Ready::Built(ready) => *ready,
        Ready::DoesNotCompile(message) => {
            println(&format!("\n{}", title(lab, "does not compile")));
            let first = message.lines().find(|line| line.contains("error")).unwrap_or("the compiler gave no reason");
            println(&cut(&format!("  {}", super::clean(first)), WIDTH));
            return (Next::Compile(format!("cargo lab check {}", lab.number)), exit::OK);
        }
        Ready::Trouble(error) => {
            println(&format!("\n{}", title(lab, "trouble")));
            println(&format!("  not your program's fault: {error:#}"));
            return (Next::Nothing, exit::TROUBLE);
        }
    };
    let checks: Vec<_> = lab.checks.iter().collect();
    let results = run::run_checks(&setup, &checks, run::default_jobs(), |_| {});
    let _ = history::note(workspace.root(), &results);
    let points: u32 = results.iter().map(CheckResult::points).sum();
    let possible: u32 = results.iter().map(CheckResult::possible).sum();
    println(&format!("\n{}", title(lab, &format!("{points} of {possible} points"))));
    for tier in [Tier::Core, Tier::Robust, Tier::Expert] {
        print(&row(tier, &results));
    }
    let trouble = results.iter().any(|result| matches!(result.leading().outcome, Outcome::Trouble(_)));
    (next(&results, &context.source), if trouble { exit::TROUBLE } else { exit::OK })
}

fn title(lab: &LabInfo, right: &str) -> String {
    let left = format!("lab {}  {}", lab.number, lab.title);
    let room = WIDTH.saturating_sub(left.len() + right.len());
    format!("{left}{}{right}", " ".repeat(room))
}

/// `  core    12/59  *1.01 !1.03  1.04`
fn row(tier: Tier, results: &[CheckResult]) -> String {
    let of: Vec<&CheckResult> = results.iter().filter(|result| result.check.tier == tier).collect();
    let reached: u32 = of.iter().map(|result| result.points()).sum();
    let all: u32 = of.iter().map(|result| result.check.points()).sum();
    let mut lines = format!("  {tier:<6} {:>5}  ", format!("{reached}/{all}"));
    for (turn, result) in of.iter().enumerate() {
        if turn > 0 && turn % 10 == 0 {
            lines.truncate(lines.trim_end().len());
            lines.push_str(&format!("\n{:16}", ""));
        }
        lines.push_str(&format!("{}{} ", mark(&result.leading().outcome), result.check.id));
    }
    format!("{}\n", lines.trim_end())
}

fn mark(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Passed => '*',
        Outcome::Failed(_) => '!',
        Outcome::NotStarted(_) => ' ',
        Outcome::Blocked(_) | Outcome::NotRun(_) | Outcome::Trouble(_) => '?',
    }
}

/// A failed check of the lowest tier comes before a stub that is not written.
fn next(results: &[CheckResult], source: &str) -> Next {
    let failed = results.iter().filter(|result| matches!(result.leading().outcome, Outcome::Failed(_)));
    let mend = failed.min_by_key(|result| (result.check.tier, result.check.id));
    let write = results.iter().find_map(|result| match &result.leading().outcome {
        Outcome::NotStarted(stub) => Some((result.check.tier, format!("{source}:{} {}", stub.line, stub.name))),
        _ => None,
    });
    match (mend, write) {
        (Some(result), Some((tier, stub))) if result.check.tier > tier => Next::Write(stub),
        (Some(result), _) => Next::Mend(format!("cargo lab check {}", result.check.id)),
        (None, Some((_, stub))) => Next::Write(stub),
        (None, None) => Next::Nothing,
    }
}

fn what_next(first: Option<(u8, Next)>) -> String {
    match first {
        None | Some((_, Next::Nothing)) => {
            "Everything passes. What would a real system do otherwise? See docs/.".to_string()
        }
        Some((lab, Next::Write(stub))) => {
            format!("Next: read labs/lab{lab}/README.md, write {stub}\n      then: cargo lab check {lab}")
        }
        Some((_, Next::Mend(command) | Next::Compile(command))) => format!("Next: {command}"),
    }
}

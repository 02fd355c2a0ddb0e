//! The one thing to do next in a lab.

use crate::build::without_colours;
use crate::check::{Outcome, Tier};
use crate::history::{History, Seen};
use crate::labs::{LABS, LabInfo};
use crate::report::Context;
use crate::run::CheckResult;
use crate::texts::say;
use crate::workbook::link::Place;
use crate::workbook::when;

use super::memory;

/// What is to be done.
#[derive(Debug)]
pub enum Next {
    Nothing,
    /// A stub is not written.
    Write {
        stub: String,
        place: Place,
    },
    /// A check fails: where the code is that it is about, and when it passed before.
    Mend {
        check: &'static str,
        stub: &'static str,
        place: Place,
        passed: Option<u64>,
    },
    /// The compiler's first complaint is about this place.
    Compile {
        place: Option<Place>,
    },
}

/// A failed check of the lowest tier comes before a stub that is not written, unless the stub's tier is lower.
pub fn next(results: &[CheckResult], context: &Context, history: &History) -> Next {
    let mend = failing(results).into_iter().next();
    let write = results.iter().find_map(|result| match &result.leading().outcome {
        Outcome::NotStarted(stub) => Some((result.check.tier, stub)),
        _ => None,
    });
    match (mend, write) {
        (Some(result), write) if write.is_none_or(|(tier, _)| result.check.tier <= tier) => Next::Mend {
            check: result.check.id,
            stub: result.leading().case.stub,
            place: place(result, context),
            passed: memory::passed_at(history, result),
        },
        (_, Some((_, stub))) => {
            Next::Write { stub: stub.name.clone(), place: Place { file: context.source.clone(), line: stub.line } }
        }
        _ => Next::Nothing,
    }
}

/// The checks that fail, in the order in which they are best mended.
pub fn failing(results: &[CheckResult]) -> Vec<&CheckResult> {
    let failed = |result: &&CheckResult| matches!(result.leading().outcome, Outcome::Failed(_));
    let mut failing: Vec<&CheckResult> = results.iter().filter(failed).collect();
    failing.sort_by_key(|result| (result.check.tier, result.check.id));
    failing
}

/// Where the function is that a check is about.
pub fn place(result: &CheckResult, context: &Context) -> Place {
    let stub = result.leading().case.stub;
    let line = context.stubs.iter().find(|place| place.name == stub).map_or(1, |place| place.line);
    Place { file: context.source.clone(), line }
}

/// The first place that the compiler names: `  --> labs/lab1/src/lib.rs:30:5`.
pub fn compile(message: &str) -> Next {
    let plain = without_colours(message);
    let named = plain.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    let place = named.and_then(|place| {
        let mut parts = place.trim().rsplitn(3, ':');
        let (_column, line, file) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        // A path that is ours; what a `#[path]` of the student's makes of it is not linked.
        (file.starts_with("labs/") && !file.contains(char::is_control)).then(|| Place { file: file.to_string(), line })
    });
    Next::Compile { place }
}

impl Next {
    /// As the board says it, with places linked by `link`.
    pub fn text(&self, lab: u8, link: impl Fn(&Place) -> String) -> String {
        match self {
            Next::Nothing => say!("cargo-lab/board/next_nothing_this_lab_is_done").to_string(),
            Next::Write { stub, place } => {
                say!("cargo-lab/board/next_read_labs_lab_readme_md", lab, place = link(place), stub)
            }
            Next::Mend { check, stub, place, passed } => {
                let before = passed.map_or(String::new(), |at| say!("cargo-lab/board/it_passed", at = when::told(at)));
                say!("cargo-lab/board/next_cargo_lab_check", check, before, place = link(place), stub)
            }
            Next::Compile { place } => {
                let place = place.as_ref().map_or(String::new(), |place| format!("\n      {}", link(place)));
                say!("cargo-lab/board/next_cargo_lab_check_it_does", lab, place)
            }
        }
    }
}

/// Whether the checks of a tier are of interest yet: all of the tiers below pass, as far as this machine can run them.
pub fn open(tier: Tier, results: &[CheckResult]) -> bool {
    let done = |result: &CheckResult| matches!(result.leading().outcome, Outcome::Passed | Outcome::NotRun(_));
    results.iter().filter(|result| result.check.tier < tier).all(done)
}

/// The first lab in which something is left to do, as far as is remembered; the first one when all is done.
pub fn lab_from(history: &History) -> &'static LabInfo {
    let done = |lab: &LabInfo| lab.checks.iter().all(|check| history.last(check.id).is_some_and(Seen::passed));
    LABS.into_iter().find(|lab| !done(lab)).unwrap_or(LABS[0])
}

/// Whether nothing is left to do in a lab.
pub fn complete(lab: &LabInfo, results: &[CheckResult]) -> bool {
    results.len() == lab.checks.len()
        && results.iter().all(|result| matches!(result.leading().outcome, Outcome::Passed | Outcome::NotRun(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_found_in_the_compilers_colours_too() {
        let message = "\x1b[1merror\x1b[0m: no\n  \x1b[94m--> \x1b[0mlabs/lab1/src/lib.rs:32:17\n";
        let Next::Compile { place: Some(place) } = compile(message) else { panic!("no place") };
        assert_eq!(place.text(), "labs/lab1/src/lib.rs:32");
        assert!(matches!(compile("error: linking\n  --> /etc/passwd:1:1"), Next::Compile { place: None }));
    }
}

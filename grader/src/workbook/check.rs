//! `cargo lab check`: runs some checks, and explains the first failure.

use super::{Ready, clean, complain, exit, json, prepare, println, version};
use crate::build::{Toolchain, Workspace};
use crate::check::{Check, Outcome};
use crate::history;
use crate::lab::Scale;
use crate::labs::{LABS, LabInfo};
use crate::report::{self, full, summary};
use crate::run::{self, CheckResult};
use crate::runner::fresh_seed;
use crate::texts::say;

/// What was asked for.
#[derive(Debug, Default)]
pub struct Options {
    /// A lab's number, a check's id or name; empty for everything.
    pub what: Vec<String>,
    pub seed: Option<u64>,
    /// The full report of every failure, not of the first alone.
    pub all: bool,
    pub json: bool,
    pub jobs: Option<usize>,
    pub scale: Scale,
    pub colour: bool,
}

/// The checks of each lab that `what` selects; an error names what is near.
pub fn select(what: &[String]) -> Result<Vec<(&'static LabInfo, Vec<&'static Check>)>, String> {
    let all: Vec<&'static Check> = LABS.into_iter().flat_map(|lab| lab.checks).collect();
    let mut selected: Vec<&'static Check> = Vec::new();
    for word in what {
        let lab = word.strip_prefix("lab").unwrap_or(word);
        // `1.18b` asks for the check: its cases are shown together.
        let of_case = |check: &Check| {
            let letter = word.strip_prefix(check.id);
            letter.is_some_and(|letter| check.cases.iter().any(|case| case.letter == letter))
        };
        let fits =
            |check: &Check| check.id == word || check.name == word || of_case(check) || lab.parse() == Ok(check.lab());
        let found: Vec<_> = all.iter().copied().filter(|check| fits(check)).collect();
        if found.is_empty() {
            let near = report::near(word, &all).join("\n  ");
            return Err(say!("cargo-lab/check/is_no_lab_and_no_check", word, near));
        }
        selected.extend(found);
    }
    let wanted = |check: &&'static Check| what.is_empty() || selected.iter().any(|other| other.id == check.id);
    let of = |lab: &'static LabInfo| (lab, lab.checks.iter().filter(|check| wanted(check)).collect::<Vec<_>>());
    Ok(LABS.into_iter().map(of).filter(|(_, checks)| !checks.is_empty()).collect())
}

/// Runs them; the exit code is the worst of the labs'.
pub fn run(workspace: &Workspace, options: &Options) -> u8 {
    let selected = match select(&options.what) {
        Ok(selected) => selected,
        Err(message) => {
            complain(&format!("error: {message}"));
            return exit::USAGE;
        }
    };
    let toolchain = match Toolchain::find().map(Toolchain::keeping_programs) {
        Ok(toolchain) => toolchain,
        Err(error) => {
            complain(&format!("trouble: {error:#}"));
            return exit::TROUBLE;
        }
    };
    let seed = options.seed.unwrap_or_else(fresh_seed);
    let mut document = json::Document::new(seed);
    let mut worst = exit::OK;
    for (lab, checks) in selected {
        let ready = prepare(workspace, &toolchain, lab, seed, options.colour && !options.json);
        let (text, code) = one(workspace, lab, &checks, ready, options, &mut document);
        if !options.json {
            println(&text);
        }
        worst = worst.max(code);
    }
    match options.json {
        true => println(&document.text()),
        // Whoever shows a report to somebody else shows what made it.
        false if worst != exit::OK => println(&format!("\n{}", version::told(workspace.root()))),
        false => {}
    }
    worst
}

fn one(
    workspace: &Workspace,
    lab: &'static LabInfo,
    selected: &[&'static Check],
    ready: Ready,
    options: &Options,
    document: &mut json::Document,
) -> (String, u8) {
    let (mut setup, mut context, _built) = match ready {
        Ready::Built(ready) => *ready,
        Ready::DoesNotCompile(message) => {
            document.does_not_compile(lab, &message);
            let text = say!(
                "cargo-lab/check/lab_does_not_compile_so_no",
                number = lab.number,
                title = lab.title(),
                message = clean(&message)
            );
            return (text, exit::FAILED);
        }
        Ready::Trouble(error) => {
            document.trouble(lab, &format!("{error:#}"));
            return (
                say!(
                    "cargo-lab/check/lab_trouble_and_not_your_programs",
                    number = lab.number,
                    error = format_args!("{error:#}")
                ),
                exit::TROUBLE,
            );
        }
    };
    (setup.scale, context.scale) = (options.scale, options.scale);
    let checks = run::with_needs(selected);
    let progress = |_: &CheckResult| {};
    let results = run::run_checks(&setup, &checks, options.jobs.unwrap_or_else(run::default_jobs), progress);
    let _ = history::note(workspace.root(), &results);
    document.lab(lab, &results);
    let mut text = summary(lab, &results, &context);
    if options.all {
        let failed = results.iter().filter(|result| matches!(result.leading().outcome, Outcome::Failed(_)));
        for result in failed {
            let report = full(result.leading(), &context);
            if !text.contains(&report) {
                text.push_str(&format!("\n\n{report}"));
            }
        }
    }
    if selected.len() == lab.checks.len() && code(&results) == exit::OK {
        text.push_str(&format!("\n{}", say!("cargo-lab/check/all_passes_the_labs_page")));
    }
    (text, code(&results))
}

fn code(results: &[CheckResult]) -> u8 {
    let has = |wanted: fn(&Outcome) -> bool| results.iter().any(|result| wanted(&result.leading().outcome));
    match () {
        () if has(|outcome| matches!(outcome, Outcome::Trouble(_))) => exit::TROUBLE,
        () if has(|outcome| !matches!(outcome, Outcome::Passed | Outcome::NotRun(_))) => exit::FAILED,
        () => exit::OK,
    }
}

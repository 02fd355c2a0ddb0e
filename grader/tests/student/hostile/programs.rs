//! The table of bad programs: each is built as a mutant is, judged by a check of lab 1, and held against what its report
//! must say. Some are merely odd, and must pass.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use grader::build::{Source, Stage, Toolchain, Workspace, build, stub_places};
use grader::check::{Case, Check, Kind, Outcome, Verdict};
use grader::clock::Clock;
use grader::lab::{Lab, Scale, Setup};
use grader::report::{self, Context, LINES, WIDTH};
use grader::{labs, proc, run};

use super::student::{Lib, alive};

mod table;

struct Row {
    name: &'static str,
    lib: Lib,
    check: &'static str,
    clock: Clock,
    want: Want,
    /// What the report says, among other things; `!` at the start: what it does not say.
    says: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Want {
    Passed,
    NotStarted,
    Failed(Kind),
}
use Want::{Failed, NotStarted, Passed};

/// No row takes longer, not even on a busy machine.
const LONGEST: Duration = Duration::from_secs(170);

#[test]
fn bad_programs_are_told_as_they_are_and_leave_nothing() {
    let rows = table::table();
    let toolchain = Toolchain::find().unwrap().building_on_the_last();
    let next = AtomicUsize::new(0);
    let problems = Mutex::new(Vec::new());
    // While a row is being written: only those whose name contains this.
    let only = std::env::var("LOOPBACK_ROW").unwrap_or_default();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if row.name.contains(&only) {
                        problems.lock().unwrap().extend(row.problems(&toolchain));
                    }
                }
            });
        }
    });
    let sleeps = |pid: &u32| proc::tasks(*pid).iter().any(|task| task.name == "sleep");
    let sleeping: Vec<u32> = proc::adopted().into_iter().filter(sleeps).collect();
    let mut problems = problems.into_inner().unwrap();
    if !sleeping.is_empty() {
        problems.push(format!("adopted, and neither ended nor waited for: {sleeping:?}"));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

impl Row {
    /// What is not as it should be.
    fn problems(&self, toolchain: &Toolchain) -> Vec<String> {
        let text = self.lib.text();
        let stage = Stage::with(toolchain, &Workspace::find().unwrap(), 1, Source::Text(&text)).unwrap();
        let built = match build(&stage, toolchain) {
            Ok(built) => built,
            Err(failure) => return vec![format!("{}: {failure}", self.name)],
        };
        let (stubs, source) = (stub_places(&text), "labs/lab1/src/lib.rs".to_string());
        let (program, clock) = (built.program.clone(), self.clock);
        let setup = Setup {
            lab: 1,
            program,
            stubs: stubs.clone(),
            source: source.clone(),
            seed: 7,
            scale: Scale::Full,
            clock,
            cage: None,
            halt: Default::default(),
        };
        let check = with_tags(self.check);
        let result = run::run_case(&setup, check, &check.cases[0]);

        let context = Context {
            stubs,
            source,
            colour: false,
            command: "cargo lab check".to_string(),
            scale: grader::lab::Scale::Full,
        };
        let report = report::full(&result, &context);
        let survivors: Vec<String> = TAGS.take().iter().flat_map(|tag| alive(tag)).collect();
        let mut wrong = Vec::new();
        match (self.want, &result.outcome) {
            (Passed, Outcome::Passed) | (NotStarted, Outcome::NotStarted(_)) => {}
            (Failed(kind), Outcome::Failed(finding)) if finding.kind == kind => {}
            (_, Outcome::Failed(finding)) => wrong.push(format!("failed {}", finding.kind)),
            (_, outcome) => wrong.push(format!("{outcome:?}")),
        }
        wrong.extend(self.says.iter().filter(|words| !said(&report, words)).map(|words| format!("says: {words}")));
        if report.lines().count() > LINES || report.lines().any(|line| line.chars().count() > WIDTH) {
            wrong.push("too long or too wide".to_string());
        }
        if report.chars().any(|char| char.is_control() && char != '\n') {
            wrong.push(format!("control characters: {report:?}"));
        }
        if !survivors.is_empty() {
            wrong.push(format!("alive: {survivors:?}"));
        }
        if result.took > LONGEST {
            wrong.push(format!("took {:?}", result.took));
        }
        wrong.into_iter().map(|wrong| format!("{}: {wrong}\n{report}", self.name)).collect()
    }
}

/// Whether the words are in a text whose lines are wrapped.
fn said(report: &str, words: &str) -> bool {
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.strip_prefix('!') {
        Some(words) => !flat.contains(words),
        None => flat.contains(words),
    }
}

thread_local! {
    /// The tags of the runs of this thread.
    static TAGS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The first case of a check, as it is, which notes the tag of the program's processes too.
fn with_tags(id: &str) -> &'static Check {
    let &Check { id, name, tier, cases, .. } = labs::check(id).unwrap();
    let case = &cases[0];
    let cases =
        Box::leak(Box::new([Case { letter: case.letter, points: case.points, stub: case.stub, run: noting_the_tag }]));
    Box::leak(Box::new(Check { id, name, tier, cases, ..Check::ROW }))
}

fn noting_the_tag(lab: &Lab) -> Verdict {
    let verdict = (labs::check(lab.check().id).unwrap().cases[0].run)(lab);
    TAGS.with_borrow_mut(|tags| tags.extend(lab.tag()));
    verdict
}

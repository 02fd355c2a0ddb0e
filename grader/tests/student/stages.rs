//! Green early: with the first k stubs written, every check of these stubs passes, and every other says *not started*.
//!
//! The half-done labs are made from the solution, by putting the lab's `todo!` back into the stubs after the k-th.

use std::fs;
use std::sync::mpsc::sync_channel;
use std::thread;

use grader::build::{Built, Source, Stage, Toolchain, Workspace, put_back};
use grader::check::{Check, Outcome};
use grader::lab::Setup;
use grader::labs::{self, LabInfo};
use grader::run::{self, CaseResult};
use grader::waits;
use grader::workbook::{self, Ready};

/// One seed for all: a failure can be had again.
const SEED: u64 = 0x57a6;

#[test]
fn lab_1_turns_green_stub_by_stub() {
    turns_green(1);
}

#[test]
fn lab_2_turns_green_stub_by_stub() {
    turns_green(2);
}

#[test]
fn lab_3_turns_green_stub_by_stub() {
    turns_green(3);
}

#[test]
fn lab_4_turns_green_stub_by_stub() {
    turns_green(4);
}

#[test]
fn lab_5_turns_green_stub_by_stub() {
    turns_green(5);
}

fn turns_green(number: u8) {
    let lab = labs::lab(number).unwrap();
    assert!(!lab.checks.is_empty(), "lab {number} has no checks");
    // The next program is built while one is judged.
    let (hand_over, programs) = sync_channel(1);
    thread::scope(|scope| {
        scope.spawn(move || {
            let toolchain = Toolchain::find().unwrap().building_on_the_last();
            for written in 0..=lab.stubs.len() {
                let program = half_done(lab, written, &toolchain);
                // Nobody takes it if a judgement has failed.
                if hand_over.send((written, program)).is_err() {
                    return;
                }
            }
        });
        let wrong: Vec<String> =
            programs.into_iter().flat_map(|(written, program)| judge(lab, written, &program.0)).collect();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    });
}

/// The lab as a student has it who has written the first `written` stubs.
fn half_done(lab: &LabInfo, written: usize, toolchain: &Toolchain) -> (Setup, Built) {
    let workspace = Workspace::find().unwrap();
    let solution = fs::read_to_string(workspace.solution(lab.number).join("src/lib.rs")).unwrap();
    let stubs = fs::read_to_string(workspace.lab(lab.number).join("src/lib.rs")).unwrap();
    let text = put_back(&solution, &stubs, &lab.stubs[written..]).unwrap();
    let stage = Stage::with(toolchain, &workspace, lab.number, Source::Text(&text)).unwrap();
    match workbook::ready(&stage, toolchain, lab, SEED, false) {
        Ready::Built(ready) => (ready.0, ready.2),
        Ready::DoesNotCompile(message) => {
            panic!("lab {} with {written} stubs does not compile:\n{message}", lab.number)
        }
        Ready::Trouble(error) => panic!("{error:#}"),
    }
}

/// What is not as it should be, a line for each case.
fn judge(lab: &'static LabInfo, written: usize, setup: &Setup) -> Vec<String> {
    let checks: Vec<&'static Check> = lab.checks.iter().collect();
    let results = run::run_checks(setup, &checks, run::default_jobs(), |_| {});
    let cases = results.iter().flat_map(|result| &result.cases);
    cases.filter_map(|result| wrong(lab, written, result)).collect()
}

fn wrong(lab: &LabInfo, written: usize, result: &CaseResult) -> Option<String> {
    let place = lab.stubs.iter().position(|stub| *stub == result.case.stub).expect("a case names a stub of its lab");
    let right = match &result.outcome {
        Outcome::NotRun(_) => true,
        Outcome::Passed => place < written,
        // The first stub that is not written is the one that it ran into.
        Outcome::NotStarted(stub) => place >= written && lab.stubs[written..=place].contains(&stub.name.as_str()),
        _ => false,
    };
    let told = match &result.outcome {
        Outcome::Failed(finding) => {
            let place = waits::describe(&finding.waits).join("; ");
            format!(
                "{}: want {}, got {} {} {place} {}",
                finding.kind, finding.want, finding.got, finding.note, finding.stderr
            )
        }
        Outcome::NotStarted(stub) => stub.name.clone(),
        Outcome::Trouble(text) => text.clone(),
        _ => String::new(),
    };
    let (id, letter, stub) = (result.check.id, result.case.letter, result.case.stub);
    (!right).then(|| {
        format!("{written} of {} stubs: {id}{letter} ({stub}) {}: {told}", lab.stubs.len(), result.outcome.word())
    })
}

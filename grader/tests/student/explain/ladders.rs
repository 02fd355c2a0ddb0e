//! The recorded ladders are those of the solutions as they are now.

use std::fs;
use std::path::PathBuf;

use grader::build::{Built, Source, Stage, Toolchain, Workspace};
use grader::lab::Setup;
use grader::labs::{self, LABS, LabInfo};
use grader::run::run_case_once;
use grader::workbook::explain::{ladders, page};
use grader::workbook::{self, Ready};
use serial_test::serial;

/// Same bytes in every run.
const SEED: u64 = 0x7f3a;

/// A run of which the kernel decides the order of some rows is repeated: a ladder that is wrong is so each time.
const TRIES: u32 = 12;

const HEAD: &str = "\
Right runs, recorded from the solution: `BLESS=1 cargo test -p grader --test student explain` writes this file.
Addresses and ports are numbered; times are those of one run, and are not compared.
";

fn solution(lab: &'static LabInfo) -> (Setup, Built) {
    let workspace = Workspace::find().expect("the workspace");
    let text = fs::read_to_string(workspace.solution(lab.number).join("src/lib.rs")).expect("the solution");
    let stage = Stage::new(&workspace, lab.number, Source::Text(&text)).expect("a stage");
    match workbook::ready(&stage, &Toolchain::find().expect("a compiler").keeping_programs(), lab, SEED, false) {
        Ready::Built(ready) => (ready.0, ready.2),
        Ready::DoesNotCompile(message) => panic!("{message}"),
        Ready::Trouble(error) => panic!("{error:#}"),
    }
}

fn file(lab: u8) -> PathBuf {
    Workspace::find().expect("the workspace").root().join(format!("grader/texts/explain/ladders/lab{lab}.txt"))
}

/// Compares each case of a lab with what is kept, and says which differ. With BLESS the file is written anew; a ladder
/// that tells the same keeps the times that it had.
fn compare(lab: u8) {
    let lab = labs::lab(lab).expect("a lab");
    let (setup, _built) = solution(lab);
    let kept = fs::read_to_string(file(lab.number)).unwrap_or_default();
    let mut text = HEAD.to_string();
    let mut differ = Vec::new();
    for check in lab.checks {
        for case in check.cases {
            let name = format!("{}{}", check.id, case.letter);
            let old = ladders::part(&kept, &name);
            let record = || {
                let result = run_case_once(&setup, check, case);
                assert!(result.outcome.passed(), "{name}: {:?}", result.outcome);
                ladders::record(&result, page::room(check, case))
            };
            let mut now = record();
            let tries = if old.is_empty() { 1 } else { TRIES };
            for turn in 1..tries {
                if ladders::same(&old, &now) {
                    break;
                }
                println!("{name} differs in run {turn}");
                now = record();
            }
            if ladders::same(&old, &now) {
                now = old.iter().map(|line| line.to_string()).collect();
            } else {
                differ.push(format!("== {name}\n{}\nnow\n{}", old.join("\n"), now.join("\n")));
            }
            text.push_str(&format!("\n== {name}\n{}\n", now.join("\n")));
        }
    }
    match std::env::var_os("BLESS") {
        Some(_) => fs::write(file(lab.number), text).expect("the ladders can be written"),
        None => assert!(
            differ.is_empty(),
            "\n{}\nif that is right: BLESS=1 cargo test -p grader --test student explain",
            differ.join("\n")
        ),
    }
}

/// One after the other: what checks do at the same time would change the order of events.
#[test]
#[serial]
fn labs_1_to_5_run_as_recorded() {
    (1..=5).for_each(compare);
}

/// A teacher's own.
#[test]
#[serial]
fn other_labs_run_as_recorded() {
    LABS.iter().filter(|lab| lab.number > 5).for_each(|lab| compare(lab.number));
}

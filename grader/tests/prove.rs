//! The proof of the grader, lab by lab: solutions and variants pass, stubs are not started, every mutant is caught by the
//! check and with the finding that it names, and every check has a mutant that no earlier one catches.

use grader::build::Workspace;
use grader::labs::LABS;
use grader::prove::{Plan, Proof, prove};
use serial_test::{parallel, serial};

fn proof(lab: Option<u8>, load: usize, only: &[&str]) -> Proof {
    let workspace = Workspace::find().expect("the workspace");
    let only = only.iter().map(|part| part.to_string()).collect();
    let plan = Plan { lab, only, runs: 1, load, matrix: false, every: false, jobs: 5 };
    let proof = prove(&workspace, &plan, &|_, _| {}).expect("the catalogue is sound");
    assert!(proof.problems.is_empty(), "\n{}", proof.problems.join("\n"));
    proof
}

/// How many mutants the catalogue has. Here those are judged that are in the list of real mistakes, and one for each check
/// that no earlier check catches; `cargo lab prove` judges all of them.
fn mutants(lab: u8) -> usize {
    let workspace = Workspace::find().expect("the workspace");
    grader::prove::mutants(&workspace, lab).expect("the catalogue is sound").len()
}

/// At least five unusual programs a lab.
fn variants(proof: &Proof) -> usize {
    proof.rows.iter().filter(|row| row.id.contains("-variant-")).count()
}

macro_rules! labs {
    ($($name:ident: $lab:literal, $mutants:literal;)*) => {$(
        #[test]
        #[parallel(machine)]
        fn $name() {
            let proof = proof(Some($lab), 0, &[]);
            assert!(mutants($lab) >= $mutants, "{} mutants", mutants($lab));
            assert!(variants(&proof) >= 5, "{} variants", variants(&proof));
        }
    )*};
}

// 130 in all.
labs! {
    lab1_is_proven: 1, 26;
    lab2_is_proven: 2, 26;
    lab3_is_proven: 3, 26;
    lab4_is_proven: 4, 26;
    lab5_is_proven: 5, 26;
}

/// A teacher's own, of which nobody says how many mutants they need.
#[test]
#[parallel(machine)]
fn other_labs_are_proven() {
    LABS.iter().filter(|lab| lab.number > 5).for_each(|lab| drop(proof(Some(lab.number), 0, &[])));
}

/// With both cores busy: the right programs still pass, and stubs are still not started.
#[test]
#[serial(machine)]
fn a_busy_machine_changes_nothing() {
    assert_eq!(proof(None, 2, &["solution", "stubs"]).rows.len(), 2 * LABS.len());
}

//! The honest submission that comes after an attack.

use std::path::Path;

use grader::build::{Source, Stage, build};
use grader::grade::doctor::arsenal::honest;
use grader::grade::doctor::run::{self, CHECK};
use grader::grade::model::Outcome;
use grader::grade::one::{Bench, Program};

/// The next student's program, built as any other.
pub fn honest_program(bench: &Bench) -> Program {
    let text = honest(bench).unwrap();
    let stage = Stage::new(&bench.workspace, 1, Source::Text(&text)).unwrap();
    Program::take(&build(&stage, &bench.toolchain).unwrap().program).unwrap()
}

/// The honest program gets the points of the check.
pub fn passes(bench: &Bench, program: &Program) -> Result<(), String> {
    let verdicts = run::verdicts(bench, program, CHECK).map_err(|error| format!("{error:#}"))?;
    let check = verdicts.checks.iter().find(|check| check.id == CHECK).ok_or("no such check")?;
    match check.outcome == Outcome::Passed && check.points == check.of {
        true => Ok(()),
        false => Err(format!("{:?}: {:?}", check.outcome, check.cases)),
    }
}

/// The bytes of a program that the bench builds of this text.
pub fn built(bench: &Bench, folder: &Path) -> Vec<u8> {
    let stage = Stage::new(&bench.workspace, 1, Source::Folder(folder)).unwrap();
    std::fs::read(&build(&stage, &bench.toolchain).unwrap().program).unwrap()
}

//! The class: a fifth have the solutions, a fifth unusual programs, two fifths a mistake in each lab, a fifth the stubs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use grader::build::Workspace;
use grader::lab::Scale;
use grader::prove;

pub const LABS: [u8; 5] = [1, 2, 3, 4, 5];

/// What a student hands in for a lab.
pub fn program(workspace: &Workspace, student: usize, lab: u8) -> Result<String> {
    let solution = prove::solution(workspace, lab)?;
    match student % 5 {
        0 => Ok(solution),
        1 => {
            let variants = prove::variants(workspace, lab)?;
            let full: Vec<_> = variants.into_iter().filter(|one| one.scale == Scale::Full).collect();
            Ok(full.get(student / 5 % full.len().max(1)).map_or(solution, |variant| variant.text.clone()))
        }
        2 | 3 => {
            let mutants = prove::mutants(workspace, lab)?;
            mutants.get(student * 7 % mutants.len().max(1)).context("a lab without mutants")?.text(&solution)
        }
        _ => Ok(fs::read_to_string(workspace.lab(lab).join("src/lib.rs"))?),
    }
}

/// Writes what one student hands in, into the folder of the workspace that it is for.
pub fn hand_in(workspace: &Workspace, student: usize, labs: &[u8], to: &Path) -> Result<()> {
    for lab in labs {
        let folder = to.join(format!("labs/lab{lab}/src"));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("lib.rs"), program(workspace, student, *lab)?)?;
    }
    Ok(())
}

/// A class in `in/`, one folder per student, and the course file.
pub fn class(workspace: &Workspace, students: std::ops::Range<usize>, labs: &[u8], to: &Path) -> Result<()> {
    for student in students {
        hand_in(workspace, student, labs, &to.join(format!("in/student{student:03}")))?;
    }
    fs::write(to.join("course.toml"), format!("labs = {labs:?}\nseed = \"twelve characters\"\n"))?;
    Ok(())
}

/// `cargo grade` on it.
pub fn grade(workspace: &Workspace, class: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.arg(class.join("in")).arg("--course").arg(class.join("course.toml")).arg("--out").arg(out(class));
    command.args(more).current_dir(workspace.root()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

pub fn out(class: &Path) -> PathBuf {
    class.join("graded")
}

pub fn run(mut command: Command) -> Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "{command:?} ends with {status}");
    Ok(())
}

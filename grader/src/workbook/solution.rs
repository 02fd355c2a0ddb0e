//! `cargo lab solution N`: the model solution beside the student's code, when the whole lab passes.
//!
//! In a student pack there is none until the teacher hands it out; a file that is dropped in is found. Whoever wants to see
//! it before (`--give-up`) can: that is remembered in his copy, and shown to nobody else.

mod beside;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::board::next::complete;
use super::screen::width;
use super::{Ready, complain, exit, open, prepare, println};
use crate::build::{Toolchain, Workspace};
use crate::history::{self, History};
use crate::labs::LabInfo;
use crate::remembered::{self, FOLDER};
use crate::run;
use crate::runner::fresh_seed;
use crate::texts::say;

/// The labs that were given up, one line each, in [`FOLDER`].
const GAVE_UP: &str = "gave-up";

/// Shows it, or says why not.
pub fn run(workspace: &Workspace, number: u8, give_up: bool) -> u8 {
    let lab = match open::lab(number) {
        Ok(lab) => lab,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            return exit::USAGE;
        }
    };
    match show(workspace, lab, give_up) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            exit::TROUBLE
        }
    }
}

fn show(workspace: &Workspace, lab: &'static LabInfo, give_up: bool) -> Result<u8> {
    let Some(solution) = find(workspace, lab.number)? else {
        println(&not_here(lab.number));
        return Ok(exit::FAILED);
    };
    let root = workspace.root();
    if give_up && !gave_up(root, lab.number) {
        if let Err(error) = remember(root, lab.number) {
            complain(&say!("cargo-lab/solution/cannot_remember_that", error));
        }
    } else if !give_up && !gave_up(root, lab.number) {
        let (passed, all) = passed(workspace, lab)?;
        if passed < all {
            println(&closed(lab.number, passed, all));
            return Ok(exit::FAILED);
        }
    }
    let path = workspace.lab(lab.number).join("src/lib.rs");
    let own = fs::read(&path).with_context(|| say!("cargo-lab/solution/cannot_read", path = path.display()))?;
    println(&beside::beside(lab, &String::from_utf8_lossy(&own), &solution, width()));
    Ok(exit::OK)
}

/// The teacher's repository has it; into a pack it is dropped.
fn find(workspace: &Workspace, number: u8) -> Result<Option<String>> {
    let dropped = workspace.root().join(FOLDER).join(format!("solutions/lab{number}.rs"));
    for path in [workspace.solution(number).join("src/lib.rs"), dropped] {
        match fs::read(&path) {
            Ok(bytes) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {}
            Err(error) => {
                return Err(error).with_context(|| say!("cargo-lab/solution/cannot_read", path = path.display()));
            }
        }
    }
    Ok(None)
}

fn not_here(number: u8) -> String {
    say!("cargo-lab/solution/the_model_solution_of_lab_is", number, folder = FOLDER)
}

fn closed(number: u8, passed: usize, all: usize) -> String {
    say!("cargo-lab/solution/the_model_solution_opens_when_all", number, passed, all)
}

/// How many checks of the lab pass, of how many. What is remembered counts if nothing was written since.
fn passed(workspace: &Workspace, lab: &'static LabInfo) -> Result<(usize, usize)> {
    let all = lab.checks.len();
    let (history, _) = History::load(workspace.root());
    let last: Vec<_> = lab.checks.iter().map(|check| history.last(check.id)).collect();
    let newest = newest(&workspace.lab(lab.number).join("src"));
    if last.iter().all(|seen| seen.is_some_and(|seen| seen.passed() && seen.at > newest)) {
        return Ok((all, all));
    }
    let toolchain = Toolchain::find()?.keeping_programs();
    let (setup, _context, _built) = match prepare(workspace, &toolchain, lab, fresh_seed(), false) {
        Ready::Built(ready) => *ready,
        Ready::DoesNotCompile(_) => return Ok((0, all)),
        Ready::Trouble(error) => return Err(error),
    };
    let checks: Vec<_> = lab.checks.iter().collect();
    let results = run::run_checks(&setup, &checks, run::default_jobs(), |_| {});
    // A copy that cannot be written to is no reason not to show it.
    let _ = history::note(workspace.root(), &results);
    let passed = if complete(lab, &results) { all } else { results.iter().filter(|result| result.passed()).count() };
    Ok((passed, all))
}

/// When something in a folder was written last, in seconds since 1970.
fn newest(folder: &Path) -> u64 {
    let mut newest = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(found) = entry.metadata() else { continue };
        let modified = found.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        newest = newest.max(modified.map_or(0, |since| since.as_secs()));
        if found.is_dir() {
            newest = newest.max(self::newest(&entry.path()));
        }
    }
    newest
}

fn gave_up(root: &Path, number: u8) -> bool {
    let text = fs::read_to_string(remembered::path(root, GAVE_UP)).unwrap_or_default();
    text.lines().any(|line| line.split(' ').next() == Some(&format!("lab{number}")))
}

fn remember(root: &Path, number: u8) -> std::io::Result<()> {
    remembered::append(&remembered::path(root, GAVE_UP), &format!("lab{number} {}\n", remembered::now()))
}

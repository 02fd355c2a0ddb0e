//! `cargo lab submit --check ZIP`: what a teacher will see of a zip. It is unpacked, taken, built and checked as there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::{is_expected, owned};
use super::manifest::{self, Manifest, sha256};
use super::placed::{Placed, place};
use crate::build::{Source, Stage, StageFailure, TemporaryFolder, Toolchain, Workspace};
use crate::check::Outcome;
use crate::labs::{self, LabInfo};
use crate::report;
use crate::run::{self, CheckResult};
use crate::runner::fresh_seed;
use crate::texts::say;
use crate::workbook::unpack::{Limits, unpack};
use crate::workbook::{Ready, clean, complain, exit, println, ready};

/// As a teacher's grader reads one submission.
const LIMITS: Limits = Limits { entries: 50_000, total: 64 * 1024 * 1024 };
/// Files that are not used are listed up to so many.
const LISTED: usize = 12;

/// The exit code is that of `cargo lab check` on what is in the zip.
pub fn run(workspace: &Workspace, zip: &Path) -> u8 {
    match look(workspace, zip) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("error: {}", clean(&format!("{error:#}"))));
            exit::FAILED
        }
    }
}

fn look(workspace: &Workspace, zip: &Path) -> Result<u8> {
    let folder = TemporaryFolder::new()?;
    let left = unpack(zip, folder.path(), LIMITS)?;
    let called = zip.file_stem().unwrap_or_default().to_string_lossy();
    let placed = place(folder.path(), &called)?;
    println(&say!("cargo-lab/submit/what_a_teacher_will_see_of", zip = clean(&zip.display().to_string())));
    println(&say!("cargo-lab/submit/receipt", placed = receipt(workspace, &placed)?));
    let not_used = placed.rest.iter().map(|path| (path.clone(), say!("cargo-lab/submit/it_is_not_in_the_folder")));
    let not_used: Vec<_> = not_used.chain(left.into_iter().map(|left| (left.path, left.why))).collect();
    tell(not_used.iter().map(|(path, why)| say!("cargo-lab/submit/not_used", path, why)).collect());
    for why in &placed.unclear {
        println(&clean(&say!("cargo-lab/submit/unclear_it_would_not_be_graded", why)));
    }
    if placed.labs.is_empty() {
        println(say!("cargo-lab/submit/empty_no_lib_rs_of_a"));
        return Ok(exit::FAILED);
    }
    let toolchain = match Toolchain::find().map(Toolchain::keeping_programs) {
        Ok(toolchain) => toolchain,
        Err(error) => {
            complain(&format!("trouble: {error:#}"));
            return Ok(exit::TROUBLE);
        }
    };
    let mut worst = if placed.unclear.is_empty() { exit::OK } else { exit::FAILED };
    for (number, folder) in &placed.labs {
        let lab = labs::lab(*number).context(say!("cargo-lab/submit/no_lab_has_this_number"))?;
        worst = worst.max(one(workspace, &toolchain, lab, folder));
    }
    println(say!("cargo-lab/submit/what_counts_is_the_teachers_run"));
    Ok(worst)
}

/// Whether the files are those of the manifest, and those of this copy.
fn receipt(workspace: &Workspace, placed: &Placed) -> Result<String> {
    let Some(base) = &placed.manifest else {
        return Ok(say!("cargo-lab/submit/none_it_was_not_packed_by").to_string());
    };
    let path = base.join(manifest::NAME);
    let bytes = fs::read(&path).with_context(|| say!("cargo-lab/submit/cannot_read", folder = path.display()))?;
    let Some(manifest) = Manifest::parse(&bytes) else {
        return Ok(say!("cargo-lab/submit/none_in_it_is_damaged_that", name = manifest::NAME));
    };
    let hash = |root: &Path, path: &str| Some(sha256(&fs::read(root.join(path)).ok()?));
    let mut lines = vec![say!("cargo-lab/submit/made", bytes = manifest::number(&bytes), made = clean(&manifest.made))];
    let differ = manifest.differences(|path| hash(base, path));
    lines.extend(differ.iter().map(|told| say!("cargo-lab/submit/not_as_packed", told = clean(told))));
    if differ.is_empty() {
        lines.push(say!("cargo-lab/submit/the_files_are_those_that_were").to_string());
    }
    let here = manifest.differences(|path| hash(workspace.root(), path));
    lines.extend(here.iter().map(|told| say!("cargo-lab/submit/in_this_copy_now", value = clean(told))));
    if here.is_empty() {
        lines.push(say!("cargo-lab/submit/they_are_the_same_as_in").to_string());
    }
    Ok(lines.join("\n         "))
}

fn one(workspace: &Workspace, toolchain: &Toolchain, lab: &'static LabInfo, folder: &Path) -> u8 {
    println(&say!("cargo-lab/submit/lab_3", number = lab.number, title = lab.title()));
    let stage = match Stage::new(workspace, lab.number, Source::Folder(folder)) {
        Ok(stage) => stage,
        Err(StageFailure::Refused(why)) => {
            println(&clean(&format!("         REFUSED: {why}")));
            return exit::FAILED;
        }
        Err(StageFailure::Trouble(error)) => {
            println(&say!("cargo-lab/submit/trouble_and_not_your_programs_fault", error = format_args!("{error:#}")));
            return exit::TROUBLE;
        }
    };
    let files = owned(&stage).unwrap_or_default();
    let mut lines: Vec<String> = files
        .iter()
        .map(|file| say!("cargo-lab/submit/taken_bytes", file = file.path, count = file.bytes.len()))
        .collect();
    let ignored = stage.ignored().iter().filter(|one| !is_expected(one));
    lines.extend(ignored.map(|one| say!("cargo-lab/submit/not_used", path = one.path, why = one.why)));
    tell(lines);
    let (setup, _context, _built) = match ready(&stage, toolchain, lab, fresh_seed(), false) {
        Ready::Built(ready) => *ready,
        Ready::DoesNotCompile(message) => {
            println(&say!("cargo-lab/submit/does_not_compile_0_points", trim_end = clean(message.trim_end())));
            return exit::FAILED;
        }
        Ready::Trouble(error) => {
            println(&say!("cargo-lab/submit/trouble_and_not_your_programs_fault", error = format_args!("{error:#}")));
            return exit::TROUBLE;
        }
    };
    let checks: Vec<_> = lab.checks.iter().collect();
    let results = run::run_checks(&setup, &checks, run::default_jobs(), |_| {});
    points(&results)
}

fn points(results: &[CheckResult]) -> u8 {
    let reached: u32 = results.iter().map(CheckResult::points).sum();
    let possible: u32 = results.iter().map(CheckResult::possible).sum();
    println(&say!("cargo-lab/submit/of_points", reached, possible));
    let open = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Trouble(_));
    for result in results.iter().filter(|result| open(&result.leading().outcome)) {
        println(&report::line(result.leading()));
    }
    let trouble = results.iter().any(|result| matches!(result.leading().outcome, Outcome::Trouble(_)));
    match () {
        () if trouble => exit::TROUBLE,
        () if reached < possible => exit::FAILED,
        () => exit::OK,
    }
}

/// Lines below a word of nine columns; the last of many are counted.
fn tell(mut lines: Vec<String>) {
    if lines.len() > LISTED {
        let more = lines.len() - LISTED;
        lines.truncate(LISTED);
        lines.push(say!("cargo-lab/submit/and_more", more));
    }
    for line in &lines {
        println(&format!("         {}", clean(line)));
    }
}

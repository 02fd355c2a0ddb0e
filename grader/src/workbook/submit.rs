//! `cargo lab submit`: one zip of what the student wrote, with a manifest, and a receipt to keep. It asks nothing.
//!
//! In reading order: `files` (what is the student's), `known` (how it did at home), `manifest`, `packed` (the zip),
//! `receipt`; and for `--check`: `placed` (which labs are in a zip), `look` (what a teacher will see).

pub mod files;
mod known;
mod look;
pub mod manifest;
mod packed;
pub mod placed;
mod receipt;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::files::{Owned, Taken};
use self::manifest::{Lab, Manifest};
use super::{clean, complain, exit, println, version, when};
use crate::build::{BuildFailure, StageFailure, Toolchain, Workspace, build};
use crate::history::History;
use crate::labs::{LABS, LabInfo};
use crate::remembered;
use crate::texts::say;

/// What was asked for.
#[derive(Debug, Default)]
pub struct Options {
    /// One lab; without it, every lab in which something is written.
    pub lab: Option<u8>,
    /// Look at this zip, and make none.
    pub check: Option<PathBuf>,
    /// Where the zip goes; without it, the root of the workspace.
    pub out: Option<PathBuf>,
}

pub fn run(workspace: &Workspace, options: &Options) -> u8 {
    if let Some(zip) = &options.check {
        return look::run(workspace, zip);
    }
    match submit(workspace, options) {
        Ok(()) => exit::OK,
        Err(error) => {
            complain(&format!("error: {}", clean(&format!("{error:#}"))));
            exit::FAILED
        }
    }
}

/// A lab as it goes into the zip.
struct Chosen {
    lab: &'static LabInfo,
    taken: Taken,
    begun: bool,
}

fn submit(workspace: &Workspace, options: &Options) -> Result<()> {
    let now = remembered::now();
    let mut all = choose(workspace, options.lab)?;
    let untouched: Vec<String> = all.iter().filter(|one| !one.begun).map(|one| one.lab.number.to_string()).collect();
    if options.lab.is_none() {
        all.retain(|one| one.begun);
    }
    if all.is_empty() {
        bail!(say!("cargo-lab/submit/nothing_is_written_yet_every_stub"));
    }
    let manifest = describe(workspace, &all, now);
    let files: Vec<&Owned> = all.iter().flat_map(|one| &one.taken.files).collect();
    let zip = packed::zip(&manifest, &files)?;
    if zip.len() > packed::LARGEST {
        bail!("{}", too_large(&zip, &files));
    }
    let name = options.lab.map_or("labs".to_string(), |lab| format!("lab{lab}"));
    let folder = options.out.as_deref().unwrap_or(workspace.root());
    let path = write(folder, &format!("loopback-{name}-{}", when::stamp_in_utc(now)), &zip)?;
    let shown = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let receipt = path.with_extension("receipt.txt");
    let text = receipt::text(&shown, &zip, &manifest);
    put(&receipt, text.as_bytes())
        .with_context(|| say!("cargo-lab/submit/the_zip_is_made_but_cannot", receipt = receipt.display()))?;
    tell(&all, &manifest, &untouched, options.lab.is_some());
    println(&say!("cargo-lab/submit/hand_in_bytes", from_here = from_here(&path), count = zip.len()));
    println(&say!(
        "cargo-lab/submit/keep_receipt",
        receipt = from_here(&receipt),
        bytes = manifest::number(&manifest.bytes())
    ));
    println(&say!("cargo-lab/submit/look_cargo_lab_submit_check", from_here = from_here(&path)));
    Ok(())
}

/// A path as one would type it in the current directory.
fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    clean(&path.strip_prefix(here).unwrap_or(path).display().to_string())
}

fn choose(workspace: &Workspace, lab: Option<u8>) -> Result<Vec<Chosen>> {
    let wanted = |info: &&LabInfo| lab.is_none_or(|number| number == info.number);
    let mut all = Vec::new();
    for info in LABS.into_iter().filter(wanted) {
        let taken = match Taken::of(workspace, info.number) {
            Ok(taken) => taken,
            // With all labs asked for, one that is not there is not handed in.
            Err(StageFailure::Refused(_)) if lab.is_none() && !workspace.lab(info.number).exists() => continue,
            Err(StageFailure::Refused(why)) => bail!(say!("cargo-lab/submit/lab", number = info.number, why)),
            Err(StageFailure::Trouble(error)) => return Err(error),
        };
        let begun = taken.begun(info);
        all.push(Chosen { lab: info, taken, begun });
    }
    if all.is_empty() {
        bail!(say!("cargo-lab/submit/there_is_no_lab_try", lab = lab.unwrap_or_default(), last = LABS.len()));
    }
    Ok(all)
}

fn describe(workspace: &Workspace, all: &[Chosen], now: u64) -> Manifest {
    let (history, problem) = History::load(workspace.root());
    if let Some(problem) = problem {
        complain(&format!("note: {problem}"));
    }
    let toolchain = Toolchain::find().ok();
    let lab = |one: &Chosen| {
        let files: Vec<_> = one.taken.files.iter().map(Owned::listed).collect();
        let compiles = toolchain.as_ref().and_then(|toolchain| compiles(&one.taken, toolchain));
        Lab { compiles, ..known::lab(workspace, &history, one.lab, &files) }
    };
    Manifest {
        format: manifest::FORMAT.to_string(),
        version: manifest::VERSION,
        pack: version::of_pack(workspace.root()).unwrap_or_else(|| "unknown".to_string()),
        grader: version::GRADER.to_string(),
        made: when::rfc3339(now),
        files: all.iter().flat_map(|one| one.taken.files.iter().map(Owned::listed)).collect(),
        labs: all.iter().map(lab).collect(),
    }
}

/// `None` where it is not the program's fault that this is not known.
fn compiles(taken: &Taken, toolchain: &Toolchain) -> Option<bool> {
    match build(&taken.stage, toolchain) {
        Ok(_) => Some(true),
        Err(BuildFailure::Compile { .. } | BuildFailure::Timeout) => Some(false),
        Err(BuildFailure::Trouble(_)) => None,
    }
}

fn tell(all: &[Chosen], manifest: &Manifest, untouched: &[String], asked: bool) {
    for (one, lab) in all.iter().zip(&manifest.labs) {
        println(&say!("cargo-lab/submit/lab_2", lab = lab.lab, lab2 = known::sentence(lab)));
        let again = say!("cargo-lab/submit/try_cargo_lab_check", lab = lab.lab);
        match (lab.compiles, &lab.checked) {
            (Some(false), _) => println(&say!("cargo-lab/submit/does_not_compile_worth_0_points", again)),
            (_, None) => println(&format!("         {again}")),
            (_, Some(_)) if lab.changed => println(&say!("cargo-lab/submit/so_these_points_may_not_be", again)),
            (_, Some(_)) => {}
        }
        for file in &one.taken.files {
            println(&clean(&say!("cargo-lab/submit/bytes", file = file.path, count = file.bytes.len())));
        }
        for ignored in one.taken.left_out() {
            println(&clean(&say!(
                "cargo-lab/submit/not_in_it_labs_lab",
                lab = lab.lab,
                ignored = ignored.path,
                why = ignored.why
            )));
        }
    }
    if !untouched.is_empty() {
        let what = if asked {
            say!("cargo-lab/submit/every_stub_is_still_todo")
        } else {
            say!("cargo-lab/submit/nothing_is_written_there_so_it")
        };
        println(&say!("cargo-lab/submit/lab_2", lab = untouched.join(", "), lab2 = what));
    }
}

fn too_large(zip: &[u8], files: &[&Owned]) -> String {
    let mut largest = files.to_vec();
    largest.sort_by_key(|file| std::cmp::Reverse(file.bytes.len()));
    let largest: Vec<String> = largest
        .iter()
        .take(3)
        .map(|file| say!("cargo-lab/submit/bytes_2", file = file.path, count = file.bytes.len()))
        .collect();
    say!(
        "cargo-lab/submit/the_zip_would_have_bytes_and",
        count = zip.len(),
        largest = packed::LARGEST,
        largest2 = largest.join(", ")
    )
}

/// Writes the zip under a name that is not taken: what was handed in before stays as it is.
fn write(folder: &Path, stem: &str, zip: &[u8]) -> Result<PathBuf> {
    for turn in 1..100 {
        let name = if turn == 1 { format!("{stem}.zip") } else { format!("{stem}-{turn}.zip") };
        let path = folder.join(name);
        match put(&path, zip) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                let advice = say!("cargo-lab/submit/try_out_a_folder_that_you");
                bail!(say!("cargo-lab/submit/cannot_write", path = path.display(), error, advice));
            }
            Ok(()) => return Ok(path),
        }
    }
    bail!(say!("cargo-lab/submit/there_are_a_hundred_zips_of", folder = folder.display()))
}

/// Writes a new file, or leaves none behind.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

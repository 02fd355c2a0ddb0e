//! `cargo lab reset N`: the stubs as they were handed out, with the student's file kept under another name.
//!
//! In the student's copy nothing is as it was handed out any more, so the stubs are a part of the program; a test sees that
//! they are those of `labs/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{complain, exit, open, println, when};
use crate::build::Workspace;
use crate::labs;
use crate::texts::say;

/// Puts the stubs of a lab back.
pub fn run(workspace: &Workspace, number: u8) -> u8 {
    if let Err(error) = open::lab(number) {
        complain(&format!("error: {error:#}"));
        return exit::USAGE;
    }
    match reset(workspace, number) {
        Ok(said) => {
            println(&said);
            exit::OK
        }
        Err(error) => {
            complain(&format!("error: {error:#}"));
            exit::TROUBLE
        }
    }
}

fn reset(workspace: &Workspace, number: u8) -> Result<String> {
    let stubs = labs::texts(number).context("there is no such lab")?.stubs;
    let shown = format!("labs/lab{number}/src/lib.rs");
    let path = workspace.root().join(&shown);
    // What cannot be read must not be written over.
    let before = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| say!("cargo-lab/reset/cannot_read_nothing_was_changed", shown));
        }
    };
    if before.as_deref() == Some(stubs.as_bytes()) {
        return Ok(say!("cargo-lab/reset/is_as_it_was_handed_out", shown));
    }
    let mut said = say!("cargo-lab/reset/lab_begins_anew_the_stubs_are", number, shown);
    if let Some(bytes) = before {
        let kept = keep(&workspace.lab(number), &bytes)?;
        let name = kept.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        said.push_str(&say!("cargo-lab/reset/your_file_is_kept_as_labs", number, name));
    }
    replace(&path, stubs)?;
    let others = own_modules(&workspace.lab(number).join("src"));
    if !others.is_empty() {
        said.push_str(&say!("cargo-lab/reset/not_touched", others = others.join(", ")));
    }
    Ok(said)
}

/// Keeps a file beside `src`, where it is seen, is not compiled, and is not handed in. An older one is never written over.
fn keep(folder: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let stamp = when::stamp();
    for turn in 1.. {
        let more = if turn == 1 { String::new() } else { format!("-{turn}") };
        let path = folder.join(format!("lib-{stamp}{more}.rs"));
        match fs::File::create_new(&path) {
            Ok(mut file) => {
                let written = std::io::Write::write_all(&mut file, bytes).and_then(|()| file.sync_all());
                return written.map(|()| path).context(say!("cargo-lab/reset/cannot_keep_your_file_nothing_was"));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let cannot = || say!("cargo-lab/reset/cannot_write_nothing_was_changed", path = path.display());
                return Err(error).with_context(cannot);
            }
        }
    }
    unreachable!("there is a free name")
}

/// In one step: an editor or a watcher never sees half of it.
fn replace(path: &Path, text: &str) -> Result<()> {
    let cannot = || say!("cargo-lab/reset/cannot_write", path = path.display());
    let folder = path.parent().with_context(cannot)?;
    fs::create_dir_all(folder).with_context(cannot)?;
    let part = folder.join(".lib.rs.part");
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).with_context(cannot)
}

/// What else the student has written: modules beside `lib.rs`.
fn own_modules(src: &Path) -> Vec<String> {
    let provided = ["lib.rs", "main.rs", "provided.rs", "errno.rs"];
    let entries = fs::read_dir(src).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut own: Vec<String> = names
        .filter(|name| name.ends_with(".rs") && !provided.contains(&name.as_str()) && !name.starts_with('.'))
        .collect();
    own.sort();
    own
}

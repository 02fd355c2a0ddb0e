//! The files of a lab that are the student's: those that a stage takes, which is what a teacher's grader builds from.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::manifest::{File, sha256};
use crate::build::{Ignored, Source, Stage, StageFailure, Why, Workspace, stub_places};
use crate::labs::LabInfo;
use crate::texts::say;

/// One file that is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// `labs/lab1/src/lib.rs`
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Owned {
    pub fn listed(&self) -> File {
        File { path: self.path.clone(), bytes: self.bytes.len() as u64, sha256: sha256(&self.bytes) }
    }
}

/// What of a lab is handed in.
#[derive(Debug)]
pub struct Taken {
    pub stage: Stage,
    /// In the order of their paths.
    pub files: Vec<Owned>,
}

impl Taken {
    pub fn of(workspace: &Workspace, lab: u8) -> Result<Taken, StageFailure> {
        let folder = workspace.lab(lab);
        let stage = Stage::new(workspace, lab, Source::Folder(&folder))?;
        let files = owned(&stage)?;
        Ok(Taken { stage, files })
    }

    /// What a student may think is handed in, and is not.
    pub fn left_out(&self) -> impl Iterator<Item = &Ignored> {
        self.stage.ignored().iter().filter(|one| !is_expected(one))
    }

    /// Whether something of it is written: a stub is no longer `todo!()`, or there are files beside `lib.rs`.
    pub fn begun(&self, lab: &LabInfo) -> bool {
        let text = self.stage.lib_rs().unwrap_or_default();
        let places = stub_places(&text);
        let is_stub = |name: &&&str| places.iter().any(|place| place.name == ***name && !place.todo_lines.is_empty());
        self.files.len() > 1 || lab.stubs.iter().filter(is_stub).count() < lab.stubs.len()
    }
}

/// What stands in a lab's folder anyway.
pub fn is_expected(one: &Ignored) -> bool {
    matches!(one.why, Why::Same | Why::Hidden) || matches!(one.path.as_str(), "target/" | "tests/" | "Cargo.lock")
}

/// The files of a stage without the lab's own.
pub fn owned(stage: &Stage) -> Result<Vec<Owned>> {
    let src = format!("labs/lab{}/src", stage.lab());
    let mut files = Vec::new();
    collect(&stage.root().join(&src), &src, &mut files)?;
    files.retain(|file| {
        !["main.rs", "provided.rs", "errno.rs"].map(|ours| format!("{src}/{ours}")).contains(&file.path)
    });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, shown: &str, files: &mut Vec<Owned>) -> Result<()> {
    let cannot = || say!("cargo-lab/submit/cannot_read", folder = folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let path = format!("{shown}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files)?;
        } else {
            files.push(Owned { path, bytes: fs::read(entry.path()).with_context(cannot)? });
        }
    }
    Ok(())
}

//! Where results are kept: one file of JSON for each submission, written whole or not at all.
//!
//! There is no lock and no index: two graders on one folder do the same work twice at worst, and one that is killed goes
//! on where it was. A file is found good by what stands in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::model::{LabStatus, Outcome, Record, Status, VERSION};

/// The folder of results.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens `out/results`, and makes it if it is not there.
    pub fn open(out: &Path) -> Result<Store> {
        let folder = out.join("results");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
        Ok(Store { folder })
    }

    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// The record of a submission; none if there is none, or none that can be read.
    pub fn find(&self, id: &str) -> Option<Record> {
        let record = read(&self.path(id)).ok()?;
        (record.identity.id == id).then_some(record)
    }

    /// All records, in the order of their ids. One that cannot be read is an error with its name.
    pub fn all(&self) -> Result<Vec<Record>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).with_context(|| format!("cannot read `{}`", self.folder.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
        files.sort();
        files.iter().map(|path| read(path)).collect()
    }

    pub fn put(&self, record: &Record) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(record)?;
        text.push(b'\n');
        write_whole(&self.path(&record.identity.id), &text)
    }
}

fn read(path: &Path) -> Result<Record> {
    let text = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let record: Record = serde_json::from_slice(&text)
        .with_context(|| format!("`{}` is no result of this grader, or was cut short", path.display()))?;
    if record.version != VERSION {
        bail!(
            "`{}` has version {} of the format, not {VERSION}; try: a new --out folder",
            path.display(),
            record.version
        );
    }
    Ok(record)
}

/// Writes a file so that it is there whole, or as it was before: also when the machine loses its power.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = || format!("cannot write `{}`", path.display());
    let folder = path.parent().with_context(cannot)?;
    let mut part = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    part.write_all(bytes).with_context(cannot)?;
    part.as_file().sync_all().with_context(cannot)?;
    part.persist(path).with_context(cannot)?;
    Ok(())
}

/// SHA-256 over named parts, in hexadecimal. Lengths are hashed too, so that parts cannot flow into each other.
pub fn key(parts: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for (name, value) in parts {
        for text in [name, value] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether something of it has to be tried again: trouble is never a result.
pub fn is_open(record: &Record) -> bool {
    let lab_open = |lab: &super::model::LabRecord| {
        lab.status == LabStatus::NeedsALook || lab.checks.iter().any(|check| check.outcome == Outcome::NeedsALook)
    };
    record.status == Status::NeedsALook || record.labs.iter().any(lab_open)
}

//! Where results are kept: one file of JSON for each submission, written whole or not at all.
//!
//! There is no lock and no index: two graders on one folder do the same work twice at worst, and one that is killed goes
//! on where it was. A file is found good by what stands in it.

mod part;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::model::{LabStatus, Outcome, Record, Status, VERSION};
pub use part::{Part, folder as part_folder, replace, sweep};

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

    /// Where the record of a try is; the first has the id alone. No id ends like a later one.
    pub fn path(&self, id: &str, attempt: u32) -> PathBuf {
        match attempt {
            0 | 1 => self.folder.join(format!("{id}.json")),
            later => self.folder.join(format!("{id}.try-{later}.json")),
        }
    }

    /// The record of a submission, to be held. One that was cut short is none: it is made anew. One of another format is
    /// an error.
    pub fn find(&self, id: &str, attempt: u32) -> Result<Option<Record>> {
        let mut found = self.read(id, attempt)?;
        found.iter_mut().for_each(|record| record.observed.cases.pack());
        Ok(found)
    }

    /// The same, to be looked at and let go.
    pub fn read(&self, id: &str, attempt: u32) -> Result<Option<Record>> {
        let path = self.path(id, attempt);
        let Some(text) = regular(&path).with_context(|| format!("cannot read `{}`", path.display()))? else {
            return Ok(None);
        };
        let record = serde_json::from_slice::<Record>(&text).ok();
        let version = match &record {
            Some(record) => record.version,
            None => serde_json::from_slice::<Versioned>(&text).map_or(VERSION, |it| it.version),
        };
        if version != VERSION {
            bail!("`{}` has version {version} of the format, not {VERSION}; try: a new --out folder", path.display());
        }
        Ok(record.filter(|record| record.identity.id == id))
    }

    pub fn put(&self, record: &Record, attempt: u32) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(record)?;
        text.push(b'\n');
        write_whole(&self.path(&record.identity.id, attempt), &text)
    }
}

/// The bytes of a regular file; nothing if there is none. A link is not followed, and a FIFO not waited for.
fn regular(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    use std::os::unix::fs::OpenOptionsExt;
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(found) if !found.is_file() => return Ok(None),
        found => found?,
    };
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let mut bytes = Vec::new();
    fs::OpenOptions::new().read(true).custom_flags(flags as i32).open(path)?.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// What every version of the format has.
#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

/// Writes a file so that it is there whole, or as it was before: also when the machine loses its power.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    part::file(path, bytes)?.persist(path).with_context(|| part::cannot(path))?;
    Ok(())
}

/// The same for a file that must not be there yet; one that is there stays as it is.
pub fn write_first(path: &Path, bytes: &[u8]) -> Result<()> {
    match part::file(path, bytes)?.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(failed.error).with_context(|| part::cannot(path))
        }
        _ => Ok(()),
    }
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

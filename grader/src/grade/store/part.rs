//! What is being written has a name of its own until it is whole, so that nobody reads half of it.
//!
//! A grader that is killed leaves such a part behind. Its name tells machine and process, and the next grader on the
//! folder takes away what belongs to nobody any more.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::{NamedTempFile, TempDir};

const PREFIX: &str = ".part-";
/// A part of another machine, whose processes cannot be seen from here, is nobody's when it is as old as this.
const LONG_AGO: Duration = Duration::from_secs(24 * 3600);
/// Graders that renew the same folder at the same moment get in each other's way at most so often.
const TURNS: u32 = 100;

/// A folder in which something is made; it goes when this is dropped, with what was not moved out of it.
pub type Part = TempDir;

/// A fresh one in the folder that its contents are for.
pub fn folder(inside: &Path) -> Result<Part> {
    let made = tempfile::Builder::new().prefix(&prefix()).tempdir_in(inside);
    made.with_context(|| format!("cannot make a folder in `{}`", inside.display()))
}

/// A file with these bytes, beside the path that it is for.
pub(super) fn file(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let folder = path.parent().with_context(|| cannot(path))?;
    let part = tempfile::Builder::new().prefix(&prefix()).tempfile_in(folder);
    let mut part = part.with_context(|| cannot(path))?;
    part.write_all(bytes).with_context(|| cannot(path))?;
    part.as_file().sync_all().with_context(|| cannot(path))?;
    Ok(part)
}

pub(super) fn cannot(path: &Path) -> String {
    format!("cannot write `{}`", path.display())
}

/// Puts a new folder in the place of the old one. Two graders who do so at once both succeed, and one of the two stays.
pub fn replace(new: &Path, old: &Path, part: &Part) -> Result<()> {
    for turn in 0..TURNS {
        match fs::rename(old, part.path().join(format!("old-{turn}"))) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot renew `{}`", old.display()));
            }
            _ => {}
        }
        match fs::rename(new, old) {
            Ok(()) => return Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {}
            Err(error) => return Err(error).with_context(|| format!("cannot renew `{}`", old.display())),
        }
    }
    bail!("cannot renew `{}`: others do so all the time; try: one grader at a time", old.display())
}

/// Takes away what killed graders of this machine have left in a folder.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let path = entry.path();
        if is_stale(&path, rest) {
            // Whatever it is: what cannot be taken away does no harm.
            let _ = fs::remove_dir_all(&path);
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_stale(path: &Path, rest: &str) -> bool {
    let mine = rest.strip_prefix(&format!("{}-", machine()));
    match mine.and_then(|rest| rest.split('-').next()).and_then(|pid| pid.parse::<u32>().ok()) {
        Some(pid) => pid != std::process::id() && !Path::new(&format!("/proc/{pid}")).exists(),
        None => fs::symlink_metadata(path)
            .and_then(|found| found.modified())
            .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > LONG_AGO)),
    }
}

/// `.part-MACHINE-PID-`
fn prefix() -> String {
    format!("{PREFIX}{}-{}-", machine(), std::process::id())
}

fn machine() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    name.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

//! Programs that were built before, to be used again when nothing has changed: what the compiler would read is hashed.
//!
//! They are kept beside the running program, in cargo's target folder, so that `cargo clean` takes them along. Only a
//! student's own tools keep programs; a teacher's, which nobody trusts, and those of the proof are always built.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac_sha256::Hash;

use super::{Invocation, Stage};

/// Where they are.
#[derive(Clone, Debug)]
pub struct Kept {
    folder: PathBuf,
}

/// Where the program of one stage is, or will be.
pub struct Place<'a> {
    kept: &'a Kept,
    folder: PathBuf,
    name: String,
}

const FOLDER: &str = "loopback-programs";
const WARNINGS: &str = "warnings";
const UNFINISHED: &str = "new-";
/// So many programs at most, of about 1 MB each; then those that were used longest ago go, until there are `FEWER`.
const MOST: usize = 128;
const FEWER: usize = 96;

impl Kept {
    /// Beside the running program; nowhere if that is not known.
    pub fn beside_this_program() -> Option<Kept> {
        let program = std::env::current_exe().ok()?;
        let folder = program.parent()?;
        let folder = if folder.ends_with("deps") { folder.parent()? } else { folder };
        Some(Kept { folder: folder.join(FOLDER) })
    }

    /// The place of what these calls would build; none where a file cannot be read.
    pub fn place(&self, stage: &Stage, calls: &[Invocation], name: String) -> Option<Place<'_>> {
        let mut hash = Hash::new();
        let root = stage.root().to_string_lossy().into_owned();
        for call in calls {
            // The folder has another name each time, and it is not in what is built.
            part(&mut hash, call.program.as_os_str().as_encoded_bytes());
            for arg in &call.args {
                part(&mut hash, arg.to_string_lossy().replace(&root, "").as_bytes());
            }
            for (variable, value) in call.env.iter().filter(|(_, value)| !value.to_string_lossy().contains(&root)) {
                part(&mut hash, variable.as_encoded_bytes());
                part(&mut hash, value.as_encoded_bytes());
            }
            file_as_it_is(&mut hash, &call.program)?;
            for rlib in call.args.iter().filter_map(|arg| arg.to_str()?.strip_prefix("anyhow=")) {
                file_as_it_is(&mut hash, Path::new(rlib))?;
            }
        }
        sources(&mut hash, &stage.root().join("labs"))?;
        let key: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Place { kept: self, folder: self.folder.join(key), name })
    }

    /// Makes room for those that are used.
    fn forget_some(&self) -> io::Result<()> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let used = fs::metadata(path.join(WARNINGS)).and_then(|found| found.modified());
            all.push((used.unwrap_or(SystemTime::UNIX_EPOCH), path));
        }
        if all.len() > MOST {
            all.sort();
            for (_, path) in &all[..all.len() - FEWER] {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }
}

impl Place<'_> {
    /// The program and the compiler's warnings, if it is there.
    pub fn find(&self) -> Option<(PathBuf, String)> {
        let warnings = self.folder.join(WARNINGS);
        let text = fs::read_to_string(&warnings).ok()?;
        let program = self.folder.join(&self.name);
        // What was used last stays longest.
        let _ = fs::File::options().append(true).open(warnings).and_then(|file| file.set_modified(SystemTime::now()));
        program.is_file().then_some((program, text))
    }

    /// Keeps a program. What goes wrong here costs time later, and nothing else.
    pub fn keep(&self, program: &Path, warnings: &str) {
        let _ = self.try_to_keep(program, warnings);
    }

    fn try_to_keep(&self, program: &Path, warnings: &str) -> io::Result<()> {
        fs::create_dir_all(&self.kept.folder)?;
        self.kept.forget_some()?;
        let new = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(&self.kept.folder)?;
        let copy = new.path().join(&self.name);
        fs::hard_link(program, &copy).or_else(|_| copied(program, &copy))?;
        fs::write(new.path().join(WARNINGS), warnings)?;
        // Another may have been faster; then this one goes.
        fs::rename(new.path(), &self.folder)
    }
}

/// By a process of its own: what this one has open for writing, a process that it starts at that moment has, too, and
/// then the program cannot be started ("Text file busy").
#[cfg(unix)]
fn copied(from: &Path, to: &Path) -> io::Result<()> {
    let whole = crate::program::forking();
    let mut copying = std::process::Command::new("cp").arg("-p").arg(from).arg(to).spawn()?;
    drop(whole);
    let status = copying.wait()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("cp failed")) }
}

#[cfg(not(unix))]
fn copied(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to).map(drop)
}

/// One part after its length, so that no two lists of parts are the same bytes.
fn part(hash: &mut Hash, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// A compiler or a library is known by its length and the time that it was written.
fn file_as_it_is(hash: &mut Hash, path: &Path) -> Option<()> {
    let found = fs::metadata(path).ok()?;
    let modified = found.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    part(hash, format!("{} {}", found.len(), modified.as_nanos()).as_bytes());
    Some(())
}

/// All files below a folder, by name and content.
fn sources(hash: &mut Hash, folder: &Path) -> Option<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.map(|entry| Some(entry.ok()?.path())).collect::<Option<_>>()?;
    entries.sort();
    part(hash, &(entries.len() as u64).to_le_bytes());
    for path in entries {
        part(hash, path.file_name().unwrap_or(OsStr::new("")).as_encoded_bytes());
        if path.is_dir() {
            sources(hash, &path)?;
        } else {
            part(hash, &fs::read(&path).ok()?);
        }
    }
    Some(())
}

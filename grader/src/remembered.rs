//! What the tools remember of one student: files of lines in `.loopback`, which git ignores.
//!
//! A line is appended in one write, so several commands may note something at once, and nothing but a line is lost when
//! one of them is killed. A file that holds something else is set aside under another name, never lost.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::texts::say;

/// The folder for all of it, in the root of the workspace.
pub const FOLDER: &str = ".loopback";

/// Seconds since 1970, now.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

pub(crate) fn path(root: &Path, file: &str) -> PathBuf {
    root.join(FOLDER).join(file)
}

/// The lines that `parse` understands, oldest first; and what is wrong with the file, if it cannot be used.
pub(crate) fn read<T>(path: &Path, parse: impl Fn(&str) -> Option<T>) -> (Vec<T>, Option<String>) {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Vec::new(), None),
        Err(error) => {
            return (Vec::new(), Some(say!("cargo-lab/remembered/cannot_read", path = path.display(), error)));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter(|line| !line.is_empty());
    let (good, bad): (Vec<_>, Vec<_>) = lines.map(parse).partition(Option::is_some);
    // The last line may be half written at this moment; what a newer version has noted is not known here.
    if bad.len() > 1 && bad.len() > good.len() {
        return (Vec::new(), Some(set_aside(path)));
    }
    (good.into_iter().flatten().collect(), None)
}

/// Appends whole lines.
pub(crate) fn append(path: &Path, lines: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().append(true).create(true).open(path)?.write_all(lines.as_bytes())
}

fn set_aside(path: &Path) -> String {
    let mut aside = path.with_extension("damaged");
    for turn in 2.. {
        if !aside.exists() {
            break;
        }
        aside = path.with_extension(format!("damaged-{turn}"));
    }
    match fs::rename(path, &aside) {
        Ok(()) => {
            say!("cargo-lab/remembered/is_damaged_it_is_kept_as", path = path.display(), aside = aside.display())
        }
        Err(error) => say!("cargo-lab/remembered/is_damaged_and_cannot_be_set", path = path.display(), error),
    }
}

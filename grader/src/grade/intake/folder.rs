//! The files of a folder, links not followed: the same to what comes after as the entries of an archive.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::OFlags;

use super::entry::{Entry, Trouble, Visit, What, pieces, why_never};
use super::limits::Limits;

/// Calls `visit` for each thing, in the order of names. What is never taken is not looked into.
pub fn read(root: &Path, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
    let mut walk = Walk { limits, seen: 0 };
    walk.folder(root, &mut Vec::new(), visit)
}

struct Walk<'a> {
    limits: &'a Limits,
    seen: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, below: &mut Vec<u8>, visit: &mut Visit<'_>) -> Result<(), Trouble> {
        for (path, found) in self.list(folder)? {
            let length = below.len();
            let name = path.file_name().unwrap_or_default();
            below.extend_from_slice(name.as_bytes());
            let never = why_never(&name.to_string_lossy()).is_some();
            let name = pieces(below, what(found.file_type()), self.limits);
            let size = if found.is_file() { found.len() } else { 0 };
            let inside = found.is_dir() && !never && name.is_ok();
            visit(Entry { name, folder: found.is_dir(), size, content: &mut Lazy { path: path.clone(), file: None } })?;
            if inside {
                below.push(b'/');
                self.folder(&path, below, visit)?;
            }
            below.truncate(length);
        }
        Ok(())
    }

    fn list(&mut self, folder: &Path) -> Result<Vec<(PathBuf, Metadata)>, Trouble> {
        let cannot = || format!("cannot read `{}`", folder.display());
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let path = entry.with_context(cannot)?.path();
            let found = fs::symlink_metadata(&path).with_context(cannot)?;
            all.push((path, found));
            self.seen += 1;
            if self.seen > self.limits.entries {
                return Err(Trouble::Bad(format!("it has more than {} files and folders", self.limits.entries)));
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(all)
    }
}

fn what(kind: FileType) -> What {
    match kind {
        _ if kind.is_file() => What::File,
        _ if kind.is_dir() => What::Folder,
        _ if kind.is_symlink() => What::Link,
        _ if kind.is_fifo() => What::Fifo,
        _ if kind.is_block_device() || kind.is_char_device() => What::Device,
        _ => What::Other,
    }
}

/// Opened when it is read: a folder is first looked through for names alone.
struct Lazy {
    path: PathBuf,
    file: Option<File>,
}

impl Read for Lazy {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(open(&self.path)?);
        }
        self.file.as_mut().map_or(Ok(0), |file| file.read(buf))
    }
}

/// Opens a regular file and nothing else; a FIFO that took its place does not hang us.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

//! Files that only grow, a line at a time, also when two graders write at once or one is killed in the middle of a line.
//!
//! A line goes out in one `write` on a file opened with `O_APPEND`, which the kernel does not mix with another's. A torn
//! last line (killed, disk full) is closed by the next writer, so that it spoils nothing but itself. A lock keeps the
//! look at the last line and the write together; where a file system has none, lines still never mix.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Appends the line that `make` makes, given the last line of the file (without its end; empty at the beginning).
pub(super) fn append(path: &Path, make: impl FnOnce(&[u8]) -> Result<String>) -> Result<String> {
    let shown = path.display();
    let mut file = open(path).with_context(|| format!("cannot open `{shown}`; try: a folder that you may write to"))?;
    // Released when the file is closed. Not every network file system has locks.
    let _ = file.lock();
    let last = last_line(&mut file).with_context(|| format!("cannot read the end of `{shown}`"))?;
    let line = make(last.strip_suffix(b"\n").unwrap_or(&last))?;
    if line.contains(['\n', '\r']) {
        bail!("an entry of `{shown}` would break its line");
    }
    let torn = !last.is_empty() && !last.ends_with(b"\n");
    let whole = format!("{}{line}\n", if torn { "\n" } else { "" });
    write_once(&mut file, whole.as_bytes())
        .and_then(|()| file.sync_data())
        .with_context(|| format!("cannot write to `{shown}`; try: make room on the disk, then the same again"))?;
    Ok(line)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A second `write` could stand behind somebody else's line, so there is none.
fn write_once(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    match file.write(bytes)? {
        written if written == bytes.len() => Ok(()),
        written => {
            Err(io::Error::new(io::ErrorKind::WriteZero, format!("only {written} of {} bytes fit", bytes.len())))
        }
    }
}

/// The last line with its end, if it has one. Read backwards, for the file only grows.
fn last_line(file: &mut File) -> io::Result<Vec<u8>> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut reach = 4096;
    loop {
        let from = end.saturating_sub(reach);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(end - from).read_to_end(&mut tail)?;
        let body = tail.strip_suffix(b"\n").unwrap_or(&tail);
        match body.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => return Ok(tail.split_off(newline + 1)),
            None if from == 0 => return Ok(tail),
            None => reach *= 4,
        }
    }
}

/// All lines of the file; none if there is no file yet.
pub(super) fn lines(path: &Path) -> Result<Vec<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(split(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

pub(super) fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() { Vec::new() } else { body.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect() }
}

//! The entries of a zip. Its directory is looked at before anything of it is believed or kept.

use std::io::{self, Read, Seek, SeekFrom};

use anyhow::Context;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::archive::{TooMuch, trouble};
use super::entry::{Entry, Trouble, Visit, What, pieces};
use super::limits::{Limits, RATIO_FROM};

/// Calls `visit` for each entry, in the order of the directory.
pub fn read(mut reader: impl Read + Seek, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
    let told = told_entries(&mut reader)?;
    if told > limits.entries as u64 {
        return bad(&format!(
            "it has {told} entries; at most {} are read; try: hand in the sources only",
            limits.entries
        ));
    }
    let mut archive = ZipArchive::new(reader).map_err(|error| of_zip(error, "its directory cannot be read"))?;
    if archive.len() as u64 != told {
        return bad("entries of it have the same name, or its directory counts wrongly; try: pack it anew");
    }
    // Two readers of such an archive would see different files in it.
    archive.validate_header_consistency().map_err(|error| of_zip(error, "its entries contradict its directory"))?;
    for at in 0..archive.len() {
        one(archive.by_index(at).map_err(|error| of_zip(error, "an entry of it cannot be read"))?, limits, visit)?;
    }
    Ok(())
}

fn one<R: Read>(mut file: ZipFile<'_, R>, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
    let what = what(&file);
    let name = pieces(file.name_raw(), what, limits);
    let (size, packed) = (file.size(), file.compressed_size());
    if size > RATIO_FROM && size / packed.max(1) > limits.ratio {
        return bad(&TooMuch.to_string());
    }
    let mut content = Exact { inner: &mut file, left: size };
    visit(Entry { name, folder: what == What::Folder, size, content: &mut content })
}

fn what<R: Read>(file: &ZipFile<'_, R>) -> What {
    match file.unix_mode().map(|mode| mode & 0o170_000) {
        Some(0o120_000) => What::Link,
        Some(0o010_000) => What::Fifo,
        Some(0o020_000 | 0o060_000) => What::Device,
        Some(0o140_000) => What::Other,
        _ if file.is_dir() || file.name_raw().ends_with(b"\\") => What::Folder,
        _ => What::File,
    }
}

/// How many entries the end of the directory tells of: the last such record that reaches the end of the file, or else the
/// last one. If the archive is read otherwise than that, it is refused, so that this needs not be clever.
fn told_entries(reader: &mut (impl Read + Seek)) -> Result<u64, Trouble> {
    const RECORD: usize = 22;
    let length = reader.seek(SeekFrom::End(0)).context("cannot read an archive")?;
    let start = length.saturating_sub(RECORD as u64 + 0xffff);
    let mut tail = Vec::new();
    reader.seek(SeekFrom::Start(start)).context("cannot read an archive")?;
    reader.take(RECORD as u64 + 0xffff).read_to_end(&mut tail).context("cannot read an archive")?;
    let mut found = tail.windows(RECORD).enumerate().rev().filter(|(_, record)| record.starts_with(b"PK\x05\x06"));
    let Some((at, record)) = found.next() else {
        return bad("its end is missing, so it was cut off; try: upload it again");
    };
    let (on_disk, entries) = (word(record, 8), word(record, 10));
    if at >= 20 && tail[at - 20..].starts_with(b"PK\x06\x07") {
        return told_in_zip64(reader, &tail[at - 20..at]);
    }
    if on_disk != entries {
        return bad("it is one part of several; try: pack it as one file");
    }
    Ok(entries)
}

fn told_in_zip64(reader: &mut (impl Read + Seek), locator: &[u8]) -> Result<u64, Trouble> {
    let at = long(locator, 8);
    let mut record = [0; 56];
    let read = reader.seek(SeekFrom::Start(at)).and_then(|_| reader.read_exact(&mut record));
    match read {
        Ok(()) if record.starts_with(b"PK\x06\x06") => Ok(long(&record, 32)),
        _ => bad("its zip64 directory is not where it says; try: pack it anew"),
    }
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map_or(u64::MAX, u64::from_le_bytes)
}

fn of_zip(error: ZipError, otherwise: &str) -> Trouble {
    match error {
        ZipError::Io(error) => trouble(error, &format!("{otherwise}; try: pack and upload it again")),
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => {
            Trouble::Bad("it is encrypted; try: pack it without a password".to_string())
        }
        ZipError::UnsupportedArchive(why) => {
            Trouble::Bad(format!("it uses what is not read here ({why}); try: pack it anew, with the ordinary method"))
        }
        ZipError::InvalidArchive(why) => Trouble::Bad(format!("{otherwise} ({why}); try: pack it anew")),
        _ => Trouble::Bad(format!("{otherwise}; try: pack it anew")),
    }
}

fn bad<T>(why: &str) -> Result<T, Trouble> {
    Err(Trouble::Bad(why.to_string()))
}

/// As many bytes as the directory says, and the checksum after them: the library looks at it when the end is read.
struct Exact<'a, R> {
    inner: &'a mut R,
    left: u64,
}

impl<R: Read> Read for Exact<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buf)?;
        let lies =
            || io::Error::new(io::ErrorKind::InvalidData, "more or less comes out of an entry than its header says");
        self.left = self.left.checked_sub(got as u64).ok_or_else(lies)?;
        if got == 0 && !buf.is_empty() && self.left > 0 {
            return Err(lies());
        }
        Ok(got)
    }
}

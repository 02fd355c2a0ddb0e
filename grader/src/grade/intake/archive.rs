//! Archives: which kind a file is, and its entries in turn. Nothing here writes a file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use anyhow::Context;
use flate2::read::MultiGzDecoder;

use super::entry::{Trouble, Visit};
use super::limits::Limits;
use super::{tarball, zipped};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Zip,
    Tar,
    TarGz,
}

impl Kind {
    /// By its name: what the author says it is. `None` if the name is not that of an archive that is read here.
    pub fn named(name: &str) -> Option<Kind> {
        let name = name.to_ascii_lowercase();
        [(".zip", Kind::Zip), (".tar", Kind::Tar), (".tar.gz", Kind::TarGz), (".tgz", Kind::TarGz)]
            .into_iter()
            .find_map(|(end, kind)| name.ends_with(end).then_some(kind))
    }

    /// By its first bytes: what it is.
    pub fn of(first: &[u8]) -> Option<Kind> {
        match first {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Kind::Zip),
            [0x1f, 0x8b, ..] => Some(Kind::TarGz),
            _ if first.get(257..262) == Some(b"ustar") => Some(Kind::Tar),
            _ => None,
        }
    }
}

/// An archive's name without what tells its kind.
pub fn stem(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let end = [".tar.gz", ".tgz", ".tar", ".zip"].into_iter().find(|end| lower.ends_with(end)).map_or(0, str::len);
    &name[..name.len() - end]
}

/// Archives that people hand in and that are not read here.
pub fn is_other_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".7z", ".rar", ".gz", ".bz2", ".xz", ".zst"].iter().any(|end| name.ends_with(end)) && Kind::named(&name).is_none()
}

/// Reads all entries of an archive whose kind is found from its bytes.
pub fn read(mut file: File, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
    match kind(&mut file)? {
        Some(Kind::Zip) => zipped::read(BufReader::new(file), limits, visit),
        Some(Kind::Tar) => tarball::read(BufReader::new(file), limits, visit),
        Some(Kind::TarGz) => {
            let packed = file.metadata().context("cannot read an archive's size")?.len();
            let most = packed.saturating_mul(limits.ratio).max(super::limits::RATIO_FROM).min(limits.stream);
            let unpacked = Bounded { inner: MultiGzDecoder::new(BufReader::new(file)), left: most };
            tarball::read(BufReader::new(unpacked), limits, visit)
        }
        None => Err(Trouble::Bad("it is neither a zip nor a tar archive; try: pack it anew, as a zip".to_string())),
    }
}

pub fn kind(file: &mut File) -> Result<Option<Kind>, Trouble> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.take(512).read_to_end(&mut first))
        .context("cannot read an archive")?;
    file.seek(SeekFrom::Start(0)).context("cannot read an archive")?;
    Ok(Kind::of(&first))
}

/// The machine's trouble is not the archive's: a disk that cannot be read says so with a number.
pub fn trouble(error: io::Error, otherwise: &str) -> Trouble {
    if error.raw_os_error().is_some() {
        return Trouble::Ours(anyhow::Error::new(error).context("cannot read an archive"));
    }
    match error.get_ref().is_some_and(|inner| inner.is::<TooMuch>()) {
        true => Trouble::Bad(TooMuch.to_string()),
        false => Trouble::Bad(otherwise.to_string()),
    }
}

/// Ends a stream that does not end.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buf)?;
        self.left = self.left.checked_sub(got as u64).ok_or_else(|| io::Error::other(TooMuch))?;
        Ok(got)
    }
}

/// Out of an archive comes more than it can honestly hold.
#[derive(Debug)]
pub struct TooMuch;

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "far more comes out of it than sources ever shrink: it is not unpacked; try: hand in the sources only",
        )
    }
}

impl std::error::Error for TooMuch {}

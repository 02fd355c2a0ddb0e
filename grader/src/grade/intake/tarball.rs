//! The entries of a tar stream. Raw headers are read, and what they say of the next one is put together here, with limits:
//! a library that did it for us would read a long name of 8 GB into memory.

use std::io::Read;

use tar::{Archive, EntryType, PaxExtensions};

use super::archive::trouble;
use super::entry::{Entry, Trouble, Visit, What, pieces};
use super::limits::Limits;

/// The most that a header about the next header may hold.
const ABOUT: u64 = 64 * 1024;

const CUT: &str = "it ends too early or is damaged; try: pack and upload it again";

/// What such headers said.
#[derive(Default)]
struct About {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

/// Calls `visit` for each entry, in the order of the stream.
pub fn read(reader: impl Read, limits: &Limits, visit: &mut Visit<'_>) -> Result<(), Trouble> {
    let mut archive = Archive::new(reader);
    let entries = archive.entries().map_err(|error| trouble(error, CUT))?.raw(true);
    let mut about = About::default();
    let mut seen = 0;
    for entry in entries {
        let mut entry = entry.map_err(|error| trouble(error, CUT))?;
        seen += 1;
        if seen > limits.entries {
            return bad(&format!("it has more than {} entries; try: hand in the sources only", limits.entries));
        }
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => global(&content(&mut entry)?)?,
            EntryType::XHeader => about.pax(&content(&mut entry)?)?,
            EntryType::GNULongName => about.name = Some(until_nul(content(&mut entry)?)),
            EntryType::GNULongLink => drop(content(&mut entry)?),
            kind => one(&mut entry, kind, std::mem::take(&mut about), limits, visit)?,
        }
    }
    if seen == 0 {
        return bad("there is nothing in it");
    }
    // A checksum may stand behind the end.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(|error| trouble(error, CUT))?;
    Ok(())
}

fn one<R: Read>(
    entry: &mut tar::Entry<'_, R>,
    kind: EntryType,
    about: About,
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Result<(), Trouble> {
    let size = entry.size();
    if about.size.is_some_and(|told| told != size) {
        return bad("an entry of it has two sizes (PAX and header); try: pack it anew");
    }
    let what = match kind {
        _ if about.sparse => What::Sparse,
        EntryType::Regular | EntryType::Continuous => What::File,
        EntryType::Directory => What::Folder,
        EntryType::Symlink => What::Link,
        EntryType::Link => What::HardLink,
        EntryType::Char | EntryType::Block => What::Device,
        EntryType::Fifo => What::Fifo,
        EntryType::GNUSparse => What::Sparse,
        _ => What::Other,
    };
    let raw = about.name.unwrap_or_else(|| entry.header().path_bytes().into_owned());
    let what = if what == What::File && raw.ends_with(b"/") { What::Folder } else { what };
    // `tar c .` begins with the folder itself.
    if what == What::Folder && matches!(&raw[..], b"." | b"./") {
        return Ok(());
    }
    let name = pieces(&raw, what, limits);
    let mut whole = Whole { inner: entry, left: size };
    visit(Entry { name, folder: what == What::Folder, size, content: &mut whole })
}

impl About {
    fn pax(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        for extension in PaxExtensions::new(bytes) {
            let Ok(extension) = extension else {
                return bad("its PAX headers are damaged; try: pack it anew");
            };
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => self.size = Some(number(extension.value_bytes())?),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Headers for all entries: `git archive` writes a comment. A name or size for all would be a trap.
fn global(bytes: &[u8]) -> Result<(), Trouble> {
    let mut about = About::default();
    about.pax(bytes)?;
    match about.name.is_some() || about.size.is_some() || about.sparse {
        true => bad("it has one name or size for all entries; try: pack it anew"),
        false => Ok(()),
    }
}

fn number(bytes: &[u8]) -> Result<u64, Trouble> {
    match std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()) {
        Some(number) => Ok(number),
        None => bad("a size in its PAX headers is no number; try: pack it anew"),
    }
}

fn content<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, Trouble> {
    let size = entry.size();
    if size > ABOUT {
        return bad("a header of it is far too long; try: pack it anew");
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| trouble(error, CUT))?;
    if (bytes.len() as u64) < size { bad(CUT) } else { Ok(bytes) }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

fn bad<T>(why: &str) -> Result<T, Trouble> {
    Err(Trouble::Bad(why.to_string()))
}

/// A stream that is cut off inside a file is not the end of that file.
struct Whole<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let got = self.inner.read(buf)?;
        self.left = self.left.saturating_sub(got as u64);
        if got == 0 && !buf.is_empty() && self.left > 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(got)
    }
}

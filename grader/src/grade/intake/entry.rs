//! One thing in a folder or an archive, as every reader here hands it on: a clean name, a size, bytes that can be read.
//!
//! Nothing of it is trusted: a name is taken to pieces here, once, and a path is only ever made from those pieces.

use std::io::Read;

use unicode_normalization::UnicodeNormalization;

use super::limits::{Limits, NAME};

/// What a reader calls back for each entry.
pub type Visit<'a> = dyn FnMut(Entry<'_>) -> Result<(), Trouble> + 'a;

pub struct Entry<'a> {
    pub name: Result<Pieces, Refused>,
    pub folder: bool,
    /// As its header says.
    pub size: u64,
    pub content: &'a mut dyn Read,
}

/// A path below a folder of ours: neither empty, nor `.` or `..`, nor with a separator, in any piece.
pub type Pieces = Vec<String>;

/// An entry that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its name, printable.
    pub shown: String,
    /// The folders above it, as far as their names are in order.
    pub below: Pieces,
    pub why: &'static str,
    /// No honest archive holds such a thing: the whole submission is refused.
    pub hostile: bool,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not taken: {}", self.shown, self.why)
    }
}

/// Why reading ended early.
#[derive(Debug)]
pub enum Trouble {
    /// The archive's: a sentence for its author.
    Bad(String),
    /// The machine's, or ours.
    Ours(anyhow::Error),
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Trouble {
        Trouble::Ours(error)
    }
}

/// What an entry is, as the archive says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    File,
    Folder,
    Link,
    HardLink,
    Device,
    Fifo,
    Sparse,
    Other,
}

impl What {
    /// Why a thing of this kind is not taken; `None` for files and folders.
    pub fn refused(self) -> Option<&'static str> {
        match self {
            What::File | What::Folder => None,
            What::Link => Some("it is a symbolic link; try: the file itself"),
            What::HardLink => Some("it is a hard link to another entry; try: the file itself"),
            What::Device => Some("it is a device"),
            What::Fifo => Some("it is a FIFO"),
            What::Sparse => Some("it is a sparse file; try: pack it without `--sparse`"),
            What::Other => Some("it is neither a file nor a folder"),
        }
    }
}

/// Takes a name apart. Both slashes separate: some Windows programs write `\` into zips. What is not UTF-8 is
/// percent-encoded, byte by byte: an umlaut of another code page in a folder's name is no reason to lose the files in it.
pub fn pieces(raw: &[u8], what: What, limits: &Limits) -> Result<Pieces, Refused> {
    let mut pieces = Pieces::new();
    let refuse = |below: Pieces, (why, hostile)| Err(Refused { shown: shown(raw), below, why, hostile });
    if raw.len() > limits.path {
        return refuse(pieces, ("its path is too long", false));
    }
    if matches!(raw, [b'/' | b'\\', ..] | [b'a'..=b'z' | b'A'..=b'Z', b':', ..]) {
        return refuse(pieces, ("its path begins at the root of a disk", true));
    }
    for piece in raw.split(|byte| matches!(byte, b'/' | b'\\')).filter(|piece| !matches!(*piece, b"" | b".")) {
        if let Some(why) = refused(piece) {
            return refuse(pieces, why);
        }
        pieces.push(utf8(piece));
    }
    if pieces.is_empty() {
        return refuse(pieces, ("it has no name", false));
    }
    if pieces.len() > limits.depth {
        return refuse(pieces, ("it is too many folders deep", false));
    }
    // An editor leaves such links beside an open file.
    let odd = pieces.last().is_some_and(|last| last.starts_with(".#"));
    match what.refused() {
        Some(why) => {
            pieces.pop();
            refuse(pieces, (why, !odd))
        }
        None => Ok(pieces),
    }
}

/// Why no file or folder is called that, and whether that is an attack.
fn refused(piece: &[u8]) -> Option<(&'static str, bool)> {
    match piece {
        b".." => Some(("its path leads out of the archive (`..`)", true)),
        _ if piece.len() > NAME => Some(("its name is longer than 255 bytes", false)),
        _ if piece.iter().any(u8::is_ascii_control) => Some(("there are control characters in its name", false)),
        _ if is_windows_device(&String::from_utf8_lossy(piece)) => {
            Some(("Windows keeps that name for a device", false))
        }
        _ => None,
    }
}

/// Under this key, two names that some file system or person takes for one are the same.
pub fn folded(pieces: &[String]) -> String {
    pieces.join("/").nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// A name for people: what is not printable is percent-encoded, and so is `%`; at most 200 characters.
pub fn shown(raw: &[u8]) -> String {
    let mut out = String::new();
    for chunk in raw.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '%' => out.push_str("%25"),
                _ if is_plain(letter) => out.push(letter),
                _ => letter.to_string().bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}"))),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
    }
    match out.char_indices().nth(200) {
        Some((at, _)) => format!("{}...", &out[..at]),
        None => out,
    }
}

/// Text of people and platforms that goes into a model: without control characters, and without those that turn the
/// direction of writing or have no width.
pub fn plain(text: &str) -> String {
    text.chars().filter(|letter| is_plain(*letter)).collect::<String>().trim().to_string()
}

fn is_plain(letter: char) -> bool {
    let hidden = matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    !letter.is_control() && !hidden
}

/// What is never taken, from any place: built things, version control, what macOS adds. `None` if it is not that.
pub fn never(pieces: &[String]) -> Option<(String, &'static str)> {
    let at = pieces.iter().position(|piece| why_never(piece).is_some())?;
    let slash = if at + 1 < pieces.len() { "/" } else { "" };
    Some((pieces[..=at].join("/") + slash, why_never(&pieces[at])?))
}

pub fn why_never(name: &str) -> Option<&'static str> {
    match name {
        "target" => Some("what the compiler made is made anew"),
        ".git" => Some("version control is not read"),
        "__MACOSX" | ".DS_Store" => Some("macOS adds it"),
        _ if name.starts_with("._") => Some("macOS adds it"),
        _ => None,
    }
}

fn utf8(piece: &[u8]) -> String {
    match std::str::from_utf8(piece) {
        Ok(text) if text.chars().all(is_plain) => text.to_string(),
        _ => shown(piece).chars().take(NAME / 3).collect(),
    }
}

/// `con`, `nul.rs`, `COM1`: on Windows these are not files, in any folder.
fn is_windows_device(piece: &str) -> bool {
    let stem = piece.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        _ => ["com", "lpt"]
            .iter()
            .any(|port| stem.strip_prefix(port).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']))),
    }
}

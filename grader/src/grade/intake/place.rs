//! Where in a submission each lab is. Students pack one folder too many or too few, or the one file; what is clear is taken,
//! what is not is told, and nothing is guessed.

use std::collections::BTreeMap;
use std::path::Path;

use super::entry::{Trouble, folded};
use super::names::lab_in;
use super::spool::Blob;
pub use crate::workbook::submit::placed::lab_of;

#[derive(Debug, Default)]
pub struct Placed {
    /// The files of each lab, as they are called in its folder: `src/lib.rs`.
    pub labs: BTreeMap<u8, Vec<(String, Blob)>>,
    /// Not in any lab.
    pub rest: Vec<(Blob, &'static str)>,
    /// A `lib.rs` that could be of several labs, or several of one.
    pub unclear: Vec<String>,
}

/// A place that looks like a lab's.
#[derive(Clone, Debug)]
struct Candidate {
    /// The folder that has `src`, or, without one, that has the file itself.
    base: Vec<String>,
    has_src: bool,
    /// A single file under another name: `lab2.rs`.
    file: Option<usize>,
    lib: usize,
    lab: Option<u8>,
    how: How,
}

/// How it is known which lab; a later one weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Text,
    Expected,
    Name,
    Folder,
}

pub fn place(blobs: Vec<Blob>, labs: &[u8]) -> Result<Placed, Trouble> {
    refuse_doubles(&blobs)?;
    let mut placed = Placed::default();
    let mut taken = BTreeMap::<u8, Vec<Candidate>>::new();
    for candidate in candidates(&blobs) {
        let shown = blobs[candidate.lib].pieces.join("/");
        match which(candidate, &blobs, labs)? {
            Ok(found) => taken.entry(found.lab.unwrap_or(0)).or_default().push(found),
            Err(why) => placed.unclear.push(format!("`{shown}`: {why}")),
        }
    }
    let mut chosen = Vec::new();
    for (lab, mut found) in taken {
        let best = found.iter().map(|one| one.how).max();
        found.retain(|one| Some(one.how) == best);
        match &found[..] {
            [one] => chosen.push((lab, one.clone())),
            _ => {
                let places: Vec<String> =
                    found.iter().map(|one| format!("`{}`", blobs[one.lib].pieces.join("/"))).collect();
                placed.unclear.push(format!("there are several of lab {lab}: {}", places.join(", ")));
            }
        }
    }
    // The deepest first, so that a file belongs to the nearest place.
    chosen.sort_by_key(|(_, one)| std::cmp::Reverse(one.base.len()));
    for (at, blob) in blobs.into_iter().enumerate() {
        match chosen.iter().find_map(|(lab, one)| Some((*lab, one.name(at, &blob.pieces)?))) {
            Some((lab, name)) if labs.is_empty() || labs.contains(&lab) => {
                placed.labs.entry(lab).or_default().push((name, blob));
            }
            Some(_) => placed.rest.push((blob, "this lab is not asked for")),
            None => placed.rest.push((blob, "it is not in the folder of a lab")),
        }
    }
    Ok(placed)
}

impl Candidate {
    /// What a file is called in the lab's folder, if it belongs there.
    fn name(&self, at: usize, pieces: &[String]) -> Option<String> {
        if let Some(file) = self.file {
            return (file == at).then(|| "src/lib.rs".to_string());
        }
        let below = pieces.strip_prefix(&self.base[..])?;
        match (self.has_src, below) {
            (true, _) => Some(below.join("/")),
            (false, [file]) if file.ends_with(".rs") => Some(format!("src/{file}")),
            (false, [_, .., file]) if file.ends_with(".rs") => Some(format!("src/{}", below.join("/"))),
            (false, _) => None,
        }
    }
}

/// Every `lib.rs`, but not those that are modules of one above.
fn candidates(blobs: &[Blob]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut order: Vec<usize> = (0..blobs.len()).collect();
    order.sort_by_key(|at| blobs[*at].pieces.len());
    for at in order {
        let Some((last, above)) = blobs[at].pieces.split_last() else { continue };
        let is_lib = last == "lib.rs";
        if !is_lib && !is_single(last) {
            continue;
        }
        let has_src = is_lib && above.last().is_some_and(|folder| folder == "src");
        let base = if has_src { &above[..above.len() - 1] } else { above };
        let inside = |one: &Candidate| {
            let src: Vec<String> = one.base.iter().cloned().chain(one.has_src.then(|| "src".to_string())).collect();
            one.file.is_none() && above.starts_with(&src) && (!has_src || one.has_src)
        };
        if found.iter().any(inside) {
            continue;
        }
        let file = (!is_lib).then_some(at);
        found.push(Candidate { base: base.to_vec(), has_src, file, lib: at, lab: None, how: How::Text });
    }
    found
}

/// `lab2.rs`, `lab2_lib.rs`, `lib_lab2.rs`; and `lib (1).rs`, as browsers call the second one.
fn is_single(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some(stem) = lower.strip_suffix(".rs") else { return false };
    let letters: String = stem.chars().filter(char::is_ascii_alphabetic).collect();
    match letters.as_str() {
        "lab" | "lablib" | "liblab" => lab_in(stem).is_some(),
        "lib" => stem.len() > 3 && stem.starts_with("lib"),
        _ => false,
    }
}

/// Which lab: by the folder's own name, by a name above it, by what is asked for, by its text.
fn which(mut one: Candidate, blobs: &[Blob], labs: &[u8]) -> Result<Result<Candidate, String>, Trouble> {
    let own = one.base.last().map(String::as_str).unwrap_or_default();
    let file = one.file.and_then(|at| blobs[at].pieces.last()).and_then(|name| lab_in(name));
    let exact = lab_in(own).filter(|lab| own.eq_ignore_ascii_case(&format!("lab{lab}")));
    let above = || one.base.iter().rev().find_map(|folder| lab_in(folder));
    let (lab, how) = match (exact.or(file), above(), labs) {
        (Some(lab), ..) => (lab, How::Folder),
        (None, Some(lab), _) => (lab, How::Name),
        (None, None, [lab]) => (*lab, How::Expected),
        (None, None, _) => match by_text(&blobs[one.lib].path)? {
            Some(lab) => (lab, How::Text),
            None => return Ok(Err("nothing tells which lab it is; try: a folder `labN`".to_string())),
        },
    };
    (one.lab, one.how) = (Some(lab), how);
    Ok(Ok(one))
}

fn by_text(path: &Path) -> Result<Option<u8>, Trouble> {
    let bytes =
        std::fs::read(path).map_err(|error| Trouble::Ours(anyhow::Error::new(error).context("cannot read a copy")))?;
    Ok(lab_of(&String::from_utf8_lossy(&bytes)))
}

/// Names that some file system takes for one: which of the two is meant?
fn refuse_doubles(blobs: &[Blob]) -> Result<(), Trouble> {
    let mut seen = BTreeMap::<String, &Blob>::new();
    for blob in blobs {
        if let Some(other) = seen.insert(folded(&blob.pieces), blob) {
            let (a, b) = (other.pieces.join("/"), blob.pieces.join("/"));
            let why = format!("`{a}` and `{b}` are one name on some machines; try: keep the one that is meant");
            return Err(Trouble::Bad(why));
        }
    }
    for blob in blobs {
        let above = (1..blob.pieces.len()).find(|length| seen.contains_key(&folded(&blob.pieces[..*length])));
        if let Some(length) = above {
            let both = blob.pieces[..length].join("/");
            return Err(Trouble::Bad(format!("`{both}` is a file and a folder; try: keep the one that is meant")));
        }
    }
    Ok(())
}

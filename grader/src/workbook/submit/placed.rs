//! Which labs are in a zip that was unpacked. What is clear is taken; what is not is told, and nothing is guessed.
//!
//! A teacher's grader, which is not in a student pack, knows a few names more. What is found here, it finds too, and a
//! test holds one against the other; how a lab is known ([`lab_in`], [`lab_of`]) is the same code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::manifest;
use crate::labs::{self, LABS};
use crate::texts::say;

#[derive(Debug, Default)]
pub struct Placed {
    /// The folder with `src/lib.rs` of each lab.
    pub labs: BTreeMap<u8, PathBuf>,
    /// What cannot be taken for one lab.
    pub unclear: Vec<String>,
    /// Files that belong to no lab, relative to the zip.
    pub rest: Vec<String>,
    /// The folder with the manifest, if there is one.
    pub manifest: Option<PathBuf>,
}

/// A `lib.rs`, and the folder that is the lab's, with `src` or, as some hand it in, without.
struct Candidate {
    lib: PathBuf,
    folder: PathBuf,
    has_src: bool,
}

/// Looks through a folder into which a zip that is called so was unpacked. A lab without `src` gets one.
pub fn place(root: &Path, called: &str) -> Result<Placed> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort_by_key(|file| (file.components().count(), file.clone()));
    let mut placed = Placed::default();
    let mut found: BTreeMap<u8, Vec<Candidate>> = BTreeMap::new();
    for one in candidates(&files) {
        match which(root, called, &one) {
            Some(lab) => found.entry(lab).or_default().push(one),
            None => {
                placed.unclear.push(say!("cargo-lab/submit/nothing_tells_which_lab_it_is", lib = shown(root, &one.lib)))
            }
        }
    }
    let mut taken = Vec::new();
    for (lab, all) in found {
        match &all[..] {
            [one] => {
                taken.push(one.folder.clone());
                placed.labs.insert(lab, laid(root, lab, one)?);
            }
            _ => placed.unclear.push(say!("cargo-lab/submit/there_are_folders_of_lab", count = all.len(), lab)),
        }
    }
    let manifest = files.iter().find(|file| file.ends_with(manifest::NAME));
    placed.manifest = manifest.and_then(|file| file.parent()).map(Path::to_path_buf);
    let is_taken = |file: &&PathBuf| Some(*file) == manifest || taken.iter().any(|folder| file.starts_with(folder));
    placed.rest = files.iter().filter(|file| !is_taken(file)).map(|file| shown(root, file)).collect();
    Ok(placed)
}

/// Every `lib.rs`, but not those that are modules of one above.
fn candidates(files: &[PathBuf]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for lib in files.iter().filter(|file| file.ends_with("lib.rs")) {
        let Some(above) = lib.parent() else { continue };
        let has_src = above.ends_with("src");
        let inside = |one: &Candidate| {
            let src = if one.has_src { one.folder.join("src") } else { one.folder.clone() };
            above.starts_with(src) && (!has_src || one.has_src)
        };
        if !found.iter().any(inside) {
            let folder = if has_src { above.parent().unwrap_or(above) } else { above };
            found.push(Candidate { lib: lib.clone(), folder: folder.to_path_buf(), has_src });
        }
    }
    found
}

/// By the name of the folder, of one above it or of the zip, else by the functions in the text.
fn which(root: &Path, called: &str, one: &Candidate) -> Option<u8> {
    let below = one.folder.strip_prefix(root).unwrap_or(&one.folder);
    let by_name = below.iter().rev().find_map(|piece| lab_in(piece.to_str()?));
    by_name.or_else(|| lab_in(called)).or_else(|| lab_of(&String::from_utf8_lossy(&fs::read(&one.lib).ok()?)))
}

/// The folder that a stage takes.
fn laid(root: &Path, lab: u8, one: &Candidate) -> Result<PathBuf> {
    if one.has_src {
        return Ok(one.folder.clone());
    }
    let laid = root.join(format!(".laid-{lab}"));
    let cannot = || say!("cargo-lab/submit/cannot_lay_out_lab", lab);
    fs::create_dir_all(laid.join("src")).with_context(cannot)?;
    for entry in fs::read_dir(&one.folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = entry.file_name();
        if entry.path().extension().is_some_and(|ending| ending == "rs") {
            fs::rename(entry.path(), laid.join("src").join(name)).with_context(cannot)?;
        }
    }
    Ok(laid)
}

/// The lab that a folder's or file's name tells of: `lab3`, `Lab 3 - echo`, `lab_03`; not `lab34`, nor `lab3 and lab4`.
pub fn lab_in(name: &str) -> Option<u8> {
    let lower = name.to_lowercase();
    let mut found = lower.match_indices("lab").filter_map(|(at, word)| {
        let before = lower[..at].chars().next_back();
        let rest = lower[at + word.len()..].trim_start_matches([' ', '-', '_', '.', '#']);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let number = digits.trim_start_matches('0').parse::<u8>().ok()?;
        (!before.is_some_and(char::is_alphabetic) && labs::lab(number).is_some()).then_some(number)
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// The lab whose stubs are functions in this text, if it has more of them than of any other lab, and at least half.
pub fn lab_of(text: &str) -> Option<u8> {
    let defines = |stub: &str| {
        text.match_indices(stub).any(|(at, _)| {
            let before = text[..at].trim_end();
            let after = text[at + stub.len()..].chars().next();
            before.len() < at
                && before.ends_with("fn")
                && !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    };
    let mut scores: Vec<(usize, u8)> = Vec::new();
    for lab in LABS {
        let found = lab.stubs.iter().filter(|stub| defines(stub)).count();
        if found * 2 >= lab.stubs.len() {
            scores.push((found, lab.number));
        }
    }
    scores.sort_unstable();
    match scores[..] {
        [(_, lab)] => Some(lab),
        [.., (less, _), (most, lab)] if most > less => Some(lab),
        _ => None,
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = || say!("cargo-lab/submit/cannot_read", folder = folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

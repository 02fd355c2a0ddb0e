//! Which labs are in a zip that was unpacked. What is clear is taken; what is not is told, and nothing is guessed.
//!
//! A teacher's grader understands more layouts than this (it is not in a student pack). What is found here, it finds too;
//! a test holds one against the other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::manifest;
use crate::build::stub_places;
use crate::labs::LABS;

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

/// Looks through a folder into which a zip was unpacked.
pub fn place(root: &Path) -> Result<Placed> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    let mut placed = Placed::default();
    let mut found: BTreeMap<u8, Vec<PathBuf>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.ends_with("src/lib.rs")) {
        let folder = file.parent().and_then(Path::parent).unwrap_or(root);
        match which(root, folder, file) {
            Some(lab) => found.entry(lab).or_default().push(folder.to_path_buf()),
            None => placed.unclear.push(format!("`{}`: nothing tells which lab it is", shown(root, file))),
        }
    }
    for (lab, folders) in found {
        match &folders[..] {
            [one] => drop(placed.labs.insert(lab, one.clone())),
            _ => placed.unclear.push(format!("there are {} folders of lab {lab}", folders.len())),
        }
    }
    let manifest = files.iter().find(|file| file.ends_with(manifest::NAME));
    placed.manifest = manifest.and_then(|file| file.parent()).map(Path::to_path_buf);
    let taken = |file: &&PathBuf| Some(*file) == manifest || placed.labs.values().any(|lab| file.starts_with(lab));
    placed.rest = files.iter().filter(|file| !taken(file)).map(|file| shown(root, file)).collect();
    Ok(placed)
}

/// By the name of the folder or of one above it, else by the functions in the text.
fn which(root: &Path, folder: &Path, lib_rs: &Path) -> Option<u8> {
    let below = folder.strip_prefix(root).unwrap_or(folder);
    let named = |name: &str| {
        let number = name.to_ascii_lowercase().strip_prefix("lab")?.parse::<u8>().ok()?;
        (1..=5).contains(&number).then_some(number)
    };
    let by_name = below.iter().rev().find_map(|piece| named(piece.to_str()?));
    by_name.or_else(|| by_text(&fs::read_to_string(lib_rs).ok()?))
}

fn by_text(text: &str) -> Option<u8> {
    let names: Vec<String> = stub_places(text).into_iter().map(|place| place.name).collect();
    let of = |stubs: &[&str]| stubs.iter().filter(|stub| names.iter().any(|name| name == *stub)).count();
    let fits = LABS.into_iter().filter(|lab| of(lab.stubs) * 2 > lab.stubs.len());
    let mut fits = fits.map(|lab| lab.number);
    fits.next().filter(|_| fits.next().is_none())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn shown(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

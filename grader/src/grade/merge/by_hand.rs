//! What people have added to a part: points that they gave (`manual/`), and decisions (`changes.jsonl`). A machine's work
//! can be done again, and theirs cannot: it is taken over as it is, or nothing is merged.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::grade::store;

const DECISIONS: &str = "changes.jsonl";
const POINTS: &str = "manual";

/// Files by their path in a folder of results.
#[derive(Default)]
pub struct ByHand {
    files: BTreeMap<PathBuf, (PathBuf, Vec<u8>)>,
    /// Of those that are there twice and differ: a line each.
    pub different: Vec<String>,
}

impl ByHand {
    /// What is in these folders, and in the one that they are merged into.
    pub fn read(folders: &[PathBuf], out: &Path) -> Result<ByHand> {
        let mut all = ByHand::default();
        for folder in folders.iter().map(PathBuf::as_path).chain([out]) {
            for name in names(folder)? {
                let path = folder.join(&name);
                match fs::read(&path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    read => all.add(name, path.clone(), read.with_context(|| cannot_read(&path))?),
                }
            }
        }
        Ok(all)
    }

    fn add(&mut self, name: PathBuf, path: PathBuf, bytes: Vec<u8>) {
        match self.files.get(&name) {
            Some((other, known)) if *known != bytes => {
                self.different.push(format!("`{}` and `{}`", other.display(), path.display()));
            }
            Some(_) => {}
            None => {
                self.files.insert(name, (path, bytes));
            }
        }
    }

    /// Into the folder of the class.
    pub fn write(&self, out: &Path) -> Result<()> {
        for (name, (_, bytes)) in &self.files {
            let path = out.join(name);
            if fs::read(&path).is_ok_and(|known| known == *bytes) {
                continue;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
            }
            store::write_whole(&path, bytes)?;
        }
        Ok(())
    }
}

fn names(folder: &Path) -> Result<Vec<PathBuf>> {
    let points = folder.join(POINTS);
    let mut names: Vec<PathBuf> = match fs::read_dir(&points) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| cannot_read(&points)),
        Ok(entries) => entries.flatten().map(|entry| Path::new(POINTS).join(entry.file_name())).collect(),
    };
    names.retain(|name| name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")));
    names.push(PathBuf::from(DECISIONS));
    Ok(names)
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read `{}`", path.display())
}

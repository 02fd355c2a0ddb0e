//! What an update would change: the new pack held against this copy, file by file. Nothing is written here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::texts::say;
use crate::workbook::clean;

/// Folders that are the pack's as a whole: what the new one does not have there goes.
const WHOLLY_OURS: &[&str] = &["docs", "grader", "vendor"];
/// What is made here, in any folder, and is nobody's to replace.
const NOT_OURS: &[&str] = &["target", ".git", ".loopback"];
const PROVIDED: &[&str] = &["main.rs", "provided.rs", "errno.rs"];

/// Paths relative to both roots, with `/`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub gone: Vec<String>,
}

impl Plan {
    pub fn new(pack: &Path, here: &Path) -> Result<Plan> {
        let theirs = files(pack)?;
        let ours = files(here)?;
        let mut plan = Plan::default();
        for path in theirs.iter().filter(|path| !is_students(path)) {
            match (ours.contains(path), here.join(path).symlink_metadata().is_ok()) {
                (true, _) if same(&pack.join(path), &here.join(path))? => {}
                (true, _) => plan.changed.push(path.clone()),
                (false, true) => anyhow::bail!(say!("cargo-lab/update/is_a_folder_or_a_link", path = clean(path))),
                (false, false) => plan.new.push(path.clone()),
            }
        }
        let wholly = |path: &&String| WHOLLY_OURS.iter().any(|folder| path.starts_with(&format!("{folder}/")));
        plan.gone = ours.iter().filter(wholly).filter(|path| !theirs.contains(*path)).cloned().collect();
        Ok(plan)
    }

    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// Whether a student owns it: what is in the `src` of a lab, but for the provided files.
pub fn is_students(path: &str) -> bool {
    let Some((lab, file)) = path.strip_prefix("labs/").and_then(|rest| rest.split_once("/src/")) else { return false };
    !lab.contains('/') && !PROVIDED.contains(&file)
}

fn files(root: &Path) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    walk(root, "", &mut found)?;
    Ok(found)
}

/// Regular files; links are neither followed nor counted.
fn walk(folder: &Path, shown: &str, found: &mut BTreeSet<String>) -> Result<()> {
    let cannot = || say!("cargo-lab/update/cannot_read", folder = folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        let name = entry.file_name();
        let kind = entry.file_type().with_context(cannot)?;
        let name =
            name.to_str().with_context(|| say!("cargo-lab/update/a_name_in_is_not_utf", folder = folder.display()));
        // Only what is not replaced may be called as it likes.
        if name.as_ref().is_ok_and(|name| NOT_OURS.contains(name)) {
            continue;
        }
        let path = format!("{shown}{}", name?);
        ensure!(path.len() < 1024, say!("cargo-lab/update/is_too_deep", path = clean(&path)));
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else if kind.is_file() {
            found.insert(path);
        }
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> Result<bool> {
    let read =
        |path: &Path| fs::read(path).with_context(|| say!("cargo-lab/update/cannot_read", folder = path.display()));
    Ok(read(one)? == read(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_student_owns_what_is_not_provided_in_a_labs_src() {
        for path in ["labs/lab1/src/lib.rs", "labs/lab5/src/room.rs", "labs/lab5/src/room/main.rs"] {
            assert!(is_students(path), "{path}");
        }
        for path in ["labs/lab1/src/main.rs", "labs/lab1/README.md", "grader/src/lib.rs", "labs/lab1/tests/src/x.rs"] {
            assert!(!is_students(path), "{path}");
        }
    }
}

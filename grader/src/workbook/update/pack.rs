//! A pack as `cargo grade pack` makes it: a folder, or a zip of one. What is none, or only a part of one, is refused.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::build::TemporaryFolder;
use crate::labs::LABS;
use crate::texts::say;
use crate::workbook::unpack::{Limits, unpack};
use crate::workbook::version;

/// With all crates beside it, a pack has some ten thousand files.
const LIMITS: Limits = Limits { entries: 100_000, total: 1024 * 1024 * 1024 };
/// What every pack has; the lock is written last.
const PARTS: &[&str] = &[".cargo/config.toml", "Cargo.toml", "grader/Cargo.toml", "grader/src/lib.rs", "Cargo.lock"];
const LAB_PARTS: &[&str] =
    &["Cargo.toml", "README.md", "src/lib.rs", "src/main.rs", "src/provided.rs", "tests/checks.rs"];

/// What only the teacher's repository has.
pub const TEACHERS: &str = "grader/src/grade.rs";

#[derive(Debug)]
pub struct Pack {
    pub root: PathBuf,
    pub version: String,
    /// Where it was unpacked; it goes with this.
    _folder: Option<TemporaryFolder>,
}

impl Pack {
    pub fn open(from: &Path) -> Result<Pack> {
        let found = fs::metadata(from)
            .with_context(|| say!("cargo-lab/update/cannot_read_try_the_folder_or", value = from.display()))?;
        let (folder, unpacked) = match found.is_dir() {
            true => (from.to_path_buf(), None),
            false => {
                let folder = TemporaryFolder::new()?;
                unpack(from, folder.path(), LIMITS)?;
                (folder.path().to_path_buf(), Some(folder))
            }
        };
        let root =
            root_in(&folder).with_context(|| say!("cargo-lab/update/is_no_pack_it_has_no", value = from.display()))?;
        whole(&root).with_context(|| say!("cargo-lab/update/is_only_a_part_of_a", value = from.display()))?;
        let Some(version) = version::of_pack(&root) else {
            bail!(say!("cargo-lab/update/does_not_say_which_version_it", value = from.display()));
        };
        Ok(Pack { root, version, _folder: unpacked })
    }
}

/// The folder itself, or the only one in it: zips are made both ways.
fn root_in(folder: &Path) -> Option<PathBuf> {
    let is_root = |folder: &Path| folder.join("Cargo.toml").is_file() && folder.join("labs/lab1").is_dir();
    if is_root(folder) {
        return Some(folder.to_path_buf());
    }
    let inside = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut roots = inside.filter(|path| is_root(path));
    roots.next().filter(|_| roots.next().is_none())
}

/// Every part is there, and no file of it is cut off to nothing.
fn whole(root: &Path) -> Result<()> {
    ensure!(!root.join(TEACHERS).exists(), say!("cargo-lab/update/it_has_that_is_the_teachers", teachers = TEACHERS));
    let labs = LABS.iter().flat_map(|lab| LAB_PARTS.iter().map(|part| format!("labs/lab{}/{part}", lab.number)));
    for part in PARTS.iter().map(|part| part.to_string()).chain(labs) {
        let found = fs::metadata(root.join(&part)).with_context(|| say!("cargo-lab/update/is_missing", part))?;
        ensure!(found.is_file() && found.len() > 0, say!("cargo-lab/update/is_empty", part));
    }
    let map = fs::read_to_string(root.join("grader/src/lib.rs")).context("`grader/src/lib.rs`")?;
    for module in map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        let file = format!("grader/src/{module}.rs");
        ensure!(root.join(&file).is_file(), say!("cargo-lab/update/is_missing", part = file));
    }
    Ok(())
}

//! Moves the files of an update into place: first all new ones are written beside this copy, on the same disk, so that no
//! room or no right to write is found before anything is changed. Then there are only renames, and each can be undone.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::plan::Plan;
use crate::remembered::{FOLDER, now};
use crate::texts::say;
use crate::workbook::when;

/// A file could not be moved, and one that had been moved could not be moved back.
#[derive(Debug)]
pub struct HalfDone(String);

impl fmt::Display for HalfDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HalfDone {}

/// Returns the folder with all that was replaced.
pub fn apply(plan: &Plan, pack: &Path, here: &Path) -> Result<PathBuf> {
    let (kept, staged) = (fresh(here, "before-update")?, fresh(here, "update")?);
    let done = stage(plan, pack, &staged).and_then(|()| swap(plan, &staged, &kept, here));
    let _ = fs::remove_dir_all(&staged);
    if done.is_err() {
        // Only if it is empty: what could not be moved back stays where it can be found.
        remove_empty(&kept);
    }
    done.map(|()| kept)
}

fn fresh(here: &Path, what: &str) -> Result<PathBuf> {
    let name = format!("{what}-{}", when::stamp_in_utc(now()));
    let folder = here.join(FOLDER);
    let path = (1..)
        .map(|turn| folder.join(if turn == 1 { name.clone() } else { format!("{name}-{turn}") }))
        .find(|path| !path.exists())
        .unwrap_or_default();
    fs::create_dir_all(&path).with_context(|| say!("cargo-lab/update/cannot_write", path = path.display()))?;
    Ok(path)
}

fn stage(plan: &Plan, pack: &Path, staged: &Path) -> Result<()> {
    for path in plan.new.iter().chain(&plan.changed) {
        let (from, to) = (pack.join(path), staged.join(path));
        let cannot = || say!("cargo-lab/update/cannot_copy", value = from.display());
        make_folder(&to)?;
        fs::copy(&from, &to).with_context(cannot)?;
        writable(&to).with_context(cannot)?;
    }
    Ok(())
}

/// A pack on a read-only disk or from a zip must not make a copy that nobody can update.
fn writable(path: &Path) -> std::io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        #[cfg(not(unix))]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

fn swap(plan: &Plan, staged: &Path, kept: &Path, here: &Path) -> Result<()> {
    let away = plan.changed.iter().chain(&plan.gone).map(|path| (here.join(path), kept.join(path)));
    let place = plan.new.iter().chain(&plan.changed).map(|path| (staged.join(path), here.join(path)));
    let moves: Vec<(PathBuf, PathBuf)> = away.chain(place).collect();
    for (turn, (from, to)) in moves.iter().enumerate() {
        if let Err(error) = rename(from, to) {
            undo(&moves[..turn])?;
            return Err(error);
        }
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    make_folder(to)?;
    fs::rename(from, to).with_context(|| say!("cargo-lab/update/cannot_replace_try_chmod_or_close", to = to.display()))
}

fn undo(moves: &[(PathBuf, PathBuf)]) -> Result<(), HalfDone> {
    let stuck = |from: &Path, to: &Path, error: std::io::Error| {
        HalfDone(say!(
            "cargo-lab/update/the_update_broke_off_half_done",
            to = to.display(),
            value = from.display(),
            error
        ))
    };
    for (from, to) in moves.iter().rev() {
        fs::rename(to, from).map_err(|error| stuck(from, to, error))?;
    }
    Ok(())
}

fn make_folder(file: &Path) -> Result<()> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .with_context(|| say!("cargo-lab/update/cannot_make_the_folder", folder = folder.display()))
}

fn remove_empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove_empty(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

//! Takes a zip apart, entry by entry: a student's own, or a pack. No library's extract function is used, and no name in
//! the zip becomes a path without being looked at.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use zip::ZipArchive;
use zip::read::ZipFile;

/// How much of a zip is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub entries: usize,
    /// Bytes of all files together, as they come out.
    pub total: u64,
}

/// An entry that was left in the zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    pub path: String,
    pub why: &'static str,
}

/// Writes the files of a zip below `to`. What nobody wants is left, and told; a name that leads out of the zip is an error.
pub fn unpack(path: &Path, to: &Path, limits: Limits) -> Result<Vec<Left>> {
    let file = File::open(path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let broken = || format!("`{}` is no zip, or only a part of one; try: download or make it anew", path.display());
    let mut archive = ZipArchive::new(file).with_context(broken)?;
    ensure!(
        archive.len() <= limits.entries,
        "`{}` has {} entries, and at most {} are read",
        path.display(),
        archive.len(),
        limits.entries
    );
    let (mut left, mut total) = (Vec::new(), 0);
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).with_context(broken)?;
        let Some(below) = below(&entry)? else { continue };
        let shown = below.to_string_lossy().replace('\\', "/");
        if let Some(why) = unwanted(&below, &entry) {
            left.push(Left { path: shown, why });
            continue;
        }
        total += write(&mut entry, &to.join(&below), limits.total - total).with_context(|| format!("`{shown}`"))?;
    }
    Ok(left)
}

/// Where an entry belongs; `None` for a folder.
fn below<R: Read>(entry: &ZipFile<'_, R>) -> Result<Option<PathBuf>> {
    let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/");
    let shown = name.escape_default();
    let path: PathBuf = name.split('/').filter(|piece| !piece.is_empty() && *piece != ".").collect();
    let inside = path.components().all(|one| matches!(one, Component::Normal(_)));
    let plain = name.chars().all(|letter| !letter.is_control() && letter != ':');
    ensure!(inside && plain && !name.starts_with('/'), "`{shown}` leads out of the zip, or is no name of a file");
    ensure!(!path.as_os_str().is_empty(), "there is an entry without a name in the zip");
    Ok((!entry.is_dir() && !name.ends_with('/')).then_some(path))
}

fn unwanted<R: Read>(path: &Path, entry: &ZipFile<'_, R>) -> Option<&'static str> {
    const REGULAR: u32 = 0o100_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
    if kind != 0 && kind != REGULAR {
        return Some("it is a link or a device");
    }
    path.components().find_map(|one| match one.as_os_str().to_str()? {
        "target" => Some("what the compiler made is made anew"),
        ".git" => Some("version control is not read"),
        "__MACOSX" | ".DS_Store" => Some("macOS adds it"),
        _ => None,
    })
}

fn write<R: Read>(entry: &mut ZipFile<'_, R>, to: &Path, room: u64) -> Result<u64> {
    let cannot = || "cannot unpack it".to_string();
    let mut bytes = Vec::new();
    // One byte more than there is room for tells that there is no room.
    let got =
        entry.take(room + 1).read_to_end(&mut bytes).context("it is damaged; try: download or make the zip anew")?;
    if got as u64 > room {
        bail!("there is more in the zip than is read; try: the sources only, without `target`");
    }
    fs::create_dir_all(to.parent().with_context(cannot)?).with_context(cannot)?;
    ensure!(fs::symlink_metadata(to).is_err(), "it is in the zip twice, also for systems that take `A` for `a`");
    fs::write(to, bytes).with_context(cannot)?;
    Ok(got as u64)
}

//! Takes a zip apart, entry by entry: a student's own, or a pack. No library's extract function is used, and no name in
//! the zip becomes a path without being looked at.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

/// How much of a zip is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub entries: usize,
    /// Bytes of all files together, as they come out; and of the zip itself.
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
    let cannot = || format!("cannot open `{}`", path.display());
    let size = fs::metadata(path).with_context(cannot)?.len();
    ensure!(size <= limits.total, "`{}` has {size} bytes, and at most {} are read", path.display(), limits.total);
    let bytes = fs::read(path).with_context(cannot)?;
    let broken = || format!("`{}` is no zip, or only a part of one; try: download or make it anew", path.display());
    let archive = ZipArchive::from_slice(&bytes).with_context(broken)?;
    let (mut left, mut total, mut count) = (Vec::new(), 0, 0);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().with_context(broken)? {
        count += 1;
        ensure!(count <= limits.entries, "`{}` has more than {} entries", path.display(), limits.entries);
        let Some(below) = below(&entry)? else { continue };
        let shown = below.to_string_lossy().replace('\\', "/");
        if let Some(why) = unwanted(&below, &entry) {
            left.push(Left { path: shown, why });
            continue;
        }
        let bytes = content(&archive, &entry, limits.total - total).with_context(|| format!("`{shown}`"))?;
        total += bytes.len() as u64;
        write(&to.join(&below), &bytes).with_context(|| format!("`{shown}`"))?;
    }
    ensure!(count as u64 == archive.entries_hint(), broken());
    Ok(left)
}

/// Where an entry belongs; `None` for a folder.
fn below(entry: &ZipFileHeaderRecord<'_>) -> Result<Option<PathBuf>> {
    let name = String::from_utf8_lossy(entry.file_path().as_bytes()).replace('\\', "/");
    let shown = name.escape_default();
    let path: PathBuf = name.split('/').filter(|piece| !piece.is_empty() && *piece != ".").collect();
    let inside = path.components().all(|one| matches!(one, Component::Normal(_)));
    let plain = name.chars().all(|letter| !letter.is_control() && letter != ':');
    ensure!(inside && plain && !name.starts_with('/'), "`{shown}` leads out of the zip, or is no name of a file");
    ensure!(!path.as_os_str().is_empty(), "there is an entry without a name in the zip");
    Ok((!name.ends_with('/')).then_some(path))
}

fn unwanted(path: &Path, entry: &ZipFileHeaderRecord<'_>) -> Option<&'static str> {
    const REGULAR: u32 = 0o100_000;
    // Of Unix, in the upper half; other systems leave it at 0.
    let kind = (entry.external_attributes() >> 16) & 0o170_000;
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

/// What comes out of an entry: at most `room` bytes, and those that its checksum is of.
fn content(archive: &ZipSliceArchive<&Vec<u8>>, entry: &ZipFileHeaderRecord<'_>, room: u64) -> Result<Vec<u8>> {
    let damaged = "it is damaged; try: download or make the zip anew";
    let found = archive.get_entry(entry.wayfinder()).context(damaged)?;
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let told = usize::try_from(entry.uncompressed_size_hint()).unwrap_or(usize::MAX);
    ensure!(told <= room, "there is more in the zip than is read; try: the sources only, without `target`");
    let bytes = match entry.compression_method() {
        CompressionMethod::STORE => found.data().to_vec(),
        CompressionMethod::DEFLATE => decompress_to_vec_with_limit(found.data(), told).ok().context(damaged)?,
        _ => bail!("it is packed in a way that is not read here; try: pack it anew, with the ordinary method"),
    };
    let mut checked = Vec::with_capacity(bytes.len());
    found.verifying_reader(&bytes[..]).read_to_end(&mut checked).context(damaged)?;
    Ok(checked)
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = "cannot unpack it";
    fs::create_dir_all(to.parent().context(cannot)?).context(cannot)?;
    ensure!(fs::symlink_metadata(to).is_err(), "it is in the zip twice, also for systems that take `A` for `a`");
    fs::write(to, bytes).context(cannot)
}

//! Takes a zip apart, entry by entry: a student's own, or a pack. No library's extract function is used, and no name in
//! the zip becomes a path without being looked at.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use crate::texts::say;

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
    let cannot = || say!("cargo-lab/unpack/cannot_open", path = path.display());
    let size = fs::metadata(path).with_context(cannot)?.len();
    ensure!(
        size <= limits.total,
        say!("cargo-lab/unpack/has_bytes_and_at_most_are", path = path.display(), size, total = limits.total)
    );
    let bytes = fs::read(path).with_context(cannot)?;
    let broken = || say!("cargo-lab/unpack/is_no_zip_or_only_a", path = path.display());
    let archive = ZipArchive::from_slice(&bytes).with_context(broken)?;
    let (mut left, mut total, mut count) = (Vec::new(), 0, 0);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().with_context(broken)? {
        count += 1;
        ensure!(
            count <= limits.entries,
            say!("cargo-lab/unpack/has_more_than_entries", path = path.display(), entries = limits.entries)
        );
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
    ensure!(inside && plain && !name.starts_with('/'), say!("cargo-lab/unpack/leads_out_of_the_zip_or", shown));
    ensure!(!path.as_os_str().is_empty(), say!("cargo-lab/unpack/there_is_an_entry_without_a"));
    Ok((!name.ends_with('/')).then_some(path))
}

fn unwanted(path: &Path, entry: &ZipFileHeaderRecord<'_>) -> Option<&'static str> {
    const REGULAR: u32 = 0o100_000;
    // Of Unix, in the upper half; other systems leave it at 0.
    let kind = (entry.external_attributes() >> 16) & 0o170_000;
    if kind != 0 && kind != REGULAR {
        return Some(say!("cargo-lab/unpack/it_is_a_link_or_a"));
    }
    path.components().find_map(|one| match one.as_os_str().to_str()? {
        "target" => Some(say!("cargo-lab/unpack/what_the_compiler_made_is_made")),
        ".git" => Some(say!("cargo-lab/unpack/version_control_is_not_read")),
        "__MACOSX" | ".DS_Store" => Some(say!("cargo-lab/unpack/macos_adds_it")),
        _ => None,
    })
}

/// What comes out of an entry: at most `room` bytes, and those that its checksum is of.
fn content(archive: &ZipSliceArchive<&Vec<u8>>, entry: &ZipFileHeaderRecord<'_>, room: u64) -> Result<Vec<u8>> {
    let damaged = say!("cargo-lab/unpack/it_is_damaged_try_download_or");
    let found = archive.get_entry(entry.wayfinder()).context(damaged)?;
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let told = usize::try_from(entry.uncompressed_size_hint()).unwrap_or(usize::MAX);
    ensure!(told <= room, say!("cargo-lab/unpack/there_is_more_in_the_zip"));
    let bytes = match entry.compression_method() {
        CompressionMethod::STORE => found.data().to_vec(),
        CompressionMethod::DEFLATE => decompress_to_vec_with_limit(found.data(), told).ok().context(damaged)?,
        _ => bail!(say!("cargo-lab/unpack/it_is_packed_in_a_way")),
    };
    let mut checked = Vec::with_capacity(bytes.len());
    found.verifying_reader(&bytes[..]).read_to_end(&mut checked).context(damaged)?;
    Ok(checked)
}

fn write(to: &Path, bytes: &[u8]) -> Result<()> {
    let cannot = say!("cargo-lab/unpack/cannot_unpack_it");
    fs::create_dir_all(to.parent().context(cannot)?).context(cannot)?;
    ensure!(fs::symlink_metadata(to).is_err(), say!("cargo-lab/unpack/it_is_in_the_zip_twice"));
    fs::write(to, bytes).context(cannot)
}

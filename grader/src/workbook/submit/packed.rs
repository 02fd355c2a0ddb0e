//! The zip: the manifest and the files, always in the same order and with the same times, so that the same files at the
//! same moment are the same bytes.

use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::files::Owned;
use super::manifest::{self, Manifest};

/// The largest zip that is made. The five solutions together come to a fifth of it.
pub const LARGEST: usize = 100_000;

/// The bytes of the zip.
pub fn zip(manifest: &Manifest, files: &[&Owned]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| -> Result<()> {
        writer.start_file(name, options).with_context(|| format!("cannot pack `{name}`"))?;
        writer.write_all(bytes).with_context(|| format!("cannot pack `{name}`"))
    };
    add(manifest::NAME, &manifest.bytes())?;
    for file in files {
        add(&file.path, &file.bytes)?;
    }
    Ok(writer.finish().context("cannot finish the zip")?.into_inner())
}

//! The zip: the manifest and the files, always in the same order and with the same times, so that the same files at the
//! same moment are the same bytes.

use std::io::Write;

use anyhow::{Context, Result};
use miniz_oxide::deflate::compress_to_vec;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, crc32};

use super::files::Owned;
use super::manifest::{self, Manifest};
use crate::texts::say;

/// The largest zip that is made. The five solutions together come to a fifth of it.
pub const LARGEST: usize = 100_000;
/// Of 0 to 10: as small as it gets without being slow.
const LEVEL: u8 = 9;

/// The bytes of the zip.
pub fn zip(manifest: &Manifest, files: &[&Owned]) -> Result<Vec<u8>> {
    let mut writer = ZipArchiveWriter::new(Vec::new());
    add(&mut writer, manifest::NAME, &manifest.bytes())?;
    for file in files {
        add(&mut writer, &file.path, &file.bytes)?;
    }
    writer.finish().context(say!("cargo-lab/submit/cannot_finish_the_zip"))
}

/// The first day that a zip can tell: always the same, and a date that every program can read.
const DAY: i64 = 315_532_800;

/// One entry.
fn add(writer: &mut ZipArchiveWriter<Vec<u8>>, name: &str, bytes: &[u8]) -> Result<()> {
    let cannot = || say!("cargo-lab/submit/cannot_pack", name);
    let new = writer.new_file(name).compression_method(CompressionMethod::DEFLATE).unix_permissions(0o644);
    let new = new.last_modified(UtcDateTime::from_unix(DAY));
    let (mut entry, _) = new.start().with_context(cannot)?;
    entry.write_all(&compress_to_vec(bytes, LEVEL)).with_context(cannot)?;
    entry.finish(DataDescriptorOutput::new(crc32(bytes), bytes.len() as u64)).with_context(cannot)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_at_the_same_moment_are_the_same_bytes() {
        let file = Owned { path: "labs/lab1/src/lib.rs".to_string(), bytes: b"// mine\n".repeat(100) };
        let manifest = Manifest {
            format: manifest::FORMAT.to_string(),
            version: manifest::VERSION,
            pack: "0.1.0".to_string(),
            grader: "0.1.0".to_string(),
            made: "2026-11-20T12:33:05Z".to_string(),
            files: vec![file.listed()],
            labs: Vec::new(),
        };
        let zipped = zip(&manifest, &[&file]).expect("a zip");
        assert_eq!(zipped, zip(&manifest, &[&file]).expect("a zip"));
    }
}

//! A student's copy of a pack, and zips for the tests.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use grader::build::Workspace;
use grader::workbook::unpack::{Limits, unpack};
use miniz_oxide::deflate::compress_to_vec;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, crc32};
use tempfile::TempDir;

pub const LIMIT: Duration = Duration::from_secs(300);

pub fn solution(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().solution(lab).join("src/lib.rs")).unwrap()
}

/// A student's copy: all that an update may replace, in a folder of its own.
pub struct Copy {
    pub folder: TempDir,
}

impl Copy {
    pub fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        pack_into(folder.path(), env!("CARGO_PKG_VERSION"));
        Copy { folder }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        put(self.root(), path, text);
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    pub fn lab(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(args).current_dir(self.root()).timeout(LIMIT);
        command
    }

    /// The only file with this ending in the root.
    pub fn only(&self, ending: &str) -> PathBuf {
        let all = fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().path());
        let found: Vec<PathBuf> = all.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    /// Every file but what the tools remember, with its contents.
    pub fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        collect(self.root(), &mut all);
        all.retain(|path, _| !path.starts_with(self.root().join(".loopback")));
        all
    }
}

pub fn collect(folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, all) } else { drop(all.insert(path.clone(), fs::read(&path).unwrap())) }
    }
}

pub fn put(root: &Path, path: &str, text: &str) {
    let to = root.join(path);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, text).unwrap();
}

/// A pack with little in it, but with every part.
pub fn pack_into(root: &Path, version: &str) {
    let workspace = format!("[workspace]\nmembers = [\"labs/*\"]\n[workspace.package]\nversion = \"{version}\"\n");
    put(root, "Cargo.toml", &workspace);
    for path in ["Cargo.lock", ".cargo/config.toml", "grader/Cargo.toml", "docs/src/old.md", "grader/src/check.rs"] {
        put(root, path, "# of the pack\n");
    }
    put(root, "grader/src/lib.rs", "pub mod check;\n");
    let ours = Workspace::find().unwrap();
    for number in 1..=5 {
        let lab = format!("labs/lab{number}");
        for part in ["Cargo.toml", "README.md", "tests/checks.rs"] {
            put(root, &format!("{lab}/{part}"), &fs::read_to_string(ours.lab(number).join(part)).unwrap());
        }
        for file in fs::read_dir(ours.lab(number).join("src")).unwrap().flatten() {
            let text = fs::read_to_string(file.path()).unwrap();
            put(root, &format!("{lab}/src/{}", file.file_name().to_str().unwrap()), &text);
        }
    }
}

pub fn entries(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let left = unpack(zip, folder.path(), Limits { entries: 1000, total: 1 << 30 }).unwrap();
    assert_eq!(left, []);
    let mut all = BTreeMap::new();
    collect(folder.path(), &mut all);
    let name = |path: &Path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap().replace('\\', "/");
    all.into_iter().map(|(path, bytes)| (name(&path), bytes)).collect()
}

/// A zip with these names as they are, of any kind.
pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let new = writer.new_file(EntryPath::verbatim(name.as_bytes())).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, _) = new.start().unwrap();
        entry.write_all(&compress_to_vec(bytes, 6)).unwrap();
        entry.finish(DataDescriptorOutput::new(crc32(bytes), bytes.len() as u64)).unwrap();
    }
    writer.finish().unwrap()
}

pub fn pack_zip(root: &Path, to: &Path) {
    let mut all = BTreeMap::new();
    collect(root, &mut all);
    let name = |path: &Path| format!("pack/{}", path.strip_prefix(root).unwrap().to_str().unwrap());
    let files: Vec<(String, Vec<u8>)> = all.into_iter().map(|(path, bytes)| (name(&path), bytes)).collect();
    fs::write(to, zipped(&files)).unwrap();
}

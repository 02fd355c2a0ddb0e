//! The manifest in a packed zip: which files, and how they did at home. Data only; `grade` reads it too.
//!
//! Nothing in it is trusted: it tells a teacher whether what arrived is what was packed, and never what it is worth.
//! There is no name, no path of the student's machine and no address in it.

use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};

use crate::texts::say;

/// What it is called in the zip, beside `labs`.
pub const NAME: &str = "loopback.json";
pub const FORMAT: &str = "loopback-submission";
/// The version of the format; it grows when a field changes its meaning or goes.
pub const VERSION: u32 = 1;
/// One of more bytes than this is none of ours: it has a line for each case and each file.
pub const LARGEST: u64 = 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`]
    pub format: String,
    /// [`VERSION`]
    pub version: u32,
    pub pack: String,
    pub grader: String,
    /// RFC 3339, UTC.
    pub made: String,
    /// In the order of their paths.
    pub files: Vec<File>,
    pub labs: Vec<Lab>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// `labs/lab1/src/lib.rs`
    pub path: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// What is known of a lab at home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lab {
    pub lab: u8,
    /// Of the last run of each case.
    pub points: u32,
    pub of: u32,
    /// Whether it compiled when it was packed; `null` where that could not be tried.
    pub compiles: Option<bool>,
    /// When a check of it was run last; `null` if never.
    pub checked: Option<String>,
    /// Whether a file has been saved since.
    pub changed: bool,
    pub cases: Vec<Case>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// `1.18b`
    pub case: String,
    /// `passed`, `failed`, `not-started`
    pub outcome: String,
    /// The kind of the finding, of a failure.
    pub finding: Option<String>,
    /// Hexadecimal.
    pub seed: String,
    pub at: String,
}

impl Manifest {
    /// The bytes that go into the zip. The receipt's number is made from them.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads one; `None` where it is not one of these.
    pub fn parse(bytes: &[u8]) -> Option<Manifest> {
        if bytes.len() as u64 > LARGEST {
            return None;
        }
        let manifest: Manifest = serde_json::from_slice(bytes).ok()?;
        (manifest.format == FORMAT && manifest.version == VERSION).then_some(manifest)
    }

    /// The files that are not as the list has them; `found` tells the hash of a file that is there.
    pub fn differences(&self, found: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let told = |file: &File| match found(&file.path) {
            None => Some(say!("cargo-lab/submit/is_missing", file = file.path)),
            Some(hash) if !hash.eq_ignore_ascii_case(&file.sha256) => {
                Some(say!("cargo-lab/submit/is_another", file = file.path))
            }
            Some(_) => None,
        };
        self.files.iter().filter_map(told).collect()
    }
}

/// The number of a receipt: `3f9a-01c2-77de`. It is made from the manifest and not from the zip, so that it stays the
/// same when a platform packs the files anew.
pub fn number(manifest: &[u8]) -> String {
    let hash = sha256(manifest);
    format!("{}-{}-{}", &hash[..4], &hash[4..8], &hash[8..12])
}

/// Hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Hash::hash(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The receipt: a short text to keep, which says what was packed and when. `cargo grade` finds its number again.

use super::known::sentence;
use super::manifest::{Manifest, number, sha256};
use crate::texts::say;

/// The text of the receipt of a zip with this name and these bytes.
pub fn text(name: &str, zip: &[u8], manifest: &Manifest) -> String {
    let mut lines = vec![
        say!("cargo-lab/submit/loopback_receipt_keep_this_file_hand").to_string(),
        String::new(),
        say!("cargo-lab/submit/receipt_2", bytes = number(&manifest.bytes())),
        say!("cargo-lab/submit/made_pack_grader", made = manifest.made, pack = manifest.pack, grader = manifest.grader),
        say!("cargo-lab/submit/zip_bytes", name, count = zip.len()),
        format!("sha-256  {}", sha256(zip)),
    ];
    for lab in &manifest.labs {
        lines.push(say!("cargo-lab/submit/lab_3", number = lab.lab, title = sentence(lab)));
        let prefix = format!("labs/lab{}/", lab.lab);
        for file in manifest.files.iter().filter(|file| file.path.starts_with(&prefix)) {
            lines.push(say!("cargo-lab/submit/bytes_3", file = file.path, bytes = file.bytes, sha256 = file.sha256));
        }
    }
    lines.push(String::new());
    lines.push(say!("cargo-lab/submit/the_number_is_made_from_the").to_string());
    lines.push(say!("cargo-lab/submit/grader_shows_the_same_number_and").to_string());
    format!("{}\n", lines.join("\n"))
}

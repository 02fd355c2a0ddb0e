//! The receipt: a short text to keep, which says what was packed and when. `cargo grade` finds its number again.

use super::known::sentence;
use super::manifest::{Manifest, number, sha256};

/// The text of the receipt of a zip with this name and these bytes.
pub fn text(name: &str, zip: &[u8], manifest: &Manifest) -> String {
    let mut lines = vec![
        "Loopback: receipt. Keep this file; hand in the zip.".to_string(),
        String::new(),
        format!("receipt  {}", number(&manifest.bytes())),
        format!("made     {}, pack {}, grader {}", manifest.made, manifest.pack, manifest.grader),
        format!("zip      {name}, {} bytes", zip.len()),
        format!("sha-256  {}", sha256(zip)),
    ];
    for lab in &manifest.labs {
        lines.push(format!("\nlab {}    {}", lab.lab, sentence(lab)));
        let prefix = format!("labs/lab{}/", lab.lab);
        for file in manifest.files.iter().filter(|file| file.path.starts_with(&prefix)) {
            lines.push(format!("         {}, {} bytes\n         {}", file.path, file.bytes, file.sha256));
        }
    }
    lines.push(String::new());
    lines.push("The number is made from the list of files in the zip. Your teacher's".to_string());
    lines.push("grader shows the same number, and says so if a file is another one.".to_string());
    format!("{}\n", lines.join("\n"))
}

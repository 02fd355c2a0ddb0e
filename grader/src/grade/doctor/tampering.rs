//! A submission whose `lib.rs` is honest, among files that would like to be run, read or believed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::arsenal;
use super::bait::Bait;
use super::run::{points, work};
use crate::grade::model::Record;
use crate::grade::one::Bench;

/// Each script of these leaves a file of its name in the throw-away folder.
pub const TOUCHED: &[&str] = &["build-script", "wrapper", "linker", "runner", "macro"];

const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("attacks/project/manifest.toml")),
    ("Cargo.lock", include_str!("attacks/project/lock.toml")),
    ("build.rs", include_str!("attacks/project/build-script.rs")),
    (".cargo/config.toml", include_str!("attacks/project/config.toml")),
    ("macros/Cargo.toml", include_str!("attacks/project/macros.toml")),
    ("macros/src/lib.rs", include_str!("attacks/project/macros.rs")),
    ("src/main.rs", include_str!("attacks/project/main.rs")),
    ("src/bin/rustc.rs", "fn main() {}\n"),
    ("tests/checks.rs", "#[test]\nfn answers_at_once() {}\n"),
    ("rust-toolchain.toml", "[toolchain]\npath = \"@FOLDER@/toolchain\"\n"),
];

/// Entries of the report about them.
const LISTED: &[&str] = &[
    "lab1/Cargo.toml",
    "lab1/Cargo.lock",
    "lab1/build.rs",
    "lab1/.cargo/",
    "lab1/macros/",
    "lab1/src/main.rs",
    "lab1/src/bin/",
    "lab1/tests/",
    "lab1/rust-toolchain.toml",
];

/// Writes the submission. `everything`: with what only rustup reads, too.
pub fn write(bench: &Bench, bait: &Bait, everything: bool) -> Result<TempDir> {
    let folder = arsenal::submission()?;
    for (name, text) in FILES.iter().filter(|(name, _)| everything || *name != "rust-toolchain.toml") {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().context("no folder")?)?;
        fs::write(&path, bait.filled(text, bench.workspace.root()))?;
    }
    for script in ["wrapper", "linker", "runner"] {
        let then = match script {
            "linker" => "exec cc \"$@\"",
            _ => "exec \"$@\"",
        };
        let path = bait.folder().join(script);
        fs::write(&path, format!("#!/bin/sh\n: > '{}/touched-by-{script}'\n{then}\n", bait.folder().display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    for name in ["errno.rs", "provided.rs"] {
        fs::copy(bench.workspace.lab(1).join("src").join(name), folder.path().join("src").join(name))?;
    }
    arsenal::write(folder.path(), &arsenal::honest(bench)?)?;
    Ok(folder)
}

/// The scripts that have run since the bait was laid.
pub fn touched(folder: &Path) -> Vec<&'static str> {
    TOUCHED.iter().copied().filter(|name| folder.join(format!("touched-by-{name}")).exists()).collect()
}

/// Grades it: full points, each file listed, no script run.
pub fn ignored(bench: &Bench, bait: &Bait) -> Result<Record> {
    let folder = write(bench, bait, true)?;
    let record = bench.grade(&work("tampered", folder.path()));
    let text = serde_json::to_string(&record)?;
    ensure!(!text.contains(&bait.word), "the canary is in the record");
    for path in LISTED {
        ensure!(
            record.ignored.iter().any(|(listed, _)| listed == path),
            "`{path}` is not listed: {:?}",
            record.ignored
        );
    }
    let ran = touched(bait.folder());
    ensure!(ran.is_empty(), "the submission's own {ran:?} ran");
    let lab = record.labs.first().context("there is no lab in the record")?;
    ensure!(
        lab.checks.len() == crate::labs::lab(1).map_or(0, |lab| lab.checks.len()),
        "{} checks instead of all: {:?} {}",
        lab.checks.len(),
        lab.status,
        lab.message
    );
    ensure!(lab.points == lab.possible && lab.points > 0, "{} of {} points", points(&record), lab.possible);
    Ok(record)
}

//! Figures that a student meets through cargo: the cold build, the loop, the first line.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use grader::build::Workspace;
use tempfile::TempDir;

use crate::{Figure, median, timed};

/// What the student's path depends on, in a crate with nothing else in it.
const EMPTY: &str = r#"
[package]
name = "empty"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
anyhow = "1"
rustix = { version = "1", features = ["event", "net", "process"] }
socket2 = { version = "0.6", features = ["all"] }
tempfile = "3"
"#;

/// A crate of a lab's shape (a library, a program, a test) with nothing in it, to be built again.
const PLAIN: &str = r#"
[package]
name = "plain"
version = "0.1.0"
edition = "2024"

[workspace]

[lib]
test = false
doctest = false

[[bin]]
name = "plain"
test = false

[dependencies]
anyhow = "1"
"#;

pub fn all(workspace: &Workspace, quick: bool, row: &mut dyn FnMut(Figure)) -> Result<()> {
    let root = workspace.root();
    let packages = packages(root)?;
    row(Figure::count("packages beside ours that `cargo test -p lab1` builds", packages, 16, ""));
    row(cold(root)?);
    let target = TempDir::new()?;
    let plain = plain_rebuild(root)?;
    for lab in 1..=5 {
        let package = format!("solution{lab}");
        let file = root.join(format!("solutions/{package}/src/lib.rs"));
        cargo(root, target.path(), &["test", "-p", &package])?;
        let build = median(5, || {
            touch(&file)?;
            Ok(timed(|| cargo(root, target.path(), &["test", "--no-run", "-p", &package]))?.0)
        })?;
        let whole = median(3, || {
            touch(&file)?;
            Ok(timed(|| cargo(root, target.path(), &["test", "-p", &package]))?.0)
        })?;
        row(Figure::time(
            format!("lab {lab}: touch the solution, to the verdict of all checks"),
            whole,
            Duration::from_secs(2),
        ));
        row(Figure::ratio(
            format!("lab {lab}: of that building, against a plain crate of the same shape"),
            build,
            plain,
            2.0,
        ));
    }
    row(first_line(root, target.path())?);
    if !quick {
        row(fresh_clone(root)?);
    }
    Ok(())
}

fn cargo(folder: &Path, target: &Path, args: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).arg("--offline").current_dir(folder).env("CARGO_TARGET_DIR", target);
    let output = command.output().with_context(|| format!("cargo {}", args.join(" ")))?;
    ensure!(output.status.success(), "cargo {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// What cargo takes to see a change.
fn touch(file: &Path) -> Result<()> {
    fs::File::options().append(true).open(file)?.set_modified(std::time::SystemTime::now())?;
    Ok(())
}

fn packages(root: &Path) -> Result<u64> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let args = ["tree", "--offline", "-p", "lab1", "-e", "normal,build,dev", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(cargo).args(args).current_dir(root).output()?;
    let text = String::from_utf8(output.stdout)?;
    let mut names: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    names.retain(|line| !line.is_empty() && !line.contains(" (/") && !line.contains(":\\"));
    names.sort_unstable();
    names.dedup();
    Ok(names.len() as u64)
}

fn crate_with(manifest: &str, root: Option<&Path>) -> Result<TempDir> {
    let folder = TempDir::new()?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::write(folder.path().join("src/lib.rs"), "pub fn nothing() {}\n")?;
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n")?;
    if let Some(root) = root {
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    }
    Ok(folder)
}

fn cold(root: &Path) -> Result<Figure> {
    let ours = median(3, || {
        let target = TempDir::new()?;
        Ok(timed(|| cargo(root, target.path(), &["test", "-p", "lab1", "--no-run"]))?.0)
    })?;
    let empty = crate_with(EMPTY, Some(root))?;
    let yardstick = median(3, || {
        let target = TempDir::new()?;
        Ok(timed(|| cargo(empty.path(), target.path(), &["test", "--no-run"]))?.0)
    })?;
    Ok(Figure::ratio(
        "cold `cargo test -p lab1 --no-run`, against an empty crate with the same crates",
        ours,
        yardstick,
        1.3,
    ))
}

fn plain_rebuild(root: &Path) -> Result<Duration> {
    let plain = crate_with(PLAIN, Some(root))?;
    fs::create_dir(plain.path().join("tests"))?;
    fs::write(plain.path().join("tests/checks.rs"), "#[test]\nfn nothing() {\n    plain::nothing();\n}\n")?;
    let target = TempDir::new()?;
    let build = ["test", "--no-run"];
    cargo(plain.path(), target.path(), &build)?;
    median(5, || {
        touch(&plain.path().join("src/lib.rs"))?;
        Ok(timed(|| cargo(plain.path(), target.path(), &build))?.0)
    })
}

fn first_line(root: &Path, target: &Path) -> Result<Figure> {
    let run = || -> Result<Duration> {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let mut command = Command::new(cargo);
        command.args(["--offline", "lab"]).current_dir(root).env("CARGO_TARGET_DIR", target);
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut byte = [0];
        child.stdout.take().context("no pipe")?.read_exact(&mut byte)?;
        let took = start.elapsed();
        child.wait()?;
        Ok(took)
    };
    run()?;
    Ok(Figure::time(
        "`cargo lab` with nothing to build, to its first line",
        median(5, run)?,
        Duration::from_millis(150),
    ))
}

fn fresh_clone(root: &Path) -> Result<Figure> {
    let folder = TempDir::new()?;
    let clone = folder.path().join("loopback");
    let status = Command::new("git").args(["clone", "--quiet"]).arg(root).arg(&clone).status()?;
    ensure!(status.success(), "git clone fails");
    let (took, ()) = timed(|| cargo(&clone, &clone.join("target"), &["test"]))?;
    Ok(Figure::time("`cargo test` on a fresh clone, all downloads done", took, Duration::from_secs(300)))
}

//! The student pack: the repository to hand out, without solutions and without the teacher's side.
//!
//! What goes in is listed here, piece by piece: a file that nobody thought of stays out. Text for teachers stands between
//! `<!-- teacher -->` and `<!-- /teacher -->`, or in a line that ends with the first of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use toml_edit::{DocumentMut, Item};

use crate::build::{Workspace, stub_places};
use crate::labs::LABS;

/// Files and folders that go in as they are.
const WHOLE: &[&str] = &[
    ".gitattributes",
    ".gitignore",
    ".rustfmt.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "docs/book.css",
    "docs/book.toml",
    "docs/diagrams.py",
    "docs/examples",
    "grader/tests/common",
    "grader/tests/hung",
    "grader/tests/waits.rs",
    "grader/texts",
    "labs",
];
/// Folders of which all goes in but the teacher's side.
const GRADER: &str = "grader/src";
const TEACHERS: &[&str] = &["grader/src/bin/grade", "grader/src/grade", "grader/src/grade.rs"];
/// Pages and other texts, less what is for teachers.
const TEXTS: &[&str] = &["README.md", "docs/src"];
/// Pages that are for teachers as a whole.
const TEACHERS_PAGES: &[&str] = &[
    "docs/src/attacks.md",
    "docs/src/benchmark.md",
    "docs/src/course-file.md",
    "docs/src/results.md",
    "docs/src/teachers",
    "docs/src/teachers.md",
];
/// What `cargo test` says in a pack.
const TEST: &str = include_str!("pack/without_solutions.rs");
const CONFIG: &str = "[alias]\nlab = \"run -p grader --bin lab --\"\n";

/// Writes the pack to `out`, which must not be there yet, or be empty.
pub fn pack(workspace: &Workspace, out: &Path, vendor: bool) -> Result<()> {
    let empty = fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    ensure!(empty, "`{}` is not empty; try: another folder for --out", out.display());
    stubs_are_stubs(workspace)?;
    let root = workspace.root();
    for name in WHOLE.iter().chain([&GRADER]) {
        copy(root, out, Path::new(name), &|path, text| match path == Path::new("grader/src/lib.rs") {
            true => without_the_module(&text),
            false => text,
        })?;
    }
    for name in TEXTS {
        copy(root, out, Path::new(name), &|path, text| match path.extension().is_some_and(|it| it == "md") {
            true => without_teachers(&text),
            false => text,
        })?;
    }
    manifests(root, out)?;
    put(out, ".cargo/config.toml", CONFIG)?;
    put(out, "grader/tests/without_solutions.rs", TEST)?;
    lock(out)?;
    if vendor {
        vendored(out)?;
    }
    Ok(())
}

/// A lab that somebody has worked in must not be handed out.
fn stubs_are_stubs(workspace: &Workspace) -> Result<()> {
    for lab in LABS {
        let path = workspace.lab(lab.number).join("src/lib.rs");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let places = stub_places(&text);
        for stub in lab.stubs {
            let place = places.iter().find(|place| place.name == *stub);
            if place.is_none_or(|place| place.todo_lines.is_empty()) {
                bail!("`{stub}` in `{}` is no stub; try: git checkout -- labs", path.display());
            }
        }
    }
    Ok(())
}

fn copy(root: &Path, out: &Path, name: &Path, change: &dyn Fn(&Path, String) -> String) -> Result<()> {
    let from = root.join(name);
    let cannot = || format!("cannot copy `{}`", from.display());
    let slashes = name.to_string_lossy().replace('\\', "/");
    if TEACHERS.contains(&slashes.as_str()) || TEACHERS_PAGES.contains(&slashes.as_str()) {
        return Ok(());
    }
    let found = fs::symlink_metadata(&from).with_context(cannot)?;
    if found.is_dir() {
        let entries = fs::read_dir(&from).with_context(cannot)?;
        let mut names: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name() != "target")
            .map(|entry| name.join(entry.file_name()))
            .collect();
        names.sort();
        return names.iter().try_for_each(|name| copy(root, out, name, change));
    }
    ensure!(found.is_file(), "`{}` is no regular file", from.display());
    let bytes = fs::read(&from).with_context(cannot)?;
    match String::from_utf8(bytes) {
        Ok(text) => put(out, &slashes, &change(name, text)),
        Err(other) => put_bytes(out, &slashes, other.as_bytes()),
    }
}

fn put(out: &Path, name: &str, text: &str) -> Result<()> {
    put_bytes(out, name, text.as_bytes())
}

fn put_bytes(out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let to = out.join(name);
    let cannot = || format!("cannot write `{}`", to.display());
    fs::create_dir_all(to.parent().with_context(cannot)?).with_context(cannot)?;
    fs::write(&to, bytes).with_context(cannot)
}

const BEGIN: &str = "<!-- teacher -->";
const END: &str = "<!-- /teacher -->";

/// A text without what is for teachers.
fn without_teachers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut hidden = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare == BEGIN || bare == END {
            hidden = bare == BEGIN;
        } else if !hidden && !bare.ends_with(BEGIN) {
            kept.push_str(line);
        }
    }
    kept
}

/// The map of the crate without the module that is not there.
fn without_the_module(text: &str) -> String {
    let text = text.replace("#[cfg(all(feature = \"grade\", target_os = \"linux\"))]\npub mod grade;\n", "");
    text.split_inclusive('\n').filter(|line| !line.contains("(feature `grade`")).collect()
}

/// The manifests without solutions, without the teacher's side, and without what only these need.
fn manifests(root: &Path, out: &Path) -> Result<()> {
    let read = |name: &str| -> Result<DocumentMut> {
        let path = root.join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        text.parse().with_context(|| format!("`{}`", path.display()))
    };
    let mut workspace = read("Cargo.toml")?;
    workspace["workspace"]["members"] =
        toml_edit::value(toml_edit::Array::from_iter(["grader", "labs/*", "docs/examples"]));
    workspace["workspace"]["default-members"] = toml_edit::value(toml_edit::Array::from_iter(["grader"]));
    // Cargo warns of settings for packages that are not there.
    if let Some(packages) = workspace["profile"]["dev"]["package"].as_table_like_mut() {
        packages.remove("sha2");
    }
    put(out, "Cargo.toml", &workspace.to_string())?;

    let mut grader = read("grader/Cargo.toml")?;
    let features = grader["features"].as_table_mut().context("no features")?;
    let only_teachers = names(features.get("grade"), "dep:");
    let tools = names(features.get("tools"), "dep:");
    features.remove("grade");
    features["default"] = toml_edit::value(toml_edit::Array::from_iter(["tools"]));
    let dependencies = grader["dependencies"].as_table_mut().context("no dependencies")?;
    for name in only_teachers.iter().filter(|name| !tools.contains(name)) {
        dependencies.remove(name);
    }
    let not_teachers = |table: &&toml_edit::Table| table.get("name").and_then(Item::as_str) != Some("grade");
    let bins: toml_edit::ArrayOfTables =
        grader["bin"].as_array_of_tables().context("no programs")?.iter().filter(not_teachers).cloned().collect();
    grader["bin"] = Item::ArrayOfTables(bins);
    grader.remove("bench");
    grader.remove("test");
    // The sandbox's crate is for Linux alone.
    if let Some(targets) = grader.get_mut("target").and_then(Item::as_table_mut) {
        targets.retain(|target, _| target != "cfg(target_os = \"linux\")");
    }
    put(out, "grader/Cargo.toml", &grader.to_string())
}

fn names(list: Option<&Item>, prefix: &str) -> Vec<String> {
    let items = list.and_then(Item::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str()?.strip_prefix(prefix).map(str::to_string)).collect()
}

/// The same versions as here, of the crates that are left.
fn lock(out: &Path) -> Result<()> {
    let root = Workspace::find()?.root().join("Cargo.lock");
    fs::copy(&root, out.join("Cargo.lock")).with_context(|| format!("cannot copy `{}`", root.display()))?;
    cargo(out, &["metadata", "--offline", "--format-version", "1"]).map(drop)
}

/// All crates beside the code, so that nothing is downloaded where there is no network.
fn vendored(out: &Path) -> Result<()> {
    let told = cargo(out, &["vendor", "--offline", "--versioned-dirs", "vendor"])?;
    put(out, ".cargo/config.toml", &format!("{CONFIG}\n{told}"))
}

fn cargo(folder: &Path, args: &[&str]) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(folder).env_remove("CARGO_TARGET_DIR");
    let output = command.output().context("cannot run cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo {}: {}", args.join(" "), said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

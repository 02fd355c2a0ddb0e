//! The page "A lab of your own" is followed word for word, in a copy of this repository: its commands are run, its edits are
//! made, and what it shows of `cargo lab` and `cargo grade` is what they print there. `BLESS=1` writes that anew.
//!
//! The copy stands below `target/` and stays there, and what cargo has compiled for this workspace serves it too: of the
//! libraries nothing is built twice, and the copy only when something of it has changed.
#![cfg(target_os = "linux")]

#[path = "common/mod.rs"]
mod common;
#[path = "../../docs/examples/tests/page/mod.rs"]
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::skipped;
use grader::build::Workspace;

const PAGE: &str = "teachers/own-lab.md";

/// What the page says to run after each step, less what is about the labs that come with the project.
const TESTS: [&str; 5] = ["tables::", "hints::texts", "explain::pages", "other_labs", "the_stubs_in_the_program"];

/// Behind the version of the copy.
const COPY: &str = "-own-lab";

/// Every file of the copy, by its path.
type Files = BTreeMap<String, Vec<u8>>;

#[test]
fn a_sixth_lab_goes_from_nothing_to_graded() {
    let root = Workspace::find().expect("the workspace").root().to_path_buf();
    let Some(mut files) = ours(&root) else { return skipped("this is no clone, or there is no git") };
    let text = fs::read_to_string(root.join("docs/src").join(PAGE)).expect("the page");
    follow(&text, &mut files);
    under_another_version(&mut files);

    let copy = Copy::write(&files);
    copy.test();
    copy.hand_in();
    page::Page::open(&root.join("docs/src"), PAGE).compare("lab", |block| {
        if block.of.starts_with("grade ") && Command::new("bwrap").arg("--version").output().is_err() {
            skipped("there is no bwrap to grade in");
            return None;
        }
        Some(block.of.split(" && ").map(|line| copy.run(line)).collect())
    });
}

/// The files of this clone that are tracked or new. Of the book's pages only those are needed that the build reads: none.
fn ours(root: &Path) -> Option<Files> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(list).current_dir(root).output().ok()?;
    let names = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let wanted = names.split_terminator('\0').filter(|name| !name.starts_with("docs/src/"));
    // A file that was deleted and not yet committed is still listed.
    Some(wanted.filter_map(|name| Some((name.to_string(), fs::read(root.join(name)).ok()?))).collect())
}

/// Does what the page says: `cp` in its blocks of commands, and its edits.
fn follow(page: &str, files: &mut Files) {
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(path) = line.strip_prefix("<!-- edit: ").and_then(|rest| rest.strip_suffix(" -->")) {
            assert_eq!(lines.next(), Some("```diff"), "below `{line}`");
            let edit: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            change(files, path, &edit);
        } else if line == "```sh" {
            lines.by_ref().take_while(|line| *line != "```").for_each(|line| copy(files, line));
        }
    }
}

/// Cargo tells the packages of two workspaces apart by name and version, not by where they are: with ours, what is made of the
/// copy would take the place of what was made of this workspace.
fn under_another_version(files: &mut Files) {
    let manifest = String::from_utf8(files["Cargo.toml"].clone()).expect("text");
    let ours = format!("version = \"{}\"\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest.matches(&ours).count(), 1, "{manifest}");
    let other = ours.replace("\"\n", &format!("{COPY}\"\n"));
    files.insert("Cargo.toml".to_string(), manifest.replace(&ours, &other).into_bytes());
}

/// Lines with `+` come in; those with a space stand around them.
fn change(files: &mut Files, path: &str, edit: &[&str]) {
    let side = |drop: char| -> String {
        let kept = edit.iter().filter(|line| !line.starts_with(drop));
        kept.map(|line| line.get(1..).unwrap_or_default().to_string() + "\n").collect()
    };
    let text = String::from_utf8(files[path].clone()).expect("text");
    let (before, after) = (side('+'), side('-'));
    assert_eq!(text.matches(&before).count(), 1, "{path}: the page edits what is not there once:\n{before}");
    files.insert(path.to_string(), text.replace(&before, &after).into_bytes());
}

/// `cp -r FOLDER/. .` and `cp FILE FILE`. What is no `cp` is run later, where the page shows what it prints.
fn copy(files: &mut Files, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["cp", "-r", from, "."] => {
            let folder = from.trim_end_matches('.');
            let below = files.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(folder)?, bytes.clone())));
            let more: Files = below.map(|(name, bytes)| (name.to_string(), bytes)).collect();
            assert!(!more.is_empty(), "`{line}` copies nothing");
            files.extend(more);
        }
        ["cp", from, to] => {
            let bytes = files.get(from).unwrap_or_else(|| panic!("`{line}`: there is no such file")).clone();
            files.insert(to.to_string(), bytes);
        }
        ["cp", ..] => panic!("`{line}`: this test does not know how"),
        _ => {}
    }
}

/// The teacher's copy of the repository.
struct Copy {
    root: PathBuf,
    /// Where its programs go. What they are made of is shared with the workspace of this test.
    programs: PathBuf,
    shared: PathBuf,
}

impl Copy {
    /// Writes what is not there yet as it should be: cargo goes by the time of a file.
    fn write(files: &Files) -> Copy {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = tmp.join("own-lab");
        let copy = Copy {
            root: folder.join("loopback"),
            programs: folder.join("programs"),
            shared: tmp.parent().expect("target").to_path_buf(),
        };
        for path in copy.found(&copy.root) {
            let name = path.strip_prefix(&copy.root).expect("below").to_string_lossy().into_owned();
            if !files.contains_key(&name) {
                fs::remove_file(&path).expect("an old file");
            }
        }
        for (name, bytes) in files {
            let path = copy.root.join(name);
            if !fs::read(&path).is_ok_and(|old| old == *bytes) {
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(&path, bytes).expect("a file");
            }
        }
        copy
    }

    fn found(&self, folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let below = |path: PathBuf| if path.is_dir() { self.found(&path) } else { vec![path] };
        entries.flat_map(|entry| below(entry.path())).collect()
    }

    /// The programs, and the tests that tell a teacher what is missing. They bring the programs with them.
    fn test(&self) {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["test", "--quiet", "--offline", "-p", "grader", "--test", "student", "--"]).args(TESTS);
        let output = self.here(&mut cargo).output().expect("cargo");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "the tests of the copy:\n{told}");
    }

    fn here<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.programs)
            .env("CARGO_BUILD_BUILD_DIR", &self.shared)
            .env("NO_COLOR", "1")
            // It is this page that is written anew, not the texts of the copy.
            .env_remove("BLESS")
    }

    /// A line as one would type it, and what it prints, but for what differs from run to run: progress, which is on standard
    /// error, and which checks were the slowest.
    fn run(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let (mut command, line) = match words[..] {
            ["cp", from, to] => {
                fs::copy(self.root.join(from), self.root.join(to)).expect("a copy");
                return format!("$ {line}\n");
            }
            ["grade", ref rest @ ..] => (self.program("grade", rest), format!("$ cargo {line}\n")),
            ref words => (self.program("lab", words), format!("$ cargo lab {line}\n")),
        };
        let output = command.output().expect("the program");
        let told = String::from_utf8_lossy(&output.stdout).replace(COPY, "");
        let steady = told.trim_end().lines().filter(|line| !line.starts_with("slowest"));
        steady.fold(line, |text, line| text + line + "\n")
    }

    fn program(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join("debug").join(name));
        self.here(command.args(args));
        command
    }

    /// The class of the page: two students, and the course file.
    fn hand_in(&self) {
        let _ = fs::remove_dir_all(self.root.join("demo-6-graded"));
        for (student, from) in [("ada", "solutions/solution6"), ("bo", "labs/lab6")] {
            let to = self.root.join(format!("demo-6/{student}/labs/lab6/src"));
            fs::create_dir_all(&to).expect("a folder");
            fs::copy(self.root.join(from).join("src/lib.rs"), to.join("lib.rs")).expect("a copy");
        }
        fs::write(self.root.join("demo-6.toml"), "title = \"Sockets\"\nlabs = [6]\n").expect("a course file");
    }
}

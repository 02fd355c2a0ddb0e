//! A student's desk: a pack of its own, in which files are saved, commands typed and a watch left running.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use grader::build::{Workspace, put_back};
use grader::labs;
use grader::prove;
use tempfile::TempDir;

use super::display;
use super::page::COLUMNS;
use crate::common::skipped;
use crate::screen::{Running, lab};

/// Where a student may have put the pack.
const HOME: &str = "~/loopback";
/// Marks lines that are left out.
const CUT: &str = "[..]";

pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// None without a program that makes terminals.
    pub fn new() -> Option<Desk> {
        let here = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
        if !here {
            skipped("there is no `script` of util-linux, which makes the terminal");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        pack(folder.path(), env!("CARGO_PKG_VERSION"));
        Some(Desk { folder })
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// As most editors save: a new file is renamed over the old one.
    pub fn save(&self, lab: u8, text: &str) {
        let folder = self.root().join(format!("labs/lab{lab}/src"));
        fs::write(folder.join("lib.rs.new"), text).unwrap();
        fs::rename(folder.join("lib.rs.new"), folder.join("lib.rs")).unwrap();
    }

    /// What is typed at a shell, and what comes of it.
    pub fn shell(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = lab(&words);
        command.current_dir(self.root()).env_remove("VISUAL").env_remove("EDITOR").env("TZ", "UTC");
        let output = command.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        // The folder of a test has a name that tells nothing.
        let said = said.replace(&*self.root().canonicalize().unwrap().to_string_lossy(), HOME);
        format!("$ cargo lab {line}\n{}", folded(said.trim_matches('\n')))
    }

    pub fn terminal(&self, line: &str) -> Terminal {
        let words: Vec<&str> = line.split(' ').collect();
        let running = Running::at_terminal(&words, self.root()).expect("`script` was there");
        Terminal { running, seen: 0 }
    }
}

/// As a terminal shows a line that does not fit: a message may be one.
pub fn folded(text: &str) -> String {
    let rows = |line: &str| match line.chars().collect::<Vec<_>>() {
        line if line.is_empty() => vec![String::new()],
        line => line.chunks(COLUMNS).map(|row| row.iter().collect::<String>().trim_end().to_string()).collect(),
    };
    text.lines().flat_map(rows).collect::<Vec<_>>().join("\n")
}

/// A command that runs at a terminal.
pub struct Terminal {
    running: Running,
    /// Lines above this one were shown before.
    seen: usize,
}

impl Terminal {
    /// Waits for this text behind what was waited for before.
    pub fn wait(&mut self, text: &str) {
        self.running.lines.until(text);
    }

    /// Waits for it, and gives the lines that are new on the display.
    pub fn until(&mut self, text: &str) -> String {
        self.wait(text);
        self.fresh()
    }

    pub fn press(&mut self, keys: &str) {
        self.running.types(keys);
    }

    pub fn press_until(&mut self, keys: &str, text: &str) -> String {
        self.press(keys);
        self.until(text)
    }

    fn fresh(&mut self) -> String {
        let lines = display::shown(&self.running.lines.text());
        let from = self.seen.min(lines.len());
        // The last line may change: it is shown again.
        self.seen = lines.len().saturating_sub(1);
        lines[from..].join("\n").trim_matches('\n').to_string()
    }

    /// Waits for its end, and gives the lines that are new.
    pub fn end(self) -> String {
        let seen = self.seen;
        let lines = display::shown(&self.running.end().0);
        lines[seen.min(lines.len())..].join("\n").trim_matches('\n').to_string()
    }
}

/// A pack with little in it, but with every part.
pub fn pack(root: &Path, version: &str) {
    let ours = Workspace::find().unwrap();
    let manifest = format!("[workspace]\nmembers = [\"labs/*\"]\n[workspace.package]\nversion = \"{version}\"\n");
    put(root, "Cargo.toml", &manifest);
    for path in ["Cargo.lock", ".cargo/config.toml", "grader/Cargo.toml", "docs/src/glossary.md", "grader/src/check.rs"]
    {
        put(root, path, &format!("# of pack {version}\n"));
    }
    put(root, "grader/src/lib.rs", "pub mod check;\n");
    for number in 1..=5 {
        for part in ["Cargo.toml", "README.md", "tests/checks.rs", "src/lib.rs", "src/main.rs", "src/provided.rs"] {
            let text = fs::read_to_string(ours.lab(number).join(part)).unwrap();
            put(root, &format!("labs/lab{number}/{part}"), &text);
        }
        let errno = ours.lab(number).join("src/errno.rs");
        if let Ok(text) = fs::read_to_string(errno) {
            put(root, &format!("labs/lab{number}/src/errno.rs"), &text);
        }
    }
}

fn put(root: &Path, path: &str, text: &str) {
    let to: PathBuf = root.join(path);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, text).unwrap();
}

/// The right program of a lab.
pub fn right(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().solution(lab).join("src/lib.rs")).unwrap()
}

/// A wrong one.
pub fn wrong(id: &str) -> String {
    let lab = id.as_bytes()[3] - b'0';
    let all = prove::mutants(&Workspace::find().unwrap(), lab).unwrap();
    all.iter().find(|mutant| mutant.id == id).unwrap().text(&right(lab)).unwrap()
}

/// A program in which this function, and those below it, are not written yet.
pub fn before(lab: u8, text: &str, function: &str) -> String {
    let stubs = fs::read_to_string(Workspace::find().unwrap().lab(lab).join("src/lib.rs")).unwrap();
    let all = labs::lab(lab).unwrap().stubs;
    let from = all.iter().position(|name| *name == function).unwrap();
    put_back(text, &stubs, &all[from..]).unwrap()
}

/// A text without the lines between the first that has the one in it, and the first behind it that has the other; without
/// all that follows, if there is no other.
pub fn cut(text: &str, last: &str, next: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let find = |from: usize, part: &str| {
        let found = lines[from..].iter().position(|line| line.contains(part));
        from + found.unwrap_or_else(|| panic!("no `{part}` in\n{text}"))
    };
    let last = find(0, last);
    let next = if next.is_empty() { lines.len() } else { find(last + 1, next) };
    let kept: Vec<&str> = lines[..=last].iter().chain([&CUT]).chain(&lines[next..]).copied().collect();
    kept.join("\n")
}

//! The student pack: everything in README works in it, a lab can be solved in it, and no solution is in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use grader::build::Workspace;
use grader::grade::pack::pack;
use grader::labs::LABS;
use tempfile::TempDir;

/// A line that short says nothing about where it is from.
const SHORT: usize = 25;

struct Pack {
    _folder: TempDir,
    root: PathBuf,
}

impl Pack {
    fn new(vendor: bool) -> Pack {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("loopback");
        pack(&Workspace::find().unwrap(), &root, vendor).unwrap();
        Pack { _folder: folder, root }
    }

    fn run(&self, line: &str) -> Output {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("cargo"));
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        // What is built stays for the next time; cargo tells by itself what has changed.
        let target = Workspace::find().unwrap().root().join("target/pack");
        command.args(words).current_dir(&self.root).env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
        command.output().unwrap()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

fn lines(path: &Path) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    text.lines().map(|line| line.trim().to_string()).collect()
}

/// The lines of the solutions' bodies that stand in no lab.
fn secrets(workspace: &Workspace) -> BTreeSet<String> {
    let given: BTreeSet<String> = files(&workspace.root().join("labs")).iter().flat_map(|path| lines(path)).collect();
    let solved = LABS.iter().flat_map(|lab| lines(&workspace.solution(lab.number).join("src/lib.rs")));
    let tells = |line: &String| line.len() >= SHORT && !line.starts_with("//") && !given.contains(line);
    solved.filter(tells).collect()
}

/// The commands that a page shows in its blocks, without their comments. Not `watch`, which runs until somebody ends it: it
/// has tests of its own.
fn commands(page: &str) -> Vec<String> {
    let of = |line: &str| line.split('#').next().unwrap_or_default().trim().to_string();
    let ends = |line: &String| line.starts_with("cargo ") && !line.starts_with("cargo lab watch");
    page.lines().map(of).filter(ends).collect()
}

#[test]
fn holds_no_line_of_a_solution() {
    let workspace = Workspace::find().unwrap();
    let pack = Pack::new(false);
    let secrets = secrets(&workspace);
    assert!(secrets.len() > 200, "{}", secrets.len());
    let mut leaks = Vec::new();
    for path in files(&pack.root) {
        let found: Vec<String> = lines(&path).intersection(&secrets).cloned().collect();
        if !found.is_empty() {
            leaks.push(format!("{}: {found:?}", path.display()));
        }
        let name = path.strip_prefix(&pack.root).unwrap().to_string_lossy().into_owned();
        for teachers in ["solutions/", "mutants", "variants", "/grade/", "/grade.rs", "teachers.md"] {
            assert!(!name.contains(teachers), "{name}");
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn everything_in_readme_works_and_a_lab_can_be_solved() {
    let pack = Pack::new(false);
    let page = fs::read_to_string(pack.root.join("README.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() >= 6, "{commands:?}");
    for line in &commands {
        let output = pack.run(line);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("warning:"), "{line}: {said}");
        // From stubs, a check that is asked for has not passed; everything else works.
        let checks = [" check", " replay", " -p lab"].iter().any(|part| line.contains(part));
        match checks {
            true => assert!(!output.status.success() && said.contains("not started"), "{line}: {said}"),
            false => assert!(output.status.success(), "{line}: {said}"),
        }
    }

    let solution = fs::read_to_string(Workspace::find().unwrap().solution(1).join("src/lib.rs")).unwrap();
    fs::write(pack.root.join("labs/lab1/src/lib.rs"), solution).unwrap();
    let output = pack.run("cargo lab check 1");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("100 of 100"), "{said}");
    let output = pack.run("cargo lab prove");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a student pack has none"));
}

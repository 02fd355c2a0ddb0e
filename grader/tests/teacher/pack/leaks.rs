//! No solution is in a student pack.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use grader::build::Workspace;
use grader::labs::LABS;

use super::made::Pack;

/// A line that short says nothing about where it is from.
const SHORT: usize = 25;

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

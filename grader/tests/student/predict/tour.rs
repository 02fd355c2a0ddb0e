//! The tour without a terminal: the whole of it at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use predicates::str::is_empty;

use super::{copy, lab, stdout};

/// Every file below a folder with its contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => all.extend(contents(&path)),
            path => drop(all.insert(path.clone(), fs::read(path).unwrap())),
        }
    }
    all
}

#[test]
fn the_tour_explains_a_real_report_and_touches_nothing() {
    let (folder, temporary) = (copy(), tempfile::tempdir().unwrap());
    let before = contents(folder.path());
    let said = lab(&folder, &["tour"]).env("TMPDIR", temporary.path()).assert().success().stderr(is_empty());
    let said = stdout(&said);
    assert_eq!(contents(folder.path()), before);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "what was built is gone");

    assert!(!said.contains('\x1b') && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    // Each block stands there twice: in the report, and above its explanation.
    for block in [
        "FAILED  1.04 answers_at_once",
        "  want  12 bytes",
        "  got   0 bytes",
        ">>",
        "  Where you are",
        "  Usually means",
        "  Next  ",
    ] {
        assert_eq!(said.lines().filter(|line| line.starts_with(block)).count(), 2, "{block}\n{said}");
    }
    for command in ["check 1", "hint 1.04", "replay 1.04", "watch 1"] {
        assert!(said.contains(&format!("cargo lab {command}")), "{said}");
    }
    // The line that the report names is the one of the function that the tour shows.
    let program = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("texts/tour/echo.rs")).unwrap();
    let at = 1 + program.lines().position(|line| line.starts_with("pub fn echo_once")).unwrap();
    assert!(said.contains(&format!("grader/texts/tour/echo.rs:{at}")), "{said}");
    assert!(said.contains("    pub fn echo_once(") && said.contains("read_until(b'\\n'"), "{said}");
}

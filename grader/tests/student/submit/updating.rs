//! `cargo lab update`: a newer pack over an older one in which somebody works.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use grader::build::Workspace;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

use super::copy::{Copy, LIMIT, collect, pack_into, pack_zip, put};

/// A newer pack: a file is new, one is changed, one is gone, and one of the labs asks for more.
fn newer() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    pack_into(root, "0.2.0");
    put(root, "docs/src/new.md", "# New\n");
    fs::remove_file(root.join("docs/src/old.md")).unwrap();
    put(root, "grader/src/check.rs", "// changed\n");
    put(root, "labs/lab1/src/main.rs", "// a newer main\n");
    let stubs = fs::read_to_string(root.join("labs/lab2/src/lib.rs")).unwrap();
    put(root, "labs/lab2/src/lib.rs", &format!("{stubs}\npub fn one_more() {{\n    todo!()\n}}\n"));
    folder
}

/// What the student has done before the update.
fn worked_in() -> Copy {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", "// mine\n");
    copy.write("labs/lab1/src/more.rs", "// mine too\n");
    copy.write("labs/lab1/notes.md", "mine as well\n");
    copy.write("docs/src/own.md", "my page\n");
    copy
}

#[test]
fn update_replaces_the_packs_files_and_keeps_the_students() {
    let pack = newer();
    for as_zip in [false, true] {
        let copy = worked_in();
        let place = tempfile::tempdir().unwrap();
        let from = match as_zip {
            false => pack.path().to_path_buf(),
            true => place.path().join("pack.zip"),
        };
        if as_zip {
            pack_zip(pack.path(), &from);
        }
        let said = copy.lab(&["update", from.to_str().unwrap()]).assert().success();
        said.stdout(contains("pack 0.1.0 -> 0.2.0"))
            .stdout(contains("1 files new, 3 changed, 2 gone"))
            .stdout(contains("labs/lab2/src/lib.rs has no `one_more`"));
        for (path, text) in [
            ("labs/lab1/src/lib.rs", "// mine\n"),
            ("labs/lab1/src/more.rs", "// mine too\n"),
            ("labs/lab1/notes.md", "mine as well\n"),
            ("labs/lab1/src/main.rs", "// a newer main\n"),
            ("docs/src/new.md", "# New\n"),
            ("docs/src/old.md", ""),
        ] {
            assert_eq!(copy.read(path), text, "{path}");
        }
        let mut kept = BTreeMap::new();
        collect(&copy.root().join(".loopback"), &mut kept);
        let mine = kept.iter().find(|(path, _)| path.ends_with("docs/src/own.md")).expect("the copy");
        assert_eq!(mine.1, b"my page\n");
        assert_eq!(kept.len(), 5, "{kept:?}");
        // The second time, there is nothing left to do; and the grader that runs is of another version now.
        let again = copy.lab(&["update", from.to_str().unwrap()]).assert().success();
        again.stdout(contains("nothing to do")).stderr(contains("warning: this pack is 0.2.0, newer than the grader"));
    }
}

#[test]
fn update_refuses_what_is_older_no_pack_or_only_a_part() {
    let copy = worked_in();
    let before = copy.everything();
    let refused = |from: &Path, why: &str| {
        let said = copy.lab(&["update", from.to_str().unwrap()]).assert().code(1);
        said.stderr(contains(why).and(contains("nothing was changed")));
        assert!(copy.everything() == before, "{why}");
    };
    let place = tempfile::tempdir().unwrap();
    refused(&place.path().join("absent"), "cannot read");
    refused(place.path(), "is no pack");
    refused(copy.root(), "is this copy itself");

    let old = tempfile::tempdir().unwrap();
    pack_into(old.path(), "0.0.9");
    refused(old.path(), "older than this copy (0.1.0)");

    let half = newer();
    fs::remove_file(half.path().join("grader/src/check.rs")).unwrap();
    refused(half.path(), "`grader/src/check.rs` is missing");
    put(half.path(), "grader/src/check.rs", "x");
    put(half.path(), "labs/lab5/src/main.rs", "");
    refused(half.path(), "`labs/lab5/src/main.rs` is empty");
    put(half.path(), "labs/lab5/src/main.rs", "x");
    put(half.path(), "grader/src/grade.rs", "x");
    refused(half.path(), "that is the teacher's repository");

    let zip = place.path().join("cut.zip");
    pack_zip(newer().path(), &zip);
    let bytes = fs::read(&zip).unwrap();
    fs::write(&zip, &bytes[..bytes.len() / 2]).unwrap();
    refused(&zip, "is no zip, or only a part of one");
    // With --force, an older one is taken.
    let said = copy.lab(&["update", "--force", old.path().to_str().unwrap()]).assert().success();
    said.stdout(contains("pack 0.1.0 -> 0.0.9"));
}

#[test]
fn an_update_that_breaks_off_is_undone() {
    let copy = worked_in();
    let pack = newer();
    // Sorted after most others, and it cannot be made: where its folder would be, the student has a file.
    put(pack.path(), "labs/lab5/zzz/file.md", "x");
    copy.write("labs/lab5/zzz", "mine\n");
    let before = copy.everything();
    let said = copy.lab(&["update", pack.path().to_str().unwrap()]).assert().code(1);
    said.stderr(contains("zzz").and(contains("nothing was changed")));
    assert!(copy.everything() == before, "not as before");
    let left: Vec<_> = fs::read_dir(copy.root().join(".loopback")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");

    // A place that cannot be written to is found before anything is moved.
    fs::remove_file(copy.root().join("labs/lab5/zzz")).unwrap();
    fs::remove_dir(copy.root().join(".loopback")).unwrap();
    copy.write(".loopback", "a file in the way");
    let before = copy.everything();
    let said = copy.lab(&["update", pack.path().to_str().unwrap()]).assert().code(1);
    said.stderr(contains("cannot write").and(contains("nothing was changed")));
    assert!(copy.everything() == before, "not as before");
}

#[test]
fn the_teachers_repository_is_not_updated() {
    let pack = newer();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["update", pack.path().to_str().unwrap()]).current_dir(Workspace::find().unwrap().root());
    command.timeout(LIMIT).assert().code(1).stderr(contains("this is the teacher's repository"));
}

#[test]
fn a_pack_of_another_version_than_the_grader_is_said_once() {
    let copy = Copy::new();
    let text = copy.read("Cargo.toml");
    copy.write("Cargo.toml", &text.replace("0.1.0", "0.0.1"));
    copy.lab(&["list"]).assert().success().stderr(contains("older than the grader").count(1));
    copy.write("Cargo.toml", &text);
    copy.lab(&["list"]).assert().success().stderr(is_empty());
}

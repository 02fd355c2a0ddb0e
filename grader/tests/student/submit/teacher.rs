//! What a teacher's grader makes of a zip, and of a copy: the receipt is matched, and counts for nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use grader::build::Workspace;
use grader::grade::intake::{Intake, Options, intake};
use grader::workbook::submit::manifest::{self, Manifest};
use predicates::prelude::*;
use predicates::str::contains;
use tempfile::TempDir;

use super::copy::{Copy, collect, entries, pack_zip, put, solution, zipped};

type Files = BTreeMap<String, Vec<u8>>;

/// The intake of a class of one: this zip, under the name that it was given.
fn taken(name: &str, zip: &[u8]) -> (TempDir, Intake) {
    let folder = tempfile::tempdir().unwrap();
    let class = folder.path().join("in/Ada_7_assignsubmission_file");
    fs::create_dir_all(&class).unwrap();
    fs::write(class.join(name), zip).unwrap();
    let found = intake(&folder.path().join("in"), &Options::default(), &folder.path().join("spool")).unwrap();
    (folder, found)
}

fn submitted() -> (Copy, String, Vec<u8>) {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", &solution(1));
    copy.write("labs/lab4/src/lib.rs", &format!("{}\nmod more;\n", solution(4)));
    copy.write("labs/lab4/src/more.rs", "// mine\n");
    copy.lab(&["submit"]).assert().success();
    let zip = copy.only(".zip");
    let name = zip.file_name().unwrap().to_str().unwrap().to_string();
    let bytes = fs::read(&zip).unwrap();
    (copy, name, bytes)
}

#[test]
fn the_receipt_that_a_student_keeps_is_the_one_in_the_record() {
    let (copy, name, zip) = submitted();
    let (_folder, intake) = taken(&name, &zip);
    let found = &intake.found[0];
    let receipt = fs::read_to_string(copy.only(".receipt.txt")).unwrap();
    let number = receipt.lines().find_map(|line| line.strip_prefix("receipt  ")).unwrap();
    assert_eq!(found.identity.receipts, [format!("{number} (as packed)")]);
    assert_eq!(found.labs.keys().copied().collect::<Vec<_>>(), [1, 4]);
    assert!(found.ignored.is_empty() && intake.notes.is_empty(), "{:?} {:?}", found.ignored, intake.notes);
    let laid = fs::read_to_string(found.labs[&4].join("src/more.rs")).unwrap();
    assert_eq!(laid, "// mine\n");
}

/// A platform that packs the files anew changes the zip, and not the number.
#[test]
fn a_zip_that_was_packed_anew_has_the_same_number_and_the_same_content() {
    let (copy, name, zip) = submitted();
    let (_one, before) = taken(&name, &zip);
    let files: Vec<(String, Vec<u8>)> =
        entries(&copy.only(".zip")).into_iter().map(|(name, bytes)| (format!("ada/{name}"), bytes)).collect();
    let (_other, after) = taken("download.zip", &zipped(&files));
    assert_eq!(before.found[0].identity.receipts, after.found[0].identity.receipts);
    assert_eq!(before.found[0].content, after.found[0].content);
}

#[test]
fn a_changed_file_a_damaged_manifest_and_none_are_told_and_cost_nothing() {
    let (copy, name, zip) = submitted();
    let files = entries(&copy.only(".zip"));
    let with = |change: &dyn Fn(&mut Files)| {
        let mut files = files.clone();
        change(&mut files);
        let (_folder, intake) = taken(&name, &zipped(&files.into_iter().collect::<Vec<_>>()));
        assert_eq!((intake.found[0].labs.len(), &intake.found[0].status), (2, &None));
        intake
    };
    let changed = with(&|files| drop(files.insert("labs/lab1/src/lib.rs".into(), b"// other\n".to_vec())));
    assert!(changed.found[0].identity.receipts[0].ends_with("(NOT as packed)"));
    assert!(changed.notes.iter().any(|note| note.contains("`labs/lab1/src/lib.rs` is another")), "{:?}", changed.notes);
    let gone = with(&|files| drop(files.remove("labs/lab4/src/more.rs")));
    assert!(gone.notes.iter().any(|note| note.contains("`labs/lab4/src/more.rs` is missing")), "{:?}", gone.notes);

    let damaged = with(&|files| drop(files.insert("loopback.json".into(), b"{\"format\": 7}".to_vec())));
    assert!(damaged.found[0].identity.receipts.is_empty() && damaged.notes.is_empty());
    assert!(damaged.found[0].ignored[0].1.contains("no manifest"), "{:?}", damaged.found[0].ignored);
    let none = with(&|files| drop(files.remove("loopback.json")));
    assert!(none.found[0].identity.receipts.is_empty() && none.found[0].ignored.is_empty());

    let points = String::from_utf8(files["loopback.json"].clone()).unwrap();
    let boasts = with(&|files| {
        let text =
            points.replace("\"points\": 0", "\"points\": 100").replace("\"pack\": \"0.1.0\"", "\"pack\": \"0.0.1\"");
        drop(files.insert("loopback.json".into(), text.into_bytes()));
    });
    let (_folder, honest) = taken(&name, &zip);
    assert_eq!(boasts.found[0].content, honest.found[0].content);
    assert!(boasts.notes.iter().any(|note| note.contains("made with pack 0.0.1")), "{:?}", boasts.notes);
}

/// Not a pack that a test has made up: the one that `cargo grade pack` writes, over an older one in which somebody works.
#[test]
fn a_real_pack_is_updated_from_a_real_pack() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&old, &new] {
        grader::grade::pack::pack(&Workspace::find().unwrap(), folder.path(), false).unwrap();
    }
    let manifest = fs::read_to_string(new.path().join("Cargo.toml")).unwrap();
    let newer = manifest.replacen(&format!("version = \"{}\"", env!("CARGO_PKG_VERSION")), "version = \"9.0.0\"", 1);
    assert_ne!(manifest, newer);
    put(new.path(), "Cargo.toml", &newer);
    fs::remove_file(new.path().join("docs/src/glossary.md")).unwrap();
    let copy = Copy { folder: old };
    copy.write("labs/lab1/src/lib.rs", "// mine\n");
    let place = tempfile::tempdir().unwrap();
    let zip = place.path().join("pack.zip");
    pack_zip(new.path(), &zip);
    let said = copy.lab(&["update", zip.to_str().unwrap()]).assert().success();
    said.stdout(contains("-> 9.0.0").and(contains("0 files new, 1 changed, 1 gone")));
    copy.write("labs/lab1/src/lib.rs", &fs::read_to_string(new.path().join("labs/lab1/src/lib.rs")).unwrap());
    let (mut ours, mut theirs) = (BTreeMap::new(), BTreeMap::new());
    collect(copy.root(), &mut ours);
    collect(new.path(), &mut theirs);
    let below = |all: BTreeMap<PathBuf, Vec<u8>>, root: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        let all = all.into_iter().map(|(path, bytes)| (path.strip_prefix(root).unwrap().to_path_buf(), bytes));
        all.filter(|(path, _)| !path.starts_with(".loopback")).collect()
    };
    assert!(below(ours, copy.root()) == below(theirs, new.path()), "the copy is the new pack");
}

/// A manifest is a student's text, whatever it says.
#[test]
fn what_a_manifest_says_is_shown_as_plain_text_and_cut() {
    let (copy, name, _) = submitted();
    let mut files = entries(&copy.only(".zip"));
    let mut manifest = Manifest::parse(&files["loopback.json"]).unwrap();
    let evil = format!("labs/\u{1b}[31m\u{202e}{}", "x".repeat(5000));
    manifest.files = (0..1000).map(|_| manifest::File { path: evil.clone(), ..manifest.files[0].clone() }).collect();
    manifest.files.truncate(150);
    files.insert("loopback.json".into(), manifest.bytes());
    let (_folder, intake) = taken(&name, &zipped(&files.into_iter().collect::<Vec<_>>()));
    assert_eq!(intake.notes.len(), 1);
    assert!(intake.notes[0].len() < 600 && !intake.notes[0].chars().any(char::is_control), "{:?}", intake.notes);
    assert!(!intake.notes[0].contains('\u{202e}') && intake.notes[0].contains("and 147 more"));
}

/// `--check` must not promise what the teacher's grader does not find, and must not miss what it does.
#[test]
fn check_finds_the_labs_that_the_intake_finds() {
    let copy = Copy::new();
    let two = solution(2);
    let forms: &[(&str, &[(&str, &str)])] = &[
        ("plain.zip", &[("labs/lab1/src/lib.rs", "//"), ("labs/lab3/src/lib.rs", "//")]),
        ("deep.zip", &[("hw/a/Lab 4 - final/src/lib.rs", "//")]),
        ("lab5.zip", &[("src/lib.rs", "//")]),
        ("work.zip", &[("src/lib.rs", &two)]),
        ("bare.zip", &[("lib.rs", &two), ("more.rs", "//"), ("notes.txt", "x")]),
        ("module.zip", &[("lab1/src/lib.rs", "//"), ("lab1/src/sub/src/lib.rs", "//")]),
        ("twice.zip", &[("a/lab1/src/lib.rs", "//"), ("b/lab1/src/lib.rs", "//")]),
        ("unknown.zip", &[("src/lib.rs", "//")]),
        ("none.zip", &[("thesis.pdf", "x")]),
    ];
    for (name, files) in forms {
        let files: Vec<_> = files.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect();
        let zip = zipped(&files);
        let (_folder, intake) = taken(name, &zip);
        let theirs: Vec<u8> = intake.found.iter().flat_map(|found| found.labs.keys().copied()).collect();
        fs::write(copy.root().join(name), &zip).unwrap();
        let output = copy.lab(&["submit", "--check", name]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let labs = said.lines().filter_map(|line| line.strip_prefix("lab ")?.split(' ').next()?.parse().ok());
        assert_eq!(labs.collect::<Vec<u8>>(), theirs, "{name}: {said}");
    }
}

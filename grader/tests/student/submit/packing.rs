//! `cargo lab submit`: what is in the zip, what the receipt says, and what `--check` tells of a zip.

use std::fs::{self, File};
use std::time::Duration;

use grader::workbook::submit::manifest::{self, Manifest};
use grader::workbook::unpack::{Limits, unpack};
use predicates::prelude::*;
use predicates::str::{contains, is_empty};

use super::copy::{Copy, entries, solution, zipped};

#[test]
fn packs_what_is_the_students_and_nothing_else() {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", &format!("{}\npub mod more;\n", solution(1)));
    copy.write("labs/lab1/src/more.rs", "//! Mine.\n");
    copy.write("labs/lab1/src/notes.txt", "not Rust");
    copy.write("labs/lab1/target/debug/big", "x");
    let said = copy.lab(&["submit"]).assert().success().stderr(is_empty());
    let said =
        said.stdout(contains("lab 1    never checked here")).stdout(contains("lab 2, 3, 4, 5    nothing is written"));
    said.stdout(contains("NOT in it: labs/lab1/src/notes.txt"));

    let zip = copy.only(".zip");
    let name = zip.file_name().unwrap().to_str().unwrap();
    let stamp = name.strip_prefix("loopback-labs-").and_then(|rest| rest.strip_suffix(".zip")).expect(name);
    assert!(stamp.len() == 13 && stamp.chars().all(|char| char.is_ascii_digit() || char == '-'), "{name}");
    assert!(fs::metadata(&zip).unwrap().len() < 100_000);
    let entries = entries(&zip);
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    assert_eq!(names, ["labs/lab1/src/lib.rs", "labs/lab1/src/more.rs", "loopback.json"]);

    let manifest = Manifest::parse(&entries["loopback.json"]).expect("a manifest");
    let hash = |path: &str| entries.get(path).map(|bytes| manifest::sha256(bytes));
    assert_eq!(manifest.differences(hash), Vec::<String>::new());
    assert_eq!((manifest.files.len(), manifest.labs.len(), manifest.labs[0].compiles), (2, 1, Some(true)));
    assert_eq!((manifest.pack.as_str(), manifest.grader.as_str()), ("0.1.0", env!("CARGO_PKG_VERSION")));
    let text = String::from_utf8(entries["loopback.json"].clone()).unwrap();
    assert!(!text.contains(copy.root().to_str().unwrap()), "no path of this machine: {text}");

    let receipt = fs::read_to_string(copy.only(".receipt.txt")).unwrap();
    let number = manifest::number(&entries["loopback.json"]);
    for part in [&number, name, &manifest::sha256(&fs::read(&zip).unwrap()), "labs/lab1/src/more.rs"] {
        assert!(receipt.contains(part), "{part}: {receipt}");
    }
    assert!(receipt.lines().all(|line| line.chars().count() <= 80), "{receipt}");
}

#[test]
fn tells_the_points_of_the_last_run_and_whether_a_file_was_saved_since() {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", &solution(1));
    copy.lab(&["check", "1.01", "--seed", "7f3a"]).assert().success();
    copy.lab(&["submit", "1"])
        .assert()
        .success()
        .stdout(contains("of 100 points at").and(contains("not changed since")));
    let manifest = Manifest::parse(&entries(&copy.only(".zip"))["loopback.json"]).unwrap();
    let case = &manifest.labs[0].cases[0];
    assert_eq!((case.case.as_str(), case.outcome.as_str(), case.seed.as_str()), ("1.01", "passed", "7f3a"));

    let later = std::time::SystemTime::now() + Duration::from_secs(60);
    File::options().append(true).open(copy.root().join("labs/lab1/src/lib.rs")).unwrap().set_modified(later).unwrap();
    copy.lab(&["submit", "1"]).assert().success().stdout(contains("CHANGED since then"));
}

#[test]
fn what_was_packed_before_stays_as_it_is() {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", &solution(1));
    for turn in 1..=3 {
        copy.lab(&["submit", "1"]).assert().success();
        let zips = fs::read_dir(copy.root()).unwrap().flatten();
        let zips = zips.filter(|entry| entry.path().extension().is_some_and(|it| it == "zip")).count();
        assert_eq!(zips, turn);
    }
}

#[test]
fn a_program_that_does_not_compile_is_packed_and_that_is_said() {
    let copy = Copy::new();
    copy.write("labs/lab2/src/lib.rs", "fn broken( {");
    copy.lab(&["submit", "2"]).assert().success().stdout(contains("DOES NOT COMPILE"));
    assert_eq!(Manifest::parse(&entries(&copy.only(".zip"))["loopback.json"]).unwrap().labs[0].compiles, Some(false));
}

#[test]
fn what_cannot_be_packed_is_said_and_leaves_nothing_behind() {
    let copy = Copy::new();
    copy.lab(&["submit"]).assert().code(1).stderr(contains("nothing is written yet").and(contains("try: ")));
    copy.lab(&["submit", "7"]).assert().code(2);
    copy.lab(&["submit", "1", "--out", "nowhere"]).assert().code(1).stderr(contains("cannot write `nowhere"));
    // What does not shrink: the bytes of a generator as text.
    let mut state: u64 = 7;
    let mut noise = String::from("//! ");
    for _ in 0..200_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        noise.push(char::from(b'!' + (state >> 58) as u8));
    }
    copy.write("labs/lab1/src/noise.rs", &noise);
    copy.lab(&["submit", "1"]).assert().code(1).stderr(contains("at most 100000").and(contains("noise.rs")));
    let left = copy.everything().into_keys().filter(|path| path.to_string_lossy().contains("loopback-")).count();
    assert_eq!(left, 0);
}

#[test]
fn check_says_what_a_teacher_will_see() {
    let copy = Copy::new();
    copy.write("labs/lab1/src/lib.rs", &solution(1));
    copy.lab(&["submit", "1"]).assert().success();
    let zip = copy.only(".zip");
    let shown = zip.to_str().unwrap();
    let said = copy.lab(&["submit", "--check", shown]).assert().success().stderr(is_empty());
    said.stdout(contains("the files are those that were packed"))
        .stdout(contains("the same as in this copy now"))
        .stdout(contains("taken: labs/lab1/src/lib.rs"))
        .stdout(contains("100 of 100 points"));

    copy.write("labs/lab1/src/lib.rs", "// begun anew");
    let said = copy.lab(&["submit", "--check", shown]).assert().success();
    said.stdout(contains("in this copy `labs/lab1/src/lib.rs` is another now"));

    let mut files: Vec<(String, Vec<u8>)> = entries(&zip).into_iter().collect();
    files.iter_mut().find(|(name, _)| name.ends_with("lib.rs")).unwrap().1 = b"fn other( {".to_vec();
    files.push(("../labs.txt".to_string(), b"x".to_vec()));
    fs::write(&zip, zipped(&files)).unwrap();
    copy.lab(&["submit", "--check", shown]).assert().code(1).stderr(contains("leads out of the zip"));
    files.pop();
    files.push(("readme.txt".to_string(), b"x".to_vec()));
    fs::write(&zip, zipped(&files)).unwrap();
    let said = copy.lab(&["submit", "--check", shown]).assert().code(1);
    said.stdout(contains("NOT AS PACKED: `labs/lab1/src/lib.rs` is another"))
        .stdout(contains("not used: readme.txt"))
        .stdout(contains("DOES NOT COMPILE"));
}

#[test]
fn check_takes_no_file_for_a_zip_that_is_none() {
    let copy = Copy::new();
    copy.write("text.zip", "no zip");
    copy.lab(&["submit", "--check", "text.zip"]).assert().code(1).stderr(contains("is no zip").and(contains("try: ")));
    copy.lab(&["submit", "--check", "absent.zip"]).assert().code(1).stderr(contains("cannot open `absent.zip`"));
    fs::write(copy.root().join("empty.zip"), zipped(&[("a.txt".to_string(), b"a".to_vec())])).unwrap();
    copy.lab(&["submit", "--check", "empty.zip"]).assert().code(1).stdout(contains("EMPTY"));
}

/// Archives that lie: none of them writes outside, and none is taken in part.
#[test]
fn a_hostile_zip_is_refused_as_a_whole() {
    let place = tempfile::tempdir().unwrap();
    let (zip, to) = (place.path().join("a.zip"), place.path().join("in/to"));
    let limits = Limits { entries: 10, total: 1_000_000 };
    let tried = |bytes: &[u8]| {
        let _ = fs::remove_dir_all(place.path().join("in"));
        fs::create_dir_all(&to).unwrap();
        fs::write(&zip, bytes).unwrap();
        let result = unpack(&zip, &to, limits);
        let inside: Vec<_> = fs::read_dir(place.path().join("in")).unwrap().collect();
        assert_eq!(inside.len(), 1, "something was written outside");
        result.map(|_| ()).map_err(|error| format!("{error:#}"))
    };
    let one = |name: &str, bytes: &[u8]| zipped(&[(name.to_string(), bytes.to_vec())]);
    for name in ["../out", "a/../../out", "/out", "\\out", "..\\out", "C:\\out", "a\0b", "a\nb", ""] {
        let told = tried(&one(name, b"x")).expect_err(name);
        assert!(told.contains("leads out of the zip") || told.contains("without a name"), "{name}: {told}");
    }
    assert_eq!(tried(&one("a/./b", b"x")), Ok(()));
    let two = [("A".to_string(), b"1".to_vec()), ("A".to_string(), b"2".to_vec())];
    assert!(tried(&zipped(&two)).expect_err("twice").contains("twice"));
    let many: Vec<_> = (0..11).map(|turn| (format!("{turn}"), Vec::new())).collect();
    assert!(tried(&zipped(&many)).expect_err("many").contains("entries"));
    assert!(tried(&one("bomb", &vec![0; 2_000_000])).expect_err("bomb").contains("more in the zip than is read"));

    let right = one("a", b"some text that can be told from other text");
    assert_eq!(tried(&right), Ok(()));
    // Whichever byte is changed, the file is right or the zip is refused.
    for at in 0..right.len() {
        let mut wrong = right.clone();
        wrong[at] ^= 0x41;
        if tried(&wrong).is_ok() && to.join("a").exists() {
            assert_eq!(fs::read(to.join("a")).unwrap(), b"some text that can be told from other text", "byte {at}");
        }
        assert!(tried(&right[..at]).is_err(), "cut at {at}");
    }
}

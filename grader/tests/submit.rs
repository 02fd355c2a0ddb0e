//! `cargo lab submit` and `cargo lab update`, as a student uses them: zips, receipts, and what must not be lost.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use grader::build::Workspace;
use grader::workbook::submit::manifest::{self, Manifest};
use grader::workbook::unpack::{Limits, unpack};
use miniz_oxide::deflate::compress_to_vec;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, crc32};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);

fn solution(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().solution(lab).join("src/lib.rs")).unwrap()
}

/// A student's copy: all that an update may replace, in a folder of its own.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        pack_into(folder.path(), env!("CARGO_PKG_VERSION"));
        Copy { folder }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        put(self.root(), path, text);
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_default()
    }

    fn lab(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(args).current_dir(self.root()).timeout(LIMIT);
        command
    }

    /// The only file with this ending in the root.
    fn only(&self, ending: &str) -> PathBuf {
        let all = fs::read_dir(self.root()).unwrap().map(|entry| entry.unwrap().path());
        let found: Vec<PathBuf> = all.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    /// Every file but what the tools remember, with its contents.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        collect(self.root(), &mut all);
        all.retain(|path, _| !path.starts_with(self.root().join(".loopback")));
        all
    }
}

fn collect(folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, all) } else { drop(all.insert(path.clone(), fs::read(&path).unwrap())) }
    }
}

fn put(root: &Path, path: &str, text: &str) {
    let to = root.join(path);
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::write(to, text).unwrap();
}

/// A pack with little in it, but with every part.
fn pack_into(root: &Path, version: &str) {
    let workspace = format!("[workspace]\nmembers = [\"labs/*\"]\n[workspace.package]\nversion = \"{version}\"\n");
    put(root, "Cargo.toml", &workspace);
    for path in ["Cargo.lock", ".cargo/config.toml", "grader/Cargo.toml", "docs/src/old.md", "grader/src/check.rs"] {
        put(root, path, "# of the pack\n");
    }
    put(root, "grader/src/lib.rs", "pub mod check;\n");
    let ours = Workspace::find().unwrap();
    for number in 1..=5 {
        let lab = format!("labs/lab{number}");
        for part in ["Cargo.toml", "README.md", "tests/checks.rs"] {
            put(root, &format!("{lab}/{part}"), &fs::read_to_string(ours.lab(number).join(part)).unwrap());
        }
        for file in fs::read_dir(ours.lab(number).join("src")).unwrap().flatten() {
            let text = fs::read_to_string(file.path()).unwrap();
            put(root, &format!("{lab}/src/{}", file.file_name().to_str().unwrap()), &text);
        }
    }
}

fn entries(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let left = unpack(zip, folder.path(), Limits { entries: 1000, total: 1 << 30 }).unwrap();
    assert_eq!(left, []);
    let mut all = BTreeMap::new();
    collect(folder.path(), &mut all);
    let name = |path: &Path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap().replace('\\', "/");
    all.into_iter().map(|(path, bytes)| (name(&path), bytes)).collect()
}

/// A zip with these names as they are, of any kind.
fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let new = writer.new_file(EntryPath::verbatim(name.as_bytes())).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, _) = new.start().unwrap();
        entry.write_all(&compress_to_vec(bytes, 6)).unwrap();
        entry.finish(DataDescriptorOutput::new(crc32(bytes), bytes.len() as u64)).unwrap();
    }
    writer.finish().unwrap()
}

// ---- submit ----------------------------------------------------------------------------------------------------------

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

// ---- update ----------------------------------------------------------------------------------------------------------

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

fn pack_zip(root: &Path, to: &Path) {
    let mut all = BTreeMap::new();
    collect(root, &mut all);
    let name = |path: &Path| format!("pack/{}", path.strip_prefix(root).unwrap().to_str().unwrap());
    let files: Vec<(String, Vec<u8>)> = all.into_iter().map(|(path, bytes)| (name(&path), bytes)).collect();
    fs::write(to, zipped(&files)).unwrap();
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

// ---- what a teacher's grader makes of it -----------------------------------------------------------------------------

#[cfg(all(feature = "grade", target_os = "linux"))]
mod teacher {
    use super::*;
    use grader::grade::intake::{Intake, Options, intake};

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
        assert!(
            changed.notes.iter().any(|note| note.contains("`labs/lab1/src/lib.rs` is another")),
            "{:?}",
            changed.notes
        );
        let gone = with(&|files| drop(files.remove("labs/lab4/src/more.rs")));
        assert!(gone.notes.iter().any(|note| note.contains("`labs/lab4/src/more.rs` is missing")), "{:?}", gone.notes);

        let damaged = with(&|files| drop(files.insert("loopback.json".into(), b"{\"format\": 7}".to_vec())));
        assert!(damaged.found[0].identity.receipts.is_empty() && damaged.notes.is_empty());
        assert!(damaged.found[0].ignored[0].1.contains("no manifest"), "{:?}", damaged.found[0].ignored);
        let none = with(&|files| drop(files.remove("loopback.json")));
        assert!(none.found[0].identity.receipts.is_empty() && none.found[0].ignored.is_empty());

        let points = String::from_utf8(files["loopback.json"].clone()).unwrap();
        let boasts = with(&|files| {
            let text = points
                .replace("\"points\": 0", "\"points\": 100")
                .replace("\"pack\": \"0.1.0\"", "\"pack\": \"0.0.1\"");
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
        let newer =
            manifest.replacen(&format!("version = \"{}\"", env!("CARGO_PKG_VERSION")), "version = \"9.0.0\"", 1);
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
        manifest.files =
            (0..1000).map(|_| manifest::File { path: evil.clone(), ..manifest.files[0].clone() }).collect();
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
}

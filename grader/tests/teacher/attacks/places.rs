//! Links, FIFOs and folders in the place of a file: of a source, a program or a result.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use grader::grade::doctor::arsenal;
use grader::grade::doctor::run::work;
use grader::grade::model::{LabStatus, Record};
use grader::grade::one::Program;
use grader::grade::store::Store;

use super::range::range;

fn fifo(path: &Path) {
    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::from_raw_mode(0o644)).unwrap();
}

/// Row 29, for the file and for each folder above it.
#[test]
fn a_link_is_refused() {
    let Some(range) = range() else { return };
    let canary = range.arsenal.bait.file();
    for place in ["src/lib.rs", "src", "src/more.rs"] {
        let folder = arsenal::submission().unwrap();
        arsenal::write(folder.path(), &arsenal::honest(&range.bench).unwrap()).unwrap();
        let path = folder.path().join(place);
        if path.is_dir() {
            fs::rename(&path, folder.path().join("elsewhere")).unwrap();
            symlink("elsewhere", &path).unwrap();
        } else {
            let _ = fs::remove_file(&path);
            symlink(&canary, &path).unwrap();
        }
        // The control: whoever reads the path reads the other's file.
        assert!(fs::metadata(&path).is_ok());
        let record = range.bench.grade(&work("linked", folder.path()));
        let lab = &record.labs[0];
        assert_eq!((lab.status, lab.points), (LabStatus::Refused, 0), "{place}: {}", lab.message);
        assert!(!serde_json::to_string(&record).unwrap().contains(&range.arsenal.bait.word), "{place}");
    }
}

/// Only a regular file is a program; nothing waits for a FIFO, and no link is followed.
#[test]
fn a_program_is_a_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("real"), "x").unwrap();
    symlink("real", path("link")).unwrap();
    fifo(&path("fifo"));
    fs::create_dir(path("folder")).unwrap();
    symlink("/dev/zero", path("device")).unwrap();
    assert!(Program::take(&path("real")).is_ok());
    for name in ["link", "fifo", "folder", "device"] {
        assert!(Program::take(&path(name)).is_err(), "{name}");
    }
}

/// Rows 9 to 13: whatever stands where a result goes, what the parent writes is what is there, and nothing else changes.
#[test]
fn results_are_the_parents() {
    let Some(range) = range() else { return };
    let folder = arsenal::submission().unwrap();
    fs::write(folder.path().join("src/lib.rs"), "not Rust").unwrap();
    let record: Record = range.bench.grade(&work("student", folder.path()));
    let out = tempfile::tempdir().unwrap();
    let store = Store::open(out.path()).unwrap();
    let path = store.path("student", 1);
    let canary = out.path().join("canary");

    fs::write(&canary, "canary").unwrap();
    symlink(&canary, &path).unwrap();
    // The control: a naive writer follows the link.
    fs::write(&path, "naive").unwrap();
    assert_eq!(fs::read_to_string(&canary).unwrap(), "naive");

    fs::write(&canary, "canary").unwrap();
    store.put(&record, 1).unwrap();
    assert_eq!(fs::read_to_string(&canary).unwrap(), "canary");
    assert!(fs::symlink_metadata(&path).unwrap().is_file());

    fs::remove_file(&path).unwrap();
    fifo(&path);
    store.put(&record, 1).unwrap();
    assert_eq!(store.find("student", 1).unwrap().unwrap().key, record.key);

    // A folder is in the way of the grader, never of the student's points.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(store.put(&record, 1).is_err());
    assert!(store.find("student", 1).unwrap().is_none());

    // What somebody has written before under another's name is no result of his.
    fs::remove_dir(&path).unwrap();
    let mut forged = record.clone();
    forged.identity.id = "other".into();
    fs::write(&path, serde_json::to_vec(&forged).unwrap()).unwrap();
    assert!(store.find("student", 1).unwrap().is_none());
}

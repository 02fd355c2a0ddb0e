//! What comes of it is the same for any number and order of parts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use grader::grade::commands::export;
use grader::grade::merge::{Options, gather};
use grader::grade::shard::Shard;

use super::made::{Drawn, Made, Parts, RULES};
use crate::grade::class::Class;

/// Every file below a folder but the log and what says when.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for name in ["results", "feedback"] {
        for entry in fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
            all.insert(name, fs::read(&path).unwrap());
        }
    }
    for name in ["report.html", "grades.csv", "course.toml"] {
        all.insert(name.to_string(), fs::read(folder.join(name)).unwrap());
    }
    all
}

/// 200 ways to share out a class: so many parts, in folders of their own or shared, given in any order, some of them done
/// twice at other times. The class is the one that was never shared out.
#[test]
fn a_class_does_not_depend_on_its_parts() {
    let mut drawn = Drawn(2026);
    for turn in 0..200 {
        let parts = Parts::new(1 + drawn.below(24));
        let whole = parts.made.whole(&parts.path("whole"));
        let of = 1 + drawn.below(9) as u32;
        let shared = 1 + drawn.below(4);
        let mut folders = Vec::new();
        for index in 0..of {
            let folder = parts.path(&format!("f{}", drawn.below(shared)));
            let part = Shard { index, of };
            parts.made.part(&folder, part, |_| {});
            folders.push(folder);
            if drawn.below(3) == 0 {
                // By another machine, later: the earlier one is taken, as it would have been found and kept.
                let again = parts.path("again");
                parts.made.part(&again, part, |record| record.observed.at = "2026-11-21T00:00:00Z".to_string());
                folders.push(again);
            }
        }
        drawn.shuffle(&mut folders);
        let merged = gather(&Options { folders, out: parts.path("class"), allow_missing: false });
        let merged = merged.unwrap_or_else(|ends| panic!("turn {turn}: {:#}", ends.why));
        assert_eq!(merged.session.class().unwrap().0, whole, "turn {turn}, {of} parts");
    }
}

#[test]
fn its_files_have_the_same_bytes() {
    let parts = Parts::two();
    parts.made.whole(&parts.path("whole"));
    let whole = grader::grade::session::Session::of(&parts.path("whole")).unwrap();
    export::everything(&whole).unwrap();
    for order in [["p0", "p1"], ["p1", "p0"]] {
        export::everything(&parts.merge(&order).session).unwrap();
        let (got, want) = (files(&parts.path("class")), files(&parts.path("whole")));
        assert_eq!(got.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>());
        want.iter().for_each(|(name, bytes)| assert!(got[name] == *bytes, "{name} differs"));
    }
}

/// A folder that parts share can become the class itself: no result moves.
#[test]
fn a_shared_folder_is_merged_in_place() {
    let parts = Parts::new(9);
    let whole = parts.made.whole(&parts.path("whole"));
    for index in 0..3 {
        parts.made.part(&parts.path("class"), Shard { index, of: 3 }, |_| {});
    }
    let merged = parts.merge(&["class"]);
    assert_eq!(merged.session.class().unwrap().0, whole);
    assert_eq!((merged.results, merged.parts), (9, 3));
    let again = parts.merge(&["class"]);
    assert_eq!(again.session.class().unwrap().0, whole, "what was merged is a part like any other, and all of it");
}

/// Trouble is never a result: where one machine had none, what it found holds.
#[test]
fn trouble_gives_way_to_a_result() {
    let parts = Parts::two();
    let (part, folder) = parts.of("s001");
    parts.made.part(&parts.path("late"), part, |record| {
        record.status = grader::grade::model::Status::NeedsALook;
        record.observed.at = "2020-01-01T00:00:00Z".to_string();
    });
    let whole = parts.made.whole(&parts.path("whole"));
    let merged = parts.merge(&["late", "p0", "p1"]);
    assert_eq!((merged.looks, merged.session.class().unwrap().0), (0, whole));
    fs::remove_dir_all(parts.path(&folder)).unwrap();
    let other = if folder == "p0" { "p1" } else { "p0" };
    let merged = parts.merge(&["late", other]);
    assert!(merged.looks > 0, "and where nobody had a result, somebody has to look");
}

/// With the grader itself: four students in two parts, in folders of their own, against one run.
#[test]
fn what_two_machines_graded_is_what_one_would_have_graded() {
    let class = Class::of_four();
    class.rules(&format!(
        "{}seed = \"00000000000000aa\"\n\n[unsteady]\nruns = 1\n",
        "title = \"Sockets\"\nlabs = [1]\n"
    ));
    for index in 0..2 {
        let out = class.path(&format!("p{index}"));
        let part = format!("{index}/2");
        let mut command = class.command(&[]);
        command.arg(class.path("in")).args(["--sandbox", "none", "--skip-preflight", "--shard", &part, "--course"]);
        command.arg(class.path("course.toml")).arg("--out").arg(out).assert().success();
    }
    let mut merge = class.command(&["merge"]);
    merge.args([class.path("p1"), class.path("p0")]).arg("--out").arg(class.path("graded")).assert().success();
    let merged = class.results();
    fs::remove_dir_all(class.path("graded")).unwrap();
    class.grade(&[]).assert().success();
    assert_eq!(merged, class.results());
}

#[test]
fn rules_of_these_tests_are_a_course() {
    let made = Made::new(1);
    assert_eq!(made.file(Shard::WHOLE).course, grader::grade::shard::digest(RULES.as_bytes()));
}

//! What people have added to parts is in the class, or nothing is merged; and a merged class finds the students' files.

use std::fs;

use grader::grade::output::report;

use super::made::Parts;
use crate::grade::class::Class;

const POINTS: &str = "student,item,points\ns001,style,3\n";

#[test]
fn points_and_decisions_of_parts_are_taken_over() {
    let parts = Parts::two();
    fs::create_dir(parts.path("p1/manual")).unwrap();
    fs::write(parts.path("p1/manual/anna.csv"), POINTS).unwrap();
    fs::write(parts.path("p1/manual/notes.txt"), "no points").unwrap();
    let hold = r#"{"at":"2026-11-20T12:00:00Z","by":"anna","reason":"talk first","change":"hold","student":"s001"}"#;
    fs::write(parts.path("p0/changes.jsonl"), format!("{hold}\n")).unwrap();
    for turn in ["first", "again: the same in both places"] {
        let merged = parts.merge(&["p0", "p1"]);
        assert_eq!(fs::read_to_string(parts.path("class/manual/anna.csv")).unwrap(), POINTS, "{turn}");
        assert!(!parts.path("class/manual/notes.txt").exists());
        let (class, told) = merged.session.class().unwrap();
        assert!(told.iter().any(|line| line.contains("anna:2") && line.contains("style")), "{turn}: {told:?}");
        let s001 = class.rows.iter().find(|row| row.record.identity.id == "s001").unwrap();
        assert!(s001.marks.open.contains(&"held back".to_string()), "{turn}: {:?}", s001.marks.open);
    }
}

#[test]
fn what_people_have_written_differently_is_refused_by_name() {
    for name in ["manual/anna.csv", "changes.jsonl"] {
        let parts = Parts::two();
        for (folder, text) in [("p0", POINTS), ("p1", "student,item,points\n")] {
            let path = parts.path(folder).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let said = parts.refused(&["p0", "p1"]);
        assert!(said.contains(&format!("p0/{name}` and `")) && said.contains(&format!("p1/{name}`")), "{said}");
    }
}

/// The report that is made as results go by is the one of the class as a whole.
#[test]
fn a_report_a_row_at_a_time_is_the_same_report() {
    let parts = Parts::new(40);
    parts.made.whole(&parts.path("whole"));
    let session = grader::grade::session::Session::of(&parts.path("whole")).unwrap();
    grader::grade::commands::export::everything(&session).unwrap();
    report::write(&session.class().unwrap().0, &parts.path("other")).unwrap();
    let [one, other] = ["whole", "other"].map(|name| fs::read(parts.path(name).join("report.html")).unwrap());
    assert!(one == other, "they differ");
}

/// Parts keep no files of students: they are read again from where they were, if they are the same.
#[test]
fn a_merged_class_finds_the_students_files() {
    let class = Class::of_four();
    class.rules(&format!("seed = \"twelve characters\"\n{}", crate::grade::class::RULES));
    for part in ["0/2", "1/2"] {
        class.grade(&["--shard", part]).assert().success();
    }
    let mut merge = class.command(&["merge"]);
    merge.arg(class.path("graded")).arg("--out").arg(class.path("merged")).assert().success();
    let on = |words: &[&str]| {
        let mut command = class.command(words);
        command.arg("--out").arg(class.path("merged"));
        command
    };
    let check = || on(&["check", "bo", "1.01"]);
    let said = check().assert().success().get_output().stdout.clone();
    assert!(String::from_utf8_lossy(&said).contains("kept: passed"), "{}", String::from_utf8_lossy(&said));
    fs::remove_dir_all(class.path("merged/files")).unwrap();
    on(&["regrade", "--check", "1.01", "--rerun", "--student", "bo", "--reason", "again"]).assert().success();

    fs::remove_dir_all(class.path("merged/files")).unwrap();
    class.hand_in("bo", &crate::grade::class::STUBS);
    let said = check().assert().code(2).get_output().stderr.clone();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("`bo`") && said.contains("was changed"), "{said}");
    fs::remove_dir_all(class.path("in")).unwrap();
    let said = check().assert().code(2).get_output().stderr.clone();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("it was merged from parts") && said.contains("cargo grade SUBMISSIONS --out"), "{said}");
}

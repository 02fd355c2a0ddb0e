//! What people decide after grading: one file that only grows.

use std::fs;

use super::build::{all, course, fails, lab, lines, one, person, record, set, shown, with};
use grader::grade::model::{Marks, Outcome, Record};
use grader::grade::policy::changes::{Change, Changes, Line, Target, append, check, parse, read};
use grader::grade::policy::manual::Manual;
use grader::grade::policy::marks;
use grader::grade::policy::people::People;

fn line(change: Change) -> Line {
    Line { at: "2026-12-02T10:00:00Z".into(), by: "prof".into(), reason: "appeal \"of\"\nMay".into(), change }
}

fn void(id: &str) -> Change {
    Change::Void { check: id.to_string() }
}

fn full(id: &str) -> Change {
    Change::FullMarks { check: id.to_string() }
}

fn restore(id: &str) -> Change {
    Change::Restore { check: id.to_string() }
}

fn rerun(id: &str, student: Option<&str>) -> Change {
    Change::Rerun { check: id.to_string(), student: student.map(str::to_string) }
}

fn lift(student: &str, target: Target) -> Change {
    Change::Lift { student: student.to_string(), target }
}

#[test]
fn the_file_is_a_line_for_each_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("changes.jsonl");
    assert_eq!(read(&path).expect("no file yet"), Changes::default());
    let changes = [
        set("ada", "total", 4450),
        set("ada", "lab3", 100),
        set("ada", "1.09", 0),
        lift("ada", Target::Lab(3)),
        void("3.14"),
        full("3.14"),
        restore("3.14"),
        rerun("1.09", Some("ada")),
        rerun("1.09", None),
        Change::Hold { student: "ada".to_string() },
        Change::Release { student: "ada".to_string() },
    ];
    for change in &changes {
        append(&path, &line(change.clone())).expect("a line");
    }
    let back = read(&path).expect("the file");
    assert_eq!(back.lines.iter().map(|line| &line.change).collect::<Vec<_>>(), changes.iter().collect::<Vec<_>>());
    let text = fs::read_to_string(&path).expect("the file");
    let first = r#"{"at":"2026-12-02T10:00:00Z","by":"prof","reason":"appeal \"of\"\nMay","change":"override","student":"ada","target":"total","points":"44.50"}"#;
    assert_eq!(text.lines().next(), Some(first));
    assert_eq!(text.lines().count(), changes.len());

    // A torn line never took effect; the next one stands alone.
    fs::write(&path, &text[..text.len() - 20]).expect("a torn file");
    append(&path, &line(void("1.01"))).expect("a line");
    let torn = read(&path).expect("the file");
    assert_eq!((torn.torn.clone(), torn.lines.len()), (vec![11], 11));

    fs::write(&path, text.replace("full-marks", "full_marks")).expect("a wrong file");
    let error = format!("{:#}", read(&path).expect_err("an unknown change"));
    assert!(error.contains("changes.jsonl:6: not a change") && error.contains("try: "), "{error}");
    for wrong in
        [first.replace("44.50", "44.505"), first.replace("total", "lab9"), first.replace("T10", "T99"), "[]".into()]
    {
        assert!(parse(&wrong).is_err(), "{wrong}");
    }
}

fn class() -> Vec<Record> {
    let mut records = vec![
        record("ada", None, vec![fails(1, &["1.09"])]),
        record("bob", None, vec![fails(1, &[])]),
        record("cyd", None, vec![fails(1, &["1.01", "1.12"])]),
    ];
    records[1].identity.people[0].name = person("cyd").name;
    records
}

#[test]
fn a_change_is_checked_before_it_is_written() {
    let (course, people) = (course("labs = [1, 2]"), People::new(&class()));
    #[rustfmt::skip]
    let table = [
        (set("ADA@example.org", "total", 20_000), Ok("ada")),
        (set("ada", "total", 20_001), Err("200.01 points of total are more than 200.00; try: at most 200.00")),
        (set("ada", "lab1", 10_001), Err("100.01 points of lab1 are more than 100.00")),
        (set("ada", "lab3", 1), Err("lab 3 does not count in this course")),
        (set("ada", "1.09", 10_000), Err("100.00 points of 1.09 are more than")),
        (set("eve", "total", 1), Err("nobody in the class is `eve`")),
        (set("Name of cyd", "total", 1), Err("`Name of cyd` could be bob or cyd; try: the id")),
        (void("1.99"), Err("there is no check `1.99`")),
        (rerun("1.09", Some("eve")), Err("nobody in the class is `eve`")),
    ];
    for (change, want) in table {
        match (check(&line(change.clone()), &course, &people), want) {
            (Ok(Line { change: Change::Override { student, .. }, .. }), Ok(want)) => assert_eq!(student, want),
            (Err(error), Err(want)) => assert!(error.to_string().starts_with(want), "{error}"),
            (got, want) => panic!("{change:?}: {got:?}, not {want:?}"),
        }
    }
    let no_reason = Line { reason: " ".into(), ..line(void("1.01")) };
    assert!(check(&no_reason, &course, &people).expect_err("no reason").to_string().contains("needs a reason"));
}

fn totals(marks: &[(String, Marks)]) -> Vec<String> {
    marks.iter().map(|(_, marks)| marks.total.to_string()).collect()
}

/// Points of a check of lab 1.
fn worth(id: &str) -> i64 {
    i64::from(grader::labs::check(id).expect("a check").points())
}

#[test]
fn what_changes_do_to_marks() {
    let (course, records) = (course("labs = [1]"), class());
    let (lost, worse) = (worth("1.09"), worth("1.01") + worth("1.12"));
    // Without a check the others carry the lab's weight; halves go up.
    let share = |points: i64, of: i64| {
        grader::grade::policy::course::amount::scale(grader::grade::model::Hundredths(10_000), points, of).to_string()
    };
    let points = |points: i64| format!("{points}.00");
    let plain = || [points(100 - lost), points(100), points(100 - worse)];
    #[rustfmt::skip]
    let table = [
        (vec![], plain()),
        (vec![void("1.09")], [points(100), points(100), share(100 - lost - worse, 100 - lost)]),
        (vec![full("1.09")], [points(100), points(100), points(100 - worse)]),
        (vec![void("1.09"), full("1.09")], [points(100), points(100), points(100 - worse)]),
        (vec![void("1.09"), restore("1.09")], plain()),
        (vec![full("1.09"), restore("1.09")], plain()),
        (vec![set("ada", "1.09", lost * 50)], [share(200 - lost, 200), points(100), points(100 - worse)]),
        // For a check of one student: void for all, then the override, then full marks for all.
        (vec![set("ada", "1.09", 0), full("1.09")], [points(100 - lost), points(100), points(100 - worse)]),
        (vec![set("ada", "1.09", 0), void("1.09")], [points(100), points(100), share(100 - lost - worse, 100 - lost)]),
        (vec![set("cyd", "lab1", 5050)], [points(100 - lost), points(100), "50.50".to_string()]),
        (vec![set("cyd", "lab1", 5050), set("cyd", "total", 6000)], [points(100 - lost), points(100), points(60)]),
        (vec![set("cyd", "total", 6000), set("cyd", "lab1", 5050)], [points(100 - lost), points(100), points(60)]),
        (vec![set("cyd", "total", 6000), set("cyd", "total", 7000)], [points(100 - lost), points(100), points(70)]),
        (vec![set("cyd", "total", 6000), lift("cyd", Target::Total)], plain()),
        // Who has left the class changes nothing.
        (vec![set("eve", "total", 6000)], plain()),
    ];
    for (changes, want) in table {
        let marks = with(&course, &records, &changes);
        assert_eq!(totals(&marks), want, "{changes:?}");
        assert!(marks.iter().all(|(_, marks)| marks.open.is_empty()));
    }
    assert_eq!(lines(&[set("eve", "total", 1), set("ada", "total", 1)]).strangers(&People::new(&records)), ["eve"]);
}

#[test]
fn an_override_tells_who_and_why_and_keeps_the_measured_points() {
    let marks = with(&course("labs = [1]"), &class(), &[set("ada", "total", 5000)]).remove(0).1;
    assert_eq!(marks.overrides, ["total 50.00 by prof: appeal"]);
    assert_eq!(marks.raw.0, 10_000 - worth("1.09") * 100, "raw stays what was measured");
}

/// nbgrader #723: after a regrade the old penalty stood. Here it is worked out anew from the new raw mark.
#[test]
fn no_penalty_outlives_the_mark_that_it_was_taken_from() {
    let course = course("labs = [1]\n[late]\ndeadline = '2026-11-20 12:00 UTC'\npenalty = '50 %'\nof = 'raw'\n");
    let late = vec![record("ada", Some("2026-11-20T13:00:00Z"), vec![fails(1, &["1.09"])])];
    let lost = worth("1.09") * 100;
    let penalty = |changes: &[Change]| with(&course, &late, changes).remove(0).1;
    let (before, after) = (penalty(&[]), penalty(&[full("1.09")]));
    assert_eq!((before.raw.0, before.penalty.0), (10_000 - lost, (10_000 - lost) / 2));
    assert_eq!(shown(&after), "100.00 + 0.00 - 50.00 = 50.00 of 100.00");
    // What a person sets is not charged for lateness again.
    assert_eq!(penalty(&[set("ada", "lab1", 7000)]).total.0, 7000);
}

/// Trouble of the grader keeps a mark open until a person has settled what was in trouble.
#[test]
fn an_override_settles_what_was_open() {
    let course = course("labs = [1, 2]");
    let look = vec![record("ada", None, vec![lab(1, &[("1.09", Outcome::NeedsALook)]), fails(2, &[])])];
    #[rustfmt::skip]
    let table = [
        (vec![], false),
        (vec![void("1.09")], true),
        (vec![full("1.09")], true),
        (vec![set("ada", "1.09", 0)], true),
        (vec![set("ada", "lab1", 9000)], true),
        (vec![set("ada", "lab2", 9000)], false),
        (vec![set("ada", "total", 9000)], true),
        (vec![void("1.08")], false),
        (vec![set("ada", "1.09", 0), lift("ada", Target::Check("1.09".into()))], false),
    ];
    for (changes, settled) in table {
        let marks = with(&course, &look, &changes).remove(0).1;
        assert_eq!(marks.open.is_empty(), settled, "{changes:?} {:?}", marks.open);
    }
    // A line that was written under another course file cannot give more than there is.
    let much = with(&course, &look, &[set("ada", "total", 50_000)]).remove(0).1;
    assert!(
        much.open.iter().any(|why| why == "the total was set to 500.00, and the most is 200.00"),
        "{:?}",
        much.open
    );
    assert!(much.total <= much.of);
}

/// There is nothing to set a check in where the lab did not compile: that must not pass unseen.
#[test]
fn a_check_that_was_not_run_cannot_be_set() {
    let course = course("labs = [1]");
    let records = [record("ada", None, vec![super::build::unrun(1, grader::grade::model::LabStatus::DoesNotCompile)])];
    let set_check = set("ada", "1.09", 100);
    let marks = with(&course, &records, std::slice::from_ref(&set_check)).remove(0).1;
    assert_eq!(marks.open, ["check 1.09 was set by hand, but it was not run; set the lab instead"]);
    let marks = with(&course, &records, &[set_check, set("ada", "lab1", 3000)]).remove(0).1;
    assert_eq!(shown(&marks), "0.00 + 0.00 - 0.00 = 30.00 of 100.00");
}

/// eecs-autograder.io #52, PrairieLearn #12487: a mark is held back, also one that a person has set, and does not say why.
#[test]
fn a_mark_can_be_held_back() {
    let (course, records) = (course("labs = [1]"), class());
    let hold = Change::Hold { student: "ada".to_string() };
    let release = Change::Release { student: "ada@example.org".to_string() };
    let held = with(&course, &records, &[hold.clone(), set("ada", "total", 9000)]);
    assert_eq!((held[0].1.open.as_slice(), held[1].1.open.len()), (["held back".to_string()].as_slice(), 0));
    assert_eq!(with(&course, &records, &[hold, release]), all(&course, &records));
}

/// Until a record is newer than the wish to run again, its mark is open.
#[test]
fn a_rerun_is_open_until_it_has_run() {
    let course = course("labs = [1]");
    let graded = |at: &str| {
        let mut record = record("ada", None, vec![fails(1, &[])]);
        record.observed.at = at.to_string();
        vec![record]
    };
    let (old, new) = (graded("2026-12-01T00:00:00Z"), graded("2026-12-02T00:00:01Z"));
    #[rustfmt::skip]
    let table = [
        (&old, vec![rerun("1.09", None)], "check 1.09 is to be run again"),
        (&old, vec![rerun("1.09", Some("ada"))], "check 1.09 is to be run again"),
        (&old, vec![rerun("2.01", None)], ""),
        (&old, vec![rerun("1.09", None), void("1.09")], ""),
        (&new, vec![rerun("1.09", None)], ""),
        (&graded("2026-12-02T00:00:00Z"), vec![rerun("1.09", None)], ""),
    ];
    for (records, changes, open) in table {
        assert_eq!(with(&course, records, &changes).remove(0).1.open.join("; "), open, "{changes:?}");
    }
    let other = vec![old[0].clone(), record("bob", None, vec![fails(1, &[])])];
    let marks = with(&course, &other, &[rerun("1.09", Some("bob"))]);
    assert_eq!((marks[0].1.open.len(), marks[1].1.open.len()), (0, 1));
}

#[test]
fn lines_about_different_things_may_stand_in_any_order() {
    let (course, records) = (course("labs = [1]"), class());
    let changes =
        [void("1.02"), full("1.09"), set("ada", "1.12", 0), set("bob", "total", 4000), set("cyd", "lab1", 7000)];
    let want = with(&course, &records, &changes);
    assert_ne!(want, all(&course, &records));
    for seed in 0..30 {
        let mut shuffled = changes.to_vec();
        grader::payload::Random::new(seed).shuffle(&mut shuffled);
        assert_eq!(with(&course, &records, &shuffled), want, "{shuffled:?}");
    }
}

#[test]
fn a_record_of_a_newer_grader_is_refused() {
    let mut newer = record("ada", None, vec![fails(1, &[])]);
    newer.version = 2;
    let error = marks::marks(&course(""), &[newer], &Manual::default(), &Changes::default()).expect_err("newer");
    assert!(error.to_string().contains("the record of `ada` has format 2"), "{error}");
    assert!(one(&course("labs = [1]"), record("ada", None, vec![fails(1, &[])])).open.is_empty());
}

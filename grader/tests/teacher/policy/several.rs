//! Students with several records, records with several students, and students whom nobody can tell apart.

use super::build::{all, course, fails, lab, person, record, shown, unrun};
use grader::grade::model::{LabStatus, Outcome, Record, Status};
use grader::grade::policy::changes::Changes;
use grader::grade::policy::course::Course;
use grader::grade::policy::manual::Manual;
use grader::grade::policy::marks::{Marker, strangers};
use grader::grade::policy::people::{People, Who, per_person};

const LATE: &str = "labs = [1]\n[late]\ndeadline = '2026-11-20 12:00 UTC'\npenalty = '50 %'\n";

/// Three tries: half, right but late, wrong.
fn tries() -> Vec<Record> {
    let most: Vec<&str> = grader::labs::lab(1).expect("lab 1").checks.iter().skip(1).map(|check| check.id).collect();
    vec![
        record("ada", Some("2026-11-20T10:00:00Z"), vec![fails(1, &["1.01"])]),
        record("ada", Some("2026-11-20T13:00:00Z"), vec![fails(1, &[])]),
        record("ada", Some("2026-11-20T11:00:00Z"), vec![fails(1, &most)]),
    ]
}

/// Places of the records of ada that count.
fn counting(course: &Course, records: &[Record]) -> Vec<usize> {
    let (manual, changes) = (Manual::default(), Changes::default());
    let all: Vec<&Record> = records.iter().collect();
    Marker::new(course, &People::new(records), &manual, &changes).student("ada", &all).1
}

/// PrairieLearn #14914, Submitty #2111.
#[test]
fn of_several_tries_the_courses_rule_chooses() {
    let rest = 100 - grader::labs::check("1.01").expect("a check").points();
    #[rustfmt::skip]
    let table = [
        ("latest", vec![1], "50.00".to_string(), ""),
        ("best", vec![0], format!("{rest}.00"), ""),
        ("error", vec![0, 1, 2], "50.00".to_string(), "3 submissions, and the course wants one"),
    ];
    for (rule, counts, total, open) in table {
        let course = course(&format!("tries = '{rule}'\n{LATE}"));
        let mut records = tries();
        let got = all(&course, &records);
        assert_eq!(
            (got.len(), got[0].1.total.to_string(), got[0].1.open.join("; ").as_str()),
            (1, total, open),
            "{rule}"
        );
        assert_eq!(counting(&course, &records), counts, "{rule}");
        records.reverse();
        assert_eq!(all(&course, &records), got, "the order of files decides nothing");
    }
}

/// Where a time is missing nobody knows which try is the latest; where one is open it may be the best.
#[test]
fn a_choice_that_cannot_be_made_is_open() {
    let mut records = tries();
    records[2].identity.received = None;
    let latest = all(&course(&format!("tries = 'latest'\n{LATE}")), &records).remove(0).1;
    assert_eq!(latest.open, ["3 submissions, and not all have a receipt time"]);
    let mut records = tries();
    records[2].labs = vec![lab(1, &[("1.09", Outcome::NeedsALook), ("1.01", Outcome::Failed)])];
    let best = all(&course(&format!("tries = 'best'\n{LATE}")), &records).remove(0).1;
    assert_eq!(best.open, ["another try of theirs is open"]);
}

/// One submission for each lab, each with its own time: parts of one work.
#[test]
fn records_of_different_labs_are_parts() {
    let course = course(
        "labs = [1, 2]\nslip_days = { total = 1 }\n[late]\ndeadline = '2026-11-20 12:00 UTC'\npenalty = '10 %'\n",
    );
    let part = |number: u8, received: &str| {
        let other = if number == 1 { 2 } else { 1 };
        record("ada", Some(received), vec![fails(number, &[]), unrun(other, LabStatus::Missing)])
    };
    let mut records = vec![part(1, "2026-11-20T11:00:00Z"), part(2, "2026-11-21T11:00:00Z")];
    let got = all(&course, &records);
    assert_eq!(shown(&got[0].1), "200.00 + 0.00 - 0.00 = 200.00 of 200.00");
    assert_eq!(
        got[0].1.late.as_ref().map(|late| late.told.as_str()),
        Some("lab 2: 23 hours late, 1 slip day used, nothing off")
    );
    assert_eq!(counting(&course, &records), [0, 1]);
    records.reverse();
    assert_eq!(all(&course, &records), got);
}

#[test]
fn a_bad_archive_after_a_good_one_is_the_latest_try() {
    let mut records = tries();
    records[1].status = Status::BadArchive;
    records[1].labs.clear();
    let latest = all(&course(&format!("tries = 'latest'\n{LATE}")), &records).remove(0).1;
    assert_eq!(shown(&latest), "0.00 + 0.00 - 0.00 = 0.00 of 100.00");
    let best = all(&course(&format!("tries = 'best'\n{LATE}")), &records).remove(0).1;
    assert!(best.total.0 > 0);
}

#[test]
fn a_group_becomes_its_members() {
    let mut group = record("team-3", None, vec![fails(1, &[])]);
    group.identity.group = Some("Team 3".to_string());
    group.identity.people = vec![person("ada"), person("Ünal"), person("ünal")];
    let alone = record("eve", None, vec![fails(1, &[])]);
    let split = per_person(&[group.clone(), alone]);
    let ids: Vec<&str> = split.iter().map(|record| record.identity.id.as_str()).collect();
    assert_eq!(ids, ["team-3.ada", "team-3.-nal", "team-3.-nal.3", "eve"]);
    assert!(split[..3].iter().all(|record| record.identity.group.as_deref() == Some("Team 3")));
    group.identity.people.push(person("new"));
    assert_eq!(per_person(&[group])[0].identity.id, "team-3.ada", "one more member changes no other's id");

    // Each the same, unless overridden.
    let change = super::build::set("ada@example.org", "total", 5000);
    let course = course("labs = [1]");
    let marks = super::build::with(&course, &split, &[change]);
    let totals: Vec<String> = marks.iter().map(|(id, marks)| format!("{id} {}", marks.total)).collect();
    assert_eq!(totals, ["eve 100.00", "team-3.-nal 100.00", "team-3.-nal.3 100.00", "team-3.ada 50.00"]);
    let all_of_them = super::build::with(&course, &split, &[super::build::set("team 3", "total", 5000)]);
    assert_eq!(all_of_them.iter().filter(|(_, marks)| marks.total.0 == 5000).count(), 3);
}

/// Before a group is split, what is meant for one member would change the mark of all.
#[test]
fn a_change_for_one_of_a_group_that_has_one_mark_is_refused() {
    let mut group = record("team-3", None, vec![fails(1, &[])]);
    group.identity.group = Some("Team 3".to_string());
    group.identity.people = vec![person("ada"), person("bob")];
    let (together, split) = (People::new(&[group.clone()]), People::new(&per_person(&[group])));
    let check = |student: &str, people: &People| {
        let line = super::build::lines(&[super::build::set(student, "total", 100)]).lines.remove(0);
        grader::grade::policy::changes::check(&line, &course("labs = [1]"), people)
    };
    let refused = check("ada@example.org", &together).expect_err("one of two").to_string();
    assert!(refused.starts_with("`ada@example.org` is one of several with the one mark `team-3`"), "{refused}");
    assert!(check("team-3", &together).is_ok() && check("Team 3", &together).is_ok());
    assert!(check("ada@example.org", &split).is_ok() && check("Team 3", &split).is_ok());
}

#[test]
fn an_extension_holds_for_the_group_or_for_one() {
    let mut group = record("team-3", Some("2026-11-20T13:00:00Z"), vec![fails(1, &[])]);
    group.identity.people = vec![person("ada"), person("bob")];
    let records = per_person(&[group]);
    let extension = "[[extension]]\nstudent = 'ada@example.org'\ndays = 1\nreason = 'ill'\n";
    for (rule, want) in [("same", ["100.00", "100.00"]), ("single", ["100.00", "50.00"])] {
        let course = course(&format!("groups = '{rule}'\n{LATE}{extension}"));
        let totals: Vec<String> = all(&course, &records).iter().map(|(_, marks)| marks.total.to_string()).collect();
        assert_eq!(totals, want, "{rule}");
    }
}

#[test]
fn an_extension_that_fits_two_is_given_to_none_and_both_are_open() {
    let mut records = vec![
        record("ada", Some("2026-11-20T11:00:00Z"), vec![fails(1, &[])]),
        record("bob", Some("2026-11-20T11:00:00Z"), vec![fails(1, &[])]),
    ];
    records[1].identity.people[0].name = records[0].identity.people[0].name.clone();
    let extension = |student: &str| format!("{LATE}[[extension]]\nstudent = '{student}'\ndays = 1\nreason = 'ill'\n");
    let both = course(&extension("Name of ada"));
    assert!(
        all(&both, &records).iter().all(|(_, marks)| marks.open == ["the extension of `Name of ada` may be theirs"])
    );
    assert_eq!(strangers(&both, &People::new(&records)), ["Name of ada"]);
    let nobody = course(&extension("eve"));
    assert!(all(&nobody, &records).iter().all(|(_, marks)| marks.open.is_empty()));
    assert_eq!(strangers(&nobody, &People::new(&records)), ["eve"]);
}

#[test]
fn who_is_meant() {
    let mut records = vec![record("ada", None, vec![]), record("bob", None, vec![])];
    records[0].identity.people[0].ids.insert("moodle".to_string(), "17".to_string());
    records[1].identity.people[0].ids.insert("canvas".to_string(), "17".to_string());
    // An id of one that is the name of another: the id wins.
    records[1].identity.people[0].name = "ADA".to_string();
    let people = People::new(&records);
    assert_eq!(people.find("Ada"), Who::One("ada".to_string()));
    assert_eq!(people.find(" bob@EXAMPLE.org "), Who::One("bob".to_string()));
    assert_eq!(people.find("17"), Who::Several(vec!["ada".to_string(), "bob".to_string()]));
    assert_eq!(people.all("17"), Who::Nobody);
    assert_eq!(people.find(""), Who::Nobody);
}

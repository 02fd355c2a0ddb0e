//! From a record to marks, without lateness.

use super::build::{course, fails, lab, one, record, shown, unrun};
use grader::grade::model::{LabStatus, Outcome, Status};
use grader::grade::policy::people::People;
use grader::labs;

/// MarkUs #3368: the raw mark is shown before the penalty; Submitty #10438 and nbgrader #32: the rule is applied by itself.
#[test]
fn raw_manual_penalty_and_final_are_figures_of_their_own() {
    let course = course(
        "labs = [1, 2]\n[late]\ndeadline = '2026-11-20 12:00 UTC'\npenalty = '10 %'\n[lab.2]\nweight = 50\n[[manual]]\nitem = 'style'\npoints = 10\n",
    );
    let records = [record("ada", Some("2026-11-20T13:00:00Z"), vec![fails(1, &[]), fails(2, &[])])];
    let sheet =
        grader::grade::policy::manual::Sheet { by: "anna".into(), bytes: b"id,item,points\nada,style,7.25\n".to_vec() };
    let manual = grader::grade::policy::manual::read(&course, &People::new(&records), &[sheet]);
    let marks = grader::grade::policy::marks::marks(&course, &records, &manual, &Default::default())
        .expect("marks")
        .remove(0)
        .1;
    assert_eq!(shown(&marks), "150.00 + 7.25 - 15.00 = 142.25 of 160.00");
    let labs: Vec<String> = marks
        .labs
        .iter()
        .map(|lab| format!("{} {} - {} = {} of {}", lab.lab, lab.raw, lab.penalty, lab.total, lab.of))
        .collect();
    assert_eq!(labs, ["1 100.00 - 10.00 = 90.00 of 100.00", "2 50.00 - 5.00 = 45.00 of 50.00"]);
    assert_eq!(marks.manual_items[0].by, "anna");
    assert_eq!(
        marks.late.map(|late| late.told).as_deref(),
        Some("lab 1: 1 hour late, 10.00 points off; lab 2: 1 hour late, 5.00 points off")
    );
}

/// Autolab #330, #924; PrairieLearn #7165: what the grader could not find out is never 0.
#[test]
fn trouble_is_open_and_never_a_zero() {
    let course = course("labs = [1]");
    let with = |status: Status, labs| {
        one(&course, {
            let mut it = record("ada", None, labs);
            it.status = status;
            it
        })
    };
    let mut in_case = lab(1, &[]);
    in_case.checks[0].cases[0].outcome = Outcome::NeedsALook;
    let mut contradicts = lab(1, &[]);
    contradicts.points = 101;
    let none: Vec<(&str, Outcome)> =
        labs::lab(1).expect("lab 1").checks.iter().map(|check| (check.id, Outcome::NotRun)).collect();
    #[rustfmt::skip]
    let table = [
        (Status::NeedsALook, vec![], "the submission needs a look"),
        (Status::NeedsALook, vec![fails(1, &[])], "the submission needs a look"),
        (Status::Graded, vec![unrun(1, LabStatus::NeedsALook)], "lab 1 needs a look"),
        (Status::Graded, vec![lab(1, &[("1.09", Outcome::NeedsALook)])], "check 1.09 needs a look"),
        (Status::Graded, vec![in_case], "check 1.01 needs a look"),
        (Status::Graded, vec![fails(2, &[])], "lab 1 was not judged"),
        (Status::Graded, vec![lab(1, &none)], "no check of lab 1 could be run"),
        (Status::Graded, vec![contradicts], "the record of lab 1 contradicts itself"),
        // What is the student's is a plain 0.
        (Status::Graded, vec![unrun(1, LabStatus::DoesNotCompile)], ""),
        (Status::Graded, vec![unrun(1, LabStatus::CompileTimeout)], ""),
        (Status::Graded, vec![unrun(1, LabStatus::CompileOutOfMemory)], ""),
        (Status::Graded, vec![unrun(1, LabStatus::Refused)], ""),
        (Status::Graded, vec![unrun(1, LabStatus::Missing)], ""),
        (Status::BadArchive, vec![], ""),
        (Status::Empty, vec![], ""),
        (Status::Absent, vec![], ""),
    ];
    for (status, labs, open) in table {
        let marks = with(status, labs);
        assert_eq!(marks.open.join("; "), open, "{status:?}");
        assert!(!open.is_empty() || marks.total.0 == 0);
        assert_eq!(marks.of.0, 10_000);
    }
}

/// What this machine cannot run costs nothing: the rest carries the lab's weight, and no tier is lost.
#[test]
fn what_was_not_run_costs_nothing() {
    let worth = |id: &str| i64::from(labs::check(id).expect("a check").points());
    let marks = one(&course("labs = [1]"), record("ada", None, vec![lab(1, &[("1.09", Outcome::NotRun)])]));
    assert_eq!((marks.total.0, marks.labs[0].tier.as_str()), (10_000, "expert"));
    let marks = one(
        &course("labs = [1]"),
        record("ada", None, vec![lab(1, &[("1.09", Outcome::NotRun), ("1.01", Outcome::Failed)])]),
    );
    let (possible, points) = (100 - worth("1.09"), 100 - worth("1.09") - worth("1.01"));
    assert_eq!(marks.total.0, (points * 20_000 + possible) / (2 * possible));
    // Where it was not run, there is nothing more to void.
    let records = [record("ada", None, vec![lab(1, &[("1.09", Outcome::NotRun), ("1.01", Outcome::Failed)])])];
    let void = grader::grade::policy::changes::Change::Void { check: "1.09".to_string() };
    assert_eq!(super::build::with(&course("labs = [1]"), &records, &[void])[0].1, marks);
}

#[test]
fn the_grade_is_the_first_whose_conditions_hold() {
    let course = course(
        "labs = [1, 2]\n[[grade]]\nname = '1'\npoints = '95 %'\nexpert = 'all'\n[[grade]]\nname = '2'\ncore = 'all'\nrobust = 1\n\
         [[grade]]\nname = '3'\ncore = [1]\n[[grade]]\nname = '4'\npoints = 80\n[[grade]]\nname = '5'\n",
    );
    let first = |lab: u8, tier: &str| {
        let checks = labs::lab(lab).expect("a lab").checks;
        checks.iter().find(|check| check.tier.to_string() == tier).expect("a check").id
    };
    let all = |lab: u8| labs::lab(lab).expect("a lab").checks.iter().map(|check| check.id).collect::<Vec<_>>();
    #[rustfmt::skip]
    let table = [
        (vec![], vec![], "1", ["expert", "expert"]),
        (vec![first(1, "expert")], vec![], "2", ["robust", "expert"]),
        (vec![first(1, "robust")], vec![], "2", ["core", "expert"]),
        (vec![first(1, "robust")], vec![first(2, "robust")], "3", ["core", "core"]),
        (vec![], vec![first(2, "core")], "3", ["expert", ""]),
        (vec![first(1, "core")], vec![first(2, "core")], "4", ["", ""]),
        (all(1), all(2), "5", ["", ""]),
    ];
    for (one_fails, two_fails, grade, tiers) in table {
        let marks = one(&course, record("ada", None, vec![fails(1, &one_fails), fails(2, &two_fails)]));
        assert_eq!(marks.grade.as_deref(), Some(grade), "{one_fails:?} {two_fails:?}");
        assert_eq!(marks.labs.iter().map(|lab| lab.tier.as_str()).collect::<Vec<_>>(), tiers);
    }
    let open = one(&course, record("ada", None, vec![fails(1, &[]), lab(2, &[("2.01", Outcome::NeedsALook)])]));
    assert_eq!(open.grade, None, "an open mark has no grade");
}

/// After the last deadline a tier is shown, and counts for no grade.
#[test]
fn a_tier_after_the_last_deadline_counts_for_no_grade() {
    let course = course(
        "labs = [1]\n[late]\ndeadline = '2026-11-20 12:00 UTC'\nsecond = { deadline = '2026-11-27 12:00 UTC', at_most = '60 %' }\n\
         [[grade]]\nname = 'pass'\ncore = 'all'\n[[grade]]\nname = 'fail'\n",
    );
    for (received, grade) in [("2026-11-27T12:00:00Z", "pass"), ("2026-11-27T12:00:01Z", "fail")] {
        let marks = one(&course, record("ada", Some(received), vec![fails(1, &[])]));
        assert_eq!((marks.grade.as_deref(), marks.labs[0].tier.as_str()), (Some(grade), "expert"));
    }
}

#[test]
fn the_final_mark_is_rounded_once_and_never_above_the_maximum() {
    // Lab 1 with the weight 33.35: two thirds of it would be 22.2333..
    #[rustfmt::skip]
    let table = [
        // (weight, step, way, final)
        ("33.33", "0.01", "nearest", "33.33"),
        ("33.33", "0.5", "nearest", "33.33"), // 33.50 is more than there is
        ("33.24", "0.5", "down", "33.00"),
        ("33.25", "0.5", "nearest", "33.25"),
        ("33.33", "1", "down", "33.00"),
        ("33.33", "1", "up", "33.33"),
        ("33.33", "1", "nearest", "33.00"),
        ("33.33", "0.25", "nearest", "33.25"),
        ("33.33", "0.03", "nearest", "33.33"),
        ("33.34", "0.03", "nearest", "33.33"),
    ];
    for (weight, step, way, total) in table {
        let rules = format!("labs = [1]\n[lab.1]\nweight = {weight}\n[rounding]\nto = {step}\nway = '{way}'\n");
        let marks = one(&course(&rules), record("ada", None, vec![fails(1, &[])]));
        assert_eq!((marks.raw.to_string().as_str(), marks.total.to_string().as_str()), (weight, total), "{step} {way}");
    }
    // Halves go up, where there is room.
    let half = "labs = [1]\n[late]\ndeadline = '2026-11-20 12:00 UTC'\npenalty = '1.5 points'\n[rounding]\nto = 1\n";
    let marks = one(&course(half), record("ada", Some("2026-11-20T12:00:01Z"), vec![fails(1, &[])]));
    assert_eq!(shown(&marks), "100.00 + 0.00 - 1.50 = 99.00 of 100.00");
}

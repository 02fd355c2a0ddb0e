//! Old and new marks side by side.

use super::build::{all, course, fails, record, set, with};
use grader::grade::model::{Outcome, Record};
use grader::grade::policy::changes::Change;
use grader::grade::policy::preview::{allow, changes, table};

fn class() -> Vec<Record> {
    let look = super::build::lab(3, &[("3.14", Outcome::NeedsALook)]);
    let mut eve = record("eve", None, vec![fails(3, &["3.14", "3.01"])]);
    eve.identity.people[0].name = "Eve\u{1b}[2J\u{202e}\r\nMallory".to_string();
    vec![
        record("ada", None, vec![fails(3, &[])]),
        record("bob", None, vec![fails(3, &["3.14"])]),
        record("cyd", None, vec![fails(3, &["3.01"])]),
        eve,
        record("fay", None, vec![look]),
    ]
}

#[test]
fn a_regrade_shows_every_old_and_new_mark() {
    let course = course("labs = [3]\n[[grade]]\nname = 'pass'\npoints = '97 %'\n[[grade]]\nname = 'fail'\n");
    let records = class();
    let old = all(&course, &records);
    let shown = |change: Change| {
        let changed = changes(&course, &records, &old, &with(&course, &records, &[change]));
        (table(&changed), changed)
    };

    let (text, full) = shown(Change::FullMarks { check: "3.14".to_string() });
    let rows: Vec<&str> = full.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(rows, ["bob", "eve", "fay"], "{text}");
    assert!(allow(&full, false).is_ok(), "nobody is lowered: {text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\r'), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.lines().any(|line| line.contains("fay") && line.contains("? -> ")), "{text}");

    // Without the check, cyd's other failure weighs more.
    let (text, void) = shown(Change::Void { check: "3.14".to_string() });
    let lowered: Vec<&str> = void.iter().filter(|change| change.lowered).map(|change| change.id.as_str()).collect();
    assert_eq!(lowered, ["cyd"], "{text}");
    assert!(text.lines().any(|line| line.starts_with("! cyd")), "{text}");
    let refused = allow(&void, false).expect_err("one is lowered").to_string();
    assert!(refused.contains("1 of 4 changed marks") && refused.contains("--allow-lower"), "{refused}");
    assert!(allow(&void, true).is_ok());

    let (text, same) = shown(Change::Restore { check: "3.14".to_string() });
    assert_eq!((same.len(), text.as_str()), (0, "no mark changes\n"));
}

#[test]
fn a_worse_grade_is_lowered_too() {
    let course = course("labs = [3]\n[[grade]]\nname = 'good'\nrobust = 'all'\n[[grade]]\nname = 'fail'\n");
    let records = class();
    let robust = grader::labs::lab(3).expect("lab 3").checks.iter().find(|check| check.tier.to_string() == "robust");
    let robust = robust.expect("a robust check");
    let old = all(&course, &records);
    let lower = set("ada", robust.id, i64::from(robust.points()) * 100 - 100);
    // The points stay the same, by an override; the tier is lost.
    let new = with(&course, &records, &[lower, set("ada", "total", 10_000)]);
    let changed = changes(&course, &records, &old, &new);
    assert_eq!(changed.len(), 1);
    assert!(changed[0].lowered, "{:?} {:?}", changed[0].old.grade, changed[0].new.grade);
    assert_eq!(changed[0].old.total, changed[0].new.total);
}

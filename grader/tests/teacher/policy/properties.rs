//! What holds for every course, every class and every moment: tried on random ones.

use grader::grade::model::{Hundredths, LabStatus, Marks, Outcome, Record};
use grader::grade::policy::changes::Change;
use grader::grade::policy::course::Course;
use grader::payload::Random;

use super::build::{all, course, lab, one, record, unrun, with};

const SEEDS: u64 = 80;

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[random.below(from.len() as u64) as usize]
}

/// A course with every rule that there is, all chosen at random.
fn any_course(random: &mut Random) -> String {
    let mut text = String::from("timezone = 'Europe/Berlin'\nlabs = [1, 2, 3]\n");
    let total = random.below(5);
    let spend = pick(random, &["best", "in-order"]);
    text += &format!("slip_days = {{ total = {total}, per_lab = {}, spend = '{spend}' }}\n", random.below(4));
    text += "[late]\ndeadline = '2026-10-24 23:59'\n";
    text += &format!("penalty = '{}'\n", pick(random, &["10 %", "33.33 %", "7.77 points", "0.01 points", "100 %"]));
    text += &format!("per = '{}'\nof = '{}'\n", pick(random, &["day", "hour"]), pick(random, &["maximum", "raw"]));
    text += pick(random, &["", "grace = '15 min'\n", "grace = '2 h'\n"]);
    text += pick(random, &["", "cap = '30 %'\n", "cap = 5\n"]);
    text += pick(random, &["", "never_below = '40 %'\n"]);
    text += pick(random, &["", "second = { deadline = '2026-10-28 23:59', at_most = '60 %' }\n"]);
    text +=
        &format!("[lab.2]\nweight = {}.{:02}\ndeadline = '2026-10-26 12:00'\n", random.below(200), random.below(100));
    text += &format!("[lab.3]\nweight = {}\n", random.below(50));
    let (to, way) = (pick(random, &["0.01", "0.5", "1", "3"]), pick(random, &["nearest", "up", "down"]));
    text + &format!("[rounding]\nto = {to}\nway = '{way}'\n")
}

/// What one student handed in, all labs at once.
fn any_record(random: &mut Random, id: &str, minute: u64) -> Record {
    let labs = (1..=3)
        .map(|number| match random.below(8) {
            0 => unrun(number, LabStatus::Missing),
            1 => unrun(number, LabStatus::DoesNotCompile),
            _ => any_lab(random, number),
        })
        .collect();
    record(id, Some(&moment(minute)), labs)
}

fn any_lab(random: &mut Random, number: u8) -> grader::grade::model::LabRecord {
    let checks = grader::labs::lab(number).expect("a lab").checks;
    let bad = random.below(100);
    let wrong: Vec<(&str, Outcome)> = checks
        .iter()
        .filter(|_| random.below(100) < bad)
        .map(|check| (check.id, Outcome::Failed))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(id, failed)| (id, if random.below(5) == 0 { Outcome::NotRun } else { failed }))
        .collect();
    lab(number, &wrong)
}

/// Minutes since a day before the deadline; the night in which the clocks are changed is among them.
fn moment(minute: u64) -> String {
    let start: jiff::Timestamp = "2026-10-23T21:59:00Z".parse().expect("a moment");
    (start + jiff::SignedDuration::from_mins(minute as i64)).to_string()
}

fn sound(course: &Course, marks: &Marks) {
    let sum =
        |of: &dyn Fn(&grader::grade::model::LabMark) -> Hundredths| marks.labs.iter().map(|lab| of(lab).0).sum::<i64>();
    assert!((0..=marks.of.0).contains(&marks.total.0), "{marks:?}");
    assert_eq!(marks.of, course.of());
    assert_eq!((sum(&|lab| lab.raw), sum(&|lab| lab.penalty)), (marks.raw.0, marks.penalty.0));
    for lab in &marks.labs {
        assert!(lab.penalty.0 >= 0 && lab.total.0 >= 0 && lab.raw <= lab.of, "{lab:?}");
        assert_eq!(lab.raw.0 - lab.penalty.0, lab.total.0);
        let rules = course.lab(lab.lab).expect("a lab");
        if let (Some(floor), None) = (rules.late.never_below, &rules.late.second) {
            assert!(lab.total >= floor.of(lab.of).min(lab.raw), "{lab:?} is below its floor");
        }
    }
    assert!(marks.late.as_ref().is_none_or(|late| late.slip_days <= course.slip.total));
}

#[test]
fn a_mark_is_between_nothing_and_the_maximum_and_its_figures_add_up() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let course = course(&any_course(&mut random));
        let minute = random.below(9 * 1440);
        sound(&course, &one(&course, any_record(&mut random, "ada", minute)));
    }
}

#[test]
fn who_hands_in_earlier_never_has_less() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let course = course(&any_course(&mut random));
        let mut handed_in = any_record(&mut random, "ada", 0);
        let mut before = Hundredths(i64::MAX);
        for minute in (0..9 * 1440).step_by(61) {
            handed_in.identity.received = Some(moment(minute));
            let total = one(&course, handed_in.clone()).total;
            assert!(total <= before, "seed {seed}: {total} at {minute}, {before} an hour before");
            before = total;
        }
    }
}

/// More days for one lab or for all never lower the total, however slip days are spent.
#[test]
fn an_extension_never_gives_less() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let text = any_course(&mut random);
        let minute = random.below(9 * 1440);
        let handed_in = any_record(&mut random, "ada", minute);
        let labs = pick(&mut random, &["[1]", "[2]", "[2, 3]", "[1, 2, 3]"]);
        let mut before = one(&course(&text), handed_in.clone()).total;
        for days in 1..9 {
            let extension = format!("[[extension]]\nstudent = 'ada'\nlabs = {labs}\ndays = {days}\nreason = 'ill'\n");
            let total = one(&course(&format!("{text}{extension}")), handed_in.clone()).total;
            assert!(total >= before, "seed {seed}: {total} with {days} days for {labs}, {before} with fewer");
            before = total;
        }
    }
}

/// More slip days never lower the total, and the best way to spend them is no worse than the calendar's.
#[test]
fn slip_days_never_take_anything() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let text = any_course(&mut random);
        let (head, tail) = text.split_once("slip_days").expect("slip days");
        let (_, tail) = tail.split_once('\n').expect("a line");
        let minute = random.below(9 * 1440);
        let handed_in = any_record(&mut random, "ada", minute);
        let total = |days: u32, spend: &str| {
            let text = format!("{head}slip_days = {{ total = {days}, spend = '{spend}' }}\n{tail}");
            one(&course(&text), handed_in.clone()).total
        };
        for days in 0..6 {
            assert!(total(days + 1, "best") >= total(days, "best"), "seed {seed}");
            assert!(total(days, "best") >= total(days, "in-order"), "seed {seed}");
        }
    }
}

#[test]
fn a_check_that_is_voided_and_restored_changes_nothing() {
    for seed in 0..SEEDS / 4 {
        let mut random = Random::new(seed);
        let course = course(&any_course(&mut random));
        let records: Vec<Record> = ["ada", "bob", "cyd"]
            .map(|id| {
                let minute = random.below(9 * 1440);
                any_record(&mut random, id, minute)
            })
            .into();
        let before = all(&course, &records);
        for check in grader::labs::lab(2).expect("lab 2").checks {
            let id = check.id.to_string();
            let (void, full) = (Change::Void { check: id.clone() }, Change::FullMarks { check: id.clone() });
            let restore = Change::Restore { check: id };
            assert_eq!(with(&course, &records, &[void.clone(), restore.clone()]), before);
            let given = with(&course, &records, std::slice::from_ref(&full));
            assert!(given.iter().zip(&before).all(|(new, old)| new.1.raw >= old.1.raw), "full marks lower no raw mark");
            for marks in [&given, &with(&course, &records, &[void])] {
                marks.iter().for_each(|(_, marks)| sound(&course, marks));
            }
        }
    }
}

/// The order in which records were found changes nothing.
#[test]
fn marks_do_not_depend_on_the_order_of_records() {
    let mut random = Random::new(1);
    let course = course(&any_course(&mut random));
    let mut records: Vec<Record> =
        (0..40).map(|number| any_record(&mut random, &format!("s{number}"), number * 300)).collect();
    let before = all(&course, &records);
    assert_eq!(before.len(), 40);
    for _ in 0..5 {
        random.shuffle(&mut records);
        assert_eq!(all(&course, &records), before);
    }
}

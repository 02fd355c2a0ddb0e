//! Lateness, one lab unless said otherwise: the student has 80 of its 100 points.

use super::build::{course, fails, one, record, shown};
use grader::grade::model::Marks;

/// What one submission with 80 points comes to.
fn eighty(rules: &str, received: Option<&str>, marked_late: bool) -> Marks {
    let mut handed_in = record("ada", received, vec![fails(1, &failing())]);
    handed_in.identity.marked_late = marked_late;
    one(&course(&format!("labs = [1]\n{rules}")), handed_in)
}

/// Checks of lab 1 that are worth 20 points together.
fn failing() -> Vec<&'static str> {
    // By their sum, the first checks found that have it.
    let mut sums = std::collections::BTreeMap::from([(0, Vec::new())]);
    for check in grader::labs::lab(1).expect("lab 1").checks {
        for (sum, mut ids) in sums.clone() {
            ids.push(check.id);
            sums.entry(sum + check.points()).or_insert(ids);
        }
    }
    sums.remove(&20).expect("checks of 20 points")
}

const DAY: &str = "[late]\ndeadline = '2026-11-20 23:59 Europe/Berlin'\npenalty = '10 %'\n";

/// nbgrader #32 and #233, Submitty #10438, INGInious #30: the rules are the course's, and are applied by themselves.
#[test]
fn what_lateness_takes_off() {
    let hour = "[late]\ndeadline = '2026-11-20 23:59 Europe/Berlin'\nper = 'hour'\npenalty = '2.5 points'\n";
    let second = "second = { deadline = '2026-11-27 23:59 Europe/Berlin', at_most = '60 %' }\n";
    #[rustfmt::skip]
    let table = [
        // (rules, more rules, received, penalty, final, what is told)
        ("", "", "2030-01-01T00:00:00Z", "0.00", "80.00", ""),
        (DAY, "", "2026-11-20T22:59:00Z", "0.00", "80.00", ""),
        (DAY, "", "2026-11-20T23:59:00+01:00", "0.00", "80.00", ""),
        (DAY, "", "2026-11-20T22:59:00.5Z", "10.00", "70.00", "1 second late, 10.00 points off"),
        (DAY, "", "2026-11-20T22:59:01Z", "10.00", "70.00", "1 second late, 10.00 points off"),
        (DAY, "", "2026-11-21T22:59:00Z", "10.00", "70.00", "1 day late, 10.00 points off"),
        (DAY, "", "2026-11-21T22:59:01Z", "20.00", "60.00", "1 day late, 20.00 points off"),
        (DAY, "", "2027-11-21T00:00:00Z", "80.00", "0.00", "365 days 1 hour late, 80.00 points off"),
        // Grace is no new deadline: what is later is late from the deadline on.
        (DAY, "grace = '15 min'\n", "2026-11-20T23:14:00Z", "0.00", "80.00", "15 minutes late, within the grace time"),
        (DAY, "grace = '15 min'\n", "2026-11-20T23:14:01Z", "10.00", "70.00", "15 minutes 1 second late, 10.00 points off"),
        (DAY, "of = 'raw'\n", "2026-11-21T00:00:00Z", "8.00", "72.00", "1 hour 1 minute late, 8.00 points off"),
        (DAY, "cap = '25 %'\n", "2026-12-21T00:00:00Z", "25.00", "55.00", "30 days 1 hour late, 25.00 points off"),
        (DAY, "never_below = '40 %'\n", "2026-12-21T00:00:00Z", "40.00", "40.00", "30 days 1 hour late, 40.00 points off"),
        // Lateness lifts nobody up to the floor.
        (DAY, "never_below = 90\n", "2026-12-21T00:00:00Z", "0.00", "80.00", "30 days 1 hour late, nothing off"),
        (hour, "", "2026-11-20T23:00:00Z", "2.50", "77.50", "1 minute late, 2.50 points off"),
        (hour, "", "2026-11-21T01:59:00Z", "7.50", "72.50", "3 hours late, 7.50 points off"),
        (DAY, second, "2026-11-21T00:00:00Z", "20.00", "60.00", "1 hour 1 minute late, 20.00 points off"),
        (DAY, second, "2026-11-23T22:59:00Z", "30.00", "50.00", "3 days late, 30.00 points off"),
        (DAY, second, "2026-11-27T22:59:00Z", "70.00", "10.00", "7 days late, 70.00 points off"),
        (DAY, second, "2026-11-27T22:59:01Z", "80.00", "0.00", "7 days late, after the last deadline, 80.00 points off"),
    ];
    for (rules, more, received, penalty, total, told) in table {
        let marks = eighty(&format!("{rules}{more}"), Some(received), false);
        let got =
            (marks.penalty.to_string(), marks.total.to_string(), marks.late.map(|late| late.told).unwrap_or_default());
        assert_eq!((got.0.as_str(), got.1.as_str(), got.2.as_str()), (penalty, total, told), "{more} {received}");
        assert_eq!(marks.raw.to_string(), "80.00", "raw is before the penalty");
    }
}

/// The night in which the clocks are changed: a day late ends at the same time of the next day, be it 23, 24 or 25 hours.
#[test]
fn a_day_is_a_day_of_the_calendar_when_the_clocks_change() {
    #[rustfmt::skip]
    let table = [
        // (deadline, per, received, periods)
        ("2026-10-24 23:59 Europe/Berlin", "day", "2026-10-25T22:59:00Z", 1), // 25 hours
        ("2026-10-24 23:59 Europe/Berlin", "day", "2026-10-25T22:59:01Z", 2),
        ("2026-10-24 23:59 Europe/Berlin", "hour", "2026-10-25T22:59:00Z", 25),
        ("2026-03-28 23:59 Europe/Berlin", "day", "2026-03-29T21:59:00Z", 1), // 23 hours
        ("2026-03-28 23:59 Europe/Berlin", "day", "2026-03-29T21:59:01Z", 2),
        ("2026-03-28 23:59 Europe/Berlin", "hour", "2026-03-29T21:59:00Z", 23),
        // An offset has no summer: 24 hours.
        ("2026-10-24 23:59 +02:00", "day", "2026-10-25T22:00:00Z", 2),
        // The end of the day is in the gap: it is as much later as the clocks were set forward (03:30 summer time).
        ("2026-03-28 02:30 Europe/Berlin", "day", "2026-03-29T01:30:00Z", 1),
        ("2026-03-28 02:30 Europe/Berlin", "day", "2026-03-29T01:30:01Z", 2),
        // It comes twice: the first time counts.
        ("2026-10-24 02:30 Europe/Berlin", "day", "2026-10-25T00:30:00Z", 1),
        ("2026-10-24 02:30 Europe/Berlin", "day", "2026-10-25T00:30:01Z", 2),
        // The deadline itself comes twice, and the course says which one.
        ("2026-10-25 02:30+02:00[Europe/Berlin]", "day", "2026-10-25T00:30:00Z", 0),
        ("2026-10-25 02:30+02:00[Europe/Berlin]", "hour", "2026-10-25T01:30:00Z", 1),
        ("2026-10-25 02:30 +01:00 Europe/Berlin", "hour", "2026-10-25T01:30:00Z", 0),
        ("2026-10-25 02:30 Z", "hour", "2026-10-25T02:30:00Z", 0),
    ];
    for (deadline, per, received, periods) in table {
        let rules = format!("[late]\ndeadline = '{deadline}'\nper = '{per}'\npenalty = '1 point'\n");
        let marks = eighty(&rules, Some(received), false);
        assert_eq!(marks.late.map_or(0, |late| late.charged), periods, "{deadline} {per} {received}");
        assert_eq!(marks.penalty.0, i64::from(periods) * 100);
    }
}

/// Never a penalty for what is not known: the mark is open.
#[test]
fn without_a_receipt_time_the_mark_is_open() {
    let fixed = "marked_late = '15 %'\n";
    let extension = "[[extension]]\nstudent = 'ada'\ndays = 7\nreason = 'ill'\n";
    let both = format!("{fixed}{extension}");
    #[rustfmt::skip]
    let table = [
        // (rules, received, the platform's mark, what comes of it)
        ("", None, false, "80.00 + 0.00 - 0.00 = 80.00 of 100.00 open: lab 1: no receipt time"),
        ("", None, true, "80.00 + 0.00 - 0.00 = 80.00 of 100.00 open: lab 1: marked late, no receipt time"),
        ("", Some("yesterday"), false, "80.00 + 0.00 - 0.00 = 80.00 of 100.00 open: lab 1: the receipt time cannot be read"),
        (fixed, None, true, "80.00 + 0.00 - 15.00 = 65.00 of 100.00"),
        (fixed, None, false, "80.00 + 0.00 - 0.00 = 80.00 of 100.00"),
        (both.as_str(), None, true, "80.00 + 0.00 - 15.00 = 65.00 of 100.00 open: lab 1: marked late, but has an extension"),
        // A time says more than a mark.
        (fixed, Some("2026-11-20T22:00:00Z"), true, "80.00 + 0.00 - 0.00 = 80.00 of 100.00"),
    ];
    for (more, received, marked, want) in table {
        let marks = eighty(&format!("{DAY}{more}"), received, marked);
        assert_eq!(shown(&marks), want, "{more} {received:?} {marked}");
    }
    assert_eq!(shown(&eighty("", None, true)), "80.00 + 0.00 - 0.00 = 80.00 of 100.00", "no deadline, no lateness");
}

/// GitHub Classroom #2072, Praktomat #219, okpy #710.
#[test]
fn extensions_move_both_deadlines() {
    let second = "second = { deadline = '2026-11-27 23:59 Europe/Berlin', at_most = '60 %' }\n";
    let extension = |student: &str, what: &str| {
        format!("{DAY}{second}[[extension]]\nstudent = \"{student}\"\n{what}\nreason = 'ill'\n")
    };
    #[rustfmt::skip]
    let table = [
        ("ada", "days = 3", "2026-11-23T22:59:00Z", "80.00"),
        ("ADA@example.org", "days = 3", "2026-11-23T22:59:01Z", "60.00"),
        ("name of  Ada", "days = 3", "2026-11-30T22:59:00Z", "10.00"),
        ("ada", "days = 3", "2026-11-30T22:59:01Z", "0.00"),
        ("ada", "until = '2026-12-05 12:00 Europe/Berlin'", "2026-12-05T11:00:00Z", "80.00"),
        ("bob", "days = 3", "2026-11-21T22:59:00Z", "60.00"),
    ];
    for (student, what, received, total) in table {
        let marks = eighty(&extension(student, what), Some(received), false);
        assert_eq!(marks.total.to_string(), total, "{student} {what} {received}");
    }
}

/// One that ends before the deadline of another lab takes nothing away there.
#[test]
fn an_extension_takes_no_time_away() {
    let text = "labs = [1, 2]\ntimezone = 'UTC'\n[late]\npenalty = '10 %'\ndeadline = '2026-11-20 12:00'\n[lab.2]\n\
                deadline = '2026-11-10 12:00'\n[[extension]]\nstudent = 'ada'\nuntil = '2026-11-15 12:00'\nreason = 'ill'\n";
    for (received, total) in [("2026-11-15T12:00:00Z", "200.00"), ("2026-11-20T12:00:00Z", "150.00")] {
        let marks = one(&course(text), record("ada", Some(received), vec![fails(1, &[]), fails(2, &[])]));
        assert_eq!(marks.total.to_string(), total, "{received}");
    }
}

/// Three labs that are due a week apart, each handed in late by these days, with these points.
fn three(rules: &str, late: [u32; 3]) -> Vec<(u32, String)> {
    let text = format!(
        "labs = [1, 2, 3]\ntimezone = 'UTC'\n{rules}\n[late]\npenalty = '10 %'\n[lab.1]\ndeadline = '2026-11-01 12:00'\n\
         [lab.2]\ndeadline = '2026-11-08 12:00'\nweight = 200\n[lab.3]\ndeadline = '2026-11-15 12:00'\n"
    );
    let course = course(&text);
    let records: Vec<_> = (1..=3u8)
        .map(|number| {
            let day = 1 + 7 * (u32::from(number) - 1) + late[usize::from(number) - 1];
            record("ada", Some(&format!("2026-11-{day:02}T12:00:00Z")), vec![fails(number, &[])])
        })
        .collect();
    let marks = super::build::all(&course, &records).remove(0).1;
    assert!(marks.open.is_empty(), "{:?}", marks.open);
    let spent = marks.late.map_or(0, |late| late.slip_days);
    let of = |lab: usize| (0, marks.labs[lab].total.to_string());
    vec![(spent, marks.total.to_string()), of(0), of(1), of(2)]
}

#[test]
fn slip_days_are_shared_over_the_labs() {
    let best = "slip_days = { total = 3 }";
    let in_order = "slip_days = { total = 3, spend = 'in-order' }";
    #[rustfmt::skip]
    let table = [
        // (rules, days late, (days spent, total), labs); lab 2 has double weight
        ("", [2, 2, 2], (0, "320.00"), ["80.00", "160.00", "80.00"]),
        (best, [2, 2, 2], (3, "370.00"), ["90.00", "200.00", "80.00"]),
        (in_order, [2, 2, 2], (3, "360.00"), ["100.00", "180.00", "80.00"]),
        ("slip_days = { total = 3, per_lab = 1 }", [2, 2, 2], (3, "360.00"), ["90.00", "180.00", "90.00"]),
        // Days are kept where none is needed.
        (best, [0, 1, 0], (1, "400.00"), ["100.00", "200.00", "100.00"]),
        (in_order, [0, 0, 2], (2, "400.00"), ["100.00", "200.00", "100.00"]),
        (best, [0, 0, 0], (0, "400.00"), ["100.00", "200.00", "100.00"]),
        // In order, the first lab takes what there is although it is not enough.
        (in_order, [5, 1, 1], (3, "350.00"), ["80.00", "180.00", "90.00"]),
    ];
    for (rules, late, total, labs) in table {
        let got = three(rules, late);
        assert_eq!((got[0].0, got[0].1.as_str()), total, "{rules} {late:?}");
        let got: Vec<&str> = got[1..].iter().map(|(_, points)| points.as_str()).collect();
        assert_eq!(got, labs, "{rules} {late:?}");
    }
}

/// Three days for lab 1 save 10 points, as one day for lab 2 does: the one is spent, and two are kept.
#[test]
fn of_equal_ways_the_one_with_fewest_slip_days_is_taken() {
    let text = "labs = [1, 2]\ntimezone = 'UTC'\nslip_days = { total = 3 }\n[late]\npenalty = 10\n[lab.1]\ncap = 10\n\
                deadline = '2026-11-17 12:00'\n[lab.2]\ndeadline = '2026-11-19 12:00'\n";
    let marks = one(&course(text), record("ada", Some("2026-11-20T12:00:00Z"), vec![fails(1, &[]), fails(2, &[])]));
    assert_eq!(marks.labs.iter().map(|lab| lab.total.0).collect::<Vec<_>>(), [9000, 10_000]);
    assert_eq!(marks.late.map(|late| late.slip_days), Some(1));
}

/// A submission of all labs has one time; what was not handed in, or is worth nothing anyway, costs no slip day.
#[test]
fn slip_days_are_not_spent_on_nothing() {
    let text = format!("labs = [1, 2]\nslip_days = {{ total = 1 }}\n{DAY}");
    let missing = super::build::unrun(2, grader::grade::model::LabStatus::Missing);
    let marks = one(&course(&text), record("ada", Some("2026-11-21T12:00:00Z"), vec![fails(1, &[]), missing]));
    assert_eq!(shown(&marks), "100.00 + 0.00 - 0.00 = 100.00 of 200.00");
    assert_eq!(
        marks.late.map(|late| late.told).as_deref(),
        Some("lab 1: 13 hours 1 minute late, 1 slip day used, nothing off")
    );
    let both = one(&course(&text), record("ada", Some("2026-11-21T12:00:00Z"), vec![fails(1, &[]), fails(2, &[])]));
    let told =
        "lab 1: 13 hours 1 minute late, 1 slip day used, nothing off; lab 2: 13 hours 1 minute late, 10.00 points off";
    assert_eq!(both.late.map(|late| (late.slip_days, late.charged, late.told)), Some((1, 1, told.to_string())));
}

//! The course file: what it says, what holds where it says nothing, and what is wrong with it.

use grader::grade::model::{Hundredths, Tries};
use grader::grade::policy::course::{
    Amount, Base, Course, Groups, Need, Per, Spend, Way, amount::decimal, parse, when,
};
use grader::payload::Random;

const FULL: &str = include_str!("../../fixtures/policy/full.toml");
const BOOK: &str = include_str!("../../../../docs/src/course-file.md");

#[test]
fn an_empty_file_is_a_course() {
    for text in ["", "\n", "# nothing yet\n", "labs = [5, 4, 3, 2, 1, 1]", "title = 'Loopback'"] {
        let course = super::build::course(text);
        assert_eq!(course, Course::default());
        assert_eq!(course.of(), Hundredths(50_000));
        assert!(course.labs.iter().all(|lab| lab.late.deadline.is_none() && lab.weight == Hundredths(10_000)));
    }
}

#[test]
fn every_key_is_read() {
    let course = super::build::course(FULL);
    let percent = |hundredths| Some(Amount::Percent(Hundredths(hundredths)));
    assert_eq!(course.title, "Networks, autumn 2026");
    assert_eq!(course.labs.iter().map(|lab| lab.number).collect::<Vec<_>>(), [1, 2, 3, 5]);
    assert_eq!(course.labs.iter().map(|lab| lab.weight.0).collect::<Vec<_>>(), [5000, 10000, 1250, 10000]);
    let shown = |deadline: Option<&when::Deadline>| deadline.map(ToString::to_string).unwrap_or_default();
    let all = &course.labs[1].late;
    assert_eq!(shown(all.deadline.as_ref()), "2026-11-20 23:59:00 +01:00");
    assert_eq!((all.grace, all.penalty, all.per, all.of), (900, percent(1000), Per::Day, Base::Maximum));
    assert_eq!((all.cap, all.never_below, all.marked_late), (percent(5000), percent(2000), percent(1000)));
    let second = all.second.as_ref().expect("a second deadline");
    assert_eq!(
        (shown(Some(&second.deadline)), Some(second.at_most)),
        ("2026-11-27 23:59:00 +01:00".into(), percent(6000))
    );
    let own = &course.labs[2].late;
    assert_eq!(shown(own.deadline.as_ref()), "2026-12-04 23:59:00 +01:00");
    assert_eq!((own.per, own.of, own.second.is_some()), (Per::Hour, Base::Raw, false));
    let points = |hundredths| Some(Amount::Points(Hundredths(hundredths)));
    assert_eq!((own.penalty, own.cap), (points(250), points(500)));
    assert_eq!((own.grace, own.never_below), (900, percent(2000)), "what a lab does not say is as for all");
    assert_eq!(course.labs[3].late.deadline, None);
    assert_eq!((course.slip.total, course.slip.per_lab, course.slip.spend), (5, 2, Spend::InOrder));
    let [ada, bob] = course.extensions.as_slice() else { panic!("two extensions") };
    assert_eq!((ada.student.as_str(), ada.labs.as_slice(), ada.days), ("ada@example.org", [1, 2].as_slice(), 7));
    assert_eq!((bob.labs.len(), shown(bob.until.as_ref()).as_str()), (4, "2026-12-24 12:00:00 +00:00"));
    assert_eq!(course.grades[0].tiers, [Need::All, Need::Count(3), Need::These(vec![1])]);
    assert_eq!((course.grades[0].points, course.grades[1].points), (percent(9000), points(15000)));
    assert_eq!(course.hidden, ["1.09", "3.14"]);
    assert_eq!(course.manual[1].of, Hundredths(750));
    assert_eq!((course.manual[0].required, course.manual[1].required), (true, false));
    assert_eq!((course.tries, course.groups), (Tries::Best, Groups::Single));
    assert!(course.pattern.is_some_and(|pattern| pattern.contains("(?P<id>")));
    assert_eq!(
        (course.run.jobs, course.run.compile_timeout, course.run.submission_timeout),
        (Some(2), Some(90), Some(900))
    );
    assert_eq!((course.run.unsteady, course.rounding.to, course.rounding.way), (7, Hundredths(50), Way::Up));
}

/// What stands nowhere but in the audit log is a hash, and the number that the checks begin from cannot be read off it.
#[test]
fn the_seed_is_never_shown() {
    let course = super::build::course(FULL);
    let shown = format!("{course:?}");
    let seed = course.seed.expect("a seed");
    assert!(!shown.contains("horse"), "{shown}");
    assert!(!seed.hash().contains(&format!("{:016x}", seed.number())));
    assert_eq!(seed.hash().len(), 64);
    for text in [
        "seed = 'short horse'",
        "seed = 12345",
        "seed = horse battery staple",
        "seed = 'horse",
        "sead = 'x'\nSeed = 'correct horse'",
    ] {
        let problems = parse(text).expect_err("not a seed");
        let shown = problems.iter().map(ToString::to_string).collect::<String>();
        assert!(!shown.contains("horse"), "{shown}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    #[rustfmt::skip]
    let table = [
        ("labs = [1]\n[late]\npenality = '10 %'\n",
            "course.toml:3:1: unknown key `penality` in `[late]`; try: `penalty`\n    3 | penality = '10 %'"),
        ("titel = 'x'", "course.toml:1:1: unknown key `titel` in the course file; try: `title`\n    1 | titel = 'x'"),
        ("title = 5", "course.toml:1:9: a whole number stands here; try: `title = \"Networks, autumn 2026\"`\n    1 | title = 5"),
        ("labs = [1, 6]", "course.toml:1:12: `6` is out of bounds; try: a whole number from 1 to 5\n    1 | labs = [1, 6]"),
        ("hidden = ['1.90']", "course.toml:1:11: there is no check `1.90`; try: `1.09`, `1.10`, `1.01`\n    1 | hidden = ['1.90']"),
        ("hidden = ['answers_full_buffers']", "course.toml:1:11: there is no check `answers_full_buffers`; try: `1.09`"),
        ("hidden = [1.09]", "course.toml:1:11: a number with a point stands here; try: a check in quotes, such as `\"1.09\"`"),
        ("tries = 'newest'", "course.toml:1:9: `newest` is not a choice; try: `latest`"),
        ("[lab.7]\nweight = 1", "course.toml:1:6: `7` is not one of the course's labs; try: `1`, `2`, `3`, `4`, `5`"),
        ("labs = [1]\n[lab.2]\n", "course.toml:2:6: `2` is not one of the course's labs; try: `1`"),
        ("labs = []", "course.toml:1:1: no lab counts in this course; try: `labs = [1]`"),
        ("[lab.1]\nweight = 12.345", "course.toml:2:10: `12.345` is not what can stand here; try: points, such as `100` or `12.5`"),
        ("[lab.1]\nweight = -1", "course.toml:2:10: `-1` is not what can stand here"),
        ("[lab.1]\nweight = 1e3", "course.toml:2:10: `1e3` is not what can stand here"),
        ("[lab.1]\nweight = nan", "course.toml:2:10: `nan` is not what can stand here"),
        ("[late]\npenalty = '110 %'\ndeadline = 'none'", "course.toml:2:11: `110 %` is not what can stand here; try: `\"10 %\"` or `\"5 points\"`"),
        ("[late]\ngrace = '15'", "course.toml:2:9: `15` is not what can stand here; try: `\"15 min\"`, `\"90 s\"` or `\"2 h\"`"),
        ("[late]\ndeadline = '2026-11-20 23:59'", "course.toml:2:12: `2026-11-20 23:59` has no time zone; try: `2026-11-20 23:59 Europe/Berlin`"),
        ("[late]\ndeadline = 2026-11-20", "course.toml:2:12: `2026-11-20` is not a date and a time; try: `2026-11-20 23:59 Europe/Berlin`"),
        ("[late]\ndeadline = '2026-02-30 23:59 UTC'", "course.toml:2:12: `2026-02-30 23:59 UTC` is not a date and a time"),
        ("[late]\ndeadline = '2026-11-20 23:59 Europe/Berlon'", "course.toml:2:12: no time zone is called `Europe/Berlon`"),
        ("timezone = 'Berlin'", "course.toml:1:12: no time zone is called `Berlin`; try: a name such as `Europe/Berlin`, or `UTC`"),
        ("[late]\ndeadline = '2026-03-29 02:30 Europe/Berlin'", "course.toml:2:12: there is no 2026-03-29 02:30 in this zone: the clocks are set forward then"),
        ("[late]\ndeadline = '2026-10-25 02:30 Europe/Berlin'", "course.toml:2:12: 2026-10-25 02:30 comes twice in this zone: the clocks are set back then; try: `2026-10-25 02:30 +02:00` or `2026-10-25 02:30 +01:00`"),
        ("[late]\ndeadline = '2026-11-20 23:59 +02:00 Europe/Berlin'", "course.toml:2:12: the zone is not +02 from UTC then, but +01; try: leave the offset out"),
        ("labs = [2]\n[late]\npenalty = '10 %'", "course.toml:2:1: lab 2 has a rule for lateness and no deadline; try: a `deadline`, or `deadline = \"none\"`"),
        ("labs = [2]\n[late]\ndeadline = '2026-11-20 23:59 UTC'\nsecond = { deadline = '2026-11-20 12:00 UTC', at_most = '60 %' }", "course.toml:2:1: the second deadline of lab 2, 2026-11-20 12:00:00 +00:00, is not after the first, 2026-11-20 23:59:00 +00:00"),
        ("labs = [2]\n[late]\ndeadline = '2026-11-20 23:59 UTC'\nsecond = { at_most = '60 %' }", "course.toml:4:10: a second deadline needs `deadline` and `at_most`"),
        ("[[extension]]\nstudent = 'ada'\nreason = 'ill'", "course.toml:1:1: an extension needs either `until` or `days`; try: `days = 7`"),
        ("[[extension]]\nstudent = 'ada'\ndays = 3", "course.toml:1:1: an extension needs `student` and `reason`"),
        ("labs = [1]\n[[extension]]\nstudent = 'ada'\ndays = 3\nreason = 'ill'\nlabs = [2]", "course.toml:6:8: lab 2 does not count in this course; try: a lab of `labs`"),
        ("[[extension]]\nstudent = 'ada'\nuntil = '2025-12-01 12:00 UTC'\nreason = 'ill'\n[late]\ndeadline = '2026-11-20 12:00 UTC'", "course.toml:1:1: no deadline of these labs is before `until`"),
        ("[[grade]]\nname = 'A'\npoints = '90 %'", "course.toml:1:1: the last grade must have no condition, for who reaches none"),
        ("[[grade]]\nname = 'A'\n[[grade]]\nname = 'F'", "course.toml:1:1: the grade `A` has no condition, so no later one is ever given"),
        ("[[grade]]\nname = 'A'\ncore = 'some'\n[[grade]]\nname = 'F'", "course.toml:3:8: a text stands here; try: `\"all\"`, a number of labs, or a list of labs"),
        ("[[manual]]\nitem = 'style'", "course.toml:1:1: a manual item needs `item` and `points`"),
        ("[[manual]]\nitem = 'a'\npoints = 1\n[[manual]]\nitem = 'a'\npoints = 1", "course.toml:4:1: there are two items `a`; try: another name"),
        ("[intake]\npattern = '(?P<id>'", "course.toml:2:11: the pattern cannot be read: unclosed group"),
        ("[intake]\npattern = '(.*)'", "course.toml:2:11: the pattern names no `id`, `name` or `email`"),
        ("[run]\njobs = 0", "course.toml:2:8: `0` is out of bounds; try: a whole number from 1 to 1024"),
        ("[rounding]\nto = 0", "course.toml:2:6: `0` is not what can stand here; try: `1`, `0.5` or `0.01`"),
        ("title = 'a\n", "course.toml:1:"),
        ("[late]\ngrace = '1 s'\ngrace = '2 s'", "course.toml:3:1: this is not TOML: duplicate key"),
        ("grüße = 1 # \u{1b}[2J", "course.toml:1:"),
    ];
    for (text, want) in table {
        let problems = parse(text).expect_err(text);
        let got = problems[0].to_string();
        assert!(got.starts_with(want), "{text}\n got: {got}\nwant: {want}");
        assert!(!got.replace('\n', "").chars().any(char::is_control), "{got:?}");
    }
}

#[test]
fn a_file_is_named_as_it_was_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("networks.toml");
    let told = || format!("{:#}", grader::grade::policy::course::read(&path).expect_err("no course"));
    assert!(told().starts_with(&format!("cannot read `{}`", path.display())), "{}", told());
    // A byte order mark and the ends of lines of another system are no problem by themselves.
    std::fs::write(&path, "\u{feff}title = 'x'\r\ntires = 'best'\r\n").expect("a file");
    assert_eq!(
        told(),
        format!(
            "{0}:2:1: unknown key `tires` in the course file; try: `tries`\n    2 | tires = 'best'",
            path.display()
        )
    );
}

#[test]
fn all_problems_are_told_in_the_order_of_the_file() {
    let text = "tries = 'x'\n[late]\ngrace = 3\npenality = 1\n[run]\njobs = 0\ncolour = 'red'\n";
    let lines: Vec<usize> = parse(text).expect_err("wrong").iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 3, 4, 6, 7]);
}

#[test]
fn numbers_are_read_as_they_are_written() {
    #[rustfmt::skip]
    let table = [
        ("0", Some(0)), ("7", Some(700)), ("7.5", Some(750)), ("7,25", Some(725)), ("0.01", Some(1)), ("0.1", Some(10)),
        ("7.500", Some(750)), ("1000000", Some(100_000_000)), ("1000001", None), ("7.005", None), ("-1", None), ("+1", None),
        ("", None), (".5", None), ("5.", None), ("1e2", None), ("inf", None), ("0x10", None), ("٣", None), ("1 000", None),
        ("99999999999999999999", None),
    ];
    for (text, want) in table {
        assert_eq!(decimal(text), want.map(Hundredths), "{text}");
    }
}

/// Half of a hundredth goes up, whatever it is a part of.
#[test]
fn percentages_are_exact() {
    for (percent, whole, want) in
        [("33.33", 10_000, 3333), ("0.01", 5000, 1), ("0.01", 4999, 0), ("12.5", 1, 0), ("50", 1, 1), ("100", 7, 7)]
    {
        let percent = Amount::Percent(decimal(percent).expect("a number"));
        assert_eq!(percent.of(Hundredths(whole)), Hundredths(want), "{percent} of {whole}");
    }
}

/// Whatever stands in the file, it is read or refused, and a problem is inside the file.
#[test]
fn damaged_files_are_refused_and_nothing_worse() {
    let mut random = Random::new(5);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..1500 {
        let text = damaged(&mut random);
        match parse(&text) {
            Ok(course) => {
                read += 1;
                assert!(course.of().0 >= 0);
            }
            Err(problems) => {
                refused += 1;
                assert!(!problems.is_empty());
                let lines = text.matches('\n').count() + 1;
                assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)), "{problems:?}");
            }
        }
    }
    assert!(read > 50 && refused > 500, "{read} read, {refused} refused");
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let text = format!("labs = {}{}", open.repeat(50_000), close.repeat(50_000));
        assert!(parse(&text).is_err());
    }
}

/// The full file with a few pieces doubled, moved or replaced.
fn damaged(random: &mut Random) -> String {
    let mut text: Vec<char> = FULL.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(text.len() as u64) as usize;
        match random.below(4) {
            0 => drop(text.remove(at)),
            1 => text[at] = char::from(random.below(128) as u8),
            2 => text.insert(at, ['é', '\'', '"', '[', '=', '\n', '9', '\u{0}'][random.below(8) as usize]),
            _ => {
                let end = (at + random.below(40) as usize).min(text.len());
                let piece: Vec<char> = text[at..end].to_vec();
                let to = random.below(text.len() as u64) as usize;
                text.splice(to..to, piece);
            }
        }
    }
    text.into_iter().collect()
}

/// Each example of the reference is a course file, and each key of the full one is in the reference.
#[test]
fn the_reference_is_right_and_whole() {
    let examples: Vec<&str> = BOOK.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 10, "{} examples", examples.len());
    for example in examples {
        assert!(parse(example).is_ok(), "{:#?}\n{example}", parse(example));
    }
    for line in FULL.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let key = line.split(['=', '{']).next().unwrap_or("").trim();
        let key = if key.starts_with("[lab.") { "[lab.N]" } else { key };
        assert!(BOOK.contains(&format!("`{key}`")), "`{key}` is not in the reference");
    }
}

//! The texts: every check and every finding has its own, they fit, and they do not give the solution away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use grader::build::Workspace;
use grader::check::{Check, Kind};
use grader::labs::{self, LABS};
use grader::prove;
use grader::report::section;
use grader::workbook::hint::texts::{ANY, Hint, hint, hints, table, title};

use super::sources::{forbidden, words};

/// Of each text: three lines of 72 columns.
const COLUMNS: usize = 72;
const LINES: usize = 3;

/// A text is for so many findings at most.
const SERVES: usize = 3;

fn all() -> Vec<(u8, Vec<Hint>)> {
    LABS.into_iter().map(|lab| (lab.number, hints(lab.number).unwrap())).collect()
}

fn texts(hint: &Hint) -> [&str; 3] {
    [&hint.nudge, &hint.idea, &hint.attempt]
}

/// What mutants show of this check, and so is a student's everyday finding.
fn caught(lab: u8) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mutant in prove::mutants(&Workspace::find().unwrap(), lab).unwrap() {
        found.entry(mutant.target().0.to_string()).or_default().insert(mutant.finding.clone());
    }
    found
}

#[test]
fn every_check_and_every_finding_has_hints() {
    for lab in LABS {
        let (hints, caught) = (hints(lab.number).unwrap(), caught(lab.number));
        for check in lab.checks {
            let mut wanted: BTreeSet<String> = check.usually().iter().map(|(kind, _)| kind.to_string()).collect();
            wanted.extend(caught.get(check.id).into_iter().flatten().cloned());
            wanted.insert(ANY.to_string());
            for finding in wanted {
                let count =
                    hints.iter().filter(|hint| hint.check == check.id && hint.findings.contains(&finding)).count();
                assert_eq!(count, 1, "{} {finding}", check.id);
            }
        }
    }
}

#[test]
fn every_hint_is_for_something_that_exists() {
    for (lab, hints) in all() {
        for hint in hints {
            let check = labs::check(&hint.check).unwrap_or_else(|| panic!("{} is no check", hint.check));
            assert_eq!(check.lab(), lab, "{}", hint.check);
            let kind = |finding: &String| Kind::ALL.iter().any(|kind| kind.as_str() == finding);
            let any = hint.findings == [ANY];
            assert!(any || (!hint.findings.is_empty() && hint.findings.iter().all(kind)), "{hint:?}");
            assert!(hint.findings.len() <= SERVES, "{hint:?}");
            assert!(title(&hint.section).is_some(), "{}: there is no section {}", hint.check, hint.section);
        }
    }
}

/// Whoever sees another finding than before gets another first hint.
#[test]
fn two_findings_of_a_check_begin_with_different_questions() {
    for (lab, hints) in all() {
        let mut nudges = BTreeSet::new();
        for hint in &hints {
            assert!(nudges.insert((&hint.check, &hint.nudge)), "twice in {}: {}", hint.check, hint.nudge);
            assert!(hint.nudge.contains('?'), "{} {:?} asks nothing: {}", hint.check, hint.findings, hint.nudge);
        }
        for (check, findings) in caught(lab) {
            let of = |finding: &String| hint(labs::check(&check).unwrap(), finding).unwrap().nudge;
            let different: BTreeSet<String> = findings.iter().map(of).collect();
            assert_eq!(different.len(), findings.len(), "{check}: {findings:?}");
        }
    }
}

#[test]
fn no_text_serves_more_than_three_findings() {
    let mut serves: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for (_, hints) in all() {
        for hint in hints {
            for text in texts(&hint) {
                let findings = hint.findings.iter().map(|finding| (hint.check.clone(), finding.clone()));
                serves.entry(text.to_lowercase()).or_default().extend(findings);
            }
        }
    }
    for (text, findings) in serves {
        assert!(findings.len() <= SERVES, "{findings:?} share: {text}");
    }
}

#[test]
fn every_text_has_at_most_three_lines() {
    for (_, hints) in all() {
        for hint in hints {
            for text in texts(&hint) {
                assert!(lines(text) <= LINES, "{} {:?} has {} lines: {text}", hint.check, hint.findings, lines(text));
                assert!(text.trim() == text && !text.contains(char::is_control) && text.is_ascii(), "{text:?}");
                assert!(text.ends_with(['.', '?', ')', '"', '`']), "{} has no end: {text}", hint.check);
            }
        }
    }
}

fn lines(text: &str) -> usize {
    let mut lines = (1, 0);
    for word in text.split(' ') {
        lines = match lines {
            (count, used) if used > 0 && used + 1 + word.len() > COLUMNS => (count + 1, word.len()),
            (count, used) => (count, used + word.len() + usize::from(used > 0)),
        };
    }
    lines.0
}

/// The solution's own names, and the methods that it needs, are for the student to find.
#[test]
fn no_hint_names_what_only_the_solution_names() {
    for (lab, hints) in all() {
        let forbidden = forbidden(lab);
        for hint in hints {
            for text in texts(&hint) {
                let named: Vec<String> = words(text).filter(|word| forbidden.contains(word)).collect();
                assert!(named.is_empty(), "{} {:?} names {named:?}: {text}", hint.check, hint.findings);
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
                assert!(!code_in(text), "{} {:?} shows code: {text}", hint.check, hint.findings);
            }
        }
    }
}

/// Whether something between back quotes is a line of Rust.
fn code_in(text: &str) -> bool {
    let mut quoted = text.split('`').skip(1).step_by(2);
    quoted.any(|quoted| ["=>", "&mut", "let ", ");", ")?"].iter().any(|sign| quoted.contains(sign)))
}

/// Who asks about one check is not sent to another one.
#[test]
fn hints_name_their_own_check() {
    for (_, hints) in all() {
        for hint in hints {
            for command in ["replay", "check", "explain", "hint"].map(|word| format!("cargo lab {word} ")) {
                for text in texts(&hint) {
                    let named = text.split(&command).skip(1);
                    let ids = named.filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
                    for id in ids.map(|rest| rest.chars().take(4).collect::<String>()) {
                        assert_eq!(id, hint.check, "{} {:?}: {text}", hint.check, hint.findings);
                    }
                }
            }
        }
    }
}

/// `BLESS=1` writes the core's table anew.
#[test]
fn the_core_knows_the_sections_of_the_hints() {
    let path = Workspace::find().unwrap().root().join("grader/src/report/sections.txt");
    let table = table().unwrap();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &table).unwrap();
        return;
    }
    assert_eq!(fs::read_to_string(&path).unwrap().replace("\r\n", "\n"), table, "run this test with BLESS=1");
    for check in LABS.into_iter().flat_map(|lab| lab.checks) {
        agree(check);
    }
}

fn agree(check: &Check) {
    for kind in Kind::ALL {
        let of_the_hint = hint(check, kind.as_str()).unwrap().section;
        assert_eq!(section(check.id, *kind), Some(of_the_hint.as_str()), "{} {kind}", check.id);
    }
}

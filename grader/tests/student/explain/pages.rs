//! Every check has its page: one screen, with all its blocks.

use std::collections::BTreeSet;

use grader::check::{Check, Kind};
use grader::labs::LABS;
use grader::report::WIDTH;
use grader::workbook::explain::{LINES, ladders, pages, section, words};

fn checks() -> impl Iterator<Item = &'static Check> {
    LABS.into_iter().flat_map(|lab| lab.checks)
}

/// Everything that can be asked for: checks, cases, findings, words, the list.
fn everything() -> Vec<String> {
    let cases = checks().flat_map(|check| check.cases.iter().map(move |case| format!("{}{}", check.id, case.letter)));
    let kinds = Kind::ALL.iter().map(|kind| kind.to_string());
    let words = words::all().iter().map(|word| word.name.clone());
    cases.chain(checks().map(|check| check.id.to_string())).chain(kinds).chain(words).chain([String::new()]).collect()
}

#[test]
fn every_page_is_one_screen() {
    for asked in everything() {
        for page in pages(&asked).unwrap() {
            let text = page.join("\n");
            assert!(page.len() <= LINES, "{asked}: {} lines\n{text}", page.len());
            let wide = |line: &&String| line.chars().count() > WIDTH || line.chars().any(char::is_control);
            assert_eq!(page.iter().find(wide), None, "{asked}\n{text}");
        }
    }
}

#[test]
fn the_page_of_a_check_has_every_block() {
    for check in checks() {
        let page = pages(check.id).unwrap().remove(0);
        let text = page.join("\n");
        for block in ["  Catches ", "  Rule ", "  Book ", "  Next ", "      ms  ", "a right program"] {
            assert!(text.contains(block), "{}: no {block:?}\n{text}", check.id);
        }
        // The texts are whole, however their lines are broken.
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = |text: &str| flat.contains(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        let usually = check.usually().into_iter().map(|(_, text)| text);
        for part in usually.chain([check.title(), check.catches(), check.reference()]) {
            assert!(whole(part), "{}: {part:?} is cut\n{text}", check.id);
        }
        for (kind, _) in check.usually() {
            assert!(text.contains(kind.as_str()), "{}: no {kind}\n{text}", check.id);
        }
    }
}

#[test]
fn every_check_has_a_section_of_the_book() {
    let of = |check: &'static Check| section(check.id).unwrap_or_else(|| panic!("no section for {}", check.id)).number;
    let used: BTreeSet<String> = checks().map(of).collect();
    assert!(used.len() > 25, "{used:?}");
}

#[test]
fn every_case_has_a_recorded_ladder() {
    for check in checks() {
        for case in check.cases {
            let name = format!("{}{}", check.id, case.letter);
            let ladder = ladders::kept(&name);
            assert!(ladder.len() > 1 && ladder[0].contains("ms  "), "{name}: {ladder:?}");
            assert!(!ladder.iter().any(|row| row.starts_with(">>")), "{name}: a right run has no wrong place");
        }
    }
}

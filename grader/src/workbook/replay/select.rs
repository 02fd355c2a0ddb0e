//! Which case of which check, and with which seed.

use super::keys::Keys;
use crate::check::{Case, Check};
use crate::history::History;
use crate::labs::LABS;
use crate::report;
use crate::texts::say;
use crate::workbook::{print, println};

type Chosen = (&'static Check, &'static Case);

/// The case that `word` names. Of a check with several: the one that failed last, else the one that is asked for.
pub fn case(word: &str, history: &History, keys: Option<&Keys>) -> Result<Chosen, String> {
    let (check, letter) = find(word)?;
    let of_letter = |letter: &str| check.cases.iter().find(|case| case.letter == letter);
    if let Some(case) = letter.and_then(of_letter) {
        return Ok((check, case));
    }
    let [first, _, ..] = check.cases else { return Ok((check, &check.cases[0])) };
    let failed = history.last(check.id).filter(|seen| seen.outcome == "failed");
    if let Some(case) = failed.and_then(|seen| of_letter(&seen.case[check.id.len()..])) {
        println(&say!(
            "cargo-lab/replay/case_failed_last_the_others",
            letter = case.letter,
            case = others(check, case)
        ));
        return Ok((check, case));
    }
    match keys {
        Some(keys) => ask(check, keys),
        None => {
            println(&say!("cargo-lab/replay/case_the_others", letter = first.letter, check = others(check, first)));
            Ok((check, first))
        }
    }
}

/// The seed of the last run of this case, if it failed.
pub fn failed_seed(history: &History, case: &str) -> Option<u64> {
    history.last(case).filter(|seen| seen.outcome == "failed").map(|seen| seen.seed)
}

fn others(check: &Check, chosen: &Case) -> String {
    let others = check.cases.iter().filter(|case| case.letter != chosen.letter);
    others.map(|case| format!("{}{}", check.id, case.letter)).collect::<Vec<_>>().join(", ")
}

fn find(word: &str) -> Result<(&'static Check, Option<&str>), String> {
    let all: Vec<&'static Check> = LABS.into_iter().flat_map(|lab| lab.checks).collect();
    if let Some(check) = all.iter().find(|check| check.id == word || check.name == word) {
        return Ok((check, None));
    }
    let of_case = |check: &&&'static Check| {
        word.strip_prefix(check.id).is_some_and(|letter| check.cases.iter().any(|case| case.letter == letter))
    };
    if let Some(check) = all.iter().find(of_case) {
        return Ok((check, Some(&word[check.id.len()..])));
    }
    let near = report::near(word, &all).join("\n  ");
    Err(say!("cargo-lab/replay/is_no_check_near_it_try", word, near))
}

fn ask(check: &'static Check, keys: &Keys) -> Result<Chosen, String> {
    for case in check.cases {
        println(&format!("  {}  {}", case.letter, check.what(case)));
    }
    loop {
        print(&say!(
            "cargo-lab/replay/has_cases_which",
            id = check.id,
            count = check.cases.len(),
            letter = check.cases[0].letter
        ));
        let Some(answer) = keys.answer() else {
            return Err(say!("cargo-lab/replay/no_case_was_chosen_try_1").to_string());
        };
        let wanted = if answer.is_empty() { check.cases[0].letter } else { &answer };
        if let Some(case) = check.cases.iter().find(|case| case.letter == wanted) {
            return Ok((check, case));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Seen;

    fn failed(case: &str, seed: u64) -> History {
        let (case, outcome) = (case.to_string(), "failed".to_string());
        History { all: vec![Seen { at: 1, case, outcome, finding: None, seed }] }
    }

    #[test]
    fn the_case_that_failed_last_is_taken() {
        let several = LABS.into_iter().flat_map(|lab| lab.checks).find(|check| check.cases.len() > 1).unwrap();
        let second = several.cases[1].letter;
        let id = format!("{}{second}", several.id);
        let chosen = |word: &str, history: &History| case(word, history, None).map(|(_, case)| case.letter);
        assert_eq!(chosen(several.id, &History::default()), Ok(several.cases[0].letter));
        assert_eq!(chosen(several.id, &failed(&id, 7)), Ok(second));
        assert_eq!(chosen(&id, &History::default()), Ok(second));
        assert_eq!(failed_seed(&failed(&id, 7), &id), Some(7));
        assert!(chosen("1.99", &History::default()).unwrap_err().contains("near it"));
    }
}

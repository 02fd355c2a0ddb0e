//! Which check a student means: the one that was named, else the one that is next.

use crate::check::{Check, Kind};
use crate::history::History;
use crate::labs::{self, LABS, LabInfo};
use crate::report;
use crate::texts::say;

/// A check, or one of its cases.
pub struct Asked {
    pub check: &'static Check,
    /// `1.18`, or `1.18b` if just this case was named.
    pub case: String,
}

impl Asked {
    fn whole(check: &'static Check) -> Asked {
        Asked { check, case: check.id.to_string() }
    }
}

/// The check that this word names. `None` if nothing was named and nothing is left to do.
pub fn asked(word: Option<&str>, history: &History) -> Result<Option<Asked>, String> {
    let Some(word) = word else { return Ok(next(history, &in_turn(history)).map(Asked::whole)) };
    if let Some(lab) = word.strip_prefix("lab").unwrap_or(word).parse().ok().and_then(labs::lab) {
        return Ok(next(history, &[lab]).map(Asked::whole));
    }
    named(word).map(Some)
}

fn named(word: &str) -> Result<Asked, String> {
    let all: Vec<&'static Check> = LABS.into_iter().flat_map(|lab| lab.checks).collect();
    let of = |check: &&'static Check| {
        let whole = check.name == word || check.id == word;
        let letter = word.strip_prefix(check.id).filter(|letter| check.cases.iter().any(|case| case.letter == *letter));
        let case = if whole { Some(check.id) } else { letter.map(|_| word) };
        case.map(|case| Asked { check, case: case.to_string() })
    };
    all.iter().find_map(of).ok_or_else(|| {
        let near = report::near(word, &all).join("\n  ");
        say!("cargo-lab/hint/is_no_check_near_it_try", word, near)
    })
}

/// The lab that was run last comes first: the question is most likely about it.
fn in_turn(history: &History) -> Vec<&'static LabInfo> {
    let last = history.all.last().and_then(|seen| labs::check(seen.check())).map(Check::lab);
    let mut labs = LABS.to_vec();
    labs.sort_by_key(|lab| Some(lab.number) != last);
    labs
}

/// The first check of the lowest tier that failed; if none did, the first that has not passed.
fn next(history: &History, labs: &[&'static LabInfo]) -> Option<&'static Check> {
    let outcome = |check: &Check| history.last(check.id).map(|seen| seen.outcome.as_str());
    let first = |wanted: &dyn Fn(Option<&str>) -> bool| {
        labs.iter().find_map(|lab| {
            let open = lab.checks.iter().filter(|check| wanted(outcome(check)));
            open.min_by_key(|check| (check.tier, check.id))
        })
    };
    first(&|outcome| outcome == Some("failed")).or_else(|| first(&|outcome| outcome != Some("passed")))
}

/// What to say of a word that names no finding: the findings that are known of this check.
pub fn unknown_finding(word: &str, check: &Check) -> String {
    let mut known: Vec<&str> = Vec::new();
    for (kind, _) in check.usually() {
        if !known.contains(&kind.as_str()) {
            known.push(kind.as_str());
        }
    }
    if known.is_empty() {
        known = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    }
    say!("cargo-lab/hint/is_no_finding_try_one_of", word, id = check.id, known = known.join(", "))
}

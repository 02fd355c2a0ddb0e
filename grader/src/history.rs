//! What came of each check, and when: `.loopback/history` in the student's copy, which git ignores.
//!
//! One line a case: `1763640000 1.18b failed no-answer 7f3a`. Solutions and other people's programs are never noted.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::check::Outcome;
use crate::remembered;
use crate::run::CheckResult;

const FILE: &str = "history";
/// When the file has this many bytes, what is older than the last of each case is left out.
const LARGE: u64 = 1 << 20;

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Seconds since 1970.
    pub at: u64,
    /// `1.18b`: the check, with its letter if it has cases.
    pub case: String,
    /// [`Outcome::word`], with `-` for spaces.
    pub outcome: String,
    /// The kind of the finding, of a failure.
    pub finding: Option<String>,
    pub seed: u64,
}

impl Seen {
    pub fn passed(&self) -> bool {
        self.outcome == "passed"
    }

    /// `1.18`
    pub fn check(&self) -> &str {
        self.case.trim_end_matches(|letter: char| letter.is_ascii_lowercase())
    }

    fn parse(line: &str) -> Option<Seen> {
        let mut fields = line.split(' ');
        let at = fields.next()?.parse().ok()?;
        let case = fields.next()?.to_string();
        let outcome = fields.next()?.to_string();
        let finding = fields.next().filter(|word| *word != "-").map(str::to_string);
        let seed = u64::from_str_radix(fields.next()?, 16).ok()?;
        let seen = Seen { at, case, outcome, finding, seed };
        (fields.next().is_none() && crate::labs::check(seen.check()).is_some()).then_some(seen)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finding = self.finding.as_deref().unwrap_or("-");
        write!(f, "{} {} {} {finding} {:x}", self.at, self.case, self.outcome, self.seed)
    }
}

/// All that is known, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub all: Vec<Seen>,
}

impl History {
    /// Reads it. A file that is none of ours is set aside under another name, which is told; there is nothing else that
    /// can be wrong with it.
    pub fn load(root: &Path) -> (History, Option<String>) {
        let (all, wrong) = remembered::read(&remembered::path(root, FILE), Seen::parse);
        (History { all }, wrong)
    }

    /// The last that is known of a case (`1.18b`), or of any case of a check (`1.18`): a failure before a pass.
    pub fn last(&self, id: &str) -> Option<&Seen> {
        let mut of_case: BTreeMap<&str, &Seen> = BTreeMap::new();
        for seen in self.all.iter().filter(|seen| seen.case == id || seen.check() == id) {
            of_case.insert(&seen.case, seen);
        }
        let failed = of_case.values().copied().find(|seen| seen.outcome == "failed");
        failed.or_else(|| of_case.values().copied().max_by_key(|seen| seen.at))
    }

    /// When a case passed last.
    pub fn passed_at(&self, case: &str) -> Option<u64> {
        self.all.iter().rev().find(|seen| seen.case == case && seen.passed()).map(|seen| seen.at)
    }
}

/// Notes what came of these checks. What was blocked, not run or the machine's trouble says nothing of the program.
pub fn note(root: &Path, results: &[CheckResult]) -> io::Result<()> {
    let at = remembered::now();
    let mut text = String::new();
    for result in results.iter().flat_map(|result| &result.cases) {
        let finding = match &result.outcome {
            Outcome::Failed(finding) => Some(finding.kind.as_str().to_string()),
            Outcome::Passed | Outcome::NotStarted(_) => None,
            Outcome::Blocked(_) | Outcome::NotRun(_) | Outcome::Trouble(_) => continue,
        };
        let case = format!("{}{}", result.check.id, result.case.letter);
        let outcome = result.outcome.word().replace(' ', "-");
        text.push_str(&format!("{}\n", Seen { at, case, outcome, finding, seed: result.seed }));
    }
    if text.is_empty() {
        return Ok(());
    }
    let path = remembered::path(root, FILE);
    if fs::metadata(&path).is_ok_and(|found| found.len() > LARGE) {
        shorten(root, &path)?;
    }
    remembered::append(&path, &text)
}

/// Keeps the last of each case, and its last pass.
fn shorten(root: &Path, path: &Path) -> io::Result<()> {
    let (history, _) = History::load(root);
    let mut keep: BTreeMap<(&str, bool), &Seen> = BTreeMap::new();
    for seen in &history.all {
        keep.insert((&seen.case, seen.passed()), seen);
    }
    let mut keep: Vec<&Seen> = keep.into_values().collect();
    keep.sort_by_key(|seen| seen.at);
    let text: String = keep.iter().map(|seen| format!("{seen}\n")).collect();
    let part = path.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at: u64, case: &str, outcome: &str, finding: Option<&str>) -> Seen {
        let (case, outcome) = (case.to_string(), outcome.to_string());
        Seen { at, case, outcome, finding: finding.map(str::to_string), seed: 0x7f3a }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for one in [seen(1, "1.09", "failed", Some("no-answer")), seen(2, "3.03b", "passed", None)] {
            assert_eq!(Seen::parse(&one.to_string()), Some(one));
        }
        for bad in ["", "x", "1 9.99 passed - 0", "1 1.09 passed - 0 more", "1 1.09 passed - zz", "1763640000 1.0"] {
            assert_eq!(Seen::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_failed_case_speaks_for_its_check() {
        let all = vec![
            seen(1, "3.03a", "passed", None),
            seen(2, "3.03b", "failed", Some("no-answer")),
            seen(3, "3.03a", "passed", None),
        ];
        let history = History { all };
        assert_eq!(history.last("3.03").map(|seen| seen.at), Some(2));
        assert_eq!(history.last("3.03a").map(|seen| seen.at), Some(3));
        assert_eq!(history.passed_at("3.03b"), None);
    }
}

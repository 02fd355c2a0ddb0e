//! What has changed since the last time: what passes now, and what passed before and does not now.

use crate::check::Outcome;
use crate::history::History;
use crate::report::wrap;
use crate::run::CheckResult;
use crate::workbook::when;

/// More of them would hide what is to be done.
const MOST: usize = 3;

/// Of one lab.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Checks that pass, and did not when they were run last.
    pub better: Vec<&'static str>,
    /// Checks that fail, and when they passed.
    pub worse: Vec<(&'static str, u64)>,
}

/// `history` is what was known before these results.
pub fn changes(history: &History, results: &[CheckResult]) -> Changes {
    let better = |result: &&CheckResult| {
        result.passed() && history.last(result.check.id).is_some_and(|seen| seen.outcome != "passed")
    };
    Changes {
        better: results.iter().filter(better).map(|result| result.check.id).collect(),
        worse: results.iter().filter_map(|result| Some((result.check.id, passed_at(history, result)?))).collect(),
    }
}

/// When a check that fails now passed for the last time. A stub that is put back is no failure.
pub fn passed_at(history: &History, result: &CheckResult) -> Option<u64> {
    let failed = result.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failed(_)));
    failed.filter_map(|case| history.passed_at(&format!("{}{}", case.check.id, case.case.letter))).max()
}

impl Changes {
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.better.is_empty() {
            lines.extend(wrap("  new     ", &format!("{} now", count(&self.better)), 3));
        }
        for (id, at) in self.worse.iter().take(MOST) {
            lines.push(format!("  lost    {id} passed {}, and does not now", when::told(*at)));
        }
        if self.worse.len() > MOST {
            lines.push(format!("          and {} more that passed before", self.worse.len() - MOST));
        }
        lines
    }
}

/// `1.04 1.05 pass`
fn count(ids: &[&str]) -> String {
    format!("{} {}", ids.join(" "), if ids.len() == 1 { "passes" } else { "pass" })
}

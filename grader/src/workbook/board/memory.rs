//! What has changed since the last time: what passes now, and what passed before and does not now.

use crate::check::Outcome;
use crate::history::History;
use crate::report::wrap;
use crate::run::CheckResult;
use crate::texts::say;
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
    /// Nothing, or a few lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.better.is_empty() {
            let pass = if self.better.len() == 1 { "passes" } else { "pass" };
            lines.extend(wrap("new          ", &say!("cargo-lab/board/now", better = self.better.join(" "), pass), 3));
        }
        // Those that passed at the same time are told together.
        let mut lost: Vec<(String, Vec<&str>)> = Vec::new();
        for (id, at) in &self.worse {
            let when = when::told(*at);
            match lost.iter_mut().find(|(other, _)| *other == when) {
                Some((_, ids)) => ids.push(id),
                None => lost.push((when, vec![id])),
            }
        }
        for (when, ids) in lost.iter().take(MOST) {
            let not_now =
                if ids.len() == 1 { say!("cargo-lab/board/does_not_now") } else { say!("cargo-lab/board/do_not_now") };
            lines.extend(wrap(
                "lost         ",
                &say!("cargo-lab/board/passed_and", ids = ids.join(" "), when, not_now),
                3,
            ));
        }
        let more: usize = lost.iter().skip(MOST).map(|(_, ids)| ids.len()).sum();
        if more > 0 {
            lines.push(say!("cargo-lab/board/and_more_that_passed_before", more));
        }
        lines
    }
}

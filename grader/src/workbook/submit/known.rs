//! What a run at home has shown of a lab: its points, and whether a file has been saved since.

use std::fs;
use std::time::UNIX_EPOCH;

use super::manifest::{Case, File, Lab};
use crate::build::Workspace;
use crate::history::{History, Seen};
use crate::labs::{self, LabInfo};
use crate::texts::say;
use crate::workbook::when;

/// Of every case that was ever run here, the last time.
pub fn lab(workspace: &Workspace, history: &History, lab: &LabInfo, files: &[File]) -> Lab {
    let mut known = Lab {
        lab: lab.number,
        points: 0,
        of: lab.checks.iter().map(|check| check.points()).sum(),
        compiles: None,
        checked: None,
        changed: false,
        cases: Vec::new(),
    };
    let mut last = None;
    for (check, case) in lab.checks.iter().flat_map(|check| check.cases.iter().map(move |case| (check, case))) {
        let name = format!("{}{}", check.id, case.letter);
        let Some(seen) = history.all.iter().rev().find(|seen| seen.case == name) else { continue };
        known.points += if seen.passed() { case.points } else { 0 };
        last = last.max(Some(seen.at));
        known.cases.push(told(seen));
    }
    known.checked = last.map(when::rfc3339);
    known.changed = last.is_some_and(|at| saved(workspace, files).is_none_or(|saved| saved > at));
    known
}

fn told(seen: &Seen) -> Case {
    Case {
        case: seen.case.clone(),
        outcome: seen.outcome.clone(),
        finding: seen.finding.clone(),
        seed: format!("{:04x}", seen.seed),
        at: when::rfc3339(seen.at),
    }
}

/// When one of these files was written last; `None` where that cannot be told.
fn saved(workspace: &Workspace, files: &[File]) -> Option<u64> {
    let time = |file: &File| fs::metadata(workspace.root().join(&file.path)).and_then(|found| found.modified()).ok();
    let times: Option<Vec<_>> = files.iter().map(time).collect();
    times?.into_iter().max()?.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// `83 of 100 points at 2026-11-20 12:30 UTC; not changed since`
pub fn sentence(lab: &Lab) -> String {
    let Some(checked) = &lab.checked else { return say!("cargo-lab/submit/never_checked_here").to_string() };
    let when = checked.replace('T', " ");
    let when = when.get(..16).unwrap_or(&when);
    let since = if lab.changed {
        say!("cargo-lab/submit/changed_since_then")
    } else {
        say!("cargo-lab/submit/not_changed_since")
    };
    let all: usize = labs::lab(lab.lab).map_or(0, |lab| lab.checks.iter().map(|check| check.cases.len()).sum());
    let few = match lab.cases.len() {
        run if run < all => say!("cargo-lab/submit/only_of_cases_were_ever_run", run, all),
        _ => String::new(),
    };
    say!("cargo-lab/submit/of_points_at_utc", points = lab.points, of = lab.of, when, since, few)
}

//! What the lines come to, replayed in order.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Change, Line, Target, ids};
use crate::grade::model::Hundredths;
use crate::grade::policy::people::People;

/// What holds for a check, for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::grade::policy) enum Decision {
    Void,
    FullMarks,
}

/// An override that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::grade::policy) struct Override {
    pub points: Hundredths,
    pub by: String,
    pub reason: String,
}

/// What all lines together come to.
#[derive(Clone, Debug, Default)]
pub(in crate::grade::policy) struct State {
    pub checks: BTreeMap<String, Decision>,
    /// By id.
    pub overrides: BTreeMap<String, BTreeMap<Target, Override>>,
    /// Ids of students whose marks are held back.
    pub held: BTreeSet<String>,
    /// By check, and by id where it is for one.
    pub reruns: BTreeMap<(String, Option<String>), Timestamp>,
}

impl State {
    pub(super) fn replay(&mut self, line: &Line, people: &People) {
        match &line.change {
            Change::Override { student, target, points } => {
                let held = Override { points: *points, by: line.by.clone(), reason: line.reason.clone() };
                for id in ids(people, student) {
                    self.overrides.entry(id).or_default().insert(target.clone(), held.clone());
                }
            }
            Change::Lift { student, target } => {
                for id in ids(people, student) {
                    self.overrides.entry(id).or_default().remove(target);
                }
            }
            Change::Hold { student } => self.held.extend(ids(people, student)),
            Change::Release { student } => ids(people, student).iter().for_each(|id| drop(self.held.take(id))),
            Change::Void { check } => drop(self.checks.insert(check.clone(), Decision::Void)),
            Change::FullMarks { check } => drop(self.checks.insert(check.clone(), Decision::FullMarks)),
            Change::Restore { check } => drop(self.checks.remove(check)),
            Change::Rerun { check, student } => self.rerun(check, student.as_deref(), &line.at, people),
        }
    }

    fn rerun(&mut self, check: &str, student: Option<&str>, at: &str, people: &People) {
        let Ok(at) = at.parse() else { return };
        let whom = student.map_or_else(|| vec![None], |student| ids(people, student).into_iter().map(Some).collect());
        for id in whom {
            let last = self.reruns.entry((check.to_string(), id)).or_insert(at);
            *last = at.max(*last);
        }
    }
}

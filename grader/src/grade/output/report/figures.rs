//! Figures of the class: how marks are spread, and what each check says about what was understood.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::grade::model::{CheckRecord, Class, Hundredths, LabStatus, Outcome, Row, Status};
use crate::grade::output::{clean, words};

/// Of the whole class. Marks that are open count nowhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    pub submissions: usize,
    pub absent: usize,
    pub marked: usize,
    pub open: usize,
    pub late: usize,
    /// `62.50`; empty if there is no mark at all.
    pub median: String,
    pub mean: String,
    pub middle_half: String,
    pub of: String,
    pub bins: Vec<Bin>,
}

/// A tenth of the scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// `30-40`
    pub range: String,
    pub count: usize,
    /// Of the highest bar, in percent.
    pub height: usize,
}

impl Figures {
    pub fn of(class: &Class) -> Figures {
        let marked =
            || class.rows.iter().filter(|row| row.marks.open.is_empty() && row.record.status != Status::Absent);
        let mut totals: Vec<i64> = marked().map(|row| row.marks.total.0).collect();
        totals.sort_unstable();
        let most = class.rows.iter().map(|row| row.marks.of.0).max().unwrap_or(0);
        let shown = |mark: Option<i64>| mark.map(tenths).unwrap_or_default();
        let mean = (!totals.is_empty()).then(|| totals.iter().sum::<i64>() / totals.len() as i64);
        Figures {
            submissions: class.rows.len(),
            absent: class.rows.iter().filter(|row| row.record.status == Status::Absent).count(),
            marked: totals.len(),
            open: class.rows.iter().filter(|row| !row.marks.open.is_empty()).count(),
            late: class.rows.iter().filter(|row| row.marks.late.is_some()).count(),
            median: shown(quantile(&totals, 2, 4)),
            mean: shown(mean),
            middle_half: match (quantile(&totals, 1, 4), quantile(&totals, 3, 4)) {
                (Some(low), Some(high)) => format!("{} to {}", tenths(low), tenths(high)),
                _ => String::new(),
            },
            of: words::short(most),
            bins: bins(&totals, most),
        }
    }
}

/// With one place: a figure of many marks has no more to say.
fn tenths(hundredths: i64) -> String {
    words::short((hundredths + 5) / 10 * 10)
}

/// The value below which `part` of `parts` of them are; the mean of two where it falls between.
fn quantile(sorted: &[i64], part: usize, parts: usize) -> Option<i64> {
    let last = sorted.len().checked_sub(1)?;
    let (low, rest) = (last * part / parts, last * part % parts);
    let high = if rest == 0 { low } else { low + 1 };
    Some(sorted[low] + (sorted[high] - sorted[low]) * rest as i64 / parts as i64)
}

/// Ten bins; the last holds the full mark as well.
fn bins(totals: &[i64], most: i64) -> Vec<Bin> {
    if most <= 0 || totals.is_empty() {
        return Vec::new();
    }
    let mut counts = [0_usize; 10];
    for total in totals {
        let at = (total.clamp(&0, &most) * 10 / most).min(9);
        counts[usize::try_from(at).unwrap_or(0)] += 1;
    }
    let highest = counts.into_iter().max().unwrap_or(1).max(1);
    let edge = |at: usize| words::short(most * at as i64 / 10);
    let bin = |(at, count): (usize, usize)| Bin {
        range: format!("{}\u{2013}{}", edge(at), edge(at + 1)),
        count,
        height: count * 100 / highest,
    };
    counts.into_iter().enumerate().map(bin).collect()
}

/// Of one lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LabFigures {
    pub lab: u8,
    pub title: &'static str,
    pub graded: usize,
    pub missing: usize,
    pub broken: usize,
    pub look: usize,
    pub median: String,
    pub mean: String,
    pub of: String,
    /// How many have all of core; of core and robust; everything.
    pub core: usize,
    pub robust: usize,
    pub expert: usize,
}

impl LabFigures {
    pub fn of(class: &Class, lab: u8) -> LabFigures {
        let records: Vec<_> =
            class.rows.iter().flat_map(|row| &row.record.labs).filter(|record| record.lab == lab).collect();
        let count = |fits: fn(LabStatus) -> bool| records.iter().filter(|record| fits(record.status)).count();
        let marks: Vec<_> = class.rows.iter().flat_map(|row| &row.marks.labs).filter(|mark| mark.lab == lab).collect();
        let reached = |tiers: &[&str]| marks.iter().filter(|mark| tiers.contains(&mark.tier.as_str())).count();
        let mut points: Vec<i64> = records
            .iter()
            .filter(|record| record.status == LabStatus::Graded)
            .map(|record| Hundredths::of_points(record.points).0)
            .collect();
        points.sort_unstable();
        let mean = (!points.is_empty()).then(|| points.iter().sum::<i64>() / points.len() as i64);
        LabFigures {
            lab,
            title: words::lab_title(lab),
            graded: points.len(),
            missing: count(|status| status == LabStatus::Missing),
            broken: count(|status| !matches!(status, LabStatus::Graded | LabStatus::Missing | LabStatus::NeedsALook)),
            look: count(|status| status == LabStatus::NeedsALook),
            median: quantile(&points, 2, 4).map(tenths).unwrap_or_default(),
            mean: mean.map(tenths).unwrap_or_default(),
            of: records.iter().map(|record| record.possible).max().unwrap_or(0).to_string(),
            core: reached(&["core", "robust", "expert"]),
            robust: reached(&["robust", "expert"]),
            expert: reached(&["expert"]),
        }
    }
}

/// What one check says of the class.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lesson {
    pub id: String,
    pub lab: u8,
    pub title: String,
    pub tier: String,
    pub hidden: bool,
    /// How many were judged, and of these: how many have all points, have begun it but fail, have not begun, are blocked.
    pub judged: usize,
    pub passed: usize,
    pub failed: usize,
    pub not_started: usize,
    pub blocked: usize,
    /// Of those who were judged, in percent.
    pub rate: usize,
    /// How many share the commonest finding, and what it is: `stop in the middle of an answer`.
    pub commonest: usize,
    pub doing: String,
    pub kind: String,
    /// What that usually means.
    pub usually: String,
    /// Where the rule stands.
    pub reference: String,
}

/// What is counted of each check while rows go by.
#[derive(Debug, Default)]
pub struct Lessons(BTreeMap<String, Tally>);

#[derive(Debug)]
struct Tally {
    title: String,
    tier: String,
    judged: usize,
    passed: usize,
    failed: usize,
    not_started: usize,
    blocked: usize,
    /// By the kind of the first finding, once per submission.
    kinds: BTreeMap<String, usize>,
}

impl Lessons {
    pub fn add(&mut self, row: &Row) {
        for check in row.record.labs.iter().flat_map(|lab| &lab.checks) {
            match self.0.get_mut(&check.id) {
                Some(tally) => tally.add(check),
                None => self.0.entry(check.id.clone()).or_insert(Tally::new(check)).add(check),
            }
        }
    }

    /// One for each check that somebody was judged by, in teaching order.
    pub fn finish(self, class: &Class) -> Vec<Lesson> {
        self.0.into_iter().map(|(id, tally)| tally.lesson(class, &id)).collect()
    }
}

impl Tally {
    fn new(first: &CheckRecord) -> Tally {
        Tally {
            title: clean::line(&words::title(first), clean::LINE),
            tier: clean::line(&first.tier, 12),
            judged: 0,
            passed: 0,
            failed: 0,
            not_started: 0,
            blocked: 0,
            kinds: BTreeMap::new(),
        }
    }

    fn add(&mut self, check: &CheckRecord) {
        self.judged += usize::from(!matches!(check.outcome, Outcome::NotRun | Outcome::NeedsALook));
        match check.outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::NotStarted => self.not_started += 1,
            Outcome::Blocked => self.blocked += 1,
            Outcome::NotRun | Outcome::NeedsALook => {}
        }
        let failed = check.cases.iter().find(|case| case.outcome == Outcome::Failed);
        if let Some(case) = failed.filter(|case| !case.reason.is_empty()) {
            *self.kinds.entry(case.reason.clone()).or_default() += 1;
        }
    }

    fn lesson(self, class: &Class, id: &str) -> Lesson {
        // Of equal ones the first by name.
        let commonest = self.kinds.into_iter().rev().max_by_key(|kind| kind.1);
        let (kind, commonest) = commonest.unwrap_or_default();
        let known = words::known(id);
        let usually = known.and_then(|known| known.usually().into_iter().find(|usual| usual.0.as_str() == kind));
        Lesson {
            lab: id.bytes().next().map_or(0, |digit| digit.wrapping_sub(b'0')),
            id: clean::line(id, 12),
            title: self.title,
            tier: self.tier,
            hidden: class.hidden.iter().any(|hidden| hidden == id),
            judged: self.judged,
            passed: self.passed,
            failed: self.failed,
            not_started: self.not_started,
            blocked: self.blocked,
            rate: (self.passed * 100).checked_div(self.judged).unwrap_or(0),
            commonest,
            doing: if commonest > 0 { clean::line(&words::doing(&kind), clean::LINE) } else { String::new() },
            usually: usually.map_or(String::new(), |usual| usual.1.to_string()),
            reference: known.map_or(String::new(), |known| known.reference().to_string()),
            kind: clean::line(&kind, 40),
        }
    }
}

//! One lab of one student: points, tier, time of receipt, and what is not known.

use jiff::Timestamp;

use super::Ground;
use super::late::Received;
use crate::grade::model::{CheckRecord, Hundredths, LabRecord, LabStatus, Outcome, Record, Status};
use crate::grade::policy::changes::{Decision, Target};
use crate::grade::policy::course::{Extension, Lab, amount::scale};
use crate::labs;

/// Before lateness.
pub(super) struct Work<'a> {
    pub rules: &'a Lab,
    pub raw: Hundredths,
    pub tier: &'static str,
    pub received: Received,
    pub extensions: Vec<&'a Extension>,
    /// A person has set its points.
    pub fixed: Option<Hundredths>,
    pub open: Vec<String>,
}

/// What is known of a lab whose record may be missing.
pub(super) fn work<'a>(ground: &Ground<'a>, id: &str, rules: &'a Lab, records: &[&Record]) -> Work<'a> {
    let extensions = ground.extensions.get(id).map(Vec::as_slice).unwrap_or_default();
    let extensions = extensions.iter().copied().filter(|extension| extension.labs.contains(&rules.number)).collect();
    let raw = Hundredths(0);
    let mut work =
        Work { rules, raw, tier: "", received: Received::Unknown, extensions, fixed: None, open: Vec::new() };
    match part(rules.number, records) {
        Some((record, lab)) => judge(&mut work, ground, id, record, lab),
        // What was not looked at is not worth nothing.
        None if records.iter().all(|record| record.status == Status::Graded) => {
            work.open.push(format!("lab {} was not judged", rules.number));
        }
        None => {}
    }
    set(&mut work, ground, id);
    if work.fixed.is_none() && work.raw.0 > 0 {
        work.open.extend(super::late::unknown(&work));
    }
    work
}

/// The record that has the lab, and what it says of it. One in which the lab was handed in comes first.
pub(super) fn part<'a>(number: u8, records: &[&'a Record]) -> Option<(&'a Record, &'a LabRecord)> {
    let all = records.iter().filter_map(|record| {
        let lab = record.labs.iter().find(|lab| lab.lab == number)?;
        Some((*record, lab))
    });
    all.clone().find(|(_, lab)| lab.status != LabStatus::Missing).or_else(|| all.clone().next())
}

fn judge(work: &mut Work, ground: &Ground, id: &str, record: &Record, lab: &LabRecord) {
    work.received = Received::of(&record.identity);
    work.open.extend(set_in_vain(ground, id, lab));
    if lab.status == LabStatus::NeedsALook {
        work.open.push(format!("lab {} needs a look", lab.lab));
    }
    if lab.status != LabStatus::Graded {
        return;
    }
    let mut points = i64::from(lab.points) * 100;
    let mut possible = i64::from(lab.possible) * 100;
    for check in &lab.checks {
        let (more, more_possible) = change(ground, id, check);
        points += more;
        possible += more_possible;
    }
    if possible <= 0 {
        work.open.push(format!("no check of lab {} could be run", lab.lab));
    } else if points < 0 || points > possible {
        work.open.push(format!("the record of lab {} contradicts itself", lab.lab));
    }
    work.raw = scale(work.rules.weight, points.clamp(0, possible.max(0)), possible);
    work.tier = tier(ground, id, lab);
    work.open.extend(lab.checks.iter().filter_map(|check| trouble(ground, id, record, check)));
}

/// Checks of this lab that a person has set, and that have no record to be set in.
fn set_in_vain(ground: &Ground, id: &str, lab: &LabRecord) -> Vec<String> {
    let set = ground.state.overrides.get(id).into_iter().flatten();
    let checks = set.filter_map(|(target, _)| match target {
        Target::Check(id) if labs::check(id).is_some_and(|check| check.lab() == lab.lab) => Some(id),
        _ => None,
    });
    let vain = checks.filter(|id| !lab.checks.iter().any(|check| check.id == **id));
    vain.map(|id| format!("check {id} was set by hand, but it was not run; set the lab instead")).collect()
}

/// How points reached and possible change by what was decided, in hundredths.
fn change(ground: &Ground, id: &str, check: &CheckRecord) -> (i64, i64) {
    let (points, possible) = (i64::from(check.points) * 100, possible(check));
    let of = i64::from(check.of) * 100;
    match settled(ground, id, check) {
        Settled::Void => (-points, -possible),
        Settled::At(held) => (held.0.min(of) - points, of - possible),
        Settled::Measured => (0, 0),
    }
}

/// Points of the cases that this machine could run.
fn possible(check: &CheckRecord) -> i64 {
    let ran = |outcome| outcome != Outcome::NotRun;
    match check.cases.as_slice() {
        [] if ran(check.outcome) => i64::from(check.of) * 100,
        [] => 0,
        cases => cases.iter().filter(|case| ran(case.outcome)).map(|case| i64::from(case.of) * 100).sum(),
    }
}

/// What counts of a check.
#[derive(PartialEq)]
enum Settled {
    Void,
    At(Hundredths),
    Measured,
}

fn settled(ground: &Ground, id: &str, check: &CheckRecord) -> Settled {
    let decision = ground.state.checks.get(&check.id);
    match (decision, ground.fixed(id, &Target::Check(check.id.clone()))) {
        (Some(Decision::Void), _) => Settled::Void,
        (_, Some(held)) => Settled::At(held.points),
        (Some(Decision::FullMarks), None) => Settled::At(Hundredths::of_points(check.of)),
        (None, None) => Settled::Measured,
    }
}

/// Why a check keeps the mark open.
fn trouble(ground: &Ground, id: &str, record: &Record, check: &CheckRecord) -> Option<String> {
    if settled(ground, id, check) != Settled::Measured {
        return None;
    }
    let look = |outcome| outcome == Outcome::NeedsALook;
    if look(check.outcome) || check.cases.iter().any(|case| look(case.outcome)) {
        return Some(format!("check {} needs a look", check.id));
    }
    let asked = |whom: Option<&str>| ground.state.reruns.get(&(check.id.clone(), whom.map(str::to_string)));
    let asked = asked(None).max(asked(Some(id)))?;
    let graded: Option<Timestamp> = record.observed.at.parse().ok();
    graded.is_none_or(|graded| graded < *asked).then(|| format!("check {} is to be run again", check.id))
}

/// The highest tier that is reached together with all below it. What this machine cannot run does not stand in the way.
fn tier(ground: &Ground, id: &str, lab: &LabRecord) -> &'static str {
    let passed = |check: &CheckRecord| match settled(ground, id, check) {
        Settled::Void => true,
        Settled::At(points) => points >= Hundredths::of_points(check.of),
        Settled::Measured => matches!(check.outcome, Outcome::Passed | Outcome::NotRun),
    };
    let reached = |tier: &str| {
        let mut checks = lab.checks.iter().filter(|check| check.tier == tier).peekable();
        checks.peek().is_some() && checks.all(passed)
    };
    let tiers = ["core", "robust", "expert"];
    tiers.into_iter().take_while(|tier| reached(tier)).last().unwrap_or("")
}

/// An override of the lab settles it, unless it gives more than there is.
fn set(work: &mut Work, ground: &Ground, id: &str) {
    let (number, weight) = (work.rules.number, work.rules.weight);
    let Some(held) = ground.fixed(id, &Target::Lab(number)) else { return };
    if held.points > weight {
        work.open.push(format!("lab {number} was set to {}, and the most is {weight}", held.points));
    } else {
        work.fixed = Some(held.points);
        work.open.clear();
    }
}

//! What lateness costs in one lab, for one student.

use jiff::Timestamp;

use super::lab::Work;
use crate::grade::model::{Hundredths, Identity};
use crate::grade::policy::course::{Amount, Base, Deadline, Late, Per};

/// What is known of the time of receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Received {
    At(Timestamp),
    /// The platform says "late", and nothing else.
    MarkedLate,
    Unknown,
    /// There is a text, and it is no moment.
    Unreadable,
}

impl Received {
    pub fn of(identity: &Identity) -> Received {
        match identity.received.as_deref().map(str::parse) {
            Some(Ok(moment)) => Received::At(moment),
            Some(Err(_)) => Received::Unreadable,
            None if identity.marked_late => Received::MarkedLate,
            None => Received::Unknown,
        }
    }
}

/// Why lateness cannot be judged, if it cannot. Never a penalty.
pub(super) fn unknown(work: &Work) -> Option<String> {
    let (late, lab) = (&work.rules.late, work.rules.number);
    late.deadline.as_ref()?;
    match (work.received, late.marked_late) {
        (Received::At(_), _) => None,
        (Received::Unreadable, _) => Some(format!("lab {lab}: the receipt time cannot be read")),
        (Received::MarkedLate, Some(_)) if work.extensions.is_empty() => None,
        (Received::MarkedLate, Some(_)) => Some(format!("lab {lab}: marked late, but has an extension")),
        (Received::MarkedLate, None) => Some(format!("lab {lab}: marked late, no receipt time")),
        // A platform that marks the late ones tells by its silence that the others are not.
        (Received::Unknown, Some(_)) => None,
        (Received::Unknown, None) => Some(format!("lab {lab}: no receipt time")),
    }
}

/// What came of lateness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Charge {
    pub lab: u8,
    /// After the student's own deadline.
    pub seconds: i64,
    pub slip_days: u32,
    pub periods: u32,
    pub total: Hundredths,
    /// After the last deadline.
    pub worthless: bool,
    /// Marked late by the platform, and charged for it.
    pub marked: bool,
}

/// The student's own deadlines: the course's, moved by extensions.
pub(super) struct Own {
    first: Deadline,
    second: Option<(Deadline, Amount)>,
}

impl Own {
    pub fn of(work: &Work) -> Option<Own> {
        let late = &work.rules.late;
        let moved = |deadline: &Deadline| {
            let each = work.extensions.iter().map(|extension| match &extension.until {
                Some(until) => until.clone(),
                None => deadline.plus_days(extension.days),
            });
            // An extension never takes time away.
            each.chain([deadline.clone()]).max_by_key(Deadline::timestamp).unwrap_or_else(|| deadline.clone())
        };
        let second = late.second.as_ref().map(|second| (moved(&second.deadline), second.at_most));
        Some(Own { first: moved(late.deadline.as_ref()?), second })
    }

    /// Slip days with which it is in time, at most `most`; also if those are not enough.
    pub fn needs(&self, late: &Late, received: Timestamp, most: u32) -> u32 {
        (0..most).find(|days| self.in_time(late, received, *days)).unwrap_or(most)
    }

    fn in_time(&self, late: &Late, received: Timestamp, slip_days: u32) -> bool {
        self.first.plus_days(slip_days).late(received) <= late.grace
    }
}

/// Nothing is taken off.
pub(super) fn free(work: &Work) -> Charge {
    let total = work.fixed.unwrap_or(work.raw);
    Charge { lab: work.rules.number, seconds: 0, slip_days: 0, periods: 0, total, worthless: false, marked: false }
}

/// The platform's word alone: a fixed amount.
pub(super) fn marked(work: &Work) -> Charge {
    let late = &work.rules.late;
    let off = late.marked_late.map_or(Hundredths(0), |amount| part(amount, work));
    Charge { total: left(late, work, off), marked: true, ..free(work) }
}

/// For a known moment, with so many slip days spent on it.
pub(super) fn charge(work: &Work, own: &Own, received: Timestamp, slip_days: u32) -> Charge {
    let late = &work.rules.late;
    let charge = Charge { seconds: own.first.late(received), slip_days, ..free(work) };
    if own.in_time(late, received, slip_days) {
        return charge;
    }
    if own.second.as_ref().is_some_and(|(second, _)| second.late(received) > late.grace) {
        return Charge { total: Hundredths(0), worthless: true, ..charge };
    }
    let periods = periods(late.per, &own.first.plus_days(slip_days), received);
    let each = late.penalty.map_or(Hundredths(0), |amount| part(amount, work));
    let all = Hundredths(each.0.saturating_mul(i64::from(periods)));
    let off = late.cap.map_or(all, |cap| all.min(part(cap, work)));
    let mut total = left(late, work, off);
    if let Some((_, at_most)) = &own.second {
        total = total.min(at_most.of(work.rules.weight));
    }
    Charge { periods, total, ..charge }
}

/// Periods that were begun.
fn periods(per: Per, deadline: &Deadline, received: Timestamp) -> u32 {
    match per {
        Per::Day => deadline.days_late(received),
        Per::Hour => u32::try_from((deadline.late(received) + 3599) / 3600).unwrap_or(u32::MAX),
    }
}

/// An amount of what the course takes percentages of.
fn part(amount: Amount, work: &Work) -> Hundredths {
    amount.of(match work.rules.late.of {
        Base::Maximum => work.rules.weight,
        Base::Raw => work.raw,
    })
}

/// What is left, but no less than the course's floor; a mark that was lower already stays what it was.
fn left(late: &Late, work: &Work, off: Hundredths) -> Hundredths {
    let floor = late.never_below.map_or(Hundredths(0), |floor| floor.of(work.rules.weight)).min(work.raw);
    Hundredths(work.raw.0.saturating_sub(off.0)).max(floor)
}

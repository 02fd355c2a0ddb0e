//! Slip days, shared over the labs of a student.
//!
//! *best*: of all ways to spend them the one that leaves most points; among equal ones the one that spends fewest days,
//! and then those of the first labs. *in-order*: in the order of the course's deadlines each lab takes what it needs,
//! as far as there is any, whether it is enough or not.

use super::lab::Work;
use super::late::{Charge, Own, Received, charge, free, marked};
use crate::grade::policy::course::{Course, Spend};

/// What lateness comes to in each lab, in the course's order.
pub(super) fn spend(course: &Course, works: &[Work]) -> Vec<Charge> {
    let options: Vec<Vec<Charge>> = works.iter().map(|work| options(course, work)).collect();
    match course.slip.spend {
        Spend::Best => best(&options, course.slip.total as usize),
        Spend::InOrder => in_order(works, &options, course.slip.total as usize),
    }
}

/// By the number of days that are spent: 0, 1, ... up to as many as help to be in time.
fn options(course: &Course, work: &Work) -> Vec<Charge> {
    if work.fixed.is_some() || work.raw.0 == 0 {
        return vec![free(work)];
    }
    match (Own::of(work), work.received) {
        (Some(own), Received::At(received)) => {
            let most = own.needs(&work.rules.late, received, course.slip.per_lab.min(course.slip.total));
            (0..=most).map(|days| charge(work, &own, received, days)).collect()
        }
        (Some(_), Received::MarkedLate) if work.rules.late.marked_late.is_some() => vec![marked(work)],
        _ => vec![free(work)],
    }
}

/// The most points that the first labs can have with so many days, and how: days by lab.
type Plan = (i64, Vec<usize>);

fn best(options: &[Vec<Charge>], total: usize) -> Vec<Charge> {
    let mut plans: Vec<Plan> = vec![(0, Vec::new()); total + 1];
    for lab in options {
        plans = (0..=total).map(|days| extended(&plans, lab, days)).collect();
    }
    let plan = plans.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (_, plan) = plan.unwrap_or_default();
    options.iter().zip(plan).filter_map(|(lab, days)| lab.get(days).cloned()).collect()
}

/// The best plan for one lab more, with at most `days`.
fn extended(plans: &[Plan], lab: &[Charge], days: usize) -> Plan {
    let mut best: Option<Plan> = None;
    for (spent, charge) in lab.iter().enumerate().take(days + 1) {
        let Some((points, before)) = plans.get(days - spent) else { continue };
        let points = points + charge.total.0;
        if best.as_ref().is_none_or(|best| points > best.0) {
            best = Some((points, before.iter().copied().chain([spent]).collect()));
        }
    }
    best.unwrap_or_default()
}

fn in_order(works: &[Work], options: &[Vec<Charge>], total: usize) -> Vec<Charge> {
    let mut order: Vec<usize> = (0..works.len()).collect();
    // Of the course, not of the student: an extension must not change who comes first.
    order.sort_by_key(|place| works[*place].rules.late.deadline.as_ref().map(|deadline| deadline.timestamp()));
    let mut left = total;
    let mut days = vec![0; works.len()];
    for place in order {
        days[place] = (options[place].len() - 1).min(left);
        left -= days[place];
    }
    options.iter().zip(days).filter_map(|(lab, days)| lab.get(days).cloned()).collect()
}

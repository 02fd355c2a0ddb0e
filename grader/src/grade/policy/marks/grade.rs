//! The last steps: rounding, and the table of grades.

use crate::grade::model::{Hundredths, LabMark, Marks};
use crate::grade::policy::course::{Course, Grade, Need, Rounding, Way};

/// A multiple of the course's step, between 0 and the maximum.
pub(super) fn rounded(total: Hundredths, rounding: Rounding, of: Hundredths) -> Hundredths {
    let step = rounding.to.0.max(1);
    let up = match rounding.way {
        // An odd step has no half.
        Way::Nearest => step / 2,
        Way::Up => step - 1,
        Way::Down => 0,
    };
    Hundredths(((total.0.max(0) + up) / step * step).clamp(0, of.0.max(0)))
}

/// The first row whose conditions all hold. None for an open mark. `counted` tells by a lab's place whether it was handed
/// in before its last deadline: a tier that was reached after it is shown, and counts for no grade.
pub(super) fn grade(course: &Course, marks: &Marks, counted: impl Fn(usize) -> bool) -> Option<String> {
    if !marks.open.is_empty() {
        return None;
    }
    let labs: Vec<&LabMark> =
        marks.labs.iter().enumerate().filter(|(place, _)| counted(*place)).map(|(_, lab)| lab).collect();
    let row = course.grades.iter().find(|row| holds(row, course, marks, &labs))?;
    Some(row.name.clone())
}

fn holds(row: &Grade, course: &Course, marks: &Marks, labs: &[&LabMark]) -> bool {
    let enough = row.points.is_none_or(|points| marks.total >= points.of(marks.of));
    let tiers = ["core", "robust", "expert"];
    enough && row.tiers.iter().enumerate().all(|(least, need)| met(need, course, &reached(labs, &tiers[least..])))
}

/// The labs that have one of these tiers.
fn reached(labs: &[&LabMark], tiers: &[&str]) -> Vec<u8> {
    labs.iter().filter(|lab| tiers.contains(&lab.tier.as_str())).map(|lab| lab.lab).collect()
}

fn met(need: &Need, course: &Course, reached: &[u8]) -> bool {
    match need {
        Need::Nothing => true,
        Need::All => course.labs.iter().all(|lab| reached.contains(&lab.number)),
        Need::Count(count) => reached.len() >= *count as usize,
        Need::These(labs) => labs.iter().all(|lab| reached.contains(lab)),
    }
}

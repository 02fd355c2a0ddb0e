//! Lateness in words.

use super::lab::Work;
use super::late::Charge;
use crate::grade::model::{Hundredths, Late};

/// `None` if nothing was late.
pub(super) fn late(works: &[Work], charges: &[Charge]) -> Option<Late> {
    let late: Vec<(&Work, &Charge)> =
        works.iter().zip(charges).filter(|(_, charge)| charge.seconds > 0 || charge.marked).collect();
    let (first, rest) = late.split_first()?;
    let sentence = |(work, charge): &(&Work, &Charge)| told(work, charge);
    let same = rest.iter().all(|other| other.1.seconds == first.1.seconds && sentence(other) == sentence(first));
    let told = match same && late.len() == works.len() {
        true if rest.is_empty() => sentence(first),
        true => format!("each lab {}", sentence(first)),
        false => {
            let each = late.iter().map(|late| format!("lab {}: {}", late.1.lab, sentence(late)));
            each.collect::<Vec<_>>().join("; ")
        }
    };
    Some(Late {
        seconds: late.iter().map(|late| late.1.seconds).max().unwrap_or(0),
        slip_days: late.iter().map(|late| late.1.slip_days).sum(),
        charged: late.iter().fold(0, |sum: u32, late| sum.saturating_add(late.1.periods)),
        told,
    })
}

/// `2 days late, 1 slip day used, 10.00 points off`
fn told(work: &Work, charge: &Charge) -> String {
    let off = Hundredths(work.raw.0 - charge.total.0);
    let mut parts =
        vec![if charge.marked { "marked late".to_string() } else { format!("{} late", time(charge.seconds)) }];
    if charge.slip_days > 0 {
        parts.push(format!("{} used", counted(i64::from(charge.slip_days), "slip day")));
    }
    if charge.worthless {
        parts.push("after the last deadline".to_string());
    }
    parts.push(match off {
        Hundredths(0) if charge.periods == 0 && charge.slip_days == 0 => "within the grace time".to_string(),
        Hundredths(0) => "nothing off".to_string(),
        off => format!("{off} points off"),
    });
    parts.join(", ")
}

/// The two largest units: `1 day 2 hours`.
fn time(seconds: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let first = units.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(3);
    let mut left = seconds;
    let mut parts = Vec::new();
    for (unit, name) in units.iter().skip(first).take(2) {
        parts.push((left / unit, *name));
        left %= unit;
    }
    let shown = parts.iter().filter(|(number, _)| *number > 0);
    shown.map(|(number, name)| counted(*number, name)).collect::<Vec<_>>().join(" ")
}

fn counted(number: i64, name: &str) -> String {
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

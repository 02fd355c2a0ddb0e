//! `[late]` and what `[lab.N]` says otherwise.

use jiff::tz::TimeZone;

use super::amount::{Amount, amount, seconds};
use super::read::{Reader, Table, Value};
use super::when::{Deadline, deadline};
use super::{Base, Late, Per, Second};

const AMOUNT: &str = "`\"10 %\"` or `\"5 points\"`, with at most two decimal places";
const DEADLINE: &str = "`\"2026-11-20 23:59 Europe/Berlin\"`, or `\"none\"`";

/// What one table says: nothing, `"none"`, or something, for each key.
#[derive(Clone, Default)]
pub(super) struct Said {
    at: usize,
    deadline: Option<Option<Deadline>>,
    grace: Option<i64>,
    penalty: Option<Amount>,
    per: Option<Per>,
    of: Option<Base>,
    cap: Option<Amount>,
    never_below: Option<Amount>,
    second: Option<Option<Second>>,
    marked_late: Option<Amount>,
}

impl Said {
    /// Where the table's name stands, for problems with all of it.
    pub fn place(&mut self, at: usize) {
        self.at = at;
    }
}

pub(super) fn said(reader: &mut Reader, table: &mut Table, zone: Option<&TimeZone>) -> Said {
    Said {
        at: table.at,
        deadline: or_none(reader, table.take("deadline"), zone),
        grace: reader.parsed(table.take("grace"), "`\"15 min\"`, `\"90 s\"` or `\"2 h\"`", seconds),
        penalty: reader.parsed(table.take("penalty"), AMOUNT, amount),
        per: reader.choice(table.take("per"), &[("day", Per::Day), ("hour", Per::Hour)]),
        of: reader.choice(table.take("of"), &[("maximum", Base::Maximum), ("raw", Base::Raw)]),
        cap: reader.parsed(table.take("cap"), AMOUNT, amount),
        never_below: reader.parsed(table.take("never_below"), AMOUNT, amount),
        second: second(reader, table.take("second"), zone),
        marked_late: reader.parsed(table.take("marked_late"), AMOUNT, amount),
    }
}

/// A deadline, or the word `none`.
fn or_none(reader: &mut Reader, value: Option<Value>, zone: Option<&TimeZone>) -> Option<Option<Deadline>> {
    let value = value?;
    let text = reader.written(&value, DEADLINE)?;
    if text == "none" { Some(None) } else { moment(reader, value, zone).map(Some) }
}

/// A deadline, or a problem.
pub(super) fn moment(reader: &mut Reader, value: Value, zone: Option<&TimeZone>) -> Option<Deadline> {
    let text = reader.written(&value, DEADLINE)?;
    deadline(&text, zone).map_err(|why| reader.problem(value.at, why)).ok()
}

fn second(reader: &mut Reader, value: Option<Value>, zone: Option<&TimeZone>) -> Option<Option<Second>> {
    let value = value?;
    if value.value.as_str() == Some("none") {
        return Some(None);
    }
    let at = value.at;
    let mut table = reader.table(Some(value), "`second`")?;
    let deadline = table.take("deadline").map(|value| moment(reader, value, zone));
    let at_most = table.take("at_most").map(|value| reader.parsed(Some(value), AMOUNT, amount));
    table.end(reader);
    if deadline.is_none() || at_most.is_none() {
        let want = "try: `second = { deadline = \"2026-11-27 23:59\", at_most = \"60 %\" }`";
        reader.problem(at, format!("a second deadline needs `deadline` and `at_most`; {want}"));
    }
    Some(Some(Second { deadline: deadline??, at_most: at_most?? }))
}

/// The rules of one lab: its own table first, then the table for all.
pub(super) fn late(reader: &mut Reader, lab: u8, own: &Said, all: &Said) -> Late {
    let late = Late {
        deadline: own.deadline.clone().or_else(|| all.deadline.clone()).flatten(),
        grace: own.grace.or(all.grace).unwrap_or(0),
        penalty: own.penalty.or(all.penalty),
        per: own.per.or(all.per).unwrap_or_default(),
        of: own.of.or(all.of).unwrap_or_default(),
        cap: own.cap.or(all.cap),
        never_below: own.never_below.or(all.never_below),
        second: own.second.clone().or_else(|| all.second.clone()).flatten(),
        marked_late: own.marked_late.or(all.marked_late),
    };
    let at = if own.at == 0 { all.at } else { own.at };
    let said_none = own.deadline == Some(None) || (own.deadline.is_none() && all.deadline == Some(None));
    if late.deadline.is_none() && !said_none && (late.penalty.is_some() || late.second.is_some()) {
        let want = "try: a `deadline`, or `deadline = \"none\"`";
        reader.problem(at, format!("lab {lab} has a rule for lateness and no deadline; {want}"));
    }
    if let (Some(first), Some(second)) = (&late.deadline, &late.second)
        && second.deadline.timestamp() <= first.timestamp()
    {
        let text = format!("the second deadline of lab {lab}, {}, is not after the first, {first}", second.deadline);
        reader.problem(at, format!("{text}; try: a later one"));
    }
    late
}

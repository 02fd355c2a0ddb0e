//! What a change would do to marks, before it is written down: every old and new mark, and none lowered unless allowed.

use anyhow::{Result, bail};

use super::course::Course;
use crate::grade::model::{Hundredths, Marks, Record};

/// A student whose mark would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: String,
    /// Untrusted text.
    pub name: String,
    pub old: Marks,
    pub new: Marks,
    /// Fewer points or a worse grade; also a mark that was known and would be open is not one of these.
    pub lowered: bool,
}

/// Whose marks differ, in the order of ids. A student who is only on one side is not compared.
pub fn changes(course: &Course, records: &[Record], old: &[(String, Marks)], new: &[(String, Marks)]) -> Vec<Change> {
    let mut changes: Vec<Change> = new
        .iter()
        .filter_map(|(id, new)| Some((id, &old.iter().find(|(other, _)| other == id)?.1, new)))
        .filter(|(_, old, new)| old != new)
        .map(|(id, old, new)| Change {
            id: id.clone(),
            name: name(records, id),
            lowered: lowered(course, old, new),
            old: old.clone(),
            new: new.clone(),
        })
        .collect();
    changes.sort_by(|a, b| a.id.cmp(&b.id));
    changes
}

fn name(records: &[Record], id: &str) -> String {
    let record = records.iter().find(|record| record.identity.id == id);
    let people = record.map(|record| record.identity.people.as_slice()).unwrap_or_default();
    people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// An open mark that gets closed is not lowered: nobody has seen it yet. Shares are compared, for the maximum may change.
fn lowered(course: &Course, old: &Marks, new: &Marks) -> bool {
    if !old.open.is_empty() || !new.open.is_empty() {
        return false;
    }
    let share = |marks: &Marks, of: &Marks| i128::from(marks.total.0) * i128::from(of.of.0.max(1));
    let rank = |marks: &Marks| {
        let place = |name: &String| course.grades.iter().position(|grade| grade.name == *name);
        marks.grade.as_ref().and_then(place).unwrap_or(0)
    };
    share(new, old) < share(old, new) || rank(new) > rank(old)
}

/// Refuses changes that lower a mark, unless that is what was asked for.
pub fn allow(changes: &[Change], allow_lower: bool) -> Result<()> {
    let lowered = changes.iter().filter(|change| change.lowered).count();
    if lowered > 0 && !allow_lower {
        bail!("{lowered} of {} changed marks would be lowered; try: `--allow-lower`, if that is meant", changes.len());
    }
    Ok(())
}

/// For the terminal: at most 80 columns, lowered ones marked with `!`, open ones with `?`.
pub fn table(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "no mark changes\n".to_string();
    }
    let mut text = format!("  {:<18} {:<19} {:>12}    {:>12}  {}\n", "id", "name", "old", "new", "by");
    for change in changes {
        let sign = if change.lowered { '!' } else { ' ' };
        let (old, new) = (shown(&change.old), shown(&change.new));
        let (id, name) = (cut(&change.id, 18), cut(&change.name, 19));
        let by = Hundredths(change.new.total.0 - change.old.total.0);
        let by = if old.contains('?') || new.contains('?') { String::new() } else { by.to_string() };
        text.push_str(&format!("{sign} {id:<18} {name:<19} {old:>12} -> {new:>12}  {by}\n"));
    }
    let lowered = changes.iter().filter(|change| change.lowered).count();
    let open = changes.iter().filter(|change| !change.new.open.is_empty()).count();
    text.push_str(&format!("{} changed, {lowered} lowered (!), {open} open (?)\n", changes.len()));
    text
}

/// `44.50 pass`, or `?`.
fn shown(marks: &Marks) -> String {
    match (&marks.grade, marks.open.is_empty()) {
        (_, false) => "?".to_string(),
        (Some(grade), true) => cut(&format!("{} {grade}", marks.total), 12),
        (None, true) => marks.total.to_string(),
    }
}

/// Printable, and no longer than its column.
fn cut(text: &str, width: usize) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().filter(|c| !hostile(*c)).take(width).collect()
}

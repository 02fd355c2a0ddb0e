//! The grade table for a terminal: 80 columns, and nothing that only a colour says.

use super::{clean, words};
use crate::grade::model::{Class, LabStatus, Row, Status};
use crate::report::cut;

const WIDTH: usize = 80;
/// Columns of a lab, of the final mark, and of all ids at most.
const LAB: usize = 6;
const FINAL: usize = 9;
const ID: usize = 20;

/// How wide ids and names are in this class.
#[derive(Clone, Copy)]
struct Columns {
    id: usize,
    /// 0 where everybody is called as the id says.
    name: usize,
}

impl Columns {
    fn of(class: &Class) -> Columns {
        let longest = class.rows.iter().map(|row| row.record.identity.id.chars().count()).max();
        let id = longest.unwrap_or(0).clamp(2, ID);
        let known = class.rows.iter().all(|row| name(row) == row.record.identity.id);
        let left = WIDTH.saturating_sub(id + 1 + class.labs.len() * LAB + FINAL);
        Columns { id, name: if known { 0 } else { left.min(24) } }
    }
}

/// The table, and below it what somebody has to look at.
pub fn table(class: &Class) -> String {
    let mut text = String::new();
    if let Some(banner) = words::class_banner(class) {
        text.push_str(&crate::report::wrap("!! ", banner, 3).join("\n"));
        text.push_str("\n\n");
    }
    let columns = Columns::of(class);
    push(&mut text, &head(class, columns));
    for row in &class.rows {
        push(&mut text, &line(class, row, columns));
        let note = note(row);
        if !note.is_empty() {
            push(&mut text, &format!("  {note}"));
        }
    }
    text.push_str(&format!("\n{}\n", totals(class)));
    for why in &class.preflight {
        push(&mut text, &format!("!! this machine: {}", clean::line(why, 60)));
    }
    for (path, why) in &class.unplaced {
        push(&mut text, &format!("not placed: {} ({})", clean::line(path, 36), clean::line(why, 28)));
    }
    text
}

fn name(row: &Row) -> String {
    row.record.identity.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn push(text: &mut String, line: &str) {
    text.push_str(cut(line, WIDTH).trim_end());
    text.push('\n');
}

fn head(class: &Class, columns: Columns) -> String {
    let labs: String = class.labs.iter().map(|lab| format!("{:>LAB$}", format!("lab{lab}"))).collect();
    let name = if columns.name > 0 { "name" } else { "" };
    format!("{:<2$} {name:<3$}{labs}{:>FINAL$}", "id", "final", columns.id, columns.name)
}

fn line(class: &Class, row: &Row, columns: Columns) -> String {
    let of = |lab: &u8| match row.marks.labs.iter().find(|mark| mark.lab == *lab) {
        Some(mark) => format!("{:>LAB$}", words::short(mark.total.0)),
        None => format!("{:>LAB$}", "-"),
    };
    let labs: String = class.labs.iter().map(of).collect();
    let id = clean::line(&row.record.identity.id, columns.id);
    let name = if columns.name > 0 { clean::line(&name(row), columns.name) } else { String::new() };
    let total = if row.marks.open.is_empty() { row.marks.total.to_string() } else { "open".to_string() };
    let grade = row.marks.grade.as_deref().map_or(String::new(), |grade| format!("  {}", clean::line(grade, 12)));
    format!("{id:<0$} {name:<1$}{labs}{total:>FINAL$}{grade}", columns.id, columns.name)
}

/// What is to be known of this row beside its figures: below it, where there is room to say it.
fn note(row: &Row) -> String {
    if row.record.status != Status::Graded {
        let why = clean::line(row.record.message.lines().next().unwrap_or_default(), 56);
        let colon = if why.is_empty() { "" } else { ": " };
        return format!("{}{colon}{why}", words::status(row.record.status));
    }
    let mut parts: Vec<String> = Vec::new();
    parts.extend(row.marks.open.first().map(|why| format!("open: {}", clean::line(why, 60))));
    let labs = row.record.labs.iter().filter(|lab| !matches!(lab.status, LabStatus::Graded | LabStatus::Missing));
    parts.extend(labs.map(|lab| format!("lab{} {}", lab.lab, words::lab_status(lab.status))));
    parts.extend(row.marks.late.iter().map(|late| clean::line(&late.told, 60)));
    clean::line(&parts.join("; "), WIDTH - 2)
}

fn totals(class: &Class) -> String {
    let count = |status| class.rows.iter().filter(|row| row.record.status == status).count();
    let open = class.rows.iter().filter(|row| !row.marks.open.is_empty()).count();
    let mut parts = vec![format!("{} submissions", class.rows.len())];
    for status in [Status::Graded, Status::BadArchive, Status::Empty, Status::Absent, Status::NeedsALook] {
        match count(status) {
            0 => {}
            number => parts.push(format!("{number} {}", words::status(status))),
        }
    }
    if open > 0 {
        parts.push(format!("{open} open"));
    }
    if let Some(of) =
        class.rows.first().map(|row| row.marks.of).filter(|of| class.rows.iter().all(|row| row.marks.of == *of))
    {
        parts.push(format!("marks are of {of}"));
    }
    cut(&parts.join(", "), WIDTH)
}

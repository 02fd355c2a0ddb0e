//! The grade table for a terminal: 80 columns, and nothing that only a colour says.

use super::{clean, words};
use crate::grade::model::{Class, Row, Status};
use crate::report::cut;

const WIDTH: usize = 80;
/// Columns of the id; the rest is for figures and one or two words.
const ID: usize = 20;

/// The table, and below it what somebody has to look at.
pub fn table(class: &Class) -> String {
    let mut text = String::new();
    if let Some(banner) = words::class_banner(class) {
        text.push_str(&crate::report::wrap("!! ", banner, 3).join("\n"));
        text.push_str("\n\n");
    }
    push(&mut text, &head(class));
    for row in &class.rows {
        push(&mut text, &line(class, row));
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

fn push(text: &mut String, line: &str) {
    text.push_str(cut(line, WIDTH).trim_end());
    text.push('\n');
}

fn head(class: &Class) -> String {
    let labs: String = class.labs.iter().map(|lab| format!("{:>6}", format!("lab{lab}"))).collect();
    format!("{:<ID$}{labs}{:>9}{:>8}  {}", "id", "final", "of", "note")
}

fn line(class: &Class, row: &Row) -> String {
    let of = |lab: &u8| match row.marks.labs.iter().find(|mark| mark.lab == *lab) {
        Some(mark) => format!("{:>6}", words::short(mark.total.0)),
        None => format!("{:>6}", "-"),
    };
    let labs: String = class.labs.iter().map(of).collect();
    let id = clean::line(&row.record.identity.id, ID - 1);
    let total = if row.marks.open.is_empty() { row.marks.total.to_string() } else { "open".to_string() };
    let note = note(row);
    format!("{id:<ID$}{labs}{total:>9}{:>8}  {note}", row.marks.of.to_string())
}

/// The one thing about this row that matters most.
fn note(row: &Row) -> String {
    if row.record.status != Status::Graded {
        return words::status(row.record.status).to_string();
    }
    if let Some(why) = row.marks.open.first() {
        return clean::line(why, 30);
    }
    let troubled = row.record.labs.iter().find(|lab| !lab.message.is_empty());
    match (troubled, &row.marks.late) {
        (Some(lab), _) => format!("lab{} {}", lab.lab, words::lab_status(lab.status)),
        (None, Some(_)) => "late".to_string(),
        (None, None) => clean::line(row.marks.grade.as_deref().unwrap_or(""), 12),
    }
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
    cut(&parts.join(", "), WIDTH)
}

//! The grade table as CSV (RFC 4180): one row per submission, every figure in a column of its own.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::{clean, words};
use crate::grade::model::{Class, LabRecord, Row};

/// The whole table. A mark that somebody has to look at first is an empty cell, and the last column says why.
pub fn table(class: &Class) -> Result<String> {
    let ids = ids(class);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(header(class, &ids))?;
    for row in &class.rows {
        writer.write_record(cells(class, row, &ids))?;
    }
    let bytes = writer.into_inner().context("cannot write the grade table")?;
    String::from_utf8(bytes).context("the grade table is not UTF-8")
}

/// The platforms whose numbers somebody in this class has.
fn ids(class: &Class) -> Vec<String> {
    let people = class.rows.iter().flat_map(|row| &row.record.identity.people);
    people.flat_map(|person| person.ids.keys().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn header(class: &Class, ids: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["id", "name", "email"].map(String::from).to_vec();
    names.extend(ids.iter().map(|id| clean::cell(id)));
    names.extend(["group", "received", "status"].map(String::from));
    for lab in &class.labs {
        names.extend(["status", "raw", "total", "of"].map(|figure| format!("lab{lab}_{figure}")));
    }
    let figures = ["raw", "manual", "penalty", "final", "of", "grade", "late", "open", "sandbox"];
    names.extend(figures.map(String::from));
    names
}

fn cells(class: &Class, row: &Row, ids: &[String]) -> Vec<String> {
    let identity = &row.record.identity;
    let of_people = |field: &dyn Fn(&crate::grade::model::Person) -> Option<String>| {
        clean::cell(&identity.people.iter().filter_map(field).collect::<Vec<_>>().join("; "))
    };
    let mut cells = vec![
        clean::cell(&identity.id),
        of_people(&|person| Some(person.name.clone())),
        of_people(&|person| person.email.clone()),
    ];
    cells.extend(ids.iter().map(|id| of_people(&|person| person.ids.get(id).cloned())));
    cells.push(clean::cell(identity.group.as_deref().unwrap_or("")));
    cells.push(clean::cell(identity.received.as_deref().unwrap_or("")));
    cells.push(words::status(row.record.status).to_string());
    cells.extend(class.labs.iter().flat_map(|lab| of_lab(row, *lab)));
    cells.extend(figures(row));
    cells
}

fn of_lab(row: &Row, lab: u8) -> [String; 4] {
    let record: Option<&LabRecord> = row.record.labs.iter().find(|record| record.lab == lab);
    let status = record.map_or("", |record| words::lab_status(record.status)).to_string();
    match row.marks.labs.iter().find(|mark| mark.lab == lab) {
        Some(mark) => [status, mark.raw.to_string(), mark.total.to_string(), mark.of.to_string()],
        None => [status, String::new(), String::new(), String::new()],
    }
}

fn figures(row: &Row) -> [String; 9] {
    let marks = &row.marks;
    let open = !marks.open.is_empty();
    let closed = |text: String| if open { String::new() } else { text };
    [
        marks.raw.to_string(),
        marks.manual.to_string(),
        marks.penalty.to_string(),
        closed(marks.total.to_string()),
        marks.of.to_string(),
        closed(clean::cell(marks.grade.as_deref().unwrap_or(""))),
        clean::cell(marks.late.as_ref().map_or("", |late| &late.told)),
        clean::cell(&marks.open.join("; ")),
        clean::cell(&row.record.sandbox),
    ]
}

//! Moodle: the teacher's own offline grading worksheet, filled in, and the zip of feedback files.
//!
//! Moodle finds its columns by headers in the teacher's language, and its importer reads commas only
//! (`mod/assign/feedback/offline/importgradeslib.php`). So nothing is invented here: the worksheet that Moodle made goes
//! back with the cells of two columns filled.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use anyhow::{Context, Result, bail};
use zip::write::SimpleFileOptions;

use super::sheet::{Filled, Sheet, lost_zeros, named, number, scaled};
use super::{clean, feedback};
use crate::grade::model::{Class, Hundredths, Person, Row};

/// Begins each comment, so that a later export replaces it, and never a comment of a person.
const OURS: &str = "Points: ";

/// Headers in English, German, French and Spanish, in lower case. Others are found by their place.
const GRADE: &[&str] = &["grade", "bewertung", "note", "calificación"];
const MOST: &[&str] = &[
    "maximum grade",
    "bestwertung",
    "höchste bewertung",
    "maximale bewertung",
    "note maximale",
    "calificación máxima",
];
const CHANGED: &[&str] = &[
    "last modified (grade)",
    "zuletzt geändert (bewertung)",
    "dernière modification (note)",
    "última modificación (calificación)",
];
const COMMENT: &[&str] = &[
    "feedback comments",
    "feedback als kommentar",
    "commentaires de feedback",
    "feedback par commentaires",
    "comentarios de retroalimentación",
    "retroalimentación como comentarios",
];

/// The columns that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Columns {
    identifier: usize,
    grade: usize,
    most: usize,
    comment: Option<usize>,
}

/// Fills the worksheet in. Marks are scaled to its maximum grade; what is open stays as it is.
pub fn fill(class: &Class, worksheet: &[u8]) -> Result<Filled> {
    let mut sheet = Sheet::read(worksheet, "the worksheet")?;
    let columns = columns(&sheet)?;
    let mut filled = Filled::default();
    let mut people = participants(class);
    for at in 1..sheet.len() {
        let Some((row, person)) = digits(sheet.value(at, columns.identifier)).and_then(|id| people.remove(id)) else {
            filled.not_in_class.push(named(sheet.value(at, columns.identifier)));
            continue;
        };
        if lost_zeros(&sheet, at, person) {
            warn(
                &mut filled,
                "numbers have lost the zeros that they begin with: a spreadsheet program has saved this worksheet; rows are matched by their identifiers",
            );
        }
        fill_row(&mut sheet, at, columns, row, &mut filled)?;
    }
    filled.not_in_sheet = people.into_values().map(|(row, person)| label(row, person)).collect();
    filled.not_in_sheet.extend(without_number(class));
    if sheet.delimiter != b',' {
        warn(
            &mut filled,
            "it was not separated by commas, as a spreadsheet program saves it; it is now, for Moodle reads nothing else",
        );
    }
    filled.sheet = sheet.write(true);
    Ok(filled)
}

fn warn(filled: &mut Filled, text: &str) {
    if !filled.warnings.iter().any(|known| known == text) {
        filled.warnings.push(text.to_string());
    }
}

/// Everybody by Moodle's number.
fn participants(class: &Class) -> BTreeMap<&str, (&Row, &Person)> {
    let people = class.rows.iter().flat_map(|row| row.record.identity.people.iter().map(move |person| (row, person)));
    people.filter_map(|(row, person)| Some((digits(person.ids.get("moodle")?)?, (row, person)))).collect()
}

fn without_number(class: &Class) -> impl Iterator<Item = String> {
    let people = class.rows.iter().flat_map(|row| row.record.identity.people.iter().map(move |person| (row, person)));
    let lacks = |person: &Person| person.ids.get("moodle").is_none_or(|id| digits(id).is_none());
    people
        .filter(move |(_, person)| lacks(person))
        .map(|(row, person)| format!("{} (no number of Moodle's)", label(row, person)))
}

fn label(row: &Row, person: &Person) -> String {
    named(&format!("{} ({})", person.name, row.record.identity.id))
}

/// The number at the end of `Participant 123`, whatever the word is in the teacher's language.
fn digits(text: &str) -> Option<&str> {
    let text = text.trim();
    let start = text
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let number = text[start..].trim_start_matches('0');
    let word = &text[..start];
    (!number.is_empty() && !word.chars().any(|c| c.is_ascii_digit())).then_some(number)
}

fn fill_row(sheet: &mut Sheet, at: usize, columns: Columns, row: &Row, filled: &mut Filled) -> Result<()> {
    let id = named(&row.record.identity.id);
    if !row.marks.open.is_empty() {
        filled.left.push(format!("{id}: open, someone has to look"));
        return Ok(());
    }
    let most = sheet.value(at, columns.most).to_string();
    let Some(limit) = number(&most) else {
        bail!(
            "the maximum grade of `{id}` is `{}`, which is no number\ntry: an assignment that is graded with points, not with a scale",
            named(&most)
        );
    };
    if row.marks.total > row.marks.of {
        filled.warnings.push(format!("{id}: more than the maximum, which is what it gets"));
    }
    let mark = scaled(row.marks.total, row.marks.of, limit).to_string();
    let mark = if most.contains(',') { mark.replace('.', ",") } else { mark };
    if !sheet.set(at, columns.grade, &mark) {
        bail!("the row of `{id}` is too short to hold a grade\ntry: export the worksheet again");
    }
    filled.filled += 1;
    if let Some(column) = columns.comment {
        comment(sheet, at, column, row, filled);
    }
    Ok(())
}

fn comment(sheet: &mut Sheet, at: usize, column: usize, row: &Row, filled: &mut Filled) {
    let old = sheet.value(at, column);
    if !old.trim().is_empty() && !old.starts_with(OURS) {
        filled.warnings.push(format!("{}: has a comment already, which stays", named(&row.record.identity.id)));
        return;
    }
    let marks = &row.marks;
    let mut text = format!("{OURS}{} of the checks", marks.raw);
    if marks.manual != Hundredths(0) {
        text.push_str(&format!(", {} given by people", marks.manual));
    }
    if marks.penalty != Hundredths(0) {
        text.push_str(&format!(", {} taken off for lateness", marks.penalty));
    }
    text.push_str(&format!("; {} of {}. Details are in the feedback file.", marks.total, marks.of));
    sheet.set(at, column, &text);
}

/// Finds the columns by their headers, and where these are in another language, by what stands in them.
fn columns(sheet: &Sheet) -> Result<Columns> {
    let headers: Vec<String> = sheet.headers().iter().map(|header| header.to_lowercase()).collect();
    let named = |names: &[&str]| headers.iter().position(|header| names.contains(&header.as_str()));
    let Some(identifier) = identifier(sheet) else { return missing(sheet, "Identifier (`Participant 123`)") };
    let changed = named(CHANGED).or_else(|| pair(&headers));
    let Some(changed) = changed else { return missing(sheet, "Last modified (grade)") };
    let most = named(MOST).or_else(|| same_number(sheet, identifier));
    let Some(most) = most else { return missing(sheet, "Maximum Grade") };
    // The grade stands before its maximum in every version and language.
    let grade = named(GRADE).or_else(|| most.checked_sub(1).filter(|grade| *grade != identifier));
    let Some(grade) = grade else { return missing(sheet, "Grade") };
    let comment = named(COMMENT).or_else(|| (changed + 1 < headers.len()).then_some(changed + 1));
    Ok(Columns { identifier, grade, most, comment })
}

fn missing<T>(sheet: &Sheet, what: &str) -> Result<T> {
    let found: Vec<String> = sheet.headers().iter().map(|header| format!("`{}`", clean::line(header, 40))).collect();
    bail!(
        "this is no offline grading worksheet: it has no column {what}; it has {}\ntry: in the assignment, View all \
         submissions, Download grading worksheet; leave the file as it is",
        found.join(", ")
    )
}

/// Each value ends in a number of its own. The first such column: Moodle puts it first.
fn identifier(sheet: &Sheet) -> Option<usize> {
    let unique = |column: &usize| {
        let all: Option<std::collections::BTreeSet<&str>> =
            (1..sheet.len()).map(|at| digits(sheet.value(at, *column))).collect();
        let worded = sheet.value(1, *column).trim().starts_with(|c: char| !c.is_ascii_digit());
        all.is_some_and(|all| all.len() + 1 == sheet.len()) && (worded || *column == 0)
    };
    (sheet.len() > 1).then(|| (0..sheet.headers().len()).find(unique)).flatten()
}

/// `Last modified (submission)` and `Last modified (grade)` begin alike in every language; the second is meant.
fn pair(headers: &[String]) -> Option<usize> {
    let stem = |header: &String| header.split_once(" (").map(|parts| parts.0.to_string());
    let again = |at: &usize| {
        stem(&headers[*at]).is_some_and(|own| headers[..*at].iter().any(|other| stem(other).as_ref() == Some(&own)))
    };
    (1..headers.len()).find(again)
}

/// The same number above 0 in each row: the maximum.
fn same_number(sheet: &Sheet, identifier: usize) -> Option<usize> {
    let same = |column: &usize| {
        let first = number(sheet.value(1, *column));
        first.is_some_and(|first| first.0 > 0) && (1..sheet.len()).all(|at| number(sheet.value(at, *column)) == first)
    };
    (identifier + 2..sheet.headers().len()).find(same)
}

/// The zip for *Upload multiple feedback files in a zip*: one folder for everybody whom Moodle knows by number.
///
/// Open marks are not in it: their feedback would say more than is certain.
pub fn feedback_zip(class: &Class) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    for row in class.rows.iter().filter(|row| row.marks.open.is_empty()) {
        for person in &row.record.identity.people {
            let Some(number) = person.ids.get("moodle").and_then(|id| digits(id)) else { continue };
            // Moodle splits the name at its underscores.
            let name = clean::file_name(&person.name).replace('_', " ");
            zip.start_file(format!("{name}_{number}_assignsubmission_file/feedback.html"), options)?;
            zip.write_all(feedback::html(class, row)?.as_bytes())?;
        }
    }
    Ok(zip.finish().context("cannot write the zip of feedback files")?.into_inner())
}

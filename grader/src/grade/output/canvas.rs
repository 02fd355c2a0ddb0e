//! Canvas: the teacher's own exported gradebook, with one assignment's column filled in.
//!
//! Rows are matched as Canvas' importer does (`gradebook_importer.rb`): by ID, then SIS User ID, then SIS Login ID, then name.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::sheet::{Filled, Sheet, lost_zeros, named, number, scaled};
use crate::grade::model::{Class, Hundredths, Person, Row};

/// Where students are told apart, and the column to fill.
struct Columns {
    student: usize,
    id: usize,
    sis_user: Option<usize>,
    sis_login: Option<usize>,
    assignment: usize,
}

/// Fills the column of the assignment with this title or number. Marks are scaled to its *Points Possible*.
pub fn fill(class: &Class, gradebook: &[u8], assignment: &str) -> Result<Filled> {
    let mut sheet = Sheet::read(gradebook, "the gradebook")?;
    let columns = columns(&sheet, assignment)?;
    let first = first_student(&sheet, &columns);
    let possible = possible(&sheet, &columns, first)?;
    let mut filled = Filled::default();
    if possible.is_none() {
        filled
            .warnings
            .push("the gradebook does not say how many points are possible: marks are not scaled".to_string());
    }
    let everybody: Vec<(&Row, &Person)> = everybody(class);
    let mut found = vec![false; everybody.len()];
    for at in first..sheet.len() {
        let Some(who) = who(&sheet, &columns, at, &everybody) else {
            filled.not_in_class.push(named(sheet.value(at, columns.student)));
            continue;
        };
        found[who] = true;
        let (row, person) = everybody[who];
        if lost_zeros(&sheet, at, person) && filled.warnings.iter().all(|known| !known.starts_with("numbers")) {
            filled.warnings.push(
                "numbers have lost the zeros that they begin with: a spreadsheet program has saved this gradebook"
                    .into(),
            );
        }
        fill_row(&mut sheet, at, columns.assignment, (row, possible), &mut filled);
    }
    let missing = everybody.iter().zip(found).filter(|(_, found)| !found);
    filled.not_in_sheet =
        missing.map(|((row, person), _)| named(&format!("{} ({})", person.name, row.record.identity.id))).collect();
    filled.sheet = sheet.write(false);
    Ok(filled)
}

fn everybody(class: &Class) -> Vec<(&Row, &Person)> {
    class.rows.iter().flat_map(|row| row.record.identity.people.iter().map(move |person| (row, person))).collect()
}

fn fill_row(sheet: &mut Sheet, at: usize, column: usize, mark: (&Row, Option<Hundredths>), filled: &mut Filled) {
    let (row, possible) = mark;
    let id = named(&row.record.identity.id);
    let old = sheet.value(at, column).trim();
    if old.eq_ignore_ascii_case("EX") || old.eq_ignore_ascii_case("N/A") {
        filled.left.push(format!("{id}: `{old}` stays"));
    } else if !row.marks.open.is_empty() {
        filled.left.push(format!("{id}: open, someone has to look"));
    } else {
        let total = row.marks.total;
        let mark = possible.map_or(total, |possible| scaled(total, row.marks.of, possible));
        filled.filled += usize::from(sheet.set(at, column, &mark.to_string()));
    }
}

fn columns(sheet: &Sheet, assignment: &str) -> Result<Columns> {
    let headers = sheet.headers();
    let at =
        |names: &[&str]| headers.iter().position(|header| names.iter().any(|name| header.eq_ignore_ascii_case(name)));
    let Some(student) = at(&["Student", "LastName"]) else { return missing("Student") };
    let Some(id) = at(&["ID"]) else { return missing("ID") };
    Ok(Columns {
        student,
        id,
        sis_user: at(&["SIS User ID"]),
        sis_login: at(&["SIS Login ID"]),
        assignment: chosen(sheet, assignment)?,
    })
}

fn missing<T>(what: &str) -> Result<T> {
    bail!(
        "this is no gradebook of Canvas: it has no column {what}\ntry: Grades, Export, Export Entire Gradebook, with Canvas in English"
    )
}

/// `Lab 1 (4711)`: the title and the number.
fn titled(header: &str) -> Option<(&str, &str)> {
    let (title, id) = header.strip_suffix(')')?.rsplit_once('(')?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some((title.trim(), id))
}

/// The column of this assignment: its title, its number, or the whole header.
fn chosen(sheet: &Sheet, assignment: &str) -> Result<usize> {
    let headers = sheet.headers();
    let wanted = assignment.trim();
    let fits = |header: &str| match titled(header) {
        Some((title, id)) => title == wanted || id == wanted || header == wanted,
        None => false,
    };
    let found: Vec<usize> = (0..headers.len()).filter(|at| fits(headers[*at])).collect();
    let all: Vec<String> =
        headers.iter().filter(|header| titled(header).is_some()).map(|header| format!("`{}`", named(header))).collect();
    match found[..] {
        [one] if read_only(sheet, one) => {
            bail!("`{}` is read only in this gradebook\ntry: another assignment", named(headers[one]))
        }
        [one] => Ok(one),
        [] => bail!(
            "the gradebook has no assignment `{}`; it has {}\ntry: one of these, by title or number",
            named(wanted),
            all.join(", ")
        ),
        _ => bail!(
            "the gradebook has several assignments `{}`: {}\ntry: the number of one",
            named(wanted),
            all.join(", ")
        ),
    }
}

fn read_only(sheet: &Sheet, column: usize) -> bool {
    (0..sheet.len().min(3)).any(|at| sheet.value(at, column).contains("(read only)"))
}

/// Rows such as `Points Possible` and `Manual Posting` come first; they have no ID.
fn first_student(sheet: &Sheet, columns: &Columns) -> usize {
    let nobody = |at: &usize| {
        let empty = |column: Option<usize>| column.is_none_or(|column| sheet.value(*at, column).trim().is_empty());
        empty(Some(columns.id)) && empty(columns.sis_user) && empty(columns.sis_login)
    };
    // A gradebook without any number at all is matched by names; its first rows are then known by their indentation.
    let indented = |at: &usize| {
        sheet.value(*at, columns.student).trim().is_empty() || sheet.value(*at, columns.student).starts_with(' ')
    };
    (1..sheet.len()).find(|at| !(nobody(at) && indented(at))).unwrap_or(sheet.len())
}

fn possible(sheet: &Sheet, columns: &Columns, first: usize) -> Result<Option<Hundredths>> {
    let told = (1..first).map(|at| sheet.value(at, columns.assignment)).find_map(number);
    match told {
        Some(Hundredths(0)) => bail!(
            "the assignment is worth 0 points in Canvas\ntry: give it points there, and export the gradebook again"
        ),
        other => Ok(other),
    }
}

/// Which of the class this row is; nobody, if that is not certain.
fn who(sheet: &Sheet, columns: &Columns, at: usize, everybody: &[(&Row, &Person)]) -> Option<usize> {
    let by = |column: Option<usize>, key: &str| {
        let value = sheet.value(at, column?).trim();
        only(everybody, |person| !value.is_empty() && person.ids.get(key).is_some_and(|id| id.trim() == value))
    };
    let name = squashed(sheet.value(at, columns.student));
    by(Some(columns.id), "canvas")
        .or_else(|| by(columns.sis_user, "sid"))
        .or_else(|| by(columns.sis_login, "login"))
        .or_else(|| {
            let alone =
                (1..sheet.len()).filter(|other| squashed(sheet.value(*other, columns.student)) == name).count() == 1;
            alone.then(|| only(everybody, |person| !name.is_empty() && names(person).contains(&name))).flatten()
        })
}

fn only(everybody: &[(&Row, &Person)], fits: impl Fn(&Person) -> bool) -> Option<usize> {
    let mut found = everybody.iter().enumerate().filter(|(_, (_, person))| fits(person)).map(|(at, _)| at);
    found.next().filter(|_| found.next().is_none())
}

/// As Canvas writes a name into a file's name: lower case, letters and digits only.
fn squashed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `Jana Müller` also goes by `Müller, Jana`.
fn names(person: &Person) -> [String; 2] {
    let turned = match person.name.rsplit_once(' ') {
        Some((first, last)) if !person.name.contains(',') => format!("{last}{first}"),
        _ => person.name.clone(),
    };
    [squashed(&person.name), squashed(&turned)]
}

/// Titles and numbers of the assignments in a gradebook, for a teacher to choose from.
pub fn assignments(gradebook: &[u8]) -> Result<BTreeMap<String, String>> {
    let sheet = Sheet::read(gradebook, "the gradebook")?;
    let titles = sheet.headers().into_iter().filter_map(titled);
    Ok(titles.map(|(title, id)| (id.to_string(), title.to_string())).collect())
}

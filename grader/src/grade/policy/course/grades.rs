//! The table of grades: `[[grade]]`.

use super::amount::amount;
use super::read::{Reader, Table, Value};
use super::sections::course_labs;
use super::{Grade, Need};

pub(super) fn grades(reader: &mut Reader, value: Option<Value>, labs: &[u8]) -> Vec<Grade> {
    let at = value.as_ref().map_or(0, |value| value.at);
    let before = reader.problems.len();
    let tables = reader.tables(value, "`[[grade]]`");
    let grades: Vec<Grade> = tables.into_iter().map(|table| grade(reader, table, labs)).collect();
    // A condition that could not be read is none, but not the table's fault.
    if reader.problems.len() > before {
        return grades;
    }
    let free = |grade: &Grade| grade.points.is_none() && grade.tiers.iter().all(|need| *need == Need::Nothing);
    if let Some((last, above)) = grades.split_last() {
        if !free(last) {
            reader.problem(
                at,
                "the last grade must have no condition, for who reaches none; try: `name = \"fail\"` alone",
            );
        }
        if let Some(early) = above.iter().find(|grade| free(grade)) {
            let text = format!("the grade `{}` has no condition, so no later one is ever given", early.name);
            reader.problem(at, format!("{text}; try: the best grade first"));
        }
    }
    grades
}

fn grade(reader: &mut Reader, mut table: Table, labs: &[u8]) -> Grade {
    let at = table.at;
    let name = table.take("name").and_then(|value| reader.written(&value, "`name = \"pass\"`"));
    let points = reader.parsed(table.take("points"), "`\"90 %\"` or a number of points", amount);
    let tiers = ["core", "robust", "expert"].map(|tier| need(reader, table.take(tier), labs));
    table.end(reader);
    if name.is_none() {
        reader.problem(at, "a grade needs a name; try: `name = \"pass\"`");
    }
    Grade { name: name.unwrap_or_default(), points, tiers }
}

/// `"all"`, a number of labs, or a list of them.
fn need(reader: &mut Reader, value: Option<Value>, labs: &[u8]) -> Need {
    let Some(value) = value else { return Need::Nothing };
    if value.value.as_str() == Some("all") {
        return Need::All;
    }
    if value.value.is_array() {
        return Need::These(course_labs(reader, value, labs));
    }
    if value.value.is_integer() {
        return reader.number(Some(value), 0, labs.len() as u32).map_or(Need::Nothing, Need::Count);
    }
    reader.wrong(&value, "`\"all\"`, a number of labs, or a list of labs").unwrap_or_default()
}

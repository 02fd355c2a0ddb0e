//! Points that people give: one CSV for each teaching assistant, with the columns student (or id, email, name), item,
//! points and, if wanted, comment. What disagrees is listed, and the student's mark stays open: nobody's points win in
//! silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use csv::StringRecord;

use super::course::amount::decimal;
use super::course::{Course, Groups};
use super::people::{People, Who};
use crate::grade::model::{Hundredths, ManualMark};

/// One file: who wrote it (the name of the file), and what stands in it.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub by: String,
    pub bytes: Vec<u8>,
}

/// What all files together say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manual {
    /// By id, then in the order of the course's items.
    pub marks: BTreeMap<String, Vec<ManualMark>>,
    pub conflicts: Vec<Conflict>,
}

/// Something that a person has to settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// `anna:12`: the file and its line.
    pub place: String,
    /// The student whose mark stays open for it, if one is known.
    pub student: Option<String>,
    pub text: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// A line that can be taken, if no other one disagrees.
struct Given {
    place: String,
    id: String,
    mark: ManualMark,
}

/// Reads all files. Only what nobody disputes is in `marks`.
pub fn read(course: &Course, people: &People, sheets: &[Sheet]) -> Manual {
    let mut manual = Manual::default();
    let mut given = Vec::new();
    for sheet in sheets {
        read_sheet(course, people, sheet, &mut given, &mut manual.conflicts);
    }
    settle(course, given, &mut manual);
    manual
}

fn read_sheet(course: &Course, people: &People, sheet: &Sheet, given: &mut Vec<Given>, conflicts: &mut Vec<Conflict>) {
    let text = String::from_utf8_lossy(&sheet.bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let columns = match reader.headers().map_err(|error| error.to_string()).and_then(Columns::find) {
        Ok(columns) => columns,
        Err(text) => return conflicts.push(Conflict { place: format!("{}:1", sheet.by), student: None, text }),
    };
    for row in reader.records() {
        let line = row.as_ref().ok().and_then(|row| row.position().map(csv::Position::line)).unwrap_or(0);
        let place = format!("{}:{line}", sheet.by);
        let row = row.map_err(|error| (None, error.to_string()));
        match row.and_then(|row| columns.row(course, people, &sheet.by, &row)) {
            Ok(marks) => given.extend(marks.into_iter().map(|(id, mark)| Given { place: place.clone(), id, mark })),
            Err((student, text)) => conflicts.push(Conflict { place, student, text }),
        }
    }
}

/// What Excel writes in half of Europe has `;`.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or("");
    [b';', b'\t'].into_iter().find(|sign| header.contains(char::from(*sign)) && !header.contains(',')).unwrap_or(b',')
}

/// A row that cannot be taken: whose mark stays open for it, and why.
type Refused = (Option<String>, String);

/// Where the columns are.
struct Columns {
    /// In the order in which they are asked: id, email, student, name.
    student: Vec<usize>,
    item: usize,
    points: usize,
    comment: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Columns, String> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        let place = |name: &str| names.iter().position(|other| other == name);
        let student: Vec<usize> = ["id", "email", "student", "name"].into_iter().filter_map(place).collect();
        let missing = |what: &str| {
            format!("no column {what} in `{}`; try: `student,item,points,comment` as the first line", names.join(","))
        };
        Ok(Columns {
            student: if student.is_empty() {
                return Err(missing("`student`, `id`, `email` or `name`"));
            } else {
                student
            },
            item: place("item").ok_or_else(|| missing("`item`"))?,
            points: place("points").ok_or_else(|| missing("`points`"))?,
            comment: place("comment"),
        })
    }

    /// The marks of a row: one for each member of a group; none where no points stand.
    fn row(
        &self,
        course: &Course,
        people: &People,
        by: &str,
        row: &StringRecord,
    ) -> Result<Vec<(String, ManualMark)>, Refused> {
        let cell = |place: usize| row.get(place).unwrap_or("").trim();
        if cell(self.points).is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.students(course, people, row).map_err(|text| (None, text))?;
        let mine = |text: String| (ids.first().cloned(), text);
        let name = cell(self.item);
        let known: Vec<String> = course.manual.iter().map(|item| format!("`{}`", item.name)).collect();
        let unknown = || format!("the course has no item `{name}`; try: {}", known.join(", "));
        let item = course.item(name).ok_or_else(|| mine(unknown()))?;
        let points = cell(self.points);
        let read = decimal(points).ok_or_else(|| {
            mine(format!("`{points}` are no points of `{name}`; try: a number from 0 to {}", item.of))
        })?;
        if read > item.of {
            return Err(mine(format!("{read} points of `{name}` are more than {}", item.of)));
        }
        let comment = self.comment.map(cell).unwrap_or("").to_string();
        let mark = ManualMark { item: name.to_string(), points: read, of: item.of, by: by.to_string(), comment };
        Ok(ids.into_iter().map(|id| (id, mark.clone())).collect())
    }

    /// Whom a row is about. Its cells must not contradict each other.
    fn students(&self, course: &Course, people: &People, row: &StringRecord) -> Result<Vec<String>, String> {
        let texts: Vec<&str> = self
            .student
            .iter()
            .filter_map(|place| row.get(*place))
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        let shown = texts.join(", ");
        let found: Vec<Vec<String>> =
            texts.iter().map(|text| ids(people, text)).filter(|ids| !ids.is_empty()).collect();
        let Some(first) = found.first() else { return Err(format!("nobody in the class is `{shown}`")) };
        let common: Vec<String> = first.iter().filter(|id| found.iter().all(|ids| ids.contains(id))).cloned().collect();
        match common.as_slice() {
            [] => Err(format!("`{shown}` are different people")),
            [id] if course.groups == Groups::Same => Ok(people.group(id).into_iter().collect()),
            [id] => Ok(vec![id.clone()]),
            _ if texts.iter().any(|text| matches!(people.all(text), Who::Several(_))) => Ok(common),
            _ => Err(format!("`{shown}` could be {}; try: the id", common.join(" or "))),
        }
    }
}

fn ids(people: &People, text: &str) -> Vec<String> {
    match people.find(text) {
        Who::One(id) => vec![id],
        Who::Several(ids) => ids,
        Who::Nobody => Vec::new(),
    }
}

/// Takes what is undisputed: for a student and an item all lines have the same points.
fn settle(course: &Course, given: Vec<Given>, manual: &mut Manual) {
    let mut cells: BTreeMap<(String, usize), Vec<Given>> = BTreeMap::new();
    for line in given {
        let place = course.manual.iter().position(|item| item.name == line.mark.item).unwrap_or(usize::MAX);
        cells.entry((line.id.clone(), place)).or_default().push(line);
    }
    for ((id, _), mut lines) in cells {
        lines.sort_by(|a, b| a.place.cmp(&b.place));
        let different: BTreeSet<Hundredths> = lines.iter().map(|line| line.mark.points).collect();
        if different.len() > 1 {
            manual.conflicts.push(disagreement(id, &lines));
        } else if let Some(mark) = joined(lines) {
            manual.marks.entry(id).or_default().push(mark);
        }
    }
}

fn disagreement(id: String, lines: &[Given]) -> Conflict {
    let given: Vec<String> = lines.iter().map(|line| format!("{} ({})", line.mark.points, line.place)).collect();
    let item = lines.first().map_or("", |line| &line.mark.item);
    let place = lines.first().map_or_else(String::new, |line| line.place.clone());
    Conflict { place, text: format!("{id} has different points of `{item}`: {}", given.join(", ")), student: Some(id) }
}

/// Lines that agree, as one: all who gave them, all that they said.
fn joined(lines: Vec<Given>) -> Option<ManualMark> {
    let all = |text: &dyn Fn(&ManualMark) -> &str| {
        let mut texts: Vec<&str> = lines.iter().map(|line| text(&line.mark)).filter(|text| !text.is_empty()).collect();
        texts.dedup();
        texts.join(", ")
    };
    let (by, comment) = (all(&|mark| &mark.by), all(&|mark| &mark.comment));
    lines.first().map(|line| ManualMark { by, comment, ..line.mark.clone() })
}

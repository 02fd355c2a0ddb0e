//! From records to marks, for the whole class at once, for slip days and groups need more than one record.
//!
//! In this order: points of the checks (voided, overridden, full marks), scaled to the lab's weight: *raw*; lateness takes
//! off: *penalty*; what people gave is added, which lateness never touches: *manual*; the sum is rounded and kept between 0
//! and the maximum; an override of the total replaces it: *final*. Where something is not known (trouble, no receipt time,
//! assistants who disagree) the mark is *open*: its figures are what is known so far, and nobody exports it as 0.
//!
//! A student may have several records. If no lab is in two of them they are parts of one work, each with its own time of
//! receipt; else they are tries, and the course says which one counts.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::changes::{Changes, State, Target};
use super::course::{Course, Extension, Groups};
use super::manual::Manual;
use super::people::{People, Who};
use crate::grade::model::{Hundredths, LabMark, LabStatus, Marks, Record, Status, VERSION};

mod grade;
mod lab;
mod late;
mod slip;
mod told;
mod tries;

use lab::Work;

/// The marks of all students, in the order of their ids; the same for the same inputs, in whatever order records come.
pub fn marks(course: &Course, records: &[Record], manual: &Manual, changes: &Changes) -> Result<Vec<(String, Marks)>> {
    let ground = Ground::new(course, &People::new(records), manual, changes);
    if let Some(newer) = records.iter().find(|record| record.version > VERSION) {
        let (id, version) = (&newer.identity.id, newer.version);
        bail!("the record of `{id}` has format {version}, and this grader knows {VERSION}; try: a newer grader");
    }
    let mut students: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        students.entry(&record.identity.id).or_default().push(record);
    }
    Ok(students
        .into_iter()
        .map(|(id, records)| (id.to_string(), tries::student(&ground, id, &records).marks))
        .collect())
}

/// Marks of one student after the other, for a class that is never held as a whole.
pub struct Marker<'a>(Ground<'a>);

impl<'a> Marker<'a> {
    pub fn new(course: &'a Course, people: &People, manual: &'a Manual, changes: &Changes) -> Marker<'a> {
        Marker(Ground::new(course, people, manual, changes))
    }

    /// Of all the records of one student: the marks, and the places of the records that count, in their order.
    pub fn student(&self, id: &str, records: &[&Record]) -> (Marks, Vec<usize>) {
        let student = tries::student(&self.0, id, records);
        (student.marks, student.counts)
    }
}

/// Students whom the course file names and nobody in the class is, or more than one: a slip of the pen there costs
/// somebody an extension.
pub fn strangers(course: &Course, people: &People) -> Vec<String> {
    let named = course.extensions.iter().map(|extension| &extension.student);
    named.filter(|name| people.all(name) == Who::Nobody).cloned().collect()
}

/// What is the same for all students.
struct Ground<'a> {
    course: &'a Course,
    manual: &'a Manual,
    state: State,
    extensions: BTreeMap<String, Vec<&'a Extension>>,
    /// Reasons why marks are open that lie outside their records.
    open: BTreeMap<String, Vec<String>>,
}

impl<'a> Ground<'a> {
    fn new(course: &'a Course, people: &People, manual: &'a Manual, changes: &Changes) -> Self {
        let state = changes.state(people);
        let mut ground = Ground { course, manual, state, extensions: BTreeMap::new(), open: BTreeMap::new() };
        for extension in &course.extensions {
            ground.extend(extension, people);
        }
        for conflict in &manual.conflicts {
            if let Some(id) = &conflict.student {
                ground.open.entry(id.clone()).or_default().push(format!("manual points: {}", conflict.text));
            }
        }
        ground
    }

    fn extend(&mut self, extension: &'a Extension, people: &People) {
        let name = &extension.student;
        let mut give = |id: String| self.extensions.entry(id).or_default().push(extension);
        match (people.all(name), people.find(name)) {
            (Who::One(id), _) if self.course.groups == Groups::Same => people.group(&id).into_iter().for_each(give),
            (Who::One(id), _) => give(id),
            (Who::Several(ids), _) => ids.into_iter().for_each(give),
            (_, Who::Several(ids)) => {
                for id in ids {
                    self.open.entry(id).or_default().push(format!("the extension of `{name}` may be theirs"));
                }
            }
            _ => {}
        }
    }

    fn fixed(&self, id: &str, target: &Target) -> Option<&super::changes::Override> {
        self.state.overrides.get(id)?.get(target)
    }
}

/// What a student's records come to, taken together as parts of one work.
fn work(ground: &Ground, id: &str, records: &[&Record]) -> Marks {
    let course = ground.course;
    let works: Vec<Work> = course.labs.iter().map(|lab| lab::work(ground, id, lab, records)).collect();
    let charges = slip::spend(course, &works);
    let labs = works.iter().zip(&charges).map(|(work, charge)| LabMark {
        lab: work.rules.number,
        tier: work.tier.to_string(),
        raw: work.raw,
        penalty: if work.fixed.is_some() { Hundredths(0) } else { Hundredths(work.raw.0 - charge.total.0) },
        total: charge.total,
        of: work.rules.weight,
    });
    let mut marks = Marks { labs: labs.collect(), of: course.of(), ..Marks::default() };
    marks.manual_items = ground.manual.marks.get(id).cloned().unwrap_or_default();
    marks.raw = sum(marks.labs.iter().map(|lab| lab.raw));
    marks.penalty = sum(marks.labs.iter().map(|lab| lab.penalty));
    marks.manual = sum(marks.manual_items.iter().map(|mark| mark.points));
    let total = Hundredths(sum(marks.labs.iter().map(|lab| lab.total)).0 + marks.manual.0);
    marks.total = grade::rounded(total, course.rounding, marks.of);
    marks.late = told::late(&works, &charges);
    marks.open = open(ground, id, records, &works);
    marks.overrides = overrides(ground, id);
    settle(ground, id, &mut marks);
    if ground.state.held.contains(id) {
        marks.open.push("held back".to_string());
    }
    let counted = |place: usize| charges.get(place).is_some_and(|charge| !charge.worthless);
    marks.grade = grade::grade(course, &marks, counted);
    marks
}

fn sum(points: impl Iterator<Item = Hundredths>) -> Hundredths {
    Hundredths(points.map(|points| points.0).sum())
}

/// Why somebody has to look: each reason once.
fn open(ground: &Ground, id: &str, records: &[&Record], works: &[Work]) -> Vec<String> {
    let mut open: Vec<String> = ground.open.get(id).cloned().unwrap_or_default();
    if records.iter().any(|record| record.status == Status::NeedsALook) {
        open.push("the submission needs a look".to_string());
    }
    open.extend(works.iter().flat_map(|work| work.open.iter().cloned()));
    if records.iter().any(|record| handed_in(record)) {
        let given = ground.manual.marks.get(id).map(Vec::as_slice).unwrap_or_default();
        let missing = ground.course.manual.iter().filter(|item| item.required);
        let missing = missing.filter(|item| !given.iter().any(|mark| mark.item == item.name));
        open.extend(missing.map(|item| format!("no points for `{}` yet", item.name)));
    }
    let mut seen = std::collections::BTreeSet::new();
    open.retain(|reason| seen.insert(reason.clone()));
    open
}

/// There is something of at least one lab.
fn handed_in(record: &Record) -> bool {
    record.status == Status::NeedsALook
        || record.status == Status::Graded && record.labs.iter().any(|lab| lab.status != LabStatus::Missing)
}

fn overrides(ground: &Ground, id: &str) -> Vec<String> {
    let held = ground.state.overrides.get(id).into_iter().flatten();
    held.map(|(target, held)| format!("{target} {} by {}: {}", held.points, held.by, held.reason)).collect()
}

/// A total that a person has set is settled, whatever was open, unless it cannot be.
fn settle(ground: &Ground, id: &str, marks: &mut Marks) {
    let Some(held) = ground.fixed(id, &Target::Total) else { return };
    if held.points > marks.of {
        marks.open.push(format!("the total was set to {}, and the most is {}", held.points, marks.of));
    } else {
        marks.total = held.points;
        marks.open.clear();
    }
}

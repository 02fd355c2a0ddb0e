//! Several records of one student: parts of one work, or tries.

use super::lab::part;
use super::late::Received;
use super::{Ground, work};
use crate::grade::model::{LabStatus, Marks, Record, Tries};
use crate::labs::LABS;

/// A student's marks, and which of the records they were made from.
pub(super) struct Student {
    pub marks: Marks,
    pub counts: Vec<usize>,
}

pub(super) fn student(ground: &Ground, id: &str, records: &[&Record]) -> Student {
    let all = (0..records.len()).collect();
    if records.len() == 1 || are_parts(records) {
        // Parts are put in an order of their own, so that the marks do not depend on the order of files.
        let mut sorted = records.to_vec();
        sorted.sort_by_key(|record| &record.key);
        return Student { marks: work(ground, id, &sorted), counts: all };
    }
    match ground.course.tries {
        Tries::Latest => latest(ground, id, records),
        Tries::Best => best(ground, id, records),
        Tries::Error => {
            let why = format!("{} submissions, and the course wants one", records.len());
            Student { marks: opened(work(ground, id, &newest(records).1), why), counts: all }
        }
    }
}

/// No lab was handed in with two of them.
fn are_parts(records: &[&Record]) -> bool {
    let mut labs: Vec<u8> = records
        .iter()
        .flat_map(|record| &record.labs)
        .filter(|lab| lab.status != LabStatus::Missing)
        .map(|lab| lab.lab)
        .collect();
    let all = labs.len();
    labs.sort_unstable();
    labs.dedup();
    let each = |record: &&Record| {
        LABS.iter().any(|lab| part(lab.number, &[*record]).is_some_and(|(_, lab)| lab.status != LabStatus::Missing))
    };
    labs.len() == all && records.iter().all(each)
}

/// The place of the last one received, and it alone. Of equal ones the last by key.
fn newest<'a>(records: &[&'a Record]) -> (usize, Vec<&'a Record>) {
    let moment = |record: &Record| match Received::of(&record.identity) {
        Received::At(moment) => Some(moment),
        _ => None,
    };
    let last = records.iter().enumerate().max_by_key(|(_, record)| (moment(record), &record.key));
    last.map_or((0, Vec::new()), |(place, record)| (place, vec![*record]))
}

fn latest(ground: &Ground, id: &str, records: &[&Record]) -> Student {
    let (place, last) = newest(records);
    let marks = work(ground, id, &last);
    let timed = records.iter().all(|record| matches!(Received::of(&record.identity), Received::At(_)));
    let why = || format!("{} submissions, and not all have a receipt time", records.len());
    Student { marks: if timed { marks } else { opened(marks, why()) }, counts: vec![place] }
}

/// The try with the highest final mark, lateness counted in; of equal ones the last. As long as another one is open it may
/// be the better one.
fn best(ground: &Ground, id: &str, records: &[&Record]) -> Student {
    let tries: Vec<Marks> = records.iter().map(|record| work(ground, id, &[*record])).collect();
    let order = |(place, marks): &(usize, &Marks)| (marks.total, newest_order(records[*place]));
    let best = tries.iter().enumerate().max_by_key(order).map_or(0, |(place, _)| place);
    let open = tries.iter().enumerate().any(|(place, marks)| place != best && !marks.open.is_empty());
    let marks = tries.get(best).cloned().unwrap_or_default();
    let why = || "another try of theirs is open".to_string();
    Student { marks: if open { opened(marks, why()) } else { marks }, counts: vec![best] }
}

fn newest_order(record: &Record) -> (Option<jiff::Timestamp>, &String) {
    let moment = record.identity.received.as_deref().and_then(|received| received.parse().ok());
    (moment, &record.key)
}

/// With a reason more, unless a person has set the total.
fn opened(mut marks: Marks, why: String) -> Marks {
    if !marks.overrides.iter().any(|held| held.starts_with("total ")) {
        marks.open.push(why);
        marks.grade = None;
    }
    marks
}

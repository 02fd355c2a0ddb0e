//! The class, a row at a time: a large one is never held as a whole, for what is made of it is made as its results go by.
//!
//! Who is in the class is known from the listing alone. So names in sheets, decisions and extensions are understood before
//! the first result is read, and a student's mark needs no other student's result.

use anyhow::Result;

use super::{READERS, Session, unjudged};
use crate::grade::intake::Found;
use crate::grade::model::{Class, Identity, LabStatus, Record, Row, Status};
use crate::grade::policy::marks::Marker;
use crate::grade::policy::people::{self, People};
use crate::prove;

/// So many submissions are read before what came of them is taken.
const AHEAD: usize = 64;

/// A submission with all its tries, or somebody who is absent.
struct Handed<'a> {
    identity: &'a Identity,
    /// Nothing for somebody who is absent.
    found: Option<&'a Found>,
}

impl Session {
    /// The class as outputs see it, and what a person has to settle.
    pub fn class(&self) -> Result<(Class, Vec<String>)> {
        let mut class = self.without_rows();
        let packed = |mut row: Row| {
            row.record.observed.cases.pack();
            Ok(row)
        };
        let told = self.each_row(packed, |row| {
            class.rows.push(row);
            Ok(())
        })?;
        Ok((class, told))
    }

    /// All but its rows.
    pub fn without_rows(&self) -> Class {
        let title = if self.course.title.is_empty() { "Loopback" } else { &self.course.title };
        Class {
            title: title.to_string(),
            graded_at: self.listing.graded_at.clone(),
            sandbox: self.listing.sandbox.clone(),
            labs: self.labs(),
            hidden: self.course.hidden.clone(),
            rows: Vec::new(),
            unplaced: self.listing.unplaced.clone(),
            preflight: self.listing.preflight.clone(),
        }
    }

    /// Reads the results, several at once, and does `make` with each row; then, in the order of ids, `take` with what came
    /// of it. Returns what a person has to settle.
    pub fn each_row<T: Send>(
        &self,
        make: impl Fn(Row) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<Vec<String>> {
        let mut handed: Vec<Handed<'_>> = Vec::new();
        let found = self.listing.submissions.iter();
        handed.extend(found.map(|found| Handed { identity: &found.identity, found: Some(found) }));
        handed.extend(self.listing.absent.iter().map(|identity| Handed { identity, found: None }));
        handed.sort_by_key(|one| &one.identity.id);
        let everybody: Vec<Identity> = handed.iter().flat_map(|one| people::members(one.identity)).collect();
        let people = People::of(everybody.iter());
        let (changes, manual) = (self.changes()?, self.manual(&people)?);
        let marker = Marker::new(&self.course, &people, &manual, &changes);
        let submissions: Vec<&[Handed<'_>]> = handed.chunk_by(|a, b| a.identity.id == b.identity.id).collect();
        for some in submissions.chunks(AHEAD) {
            let rows = |tries: &&[Handed<'_>]| -> Result<Vec<T>> {
                self.rows(&marker, tries)?.into_iter().map(&make).collect()
            };
            for rows in prove::in_parallel(READERS, some, rows) {
                rows?.into_iter().try_for_each(&mut take)?;
            }
        }
        Ok(self.to_settle(&people, &changes, &manual))
    }

    /// A row for each person of a submission.
    fn rows(&self, marker: &Marker<'_>, tries: &[Handed<'_>]) -> Result<Vec<Row>> {
        let mut people: Vec<Vec<Record>> = Vec::new();
        for one in tries {
            let record = match one.found {
                Some(found) => self.record(found)?,
                None => unjudged(one.identity, Status::Absent, ""),
            };
            for own in people::split(record) {
                match people.iter_mut().find(|records| records[0].identity.id == own.identity.id) {
                    Some(records) => records.push(own),
                    None => people.push(vec![own]),
                }
            }
        }
        Ok(people.into_iter().filter_map(|records| row(marker, records)).collect())
    }
}

/// Of several records that count, the first speaks: its labs are the others' too.
fn row(marker: &Marker<'_>, records: Vec<Record>) -> Option<Row> {
    let all: Vec<&Record> = records.iter().collect();
    let (marks, counts) = marker.student(&all.first()?.identity.id, &all);
    let counted = records.into_iter().enumerate().filter(|(place, _)| counts.contains(place));
    let record = counted.map(|(_, record)| record).reduce(merge)?;
    Some(Row { record, marks, note: String::new() })
}

/// Parts of one work, handed in apart.
fn merge(mut into: Record, other: Record) -> Record {
    for lab in other.labs {
        match into.labs.iter_mut().find(|known| known.lab == lab.lab) {
            Some(known) if known.status == LabStatus::Missing => *known = lab,
            Some(_) => {}
            None => into.labs.push(lab),
        }
    }
    into.labs.sort_by_key(|lab| lab.lab);
    into.ignored.extend(other.ignored);
    into.observed.cases.extend(other.observed.cases);
    into
}

//! A whole class: several submissions at once, each result kept as soon as it is there, what is done not done again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::intake::Found;
use super::model::{Record, Status};
use super::one::{Bench, Work};
use super::store::{self, Store};

/// What happened to one submission of a run.
#[derive(Clone, Debug)]
pub struct Step {
    pub record: Record,
    /// It was there already, with the same key.
    pub kept: bool,
}

/// Graded, found as it was, and how many in all: for the progress line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub kept: usize,
    pub of: usize,
}

/// The work on a class: tries of the same student together.
pub fn works(found: Vec<Found>, labs: &[u8]) -> Vec<Vec<Work>> {
    let mut by_id: BTreeMap<String, Vec<Work>> = BTreeMap::new();
    for found in found {
        let id = found.identity.id.clone();
        by_id.entry(id).or_default().push(Work { found, labs: labs.to_vec(), small: false });
    }
    by_id.into_values().collect()
}

/// Grades what is not graded yet, `jobs` at once, in the order of ids. `done` hears of each as soon as it is kept.
pub fn grade(
    bench: &Bench,
    store: &Store,
    works: &[Vec<Work>],
    jobs: usize,
    done: &(dyn Fn(Progress, &Step) -> Result<()> + Sync),
) -> Result<Vec<Record>> {
    let next = AtomicUsize::new(0);
    let state: Mutex<(Progress, Vec<Record>, Option<anyhow::Error>)> =
        Mutex::new((Progress { of: works.len(), ..Progress::default() }, Vec::new(), None));
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, works.len().max(1)) {
            scope.spawn(|| {
                while let Some(tries) = works.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let step = step(bench, store, tries);
                    let mut state = lock();
                    let (progress, records, error) = &mut *state;
                    match step.and_then(|step| {
                        progress.done += 1;
                        progress.kept += usize::from(step.kept);
                        done(*progress, &step)?;
                        Ok(step)
                    }) {
                        Ok(step) => records.push(step.record),
                        Err(trouble) => {
                            // A full disk, say: no submission's fault, and the next would fare no better.
                            error.get_or_insert(trouble);
                            next.store(works.len(), Ordering::SeqCst);
                        }
                    }
                }
            });
        }
    });
    let (_, mut records, error) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    records.sort_by(|a, b| a.identity.id.cmp(&b.identity.id));
    error.map_or(Ok(records), Err)
}

/// One student's tries: graded, unless the result is there.
fn step(bench: &Bench, store: &Store, tries: &[Work]) -> Result<Step> {
    let id = &tries[0].found.identity.id;
    let key = key(bench, tries);
    if let Some(record) = store.find(id).filter(|record| record.key == key && !store::is_open(record)) {
        return Ok(Step { record, kept: true });
    }
    let graded = tries.iter().map(|work| bench.grade(work));
    // Of equal ones the last: it is what the student meant.
    let best = graded.max_by_key(points).unwrap_or_else(|| bench.grade(&tries[0]));
    let record = Record { key, ..best };
    store.put(&record)?;
    Ok(Step { record, kept: false })
}

fn key(bench: &Bench, tries: &[Work]) -> String {
    let keys: Vec<String> = tries.iter().map(|work| bench.key(work)).collect();
    match keys.as_slice() {
        [only] => only.clone(),
        several => store::key(&[("tries", &several.join(" "))]),
    }
}

fn points(record: &Record) -> u32 {
    record.labs.iter().map(|lab| lab.points).sum()
}

/// Results of submissions that need a person: trouble of the grader or the machine.
pub fn need_a_look(records: &[Record]) -> Vec<&Record> {
    records.iter().filter(|record| record.status == Status::NeedsALook || store::is_open(record)).collect()
}

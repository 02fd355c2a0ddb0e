//! A whole class: several submissions at once, each result kept as soon as it is there, what is done not done again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use super::model::{Record, Status};
use super::one::{Bench, Work};
use super::stop;
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

/// Grades what is not graded yet, and what is to be judged `again`, `jobs` at once. `done` hears of each as soon as it is
/// kept. What met trouble is tried once more when all are done, by itself: a machine that was too busy is not any more.
pub fn grade(
    bench: &Bench,
    store: &Store,
    works: &[Work],
    jobs: usize,
    again: &(dyn Fn(&str) -> bool + Sync),
    done: &(dyn Fn(Progress, &Step) -> Result<()> + Sync),
) -> Result<Vec<Record>> {
    let next = AtomicUsize::new(0);
    let state: Mutex<(Progress, Vec<Record>, Option<anyhow::Error>)> =
        Mutex::new((Progress { of: works.len(), ..Progress::default() }, Vec::new(), None));
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, works.len().max(1)) {
            scope.spawn(|| {
                while let Some(work) = works.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let step = step(bench, store, work, again(&work.found.identity.id));
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
    let (progress, mut records, error) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = error {
        return Err(error);
    }
    if jobs > 1 && works.len() > 1 {
        once_more(bench, store, works, &mut records, &|step| done(progress, step))?;
    }
    records.sort_by(|a, b| a.identity.id.cmp(&b.identity.id));
    Ok(records)
}

/// Tries those again, one after the other, that met trouble while others were judged beside them.
fn once_more(
    bench: &Bench,
    store: &Store,
    works: &[Work],
    records: &mut [Record],
    done: &dyn Fn(&Step) -> Result<()>,
) -> Result<()> {
    for record in records.iter_mut().filter(|record| store::is_open(record)) {
        let same = |work: &&Work| work.found.identity.id == record.identity.id && bench.key(work) == record.key;
        let Some(work) = works.iter().find(same).filter(|work| work.found.status.is_none()) else { continue };
        let step = step(bench, store, work, true)?;
        done(&step)?;
        *record = step.record;
    }
    Ok(())
}

/// One submission: graded, unless its result is there.
fn step(bench: &Bench, store: &Store, work: &Work, again: bool) -> Result<Step> {
    let (id, attempt) = (&work.found.identity.id, work.found.attempt);
    if let Some(mut record) = kept(bench, store, work)?.filter(|_| !again) {
        record.observed.cases.pack();
        return Ok(Step { record, kept: true });
    }
    stop::check()?;
    let record = bench.grade(work);
    // What was judged while programs were being ended is nobody's result.
    stop::check()?;
    still_there(work)?;
    // Trouble must not write over a result that somebody may have seen: it is told, and tried again next time.
    let older = store.read(id, attempt)?;
    if older.is_none_or(|older| older.key != record.key || !store::is_open(&record)) {
        store.put(&record, attempt)?;
    }
    Ok(Step { record, kept: false })
}

/// What was judged must be what was handed in: files that somebody took away meanwhile are nobody's 0.
fn still_there(work: &Work) -> Result<()> {
    let gone = work.found.labs.values().find(|folder| folder.join("src/lib.rs").symlink_metadata().is_err());
    match gone {
        Some(folder) => bail!(
            "`{}` was taken away while it was graded, by another grader perhaps; try: the same command again",
            folder.display()
        ),
        None => Ok(()),
    }
}

/// The result that is there already, if it is of the same content, checks and settings.
pub fn kept(bench: &Bench, store: &Store, work: &Work) -> Result<Option<Record>> {
    let key = bench.key(work);
    let found = store.read(&work.found.identity.id, work.found.attempt)?;
    // Who handed in may be known better now; what came of it is the same.
    let now = |record: Record| Record { identity: work.found.identity.clone(), ..record };
    Ok(found.filter(|record| record.key == key && !store::is_open(record)).map(now))
}

/// Results of submissions that need a person: trouble of the grader or the machine.
pub fn need_a_look(records: &[Record]) -> Vec<&Record> {
    records.iter().filter(|record| record.status == Status::NeedsALook || store::is_open(record)).collect()
}

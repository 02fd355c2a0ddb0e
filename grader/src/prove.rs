//! The proof of the grader: wrong programs that the checks must catch for the reason they name, and unusual right ones
//! that they must pass.
//!
//! A mutant is a submission: it goes through the same stage and build as any other, and is judged by the same checks.

mod catalogue;
mod matrix;
mod work;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::build::{Toolchain, Workspace};
use crate::labs::{LABS, LabInfo};

pub use catalogue::{Mutant, Variant, mutants, solution, variants};
pub use matrix::Matrix;
pub use work::{Entry, Kept, Row, prepare};

/// What `cargo lab prove` is asked for.
#[derive(Clone, Debug)]
pub struct Plan {
    pub lab: Option<u8>,
    /// Only programs whose id contains one of these; all, where there are none.
    pub only: Vec<String>,
    pub runs: u32,
    /// So many threads keep the cores busy with other work.
    pub load: usize,
    /// Every check against every mutant, not only those that a claim is about.
    pub matrix: bool,
    /// All mutants; else those of the list of real mistakes, the racy ones, and one of each check that no earlier check
    /// catches.
    pub every: bool,
    pub jobs: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Proof {
    pub rows: Vec<Row>,
    /// What is not as it should be; empty when the grader is proven.
    pub problems: Vec<String>,
    /// Verdicts that changed between runs.
    pub changed: Vec<String>,
}

/// Builds everything once, then judges it `runs` times. `done` hears of each row of each run.
pub fn prove(workspace: &Workspace, plan: &Plan, done: &(dyn Fn(u32, &Row) + Sync)) -> Result<Proof> {
    if !workspace.root().join("solutions").is_dir() {
        bail!("the proof needs the solutions, and a student pack has none");
    }
    let mut toolchain = Toolchain::find()?;
    let labs: Vec<&LabInfo> =
        LABS.into_iter().filter(|lab| plan.lab.is_none_or(|number| number == lab.number)).collect();
    if labs.is_empty() {
        bail!("there is no lab {}; try: 1 to {}", plan.lab.unwrap_or_default(), LABS.len());
    }
    let mut entries = Vec::new();
    let mut proof = Proof::default();
    for lab in labs {
        entries.extend(work::entries(workspace, lab, plan)?);
    }
    if entries.is_empty() {
        bail!("`{}` is in no mutant's or variant's id", plan.only.join("` or `"));
    }
    // Where nothing is judged twice, one program hangs while the next is built, and takes the place of one that is done.
    let once = plan.runs <= 1 && plan.load == 0;
    toolchain.incremental = once;
    let prepare = |entry: &work::Entry| work::prepare(workspace, &toolchain, entry);
    let kept = if once { Vec::new() } else { in_parallel(plan.jobs, &entries, prepare) };
    under_load(plan.load, || {
        for run in 0..plan.runs.max(1) {
            let (kept, entries) = (&kept, &entries);
            let judge = move |turn: usize| match kept.get(turn) {
                Some(kept) => work::judge(kept, plan, run),
                None => work::judge(&prepare(&entries[turn]), plan, run),
            };
            let turns: Vec<usize> = (0..entries.len()).collect();
            let mut rows = in_parallel(plan.jobs, &turns, |&turn| {
                let row = judge(turn);
                done(run, &row);
                row
            });
            // Trouble is no verdict. As in a class, it is tried once more when the others are done, by itself.
            for (turn, row) in rows.iter_mut().enumerate().filter(|(_, row)| row.met_trouble()) {
                *row = judge(turn);
            }
            if run == 0 {
                proof.problems = rows.iter().flat_map(|row| row.problems.clone()).collect();
                proof.rows = rows;
            } else {
                let pairs = proof.rows.iter().zip(&rows);
                proof.changed.extend(pairs.flat_map(|(first, now)| first.changed(now, run)));
            }
        }
    });
    if plan.only.is_empty() {
        proof.problems.extend(work::missing(&proof.rows));
    }
    Ok(proof)
}

/// Does `work` while so many threads keep the cores busy.
pub(crate) fn under_load<T>(threads: usize, work: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let done = work();
        stop.store(true, Ordering::Relaxed);
        done
    })
}

/// Does `work` for every item with so many threads; the results are in the order of the items.
pub(crate) fn in_parallel<T: Sync, R: Send>(jobs: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(turn) else { break };
                    let result = work(item);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((turn, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(turn, _)| *turn);
    results.into_iter().map(|(_, result)| result).collect()
}

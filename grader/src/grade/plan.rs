//! `cargo grade plan`: what each part of a class has to do, as JSON, before anything is done.
//!
//! Which part a submission is in is decided by its id, and no plan changes that: one student more moves nobody. What a plan
//! can choose is how many parts there are, and which of them begin first. With more parts than machines, the longest first,
//! an engine's own queue keeps all machines busy to the end, and no machine waits for long for the last part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::commands::{Done, exit};
use super::session::Session;
use super::shard::{self, Shard, ShardFile};
use crate::workbook::println;

/// The version of the format; it grows when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;
/// The most parts that [`Size::Within`] chooses: engines have limits of their own, and Actions takes 256 jobs.
pub const MOST: u32 = 256;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub submissions: PathBuf,
    pub course: Option<PathBuf>,
    pub roster: Option<PathBuf>,
    /// Folders of results that know how long each submission took.
    pub last: Vec<PathBuf>,
    pub size: Size,
}

/// How many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Parts(u32),
    /// As few as need no longer than this.
    Within(Duration),
}

/// A plan, as it is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub schema: u32,
    pub of: u32,
    /// [`shard::class`] of the submissions.
    pub class: String,
    pub submissions: usize,
    /// Of so many it is known how long they took; each of the others counts as the median of these, or as 1 second.
    pub known: usize,
    /// What all take, one after the other. The times are those of the last run, in which others were judged beside them.
    pub seconds: f64,
    /// No number of parts makes the class faster than its longest submission.
    pub longest: Option<(String, f64)>,
    /// The longest first.
    pub shards: Vec<Part>,
    /// For a workflow: `strategy: { matrix: ${{ fromJSON(...) }} }`.
    pub matrix: Matrix,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// `3/8`
    pub shard: String,
    pub seconds: f64,
    pub submissions: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matrix {
    pub shard: Vec<String>,
}

/// Prints the plan.
pub fn plan(options: &Options) -> Done {
    let mut seconds = BTreeMap::new();
    for folder in &options.last {
        seconds.append(&mut times(folder)?);
    }
    let ids = ids(options)?;
    let plan = Plan::new(&ids, &seconds, options.size)?;
    println(&serde_json::to_string_pretty(&plan).context("cannot write the plan")?);
    Ok(ExitCode::from(exit::OK))
}

/// Who is in the class: read as for grading, into a folder that goes again.
fn ids(options: &Options) -> Result<Vec<String>> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut session = Session::open(folder.path(), options.course.as_deref())?;
    session.take(&options.submissions, options.roster.as_deref())?;
    let mut ids: Vec<String> = session.listing.submissions.into_iter().map(|found| found.identity.id).collect();
    ids.dedup();
    Ok(ids)
}

/// How long each took, as the parts of the last run have left it.
fn times(folder: &Path) -> Result<BTreeMap<String, f64>> {
    let files = ShardFile::all(folder)?;
    ensure!(!files.is_empty(), "`{}` knows no times: nothing was graded there; try: no --last", folder.display());
    let mut all = BTreeMap::<String, f64>::new();
    for (id, seconds) in files.into_iter().flat_map(|(_, file)| file.seconds) {
        let known = all.entry(id).or_default();
        *known = known.max(seconds);
    }
    Ok(all)
}

impl Plan {
    /// The same for the same class and times.
    pub fn new(ids: &[String], seconds: &BTreeMap<String, f64>, size: Size) -> Result<Plan> {
        // In whole milliseconds, whose sum does not depend on the order.
        let known: BTreeMap<&str, u64> =
            ids.iter().filter_map(|id| Some((id.as_str(), milliseconds(*seconds.get(id)?)))).collect();
        let mut sorted: Vec<u64> = known.values().copied().collect();
        sorted.sort_unstable();
        let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(1000);
        let all: Vec<Item> = ids
            .iter()
            .map(|id| Item { id, place: shard::place(id), took: known.get(id.as_str()).copied().unwrap_or(usual) })
            .collect();
        let of = match size {
            Size::Parts(of) => Shard::new(0, of)?.of,
            Size::Within(time) => within(&all, time)?,
        };
        let shards = parts(&all, of);
        let longest = all.iter().max_by(|a, b| (a.took, b.id).cmp(&(b.took, a.id)));
        Ok(Plan {
            schema: SCHEMA,
            of,
            class: shard::class(ids),
            submissions: ids.len(),
            known: known.len(),
            seconds: in_seconds(all.iter().map(|item| item.took).sum()),
            longest: longest.map(|item| (item.id.to_string(), in_seconds(item.took))),
            matrix: Matrix { shard: shards.iter().map(|part| part.shard.clone()).collect() },
            shards,
        })
    }
}

struct Item<'a> {
    id: &'a str,
    place: u64,
    took: u64,
}

fn milliseconds(seconds: f64) -> u64 {
    // A time that makes no sense, in a file that was changed, becomes 0 or the largest number there is.
    (seconds * 1000.0).round() as u64
}

fn in_seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}

fn sums(all: &[Item], of: u32) -> Vec<u64> {
    let mut sums = vec![0_u64; of as usize];
    for item in all {
        let sum = &mut sums[(item.place % u64::from(of)) as usize];
        *sum = sum.saturating_add(item.took);
    }
    sums
}

/// The fewest parts of which none takes longer than `time`.
fn within(all: &[Item], time: Duration) -> Result<u32> {
    let most = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let fits = |of: &u32| sums(all, *of).into_iter().max().unwrap_or(0) <= most;
    (1..=MOST).find(fits).with_context(|| {
        let best = sums(all, MOST).into_iter().max().unwrap_or(0);
        format!(
            "not even {MOST} parts are done within {} s: the longest of them takes {} s; try: a longer time, or --shards N",
            time.as_secs(),
            best.div_ceil(1000)
        )
    })
}

/// The longest first; of equal ones the lower number.
fn parts(all: &[Item], of: u32) -> Vec<Part> {
    let mut lists: Vec<Vec<String>> = vec![Vec::new(); of as usize];
    for item in all {
        lists[(item.place % u64::from(of)) as usize].push(item.id.to_string());
    }
    let mut parts: Vec<(u64, u32, Vec<String>)> =
        sums(all, of).into_iter().zip(0..of).zip(lists).map(|((sum, index), list)| (sum, index, list)).collect();
    parts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let part = |(sum, index, submissions): (u64, u32, Vec<String>)| Part {
        shard: Shard { index, of }.to_string(),
        seconds: in_seconds(sum),
        submissions,
    };
    parts.into_iter().map(part).collect()
}

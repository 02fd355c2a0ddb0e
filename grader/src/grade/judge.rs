//! The judge: a process of its own for each program, in the network that the program is in.
//!
//! It reads a [`Job`] from standard input, runs the checks, and writes a [`Verdicts`] to standard output. It is the same
//! code that `cargo lab check` runs, and all that it adds is the sandbox around the program.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use super::model::{AllSeen, CaseRecord, CheckRecord, Outcome as Word, Rung, Seen};
use super::sandbox::{self, Tier};
use crate::check::{Check, Kind, Outcome};
use crate::clock::Clock;
use crate::lab::{Halt, Scale, Setup};
use crate::labs::{self, LabInfo};
use crate::proc;
use crate::program::{Bell, Cage, Command, Output, Program};
use crate::prove;
use crate::report::{self, Context as ReportContext};
use crate::run::{self, CaseResult, CheckResult};
use crate::source::StubPlace;
use crate::waits;
use crate::workbook::json;

/// What is to be judged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Job {
    pub lab: u8,
    pub program: PathBuf,
    /// Name, first line, and the lines of `todo!()` of each stub.
    pub stubs: Vec<(String, u32, Vec<u32>)>,
    pub seed: u64,
    /// `bwrap`, `uid` or `none`
    pub tier: String,
    /// A folder of ours that the program's user can read.
    pub etc: PathBuf,
    /// Ids of checks; all of the lab's if there are none. Those that they build on come with them.
    pub checks: Vec<String>,
    /// How many checks run at once.
    pub at_once: usize,
    /// A case that fails is repeated until it was run so often, or has failed [`SAME`] times alike: a program that passes
    /// some of them is not steady.
    pub runs: u32,
    /// Every case is run so often, whatever comes of it.
    pub times: u32,
    /// A program that thinks before each answer is sent little.
    pub small: bool,
    /// No check: the program is started with these arguments, and what it does until it ends is told as it is. For the
    /// doctor, whose programs try to get out.
    pub alone: Option<Vec<String>>,
}

/// What a program did that no check was run on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Alone {
    /// At most 64 KiB of each.
    pub stdout: String,
    pub stderr: String,
    /// How it ended, in the words of a report; nothing if it was stopped after [`ALONE`].
    pub ended: String,
    /// Processes of it that were still there afterwards.
    pub left: u32,
}

/// Wall-clock time of a program that runs without a check.
const ALONE: Duration = Duration::from_secs(20);

/// What was killed is gone after this, also on a busy machine.
const GOING: Duration = Duration::from_secs(2);

/// A case that failed this often, with the same kind of finding each time, is not run again: nearly every wrong program is
/// wrong in the same way each time. Those of checks about a race are, for there luck is to be expected.
const SAME: u32 = 3;

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verdicts {
    pub alone: Option<Alone>,
    pub checks: Vec<CheckRecord>,
    pub seen: AllSeen,
}

/// Reads a job, does it, and writes what came of it.
pub fn serve() -> Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).context("cannot read the job")?;
    let job: Job = serde_json::from_str(&text).context("this is no job for a judge")?;
    let verdicts = judge(&job)?;
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &verdicts)?;
    out.flush().context("nobody reads the verdicts")
}

/// Runs the checks of a job.
pub fn judge(job: &Job) -> Result<Verdicts> {
    let lab = labs::lab(job.lab).with_context(|| format!("there is no lab {}", job.lab))?;
    let _watch = sandbox::Memory::begin(job.tier == Tier::Bwrap.as_str());
    let setup = setup(job)?;
    if let Some(args) = &job.alone {
        return Ok(Verdicts { alone: Some(alone(&setup, args)?), ..Verdicts::default() });
    }
    let selected = selected(lab, &job.checks)?;
    let results = run::run_checks(&setup, &selected, job.at_once.max(1), |_| {});
    let mut rounds = rounds(job, &setup, &results).into_iter();
    let context = ReportContext::of(&setup);
    let mut verdicts = Verdicts::default();
    for result in &results {
        let mut record = check_record(result);
        for ((case, kept), (failures, runs)) in result.cases.iter().zip(&mut record.cases).zip(&mut rounds) {
            if runs > 1 {
                kept.rounds = Some((failures, runs));
                kept.unsteady = failures > 0 && failures < runs;
            }
            if let Some(seen) = seen(case, &context) {
                verdicts.seen.insert(format!("{}{}", case.check.id, case.case.letter), &seen);
            }
        }
        verdicts.checks.push(record);
    }
    Ok(verdicts)
}

/// Runs the program until it ends, and counts what is left of it.
fn alone(setup: &Setup, args: &[String]) -> Result<Alone> {
    let bell = Bell::new()?;
    // The judge's watchman, if it has one.
    let before = proc::children(std::process::id());
    let (program, args, cage) = (setup.program.clone(), args.to_vec(), setup.cage.clone());
    let mut program = Program::start(&Command { program, args, descriptors: None, cage }, &bell, None)?;
    program.stdin.close();
    if program.ended().is_none() {
        proc::await_end(program.outer(), ALONE);
    }
    let ended = program.ended();
    if let Some(error) = program.trouble() {
        return Err(error).context("the sandbox did not start the program");
    }
    program.drain();
    let text = |output: &Output| String::from_utf8_lossy(&output.kept()).into_owned();
    let (stdout, stderr) = (text(&program.stdout), text(&program.stderr));
    drop(program);
    let left = left(&before);
    Ok(Alone { stdout, stderr, ended: ended.map(|ended| ended.to_string()).unwrap_or_default(), left })
}

/// Processes that are still there. What was killed takes its moment to go, a whole sandbox a few of them.
fn left(before: &[u32]) -> u32 {
    let is_left = |pid: &u32| !before.contains(pid) && !proc::is_zombie(*pid);
    let there = || proc::children(std::process::id()).into_iter().filter(is_left).collect::<Vec<u32>>();
    let end = Instant::now() + GOING;
    // When one goes its own children may come to us.
    while let Some(pid) = there().first()
        && proc::await_end(*pid, end.saturating_duration_since(Instant::now()))
        && Instant::now() < end
    {}
    there().len() as u32
}

fn setup(job: &Job) -> Result<Setup> {
    let tier: Tier = job.tier.parse().map_err(|error: String| anyhow!(error))?;
    let cage: Option<Arc<dyn Cage>> = match tier {
        Tier::Bwrap => Some(Arc::new(sandbox::Bubble::new(&job.etc, job.at_once)?)),
        Tier::Uid => Some(Arc::new(sandbox::OwnUser::new()?)),
        Tier::None => None,
    };
    let stub = |(name, line, todo_lines): &(String, u32, Vec<u32>)| StubPlace {
        name: name.clone(),
        line: *line,
        todo_lines: todo_lines.clone(),
    };
    Ok(Setup {
        lab: job.lab,
        program: job.program.clone(),
        stubs: job.stubs.iter().map(stub).collect(),
        source: format!("labs/lab{}/src/lib.rs", job.lab),
        seed: job.seed,
        scale: if job.small { Scale::Small } else { Scale::Full },
        clock: Clock::choose(),
        cage,
        halt: Halt::default(),
    })
}

fn selected(lab: &'static LabInfo, ids: &[String]) -> Result<Vec<&'static Check>> {
    if ids.is_empty() {
        return Ok(lab.checks.iter().collect());
    }
    let find = |id: &String| {
        let found = lab.checks.iter().find(|check| check.id == id);
        found.with_context(|| format!("lab {} has no check {id}", lab.number))
    };
    let checks = ids.iter().map(find).collect::<Result<Vec<_>>>()?;
    Ok(run::with_needs(&checks))
}

/// How often each case failed, and in how many runs: a case that failed is run again to see whether it always does; any is,
/// when that is asked for. They mostly wait, as many at once as the job allows. Trouble of the grader's is no run.
fn rounds(job: &Job, setup: &Setup, results: &[CheckResult]) -> Vec<(u32, u32)> {
    let cases: Vec<&CaseResult> = results.iter().flat_map(|result| &result.cases).collect();
    let mut runs: Vec<Vec<Run>> = cases.iter().map(|case| vec![Run::of(&case.outcome)]).collect();
    loop {
        let more = |at: usize| wanted(job, cases[at], &runs[at]).saturating_sub(runs[at].len());
        let turns: Vec<usize> = (0..cases.len()).flat_map(|at| std::iter::repeat_n(at, more(at))).collect();
        if turns.is_empty() {
            break;
        }
        let came = prove::in_parallel(job.at_once, &turns, |at| {
            let case = cases[*at];
            Run::of(&run::outcome_again(&setup.with_seed(case.seed), case.check, case.case))
        });
        turns.into_iter().zip(came).for_each(|(at, run)| runs[at].push(run));
    }
    let counted = |runs: &[Run], counts: fn(&Run) -> bool| runs.iter().filter(|run| counts(run)).count() as u32;
    let of_case = |runs: Vec<Run>| {
        let passed = counted(&runs, |run| *run == Run::Passed);
        let all = counted(&runs, |run| *run != Run::Trouble).max(1);
        (all - passed, all)
    };
    runs.into_iter().map(of_case).collect()
}

/// What came of one of several runs of a case.
#[derive(Clone, Copy, PartialEq)]
enum Run {
    Passed,
    /// With a finding of this kind.
    Failed(Kind),
    /// It made progress for so long that chance has no part in it: it is not run again.
    Slow,
    /// Not started, blocked, or not to be run here: it is not run again.
    Other,
    Trouble,
}

impl Run {
    fn of(outcome: &Outcome) -> Run {
        match outcome {
            Outcome::Passed => Run::Passed,
            Outcome::Failed(finding) if finding.slow => Run::Slow,
            Outcome::Failed(finding) => Run::Failed(finding.kind),
            Outcome::Trouble(_) => Run::Trouble,
            Outcome::NotStarted(_) | Outcome::Blocked(_) | Outcome::NotRun(_) => Run::Other,
        }
    }
}

/// How often a case is to be run in all, after these runs of it.
fn wanted(job: &Job, case: &CaseResult, runs: &[Run]) -> usize {
    let at_most = job.runs.max(job.times);
    let times = match &case.outcome {
        Outcome::Passed => job.times,
        Outcome::Failed(_) if job.times > 0 => at_most,
        Outcome::Failed(_) if runs.contains(&Run::Slow) => 1,
        Outcome::Failed(_) if case.check.rounds <= 1 && runs.iter().all(|run| *run == runs[0]) => at_most.min(SAME),
        Outcome::Failed(_) => at_most,
        _ => 1,
    };
    times as usize
}

fn check_record(result: &CheckResult) -> CheckRecord {
    CheckRecord {
        id: result.check.id.to_string(),
        name: result.check.name.to_string(),
        tier: result.check.tier.to_string(),
        points: result.points(),
        of: result.check.points(),
        outcome: word(&result.leading().outcome),
        cases: result.cases.iter().map(case_record).collect(),
    }
}

fn case_record(result: &CaseResult) -> CaseRecord {
    let reason = match &result.outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(finding) => finding.kind.to_string(),
        Outcome::NotStarted(stub) => stub.name.clone(),
        Outcome::Blocked(need) => (*need).to_string(),
        Outcome::NotRun(reason) | Outcome::Trouble(reason) => reason.clone(),
    };
    CaseRecord {
        case: result.case.letter.to_string(),
        points: if result.outcome.passed() { result.case.points } else { 0 },
        of: result.case.points,
        outcome: word(&result.outcome),
        seed: format!("{:04x}", result.seed),
        reason,
        rounds: None,
        unsteady: false,
    }
}

fn word(outcome: &Outcome) -> Word {
    match outcome {
        Outcome::Passed => Word::Passed,
        Outcome::Failed(_) => Word::Failed,
        Outcome::NotStarted(_) => Word::NotStarted,
        Outcome::Blocked(_) => Word::Blocked,
        Outcome::NotRun(_) => Word::NotRun,
        Outcome::Trouble(_) => Word::NeedsALook,
    }
}

fn seen(result: &CaseResult, context: &ReportContext) -> Option<Seen> {
    let Outcome::Failed(finding) = &result.outcome else { return None };
    Some(Seen {
        report: report::full(result, context),
        want: finding.want.clone(),
        got: finding.got.clone(),
        note: finding.note.clone(),
        waits: waits::describe(&finding.waits),
        ladder: ladder(&result.wire.events),
    })
}

/// Events kept of one run: more than a page shows, far fewer than a program can cause.
const MOST_RUNGS: usize = 100;

/// Of a long record its beginning, what leads to the place where it went wrong, and its end.
fn ladder(events: &[crate::wire::Event]) -> Vec<Rung> {
    let here = events.iter().position(|event| event.here).unwrap_or(events.len());
    let worth = |at: usize| at < 40 || at + 30 >= events.len() || (at + 20 >= here && at <= here + 6);
    let mut rungs: Vec<Rung> = Vec::new();
    let mut left_out = 0;
    for (at, event) in events.iter().enumerate() {
        if events.len() > MOST_RUNGS && !worth(at) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            let detail = format!("{left_out} more events");
            let ms = rungs.last().map_or(0.0, |last| last.ms);
            rungs.push(Rung { ms, what: "say".to_string(), detail, ..Rung::default() });
            left_out = 0;
        }
        rungs.push(rung(event));
    }
    rungs
}

fn rung(event: &crate::wire::Event) -> Rung {
    let (what, detail, bytes) = json::told(&event.what);
    let ms = event.at.as_secs_f64() * 1000.0;
    Rung {
        ms: (ms * 10.0).round() / 10.0,
        peer: event.lane.clone(),
        what: what.to_string(),
        detail,
        bytes: bytes.map(|bytes| bytes.count),
        pieces: bytes.map_or(0, |bytes| bytes.pieces),
        first: bytes.map(|bytes| bytes.first.escape_ascii().to_string()).unwrap_or_default(),
        here: event.here,
    }
}

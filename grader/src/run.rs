//! Runs checks: several at once, each alone in its process, shown in teaching order whatever ends first.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::check::{Case, Check, Outcome, Stop};
use crate::lab::{HALTED, Lab, Setup};
use crate::labs;
use crate::texts::say;
use crate::wire::Wire;

/// How often a check is tried when the grader or the machine is in trouble.
const TRIES: u32 = 3;

/// What came of one case, with all that a report needs.
#[derive(Debug)]
pub struct CaseResult {
    pub check: &'static Check,
    pub case: &'static Case,
    pub outcome: Outcome,
    /// The record of the run that the outcome is from.
    pub wire: Wire,
    /// The seed of that run.
    pub seed: u64,
    /// Of a check about a race: failed runs, and runs.
    pub rounds: (u32, u32),
    pub took: Duration,
}

/// What came of a check: its cases in order.
#[derive(Debug)]
pub struct CheckResult {
    pub check: &'static Check,
    pub cases: Vec<CaseResult>,
}

impl CheckResult {
    /// The case that speaks for the check: the first that did not pass, else the last.
    pub fn leading(&self) -> &CaseResult {
        let worst = self.cases.iter().min_by_key(|case| rank(&case.outcome));
        worst.expect("every check has a case")
    }

    /// What this machine cannot run does not count.
    pub fn passed(&self) -> bool {
        self.leading().outcome.passed()
    }

    /// Points reached.
    pub fn points(&self) -> u32 {
        self.cases.iter().filter(|case| case.outcome.passed()).map(|case| case.case.points).sum()
    }

    /// Points that this machine allows.
    pub fn possible(&self) -> u32 {
        let not_run = |case: &&CaseResult| !matches!(case.outcome, Outcome::NotRun(_));
        self.cases.iter().filter(not_run).map(|case| case.case.points).sum()
    }
}

/// The order in which cases speak for their check: trouble, failures, stubs, then what passed.
fn rank(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Trouble(_) => 0,
        Outcome::Failed(_) => 1,
        Outcome::Blocked(_) => 2,
        Outcome::NotStarted(_) => 3,
        Outcome::Passed => 4,
        Outcome::NotRun(_) => 5,
    }
}

/// Runs one case, as often as its check asks; trouble is retried.
pub fn run_case(setup: &Setup, check: &'static Check, case: &'static Case) -> CaseResult {
    let start = Instant::now();
    let mut rounds = (0, 0);
    let mut kept: Option<CaseResult> = None;
    for round in 0..check.rounds.max(1) {
        let seed = setup.seed.wrapping_add(u64::from(round));
        let (outcome, wire) = try_case(&setup.with_seed(seed), check, case);
        let passed = outcome.passed();
        rounds.1 += 1;
        rounds.0 += u32::from(!passed);
        let stop = !matches!(outcome, Outcome::Passed | Outcome::Failed(_));
        if kept.as_ref().is_none_or(|kept| kept.outcome.passed()) {
            kept = Some(CaseResult { check, case, outcome, wire, seed, rounds, took: Duration::ZERO });
        }
        if stop {
            break;
        }
    }
    let mut result = kept.expect("at least one round is run");
    result.rounds = rounds;
    result.took = start.elapsed();
    result
}

/// Runs one case just once, whatever its check asks.
pub fn run_case_once(setup: &Setup, check: &'static Check, case: &'static Case) -> CaseResult {
    let start = Instant::now();
    let (outcome, wire) = once(setup, check, case, 0, |_| {});
    let rounds = (u32::from(!outcome.passed()), 1);
    CaseResult { check, case, outcome, wire, seed: setup.seed, rounds, took: start.elapsed() }
}

/// Runs one case once more for nothing but its outcome: where the program waits is left out of a finding.
pub fn outcome_again(setup: &Setup, check: &'static Check, case: &'static Case) -> Outcome {
    tries(setup, check, case, Lab::leave_out_evidence).0
}

fn try_case(setup: &Setup, check: &'static Check, case: &'static Case) -> (Outcome, Wire) {
    tries(setup, check, case, |_| {})
}

fn tries(setup: &Setup, check: &'static Check, case: &'static Case, prepare: fn(&Lab)) -> (Outcome, Wire) {
    let mut last = (Outcome::Trouble(String::new()), Wire::new());
    for turn in 0..TRIES {
        last = once(setup, check, case, turn, prepare);
        if !matches!(last.0, Outcome::Trouble(_)) {
            break;
        }
    }
    last
}

fn once(setup: &Setup, check: &'static Check, case: &'static Case, turn: u32, prepare: fn(&Lab)) -> (Outcome, Wire) {
    if setup.halt.is_set() {
        return halted(Wire::new());
    }
    let lab = match Lab::new(setup, check, case) {
        Ok(lab) => lab,
        Err(error) => return (Outcome::Trouble(format!("{error:#}")), Wire::new()),
    };
    lab.slow_down(turn);
    prepare(&lab);
    let outcome = judge(&lab, case);
    // When it was halted: whatever the check made of that.
    if setup.halt.is_set() { halted(lab.wire()) } else { (outcome, lab.wire()) }
}

/// Runs a case in a lab that has been made for it, and ends its program.
pub fn judge(lab: &Lab, case: &Case) -> Outcome {
    let verdict = catch_unwind(AssertUnwindSafe(|| (case.run)(lab)));
    let trouble = lab.trouble();
    lab.end();
    if let Some(error) = trouble {
        return Outcome::Trouble(say!("report/the_sandbox_did_not_start_the", error));
    }
    match verdict {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(Stop::Finding(finding))) => match finding.stub.clone() {
            Some(stub) => Outcome::NotStarted(stub),
            None => Outcome::Failed(finding),
        },
        Ok(Err(Stop::NotRun(reason))) => Outcome::NotRun(reason),
        Ok(Err(Stop::Trouble(error))) => Outcome::Trouble(format!("{error:#}")),
        Err(panic) => Outcome::Trouble(say!("report/a_fault_of_the_grader", what = panic_text(&*panic))),
    }
}

fn halted(wire: Wire) -> (Outcome, Wire) {
    (Outcome::NotRun(HALTED.to_string()), wire)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string())).unwrap_or_default()
}

/// How many checks run at once: they mostly wait.
pub fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).saturating_mul(3).clamp(4, 12)
}

/// The checks and all that they build on, in teaching order.
pub fn with_needs(selected: &[&'static Check]) -> Vec<&'static Check> {
    let mut all: BTreeMap<&str, &'static Check> = BTreeMap::new();
    let mut todo = selected.to_vec();
    while let Some(check) = todo.pop() {
        if all.insert(check.id, check).is_none() {
            todo.extend(check.needs.iter().filter_map(|id| labs::check(id)));
        }
    }
    all.into_values().collect()
}

/// Runs `checks`, at most `jobs` at once, and hands over each result in the order given, as soon as it and all before it
/// are there.
pub fn run_checks(
    setup: &Setup,
    checks: &[&'static Check],
    jobs: usize,
    mut done: impl FnMut(&CheckResult),
) -> Vec<CheckResult> {
    let board = Board::new(checks.len());
    let mut results = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, checks.len().max(1)) {
            scope.spawn(|| {
                while let Some(turn) = board.next() {
                    let check = checks[turn];
                    let blocked = board.blocked_by(checks, check);
                    board.finish(turn, run_check(setup, check, blocked));
                }
            });
        }
        for turn in 0..checks.len() {
            let result = board.wait_for(turn);
            done(&result);
            results.push(result);
        }
    });
    results
}

fn run_check(setup: &Setup, check: &'static Check, blocked: Option<&'static str>) -> CheckResult {
    let run = |case: &'static Case| match blocked {
        Some(id) => CaseResult {
            check,
            case,
            outcome: Outcome::Blocked(id),
            wire: Wire::new(),
            seed: setup.seed,
            rounds: (0, 0),
            took: Duration::ZERO,
        },
        None => run_case(setup, check, case),
    };
    CheckResult { check, cases: check.cases.iter().map(run).collect() }
}

/// Who runs what, and what has come of it.
struct Board {
    state: Mutex<State>,
    change: Condvar,
}

struct State {
    next: usize,
    total: usize,
    /// Of the finished ones: the result until it is taken, and whether checks may build on it.
    results: Vec<Option<CheckResult>>,
    usable: Vec<Option<bool>>,
}

impl Board {
    fn new(total: usize) -> Board {
        let results = (0..total).map(|_| None).collect();
        Board {
            state: Mutex::new(State { next: 0, total, results, usable: vec![None; total] }),
            change: Condvar::new(),
        }
    }

    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        let turn = state.next;
        state.next += 1;
        (turn < state.total).then_some(turn)
    }

    /// Waits for the checks that this one builds on, which were begun before it, and names one that failed.
    fn blocked_by(&self, checks: &[&'static Check], check: &'static Check) -> Option<&'static str> {
        for need in check.needs {
            let Some(turn) = checks.iter().position(|other| other.id == *need) else { continue };
            let mut state = self.lock();
            while state.usable[turn].is_none() {
                state = self.change.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.usable[turn] == Some(false) {
                return Some(need);
            }
        }
        None
    }

    fn finish(&self, turn: usize, result: CheckResult) {
        let failed = |case: &CaseResult| matches!(case.outcome, Outcome::Failed(_) | Outcome::Blocked(_));
        let mut state = self.lock();
        state.usable[turn] = Some(!result.cases.iter().any(failed));
        state.results[turn] = Some(result);
        self.change.notify_all();
    }

    fn wait_for(&self, turn: usize) -> CheckResult {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.results[turn].take() {
                return result;
            }
            state = self.change.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

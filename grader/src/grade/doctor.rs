//! Does the sandbox hold on this machine, and do right programs get full marks on it? Found out by trying.
//!
//! The attacks are data ([`attacks`]): the doctor runs them in the bench's own sandbox, the tests run each with its control,
//! and a page of the docs lists them. In reading order: `attack` (what one is), `table` (all of them), `bait` (what they are
//! after), `arsenal` (the fixtures as programs), `run` and `tampering` (one attack), `machine` (the rest).

pub mod arsenal;
pub mod attack;
pub mod bait;
mod machine;
mod markdown;
pub mod run;
mod table;
pub mod tampering;

use std::fmt;

use super::one::Bench;
use super::sandbox::Tier;
use crate::prove;
use attack::{Attack, Uid, Way};

pub use markdown::markdown;
pub use table::attacks;

/// How the doctor sees one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Good,
    /// Worth knowing; nothing is wrong.
    Note,
    /// Known, and the same on every machine with this tier: it is no reason not to grade, but one to choose another tier.
    NotHeld,
    /// The sandbox or the checks do not hold here: nothing must be graded.
    Bad,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub state: State,
    /// Of an attack: its rows. Else `machine` or `marks`.
    pub group: String,
    pub name: String,
    pub told: String,
}

/// Everything: the machine, the attacks of the table, right programs under load. `quick`: of those the solutions only.
pub fn doctor(bench: &Bench, quick: bool) -> Vec<Finding> {
    let mut findings = machine::machine(bench);
    if findings.iter().any(|finding| finding.state == State::Bad) {
        return findings;
    }
    findings.extend(under_attack(bench));
    findings.extend(machine::not_held(bench.tier));
    findings.extend(machine::full_marks(bench, quick));
    findings
}

/// Whether grading may go on.
pub fn holds(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.state != State::Bad)
}

/// Runs every attack of the table that needs no more than a submission.
pub fn under_attack(bench: &Bench) -> Vec<Finding> {
    if bench.tier == Tier::None {
        return vec![Finding::new(State::NotHeld, "attacks", "all", "tier `none` holds nothing, and none was tried")];
    }
    let arsenal = match arsenal::Arsenal::new(bench) {
        Ok(arsenal) => arsenal,
        Err(error) => return vec![Finding::new(State::Bad, "attacks", "all", format!("{error:#}"))],
    };
    let attacks: Vec<Attack> = attacks().into_iter().filter(|attack| !matches!(attack.way, Way::Test(_))).collect();
    let (said, mut findings) = run_alone(bench, &arsenal, &attacks);
    findings.extend(in_parallel(&attacks, |attack| Some(finding(bench, &arsenal, attack, &said))));
    let taken = arsenal.bait.taken();
    if bench.tier == Tier::Bwrap && !taken.is_empty() {
        findings.push(Finding::new(State::Bad, "79", "bait", format!("was reached: {}", taken.join(", "))));
    }
    findings
}

/// Each program that runs without a check, once.
pub fn run_alone(bench: &Bench, arsenal: &arsenal::Arsenal, attacks: &[Attack]) -> (run::Said, Vec<Finding>) {
    let is_alone = |attack: &&Attack| matches!(attack.way, Way::Says(_) | Way::Killed(_) | Way::LeavesNothing(_));
    let mut programs: Vec<_> = attacks.iter().filter(is_alone).filter_map(Attack::program).collect();
    programs.sort_unstable();
    programs.dedup();
    let told = in_parallel(&programs, |program| Some((*program, run::alone(bench, arsenal, program))));
    let (mut said, mut findings) = (run::Said::new(), Vec::new());
    for (program, result) in told {
        match result {
            Ok(alone) => _ = said.insert(program, alone),
            Err(error) => findings.push(Finding::new(State::Bad, "attacks", program, format!("{error:#}"))),
        }
    }
    (said, findings)
}

fn finding(bench: &Bench, arsenal: &arsenal::Arsenal, attack: &Attack, said: &run::Said) -> Finding {
    let known = bench.tier == Tier::Uid && attack.uid != Uid::Holds;
    let (state, told) = match run::run(bench, arsenal, attack, said) {
        Ok(told) => (State::Good, told),
        Err(error) if known => (State::NotHeld, format!("{error:#}")),
        Err(error) => (State::Bad, format!("{error:#}")),
    };
    Finding::new(state, attack.rows, attack.name, told)
}

/// Two at a time: there are judges and compilers behind each. Results are in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Option<R> + Sync) -> Vec<R> {
    prove::in_parallel(2, items, work).into_iter().flatten().collect()
}

impl Finding {
    fn new(state: State, group: &str, name: &str, told: impl Into<String>) -> Finding {
        Finding { state, group: group.into(), name: name.into(), told: told.into() }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            State::Good => "ok",
            State::Note => "note",
            State::NotHeld => "not held",
            State::Bad => "BAD",
        })
    }
}

/// One line; what programs have said is in it, so it is made printable.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not only control characters: those that turn the direction of writing would hide what comes after them.
        let turns =
            |char: char| matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let printable = |char: char| if char.is_control() || turns(char) { ' ' } else { char };
        let told: String = self.told.chars().map(printable).take(160).collect();
        write!(f, "{:8}  {:28}  {}", self.state, self.name, told)
    }
}

/// All of it for a terminal: a line each, groups with a line above.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    for finding in findings {
        text.push_str(&format!("{finding}\n"));
    }
    let verdict = if holds(findings) { "the sandbox holds here" } else { "do NOT grade on this machine as it is" };
    text.push_str(&format!(
        "\n{} ok, {} not held in this tier, {} bad: {verdict}\n",
        count(State::Good),
        count(State::NotHeld),
        count(State::Bad)
    ));
    text
}

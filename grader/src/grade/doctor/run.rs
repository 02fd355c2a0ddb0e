//! Runs one attack in the bench's own sandbox, and says what came of it.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::arsenal::{self, Arsenal};
use super::attack::{Attack, Compiled, Want, Way};
use super::tampering;
use crate::build::{BuildFailure, Source, Stage, build};
use crate::grade::intake::Found;
use crate::grade::judge::{Alone, Job, Verdicts};
use crate::grade::model::{Outcome, Record};
use crate::grade::one::{Bench, Program, Work};
use crate::proc;

/// The check that judged attacks are to get no points for.
pub const CHECK: &str = "1.04";
/// No attack on a check keeps a judge longer, on a busy machine.
pub const LONGEST: Duration = Duration::from_secs(90);
/// Bytes of the largest verdicts: whatever a program prints, this is what is kept of it.
const LARGEST: usize = 1024 * 1024;

/// What the programs said that run without a check, by program: each runs once for all of its lines.
pub type Said = BTreeMap<&'static str, Alone>;

/// Runs the attack. `Ok` tells how it was held; an error is a hole, or that nothing could be tried.
pub fn run(bench: &Bench, arsenal: &Arsenal, attack: &Attack, said: &Said) -> Result<String> {
    let start = Instant::now();
    let held = match &attack.way {
        Way::Says(program) => line(said.get(program), attack.name),
        Way::Killed(program) => killed(said.get(program), attack.name),
        Way::LeavesNothing(program) => nothing_left(said.get(program), &arsenal.bait.left()),
        Way::Judged(program, want) => judged(bench, arsenal, program, *want),
        Way::Built(name, want) => built(bench, arsenal, name, *want),
        Way::Tampers => tampering::ignored(bench, &arsenal.bait).map(|record| format!("{} points", points(&record))),
        Way::Test(name) => Ok(format!("only the test `{name}` tries it")),
    }?;
    ensure!(start.elapsed() < LONGEST, "it took {} s", start.elapsed().as_secs());
    Ok(held)
}

/// Runs a program of the arsenal without a check.
pub fn alone(bench: &Bench, arsenal: &Arsenal, program: &str) -> Result<Alone> {
    let program = arsenal.program(program)?;
    let args = ["--listen", "127.0.0.1:0"].map(str::to_string).to_vec();
    let job = Job { lab: 1, alone: Some(args), ..Job::default() };
    bench.judge(&program, job)?.alone.context("the judge tells nothing of it")
}

/// What stands behind `name: ` in the output: whether it worked, and what else.
pub fn said<'a>(stdout: &'a str, name: &str) -> Option<(bool, &'a str)> {
    let rest = stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))?;
    let worked = rest.starts_with("worked");
    (worked || rest.starts_with("held")).then_some((worked, rest))
}

fn line(said_alone: Option<&Alone>, name: &str) -> Result<String> {
    let alone = said_alone.context("its program was not run")?;
    match said(&alone.stdout, name) {
        Some((false, told)) => Ok(told.to_string()),
        Some((true, told)) => bail!("{told}"),
        None => bail!("the program did not come to it: {} {}", alone.ended, alone.stderr.trim()),
    }
}

fn killed(said_alone: Option<&Alone>, name: &str) -> Result<String> {
    let alone = said_alone.context("its program was not run")?;
    ensure!(alone.stdout.contains("takes memory"), "it did not begin: {} {}", alone.ended, alone.stderr.trim());
    ensure!(said(&alone.stdout, name).is_none(), "it got all that it wanted");
    Ok(alone.ended.clone())
}

fn nothing_left(said_alone: Option<&Alone>, name: &str) -> Result<String> {
    let alone = said_alone.context("its program was not run")?;
    ensure!(alone.stdout.contains("left behind: worked"), "it did not begin: {} {}", alone.ended, alone.stderr.trim());
    let there = named(name);
    ensure!(there.is_empty() && alone.left == 0, "{there:?} are still there, and {} of the sandbox", alone.left);
    Ok("none is left".into())
}

/// Processes of the machine with this name.
pub fn named(name: &str) -> Vec<u32> {
    let comm = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    proc::everybody().into_iter().filter(|pid| comm(pid).trim_end() == name && !proc::is_zombie(*pid)).collect()
}

/// One check on one program.
pub fn verdicts(bench: &Bench, program: &Program, check: &str) -> Result<Verdicts> {
    let job = Job { lab: 1, checks: vec![check.into()], at_once: 1, seed: 7, runs: 1, ..Job::default() };
    bench.judge(program, job)
}

fn judged(bench: &Bench, arsenal: &Arsenal, name: &str, want: Want) -> Result<String> {
    let program = arsenal.program(name)?;
    let verdicts = verdicts(bench, &program, CHECK)?;
    let check =
        verdicts.checks.iter().find(|check| check.id == CHECK).context("the check is not among the verdicts")?;
    let text = serde_json::to_string(&verdicts)?;
    ensure!(!text.contains(&arsenal.bait.word), "the canary is in the verdicts");
    ensure!(text.len() < LARGEST, "the verdicts have {} bytes", text.len());
    let told = format!("{:?}, {} of {} points", check.outcome, check.points, check.of);
    match (want, check.outcome) {
        (Want::NoPoints, Outcome::Failed) if check.points == 0 => Ok(told),
        (Want::Passed, Outcome::Passed) | (Want::Judged, Outcome::Passed | Outcome::Failed) => Ok(told),
        _ => bail!("{told}: {}", check.cases.iter().map(|case| case.reason.as_str()).collect::<Vec<_>>().join(" ")),
    }
}

/// A submission of lab 1 as the intake would find it.
pub fn work(id: &str, folder: &std::path::Path) -> Work {
    let mut found = Found { content: id.to_string(), ..Found::default() };
    found.identity.id = id.to_string();
    found.labs.insert(1, folder.to_path_buf());
    Work { found, labs: vec![1], small: false }
}

pub fn points(record: &Record) -> u32 {
    record.labs.iter().map(|lab| lab.points).sum()
}

fn built(bench: &Bench, arsenal: &Arsenal, name: &str, want: Compiled) -> Result<String> {
    let folder = arsenal::submission()?;
    arsenal::write(folder.path(), &arsenal::lib_rs(bench, &arsenal.bait, name)?)?;
    let Compiled::Not(status) = want else { return harmless(bench, arsenal, folder.path()) };
    let record = bench.grade(&work("attack", folder.path()));
    let lab = record.labs.first().context("there is no lab in the record")?;
    ensure!(!serde_json::to_string(&record)?.contains(&arsenal.bait.word), "the canary is in the record");
    ensure!(lab.message.len() <= 70_000, "the message has {} bytes", lab.message.len());
    ensure!(
        lab.status == status,
        "{:?}, wanted {status:?}: {}",
        lab.status,
        lab.message.get(..400).unwrap_or(&lab.message)
    );
    ensure!(record.observed.retries == 0, "it was tried again");
    Ok(format!("{:?}", lab.status))
}

/// It builds, and has nothing in it.
fn harmless(bench: &Bench, arsenal: &Arsenal, folder: &std::path::Path) -> Result<String> {
    let stage =
        Stage::new(&bench.workspace, 1, Source::Folder(folder)).map_err(|failure| anyhow::anyhow!("{failure}"))?;
    match build(&stage, &bench.toolchain) {
        Ok(built) => {
            let bytes = fs::read(&built.program)?;
            let word = arsenal.bait.word.as_bytes();
            ensure!(!bytes.windows(word.len()).any(|window| window == word), "the canary is in the program");
            Ok("builds without it".into())
        }
        Err(BuildFailure::Compile { message }) => bail!("does not compile: {message}"),
        Err(other) => bail!("{other}"),
    }
}

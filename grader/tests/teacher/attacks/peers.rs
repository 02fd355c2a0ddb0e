//! Row 81 in each lab that has one: programs that flood the judge's clients and servers.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use grader::build::{Source, Stage, build};
use grader::grade::doctor::arsenal;
use grader::grade::doctor::run::LONGEST;
use grader::grade::judge::Job;
use grader::grade::model::{CheckRecord, Outcome};
use grader::grade::one::Program;
use grader::{labs, proc};

use super::range::{Range, all, range};

/// Kilobytes that a judge may have had in memory.
const MOST: u64 = 200 * 1024;
/// Of each lab, so many checks from the first one on.
const CHECKS: usize = 5;

#[test]
fn hostile_peers_of_every_lab() {
    let Some(range) = range() else { return };
    let stop = AtomicBool::new(false);
    let largest = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let judges = proc::children(std::process::id()).into_iter().filter_map(high_water);
                largest.fetch_max(judges.max().unwrap_or(0), Ordering::Relaxed);
                // The gap between two samples of a number that only grows.
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        // Whatever comes of it, the samples end.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            all(&[2, 3, 4, 5], |lab| format!("lab {lab}"), |lab| floods(&range, *lab));
            endless(&range);
        }));
        stop.store(true, Ordering::Relaxed);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
    let largest = largest.into_inner();
    assert!(largest > 0 && largest < MOST, "a judge had {largest} kB");
}

fn high_water(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let name = status.lines().next()?.ends_with("grade");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).filter(|_| name)?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn floods(range: &Range, lab: u8) -> Result<(), String> {
    let text = arsenal::hostile_peer(&range.bench, lab).unwrap();
    let stage = Stage::new(&range.bench.workspace, lab, Source::Text(&text)).unwrap();
    let built = build(&stage, &range.bench.toolchain).map_err(|failure| failure.to_string())?;
    let program = Program::take(&built.program).unwrap();
    let ids = labs::lab(lab).unwrap().checks.iter().take(CHECKS).map(|check| check.id.to_string());
    let job = Job { lab, checks: ids.collect(), at_once: 2, seed: 3, runs: 1, ..Job::default() };
    let start = Instant::now();
    let verdicts = range.bench.judge(&program, job).map_err(|error| format!("{error:#}"))?;
    let text = serde_json::to_string(&verdicts).unwrap();
    let size = text.len();
    if !text.contains("GET /") && !text.contains("HHHHHHHH") {
        return Err(format!("nothing of the flood was seen: {text}"));
    }
    // On a busy machine lab 2's first check, which looks at the connection alone, may be done before the flood begins.
    let wrong = |check: &CheckRecord| matches!(check.outcome, Outcome::Failed | Outcome::Blocked) || check.id == "2.01";
    let others: Vec<_> = verdicts.checks.iter().filter(|check| !wrong(check)).collect();
    match others.is_empty() && size < 2_000_000 && start.elapsed() < LONGEST {
        true => Ok(()),
        false => Err(format!("{:?}, {size} bytes, {others:?}", start.elapsed())),
    }
}

/// A server that answers its first line again and again, as fast as it can: each check of the room meets it.
fn endless(range: &Range) {
    let workspace = &range.bench.workspace;
    let mutants = grader::prove::mutants(workspace, 5).unwrap();
    let mutant = mutants.iter().find(|mutant| mutant.id == "lab5-same-line-again").unwrap();
    let text = mutant.text(&grader::prove::solution(workspace, 5).unwrap()).unwrap();
    let stage = Stage::new(workspace, 5, Source::Text(&text)).unwrap();
    let program = Program::take(&build(&stage, &range.bench.toolchain).unwrap().program).unwrap();
    let verdicts = range.bench.judge(&program, Job { lab: 5, at_once: 2, seed: 3, runs: 1, ..Job::default() }).unwrap();
    let of = |outcome| verdicts.checks.iter().filter(|check| check.outcome == outcome).count();
    assert!(of(Outcome::Failed) > 10 && of(Outcome::NeedsALook) == 0, "{:?}", verdicts.checks);
}

//! What the machine is, and whether right programs get full marks on it while it is busy.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, anyhow};

use super::{Finding, State, in_parallel};
use crate::build::{Source, Stage, build};
use crate::grade::judge::Job;
use crate::grade::one::{Bench, Program};
use crate::grade::sandbox::{self, Tier};
use crate::lab::Scale;
use crate::{labs, prove};

/// What each tier does not hold, on every machine.
const BWRAP: &[&str] = &[
    "memory: a watch looks 20 times a second and ends who has more than 1 GiB; no cgroup limits it",
    "memory of sockets and pipes is bounded by 256 descriptors a process, not by a limit of its own",
    "the checks of one program share a network: one check of a student's program can reach another of the same student",
    "a compiler that is killed while its sandbox is being made may leave a process that waits; it is in no network",
    "the kernel itself: a hole in it is a hole here; keep it up to date",
];
const UID: &[&str] = &[
    "files that everybody may read, the network of the machine, its processes: see the rows above",
    "the compiler runs as a user of its own: `include_str!` reads what everybody may read",
    "programs of two judges at once see each other's ports",
];
const NONE: &[&str] = &["everything: only for programs that are our own"];

/// Which compiler, sandbox and kernel, and whether the tier works.
pub fn machine(bench: &Bench) -> Vec<Finding> {
    let mut found = vec![note("rustc", version(&bench.toolchain.rustc))];
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    found.push(note("kernel", kernel.trim()));
    found.push(note(
        "user",
        if sandbox::is_root() { "root: each job gets a user of its own" } else { "an ordinary user" },
    ));
    if bench.tier == Tier::Bwrap {
        found.push(match sandbox::bubblewrap() {
            Ok(path) => note("bubblewrap", version(&path)),
            Err(error) => bad("bubblewrap", format!("{error:#}")),
        });
    }
    found.push(note("cgroups", cgroups()));
    found.push(match works(bench) {
        Ok(told) => Finding::new(State::Good, "machine", "sandbox", told),
        Err(error) => bad("sandbox", format!("{error:#}")),
    });
    found
}

/// Not the probe of whoever asks, but of the judge that will be used: its own namespaces, then bubblewrap in them.
fn works(bench: &Bench) -> Result<String> {
    match bench.tier {
        Tier::None => Ok("tier none: there is none".into()),
        Tier::Uid => sandbox::available(Tier::Uid).map(|()| "tier uid: programs run as users of their own".into()),
        Tier::Bwrap => {
            let user = sandbox::is_root().then_some(sandbox::FIRST_USER);
            let own = sandbox::jail::Spec { user, network: true, ..Default::default() };
            let mut probe = Command::new(&bench.judge);
            let output =
                probe.args(["jail", "--probe", &own.text()]).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
            let output = output.output().context("cannot start the judge")?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            match output.status.success() {
                true => Ok("the judge's namespaces and a bubblewrap in them work".into()),
                false => Err(anyhow!("{}; try: cargo grade --help, or --sandbox uid as root", said.trim())),
            }
        }
    }
}

fn cgroups() -> &'static str {
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    match unified {
        true => "version 2; not used: memory is watched instead",
        false => "no version 2; not used: memory is watched instead",
    }
}

/// What is not held in a tier, a line each.
pub fn not_held(tier: Tier) -> Vec<Finding> {
    let line = |told: &&str| Finding::new(State::NotHeld, "machine", tier.as_str(), *told);
    lines(tier).iter().map(line).collect()
}

pub(super) fn lines(tier: Tier) -> &'static [&'static str] {
    match tier {
        Tier::Bwrap => BWRAP,
        Tier::Uid => UID,
        Tier::None => NONE,
    }
}

/// Solutions, and variants where there is time, while every core is busy.
pub fn full_marks(bench: &Bench, quick: bool) -> Vec<Finding> {
    let programs = match programs(bench, quick) {
        Ok(programs) => programs,
        Err(error) => return vec![bad("solutions", format!("{error:#}"))],
    };
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let found = in_parallel(&programs, |(id, (lab, text, scale))| {
            Some(match marks(bench, *lab, text, *scale) {
                Ok(told) => Finding::new(State::Good, "marks", id, told),
                Err(error) => Finding::new(State::Bad, "marks", id, format!("{error:#}")),
            })
        });
        stop.store(true, Ordering::Relaxed);
        found
    })
}

type Right = (String, (u8, String, Scale));

fn programs(bench: &Bench, quick: bool) -> Result<Vec<Right>> {
    let mut all = BTreeMap::new();
    for lab in labs::LABS.map(|lab| lab.number) {
        let path = bench.workspace.solution(lab).join("src/lib.rs");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        all.insert(format!("solution{lab}"), (lab, text, Scale::Full));
        if !quick {
            let variants = prove::variants(&bench.workspace, lab)?;
            let inside = |variant: &prove::Variant| bench.tier != Tier::Bwrap || !variant.needs_tools();
            all.extend(
                variants.into_iter().filter(inside).map(|variant| (variant.id, (lab, variant.text, variant.scale))),
            );
        }
    }
    Ok(all.into_iter().collect())
}

/// Once more where the grader itself was held up: so does grading.
fn marks(bench: &Bench, lab: u8, text: &str, scale: Scale) -> Result<String> {
    let held_up = |error: &anyhow::Error| error.to_string().contains("NeedsALook");
    match marks_once(bench, lab, text, scale) {
        Err(error) if held_up(&error) => marks_once(bench, lab, text, scale),
        result => result,
    }
}

fn marks_once(bench: &Bench, lab: u8, text: &str, scale: Scale) -> Result<String> {
    let stage = Stage::new(&bench.workspace, lab, Source::Text(text)).map_err(|failure| anyhow!("{failure}"))?;
    let built = build(&stage, &bench.toolchain).map_err(|failure| anyhow!("{failure}"))?;
    let program = Program::take(&built.program)?;
    let job = Job { lab, seed: 1, at_once: bench.at_once, small: scale == Scale::Small, runs: 1, ..Job::default() };
    let checks = bench.judge(&program, job)?.checks;
    let points: u32 = checks.iter().map(|check| check.points).sum();
    let lost = checks.iter().flat_map(|check| check.cases.iter().map(move |case| (check, case)));
    let lost: Vec<String> = lost
        .filter(|(_, case)| {
            !matches!(case.outcome, super::super::model::Outcome::Passed | super::super::model::Outcome::NotRun)
        })
        .map(|(check, case)| format!("{}{} {:?} {}", check.id, case.case, case.outcome, case.reason))
        .collect();
    if !lost.is_empty() || points == 0 {
        return Err(anyhow!("{points} points: {}", lost.join(", ")));
    }
    Ok(format!("{points} points"))
}

fn version(program: &Path) -> String {
    let output = Command::new(program).arg("--version").output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string()).unwrap_or_default();
    format!("{said} ({})", program.display())
}

fn note(name: &str, told: impl Into<String>) -> Finding {
    Finding::new(State::Note, "machine", name, told)
}

fn bad(name: &str, told: impl Into<String>) -> Finding {
    Finding::new(State::Bad, "machine", name, told)
}

//! What the machine is, and whether right programs get full marks on it while it is busy.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow};

use super::{Finding, State};
use crate::grade::one::Bench;
use crate::grade::preflight::{Right, right_programs};
use crate::grade::sandbox::{self, Tier};
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
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let labs = labs::LABS.map(|lab| lab.number);
    match prove::under_load(cores, || right_programs(bench, &labs, !quick, 2)) {
        Ok(all) => all.into_iter().map(marks).collect(),
        Err(error) => vec![bad("solutions", format!("{error:#}"))],
    }
}

fn marks(right: Right) -> Finding {
    let points = format!("{} points", right.points);
    match right.problems.is_empty() && right.points > 0 {
        true => Finding::new(State::Good, "marks", &right.name, points),
        false => Finding::new(State::Bad, "marks", &right.name, format!("{points}: {}", right.problems.join(", "))),
    }
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

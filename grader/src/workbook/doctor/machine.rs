//! What the grader can see of a running program, and how much of it: `/proc`, the clock, descriptors.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

use super::{Finding, SHORT, Test};
use crate::clock::Clock;

pub const TESTS: &[Test] = &[
    Test { id: "clock", limit: SHORT, means: PLAIN, run: |_| clock() },
    Test { id: "view", limit: SHORT, means: VIEW, run: |_| view() },
    Test { id: "descriptors", limit: SHORT, means: FEW, run: |_| descriptors() },
    Test { id: "pace", limit: SHORT, means: PACE, run: |_| pace() },
];

const PLAIN: &str =
    "checks wait by the wall clock: 3 s for what must come. On a busy machine a right program may be called slow";
const VIEW: &str = "reports cannot say in which call your program waits; verdicts are the same";
const FEW: &str = "checks with many connections may say `trouble`";
const PACE: &str = "checks take longer; on Linux, time in which your program could not run does not count against it";

fn clock() -> Finding {
    let forced = std::env::var_os("LOOPBACK_PLAIN_CLOCK").is_some();
    match Clock::choose() {
        Clock::Served => Finding::ok("the served clock: only time in which your program could run counts (/proc)"),
        Clock::Plain if forced => {
            Finding::note("the plain clock, because LOOPBACK_PLAIN_CLOCK is set", PLAIN, "unset LOOPBACK_PLAIN_CLOCK")
        }
        Clock::Plain if cfg!(target_os = "linux") => Finding::note(
            "the plain clock: /proc does not count how long a process has run (schedstat)",
            PLAIN,
            "a kernel with CONFIG_SCHEDSTATS or CONFIG_SCHED_INFO; in a container, one with /proc",
        ),
        Clock::Plain => {
            Finding::note("the plain clock: this system has no /proc", PLAIN, "nothing; close busy programs")
        }
    }
}

/// Needs the right to trace a child, which some containers do not give.
#[cfg(target_os = "linux")]
fn view() -> Finding {
    let started = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let Ok(mut cat) = started else {
        return Finding::note("not tested: there is no `cat` to look at", VIEW, "nothing");
    };
    let seen = std::fs::read_to_string(format!("/proc/{}/syscall", cat.id()));
    drop(cat.stdin.take());
    let _ = cat.wait();
    match seen {
        Ok(_) => Finding::ok("the grader can see in which call a program waits"),
        Err(error) => Finding::note(
            format!("the grader cannot see in which call a program waits: {error}"),
            VIEW,
            "sysctl kernel.yama.ptrace_scope=1; docker run --cap-add SYS_PTRACE",
        ),
    }
}

#[cfg(not(target_os = "linux"))]
fn view() -> Finding {
    Finding::note("only Linux lets the grader see in which call a program waits", VIEW, "nothing")
}

/// The grader's own: a run holds a few dozen for each check at once.
#[cfg(unix)]
fn descriptors() -> Finding {
    const ENOUGH: u64 = 1024;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        Some(limit) if limit < ENOUGH => Finding::note(
            format!("a process may have only {limit} files open"),
            FEW,
            format!("ulimit -n {ENOUGH}, or cargo lab check --jobs 2"),
        ),
        Some(limit) => Finding::ok(format!("a process may have {limit} files open")),
        None => Finding::ok("a process may have any number of files open"),
    }
}

#[cfg(not(unix))]
fn descriptors() -> Finding {
    Finding::ok("this system has no limit of open files that would matter here")
}

/// How busy it is: more that wants to run than there are processors for it.
fn pace() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default();
    let load: Option<f64> = load.split(' ').next().and_then(|load| load.parse().ok());
    match load {
        Some(load) if load > 2.0 * cores as f64 => Finding::note(
            format!("{cores} processors, and {load} programs want to run"),
            PACE,
            "end what else is running, or wait for it",
        ),
        _ => Finding::ok(format!("{cores} processor{}, not overloaded", if cores == 1 { "" } else { "s" })),
    }
}

//! What the grader can see of a running program, and how much of it: `/proc`, the clock, descriptors.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::{Command, Stdio};

use super::{Finding, SHORT, Test};
use crate::clock::Clock;
use crate::texts::say;

pub const TESTS: &[Test] = &[
    Test { id: "clock", limit: SHORT, means: means_plain, run: |_| clock() },
    Test { id: "view", limit: SHORT, means: means_view, run: |_| view() },
    Test { id: "descriptors", limit: SHORT, means: means_few, run: |_| descriptors() },
    Test { id: "pace", limit: SHORT, means: means_pace, run: |_| pace() },
];

fn means_plain() -> &'static str {
    say!("cargo-lab/doctor/means_plain")
}
fn means_view() -> &'static str {
    say!("cargo-lab/doctor/means_view")
}
fn means_few() -> &'static str {
    say!("cargo-lab/doctor/means_few")
}
fn means_pace() -> &'static str {
    say!("cargo-lab/doctor/means_pace")
}

fn clock() -> Finding {
    let forced = std::env::var_os("LOOPBACK_PLAIN_CLOCK").is_some();
    match Clock::choose() {
        Clock::Served => Finding::ok(say!("cargo-lab/doctor/the_served_clock_only_time_in")),
        Clock::Plain if forced => Finding::note(
            say!("cargo-lab/doctor/the_plain_clock_because_loopback_plain"),
            means_plain(),
            say!("cargo-lab/doctor/unset_loopback_plain_clock"),
        ),
        Clock::Plain if cfg!(target_os = "linux") => Finding::note(
            say!("cargo-lab/doctor/the_plain_clock_proc_does_not"),
            means_plain(),
            say!("cargo-lab/doctor/a_kernel_with_config_schedstats_or"),
        ),
        Clock::Plain => Finding::note(
            say!("cargo-lab/doctor/the_plain_clock_this_system_has"),
            means_plain(),
            say!("cargo-lab/doctor/nothing_close_busy_programs"),
        ),
    }
}

/// Needs the right to trace a child, which some containers do not give.
#[cfg(target_os = "linux")]
fn view() -> Finding {
    let started = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let Ok(mut cat) = started else {
        return Finding::note(say!("cargo-lab/doctor/not_tested_there_is_no_cat"), means_view(), "nothing");
    };
    let seen = std::fs::read_to_string(format!("/proc/{}/syscall", cat.id()));
    drop(cat.stdin.take());
    let _ = cat.wait();
    match seen {
        Ok(_) => Finding::ok(say!("cargo-lab/doctor/the_grader_can_see_in_which")),
        Err(error) => Finding::note(
            say!("cargo-lab/doctor/the_grader_cannot_see_in_which", error),
            means_view(),
            say!("cargo-lab/doctor/sysctl_kernel_yama_ptrace_scope_1"),
        ),
    }
}

#[cfg(not(target_os = "linux"))]
fn view() -> Finding {
    Finding::note(say!("cargo-lab/doctor/only_linux_lets_the_grader_see"), means_view(), "nothing")
}

/// The grader's own: a run holds a few dozen for each check at once.
#[cfg(unix)]
fn descriptors() -> Finding {
    const ENOUGH: u64 = 1024;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        Some(limit) if limit < ENOUGH => Finding::note(
            say!("cargo-lab/doctor/a_process_may_have_only_files", limit),
            means_few(),
            say!("cargo-lab/doctor/ulimit_n_or_cargo_lab_check", enough = ENOUGH),
        ),
        Some(limit) => Finding::ok(say!("cargo-lab/doctor/a_process_may_have_files_open", limit)),
        None => Finding::ok(say!("cargo-lab/doctor/a_process_may_have_any_number")),
    }
}

#[cfg(not(unix))]
fn descriptors() -> Finding {
    Finding::ok(say!("cargo-lab/doctor/this_system_has_no_limit_of"))
}

/// How busy it is: more that wants to run than there are processors for it.
fn pace() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default();
    let load: Option<f64> = load.split(' ').next().and_then(|load| load.parse().ok());
    match load {
        Some(load) if load > 2.0 * cores as f64 => Finding::note(
            say!("cargo-lab/doctor/processors_and_programs_want_to_run", cores, load),
            means_pace(),
            say!("cargo-lab/doctor/end_what_else_is_running_or"),
        ),
        _ => Finding::ok(say!(
            "cargo-lab/doctor/processor_not_overloaded",
            cores,
            plural = if cores == 1 { "" } else { "s" }
        )),
    }
}

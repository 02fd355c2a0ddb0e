//! `cargo lab doctor`: is this machine fit for the checks? Each test has a line of its own: what was found, and where
//! something is missing, what that means for which checks and how to mend it.
//!
//! A test that hangs is a finding too: each has a limit. In the order in which they are run: `files`, `tools`,
//! `network`, `machine`.

mod files;
mod machine;
mod network;
mod tools;

use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{clean, exit, json, println, version};
use crate::build::Workspace;
use crate::labs::LABS;
use crate::report::wrap;
use crate::texts::say;

/// One thing that the checks need.
pub struct Test {
    pub id: &'static str,
    pub limit: Duration,
    /// What it means if this hangs or is bad, where the test does not know better.
    pub means: fn() -> &'static str,
    pub run: fn(&Path) -> Finding,
}

const SHORT: Duration = Duration::from_secs(5);

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub state: State,
    pub found: String,
    pub means: String,
    pub mend: String,
    /// Ids of the checks that it is about; empty where it is about all or none.
    pub checks: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// Something is done otherwise here, or left out; no points are lost by it.
    Note,
    /// Checks cannot work here.
    Bad,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Note => "note",
            State::Bad => "bad",
        }
    }
}

impl Finding {
    pub fn ok(found: impl Into<String>) -> Finding {
        Finding { state: State::Ok, found: found.into(), means: String::new(), mend: String::new(), checks: Vec::new() }
    }

    pub fn note(found: impl Into<String>, means: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { state: State::Note, means: means.into(), mend: mend.into(), ..Finding::ok(found) }
    }

    pub fn bad(found: impl Into<String>, means: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { state: State::Bad, ..Finding::note(found, means, mend) }
    }

    /// About these checks only.
    pub fn about(self, checks: Vec<&'static str>) -> Finding {
        Finding { checks, ..self }
    }
}

/// The ids of the checks whose row fits.
fn checks(fits: impl Fn(&crate::check::Check) -> bool) -> Vec<&'static str> {
    LABS.into_iter().flat_map(|lab| lab.checks).filter(|check| fits(check)).map(|check| check.id).collect()
}

/// All tests, in the order in which they are run and shown.
fn tests() -> impl Iterator<Item = &'static Test> {
    [files::TESTS, tools::TESTS, network::TESTS, machine::TESTS].into_iter().flatten()
}

/// A test that was run.
struct Done {
    test: &'static Test,
    finding: Finding,
    took: Duration,
}

/// Runs all tests. The exit code says whether one is bad.
pub fn run(workspace: &Workspace, json: bool) -> u8 {
    if !json {
        println(say!("cargo-lab/doctor/loopback_doctor_is_this_machine_fit"));
    }
    let mut all = Vec::new();
    for test in tests() {
        let done = one(test, workspace.root().to_path_buf());
        if !json {
            println(&text(&done));
        }
        all.push(done);
    }
    let worst = all.iter().map(|done| done.finding.state).max().unwrap_or(State::Ok);
    match json {
        true => println(&serde_json::to_string_pretty(&document(&all, worst)).unwrap_or_default()),
        false => println(&format!("\n{}", wrap("", &last_words(&all, worst), 4).join("\n"))),
    }
    if worst == State::Bad { exit::TROUBLE } else { exit::OK }
}

/// On a thread of its own, which is left alone when its time is over: it ends with this process.
fn one(test: &'static Test, root: PathBuf) -> Done {
    let begun = Instant::now();
    let (done, finding) = channel();
    let run = test.run;
    std::thread::spawn(move || {
        let _ = done.send(run(&root));
    });
    let finding = finding.recv_timeout(test.limit).unwrap_or_else(|_| {
        let found = say!("cargo-lab/doctor/no_answer_after_s", limit = test.limit.as_secs());
        Finding::bad(found, (test.means)(), say!("cargo-lab/doctor/try_it_again_when_the_machine"))
    });
    Done { test, finding, took: begun.elapsed() }
}

fn text(done: &Done) -> String {
    let Finding { state, found, means, mend, checks } = &done.finding;
    let word = if *state == State::Bad { "BAD" } else { state.word() };
    let mut lines = wrap(&format!("{word:<5} {:<12}  ", done.test.id), &clean(found), 4);
    let about = match &checks[..] {
        [] => String::new(),
        ids => format!(" ({})", ids.join(", ")),
    };
    for (title, text) in
        [(say!("cargo-lab/doctor/means"), format!("{means}{about}")), (say!("cargo-lab/doctor/try"), mend.clone())]
    {
        if !text.is_empty() {
            lines.extend(wrap(&format!("      {title:<12}  "), &clean(&text), 4));
        }
    }
    lines.join("\n")
}

fn last_words(all: &[Done], worst: State) -> String {
    let count = |state| all.iter().filter(|done| done.finding.state == state).count();
    let told = match worst {
        State::Ok => say!("cargo-lab/doctor/this_machine_can_run_every_check"),
        State::Note => say!("cargo-lab/doctor/every_check_works_here_what_a"),
        State::Bad => say!("cargo-lab/doctor/mend_what_is_bad_first_until"),
    };
    say!(
        "cargo-lab/doctor/ok_to_know_bad",
        value = count(State::Ok),
        value2 = count(State::Note),
        value3 = count(State::Bad),
        told
    )
}

fn document(all: &[Done], worst: State) -> Value {
    let test = |done: &Done| {
        let Finding { state, found, means, mend, checks } = &done.finding;
        json!({
            "id": done.test.id,
            "result": state.word(),
            "found": found,
            "means": means,
            "try": mend,
            "checks": checks,
            "ms": done.took.as_secs_f64() * 1000.0,
        })
    };
    json!({
        "format": "loopback-doctor",
        "version": json::VERSION,
        "grader": version::GRADER,
        "pack": version::of_this_pack(),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "result": worst.word(),
        "tests": all.iter().map(test).collect::<Vec<_>>(),
    })
}

//! An engine takes the machine away: SIGTERM, to the grader alone or to all that it has started.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;

use crate::common::skipped;
use crate::grade::class::{Class, SOLUTION, records};
use crate::grade::related::{related, wait_until};
use crate::grade::running::{small, start};

/// Engines kill what is still there after some seconds (Slurm's KillWait, 30 s; Kubernetes' grace period, 30 s).
const LEAVE: Duration = Duration::from_secs(5);

/// One after the other; the first has just got its result when the signal comes.
fn stopped(tier: &str, signal: Signal, whole_group: bool, code: i32) {
    let class = small();
    // More than are done by then.
    (0..4).for_each(|number| class.hand_in(&format!("zoe{number}"), &SOLUTION));
    let mut child = start(&class, tier, &["--jobs", "1", "--shard", "0/1"]);
    let (pid, group) = (Pid::from_child(&child), child.id());
    wait_until("no result", || fs::read_dir(class.path("graded/results")).is_ok_and(|found| found.count() > 0));
    // In the middle of a submission: its compiler or its judge is there.
    wait_until("nothing is judged", || related(group, &class.path("tmp")).len() > 1);
    let start_of_end = Instant::now();
    match whole_group {
        true => kill_process_group(pid, signal).unwrap(),
        false => kill_process(pid, signal).unwrap(),
    }
    let ended = child.wait().unwrap();
    assert!(start_of_end.elapsed() < LEAVE, "{:?}", start_of_end.elapsed());
    assert_eq!(ended.code(), Some(code), "{ended}");
    // A bubblewrap that was never told to begin stays (see `orphans`), until the next grader comes.
    let waits = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "bwrap");
    wait_until("processes are left", || related(group, &class.path("tmp")).iter().all(waits));
    assert_eq!(fs::read_dir(class.path("tmp")).unwrap().count(), 0, "temporary files are left");
    assert!(!class.path("graded/shards/0-of-1.json").exists(), "it has not ended well");

    let kept = records(&class.path("graded"));
    assert!(!kept.is_empty() && kept.len() < 8, "{:?}", kept.keys());
    class.grade_in(tier, &["--jobs", "1"]).assert().success();
    let all = records(&class.path("graded"));
    kept.iter().for_each(|(name, record)| assert_eq!(all[name], *record, "{name}: what was kept was right"));
    assert_eq!(all.len(), 8);
    let marks = class.column("final");
    let right = ["ada", "zoe0", "zoe1", "zoe2", "zoe3"];
    assert!(right.iter().all(|id| marks[*id] == "100.00"), "{marks:?}: {:?}", failed(&all["zoe3.json"]));
    class.then(&["audit"]).assert().success();
    // Nobody was judged twice.
    assert_eq!(class.judged(), 8);
}

/// Why it has not all points.
fn failed(record: &Value) -> Vec<String> {
    let checks = record["labs"][0]["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["outcome"] != "passed").map(ToString::to_string).collect()
}

#[test]
fn sigterm_ends_it_with_143() {
    stopped("none", Signal::TERM, false, 143);
}

/// As Slurm does it, and as a terminal does with Ctrl-C.
#[test]
fn signals_to_all_of_its_processes_end_it_as_well() {
    stopped("none", Signal::TERM, true, 143);
    stopped("none", Signal::INT, true, 130);
}

#[test]
fn sigterm_ends_its_sandboxes() {
    if grader::grade::sandbox::bubblewrap().is_err() {
        return skipped("bubblewrap is not installed");
    }
    stopped("bwrap", Signal::TERM, true, 143);
}

/// Before the first submission too: while right programs are tried.
#[test]
fn sigterm_in_the_preflight() {
    let class = Class::of_four();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_grade"));
    let root = grader::build::Workspace::find().unwrap();
    command.arg(class.path("in")).args(["--sandbox", "none", "--out"]).arg(class.path("graded"));
    command.current_dir(root.root()).env("TMPDIR", class.path("tmp"));
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let group = child.id();
    wait_until("no judge", || related(group, &class.path("tmp")).len() > 1);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = {
        let start = Instant::now();
        let ended = child.wait().unwrap();
        assert!(start.elapsed() < LEAVE);
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        (ended.code(), said)
    };
    assert_eq!(output.0, Some(143), "{}", output.1);
    assert!(output.1.contains("stopped by SIGTERM; try: the same command again"), "{}", output.1);
    assert!(!output.1.contains("do not pass"), "the machine is not to blame: {}", output.1);
    assert_eq!(fs::read_dir(class.path("graded/results")).unwrap().count(), 0);
}

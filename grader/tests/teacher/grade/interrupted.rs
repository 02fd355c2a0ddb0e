//! A grader that is killed, or whose judge is.

use std::collections::BTreeSet;
use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::class::{Class, SOLUTION, files};
use super::related::{related, wait_until};
use super::running::{small, start};
use crate::common::skipped;

/// Killed at moments that are spread over a whole run, going on each time where it was.
fn killed(kills: u32, folders: u32, tier: &str) {
    let whole = small();
    let start_of_whole = Instant::now();
    whole.grade_in(tier, &[]).assert().success();
    let (expected, took) = (whole.results(), start_of_whole.elapsed());
    // A linear congruential generator: the moments are the same each time, as far as moments can be.
    let mut random = 20_261_120_u64;
    for _ in 0..folders {
        let (class, mut groups) = (small(), Vec::new());
        for turn in 0..kills / folders {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let moment = took.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31));
            let mut child = start(&class, tier, &[]);
            let pid = child.id();
            std::thread::sleep(moment);
            kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
            child.wait().unwrap();
            let tmp = class.path("tmp");
            // A bubblewrap that was never told to begin stays (see `orphans`), until the next grader comes.
            let waits =
                |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "bwrap");
            wait_until(&format!("kill {turn}: processes are left"), || related(pid, &tmp).iter().all(waits));
            groups.push(pid);
        }
        class.grade_in(tier, &[]).assert().success();
        assert_eq!(class.results(), expected);
        for group in groups {
            wait_until("processes are left", || related(group, &class.path("tmp")).is_empty());
        }
        let odd = |folder: &str| {
            files(&class.path(folder)).into_keys().filter(|path| path.to_string_lossy().contains(".part-"))
        };
        assert_eq!(odd("graded").collect::<Vec<_>>(), Vec::<std::path::PathBuf>::new());
        class.then(&["audit"]).assert().success();
        // A grader that was not killed has cleaned up after those that were.
        assert_eq!(fs::read_dir(class.path("tmp")).unwrap().count(), 0);
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_was() {
    let kills = std::env::var("LOOPBACK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    killed(kills, 2.max(kills / 5), "none");
}

#[test]
fn killed_with_sandboxes_it_leaves_nobody_behind() {
    if grader::grade::sandbox::bubblewrap().is_err() {
        return skipped("bubblewrap is not installed");
    }
    killed(2, 1, "bwrap");
}

/// Kills judges of a grader as they appear, so many of them. Returns how many it got.
fn kill_judges(grader: &mut Child, most: usize) -> usize {
    let mut killed = BTreeSet::new();
    while grader.try_wait().unwrap().is_none() {
        let children = format!("/proc/{0}/task/{0}/children", grader.id());
        let mut found = fs::read_to_string(&children).unwrap_or_default();
        for entry in fs::read_dir(format!("/proc/{}/task", grader.id())).into_iter().flatten().flatten() {
            found.push_str(&fs::read_to_string(entry.path().join("children")).unwrap_or_default());
        }
        for pid in found.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()) {
            let said = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let judge = said.windows(6).any(|part| part == b"\0jail\0");
            if judge && killed.len() < most && killed.insert(pid) {
                let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.len()
}

#[test]
fn a_judge_that_dies_is_replaced() {
    let class = Class::new();
    class.hand_in("ada", &SOLUTION);
    let mut child = start(&class, "none", &["--jobs", "1"]);
    assert_eq!(kill_judges(&mut child, 1), 1);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    class.finals(&[("ada", "100.00")]);
    assert_eq!(class.record("ada")["observed"]["retries"], 1);
    assert_eq!(class.log()[0]["retries"], 1);
}

#[test]
fn trouble_that_stays_needs_a_look_and_is_never_0() {
    let class = Class::new();
    class.write("in/Ada_101_assignsubmission_file/lib.rs", SOLUTION.as_bytes());
    let mut child = start(&class, "none", &["--jobs", "1"]);
    assert_eq!(kill_judges(&mut child, usize::MAX), 2);
    assert_eq!(child.wait().unwrap().code(), Some(4));
    class.finals(&[("ada-101", "")]);
    assert_eq!(class.column("status")["ada-101"], "needs a look");
    let sheet = "Identifier,Full name,Grade,Maximum Grade,Last modified (grade),Feedback comments\r\nParticipant 101,Ada,7.00,10.00,-,\r\n";
    let path = class.write("sheet.csv", sheet);
    class.then(&["export", "moodle", "--sheet", path.to_str().unwrap()]).assert().success();
    assert_eq!(class.text("moodle-worksheet.csv"), sheet, "an older mark stays as it was");
    class.then(&["export", "gradescope"]).assert().success();
    let results = class.text("gradescope/ada-101/results.json");
    assert!(!results.contains("\"score\"") && results.contains("Nobody loses points"), "{results}");
    // It is tried again, and then there is a mark.
    class.grade(&[]).assert().success();
    class.finals(&[("ada-101", "100.00")]);
}

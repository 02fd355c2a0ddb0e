//! Attacks on somebody else: the next student's network and binary, a neighbour's time, the judge's memory and ports.

use std::fs;

use grader::grade::doctor::arsenal::{self, Arsenal, honest};
use grader::grade::doctor::run::{self, CHECK, work};
use grader::grade::model::{LabStatus, Outcome};
use sha2::{Digest, Sha256};

use super::honest::{built, honest_program, passes};
use super::range::range;

/// Row 70: what listened in the last student's network is not there in the next one's, whose stub gets nothing.
#[test]
fn the_next_students_network_is_empty() {
    let Some(range) = range() else { return };
    let arsenal = Arsenal::new(&range.bench).unwrap();
    run::alone(&range.bench, &arsenal, "leaves").unwrap();
    let folder = arsenal::submission().unwrap();
    fs::copy(range.bench.workspace.lab(1).join("src/lib.rs"), folder.path().join("src/lib.rs")).unwrap();
    let record = range.bench.grade(&work("stubs", folder.path()));
    let lab = &record.labs[0];
    assert_eq!((lab.status, lab.points), (LabStatus::Graded, 0));
    let started = |outcome| ![Outcome::NotStarted, Outcome::Blocked].contains(&outcome);
    assert!(!lab.checks.iter().any(|check| started(check.outcome)), "{:?}", lab.checks);
}

/// Rows 30 and 92: the same text is the same program, whatever was built before it.
#[test]
fn an_honest_build_after_an_attack_is_the_same() {
    let Some(range) = range() else { return };
    let folder = arsenal::submission().unwrap();
    arsenal::write(folder.path(), &honest(&range.bench).unwrap()).unwrap();
    let hash = |bytes: Vec<u8>| Sha256::digest(bytes).to_vec();
    let alone = hash(built(&range.bench, folder.path()));
    let attacker = arsenal::submission().unwrap();
    for name in ["feature", "build-environment", "include-file"] {
        let text = arsenal::lib_rs(&range.bench, &range.arsenal.bait, name).unwrap();
        arsenal::write(attacker.path(), &text).unwrap();
        let record = range.bench.grade(&work("attacker", attacker.path()));
        assert_ne!(record.labs[0].status, LabStatus::NeedsALook, "{name}: {:?}", record.labs[0].message);
        assert_eq!(hash(built(&range.bench, folder.path())), alone, "after {name}");
    }
}

/// Row 88: verdicts of an honest program beside one that is busy on all cores.
#[test]
fn a_busy_neighbour_changes_nothing() {
    let Some(range) = range() else { return };
    let honest = honest_program(&range.bench);
    passes(&range.bench, &honest).unwrap();
    let spins = range.arsenal.program("spins").unwrap();
    std::thread::scope(|scope| {
        let neighbour = scope.spawn(|| run::verdicts(&range.bench, &spins, CHECK).unwrap());
        for _ in 0..3 {
            passes(&range.bench, &honest).unwrap();
        }
        assert_ne!(neighbour.join().unwrap().checks[0].outcome, Outcome::NeedsALook);
    });
}

/// Row 89: a signal goes through a descriptor of the process that was looked at. A number cannot be made to come again at
/// will, so this shows what the watch relies on: such a descriptor reaches nobody else once its process has gone.
#[test]
fn a_kill_is_bound_to_its_process() {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let held = pidfd_open(Pid::from_raw(child.id() as i32).unwrap(), PidfdFlags::empty()).unwrap();
    child.wait().unwrap();
    assert_eq!(pidfd_send_signal(held, Signal::KILL), Err(rustix::io::Errno::SRCH));
}

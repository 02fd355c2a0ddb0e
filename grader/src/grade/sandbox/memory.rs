//! Memory: each process has a limit of its own, and this watches what all of a job's processes have together.
//!
//! A memory cgroup would do it better, and is for whoever may make one; this works for everybody. A program that takes
//! memory as fast as it can is found within a few ten milliseconds, long before the machine feels it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::MEMORY;
use crate::proc;

/// Between two looks.
const GAP: Duration = Duration::from_millis(50);

/// Watches the children of this process while it lives, and kills those that have too much.
#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// `inside`: what was started is a sandbox, which is left alone; the program is among what it has started.
    pub fn begin(inside: bool) -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                look(inside);
                // Not synchronisation: the gap between two samples.
                std::thread::sleep(GAP);
            }
        });
        Watch { stop }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn look(inside: bool) {
    for child in proc::children(std::process::id()) {
        let family = proc::family(child);
        let together: u64 = family.iter().map(|pid| resident(*pid)).sum();
        if together <= MEMORY {
            continue;
        }
        // The innermost first: it ends like any program that is killed, and its sandbox tells so.
        for pid in family.into_iter().rev().take_while(|pid| !inside || *pid != child) {
            end(pid, child);
        }
    }
}

/// Kills a process of the child's family. What was looked at may have ended, and its number may be somebody else's by now:
/// so the process is held first, and then seen to be still of the family.
fn end(pid: u32, child: u32) {
    let Some(number) = Pid::from_raw(pid as i32) else { return };
    let Ok(held) = pidfd_open(number, PidfdFlags::empty()) else { return };
    if proc::family(child).contains(&pid) {
        let _ = pidfd_send_signal(held, Signal::KILL);
    }
}

/// Bytes of a process that are in memory.
fn resident(pid: u32) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

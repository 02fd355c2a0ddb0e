//! SIGTERM and Ctrl-C: no more work is taken, what runs is ended, and what is graded until then is kept.
//!
//! An engine sends SIGTERM before it takes a machine away, and SIGKILL some seconds later. Each result is a file that is
//! written whole or not at all, so there is nothing to save. What must not happen is that something is written *because*
//! programs are being ended: no result of a submission that was being judged then is kept.

use std::fs;
use std::sync::Once;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::build::forget_all;
use crate::proc;

/// After this the process ends as it is: engines wait for more than five seconds, and for less than a compiler may take.
const LEAVE: Duration = Duration::from_secs(4);
/// Between two looks for programs to end: a thread may have been starting one.
const PAUSE: Duration = Duration::from_millis(10);

/// The signal that was sent; 0 if none was.
static ASKED: AtomicI32 = AtomicI32::new(0);

/// Listens from now on, once. A signal that is ignored, as Ctrl-C is in a shell's background, stays so.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ends = [SIGTERM, SIGINT].into_iter().filter(|signal| !is_ignored(*signal));
        let Ok(mut signals) = Signals::new(ends) else { return };
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                ASKED.store(signal, Ordering::SeqCst);
                end_all(&mut signals, signal);
            }
        });
    });
}

/// The exit code, if somebody has asked for an end.
pub fn code() -> Option<u8> {
    match ASKED.load(Ordering::SeqCst) {
        0 => None,
        signal => u8::try_from(128 + signal).ok(),
    }
}

/// An error if somebody has asked for an end: between two pieces of work.
pub fn check() -> Result<()> {
    match ASKED.load(Ordering::SeqCst) {
        0 => Ok(()),
        SIGINT => bail!("stopped by Ctrl-C (SIGINT)"),
        _ => bail!("stopped by SIGTERM"),
    }
}

/// Ends what this process has started until it ends itself, which a second signal or [`LEAVE`] hurries. What a judge has
/// started goes with the judge.
fn end_all(signals: &mut Signals, signal: i32) -> ! {
    let start = Instant::now();
    while start.elapsed() < LEAVE && signals.pending().next().is_none() {
        let mine = || proc::children(std::process::id());
        for pid in mine() {
            let Some(process) = Pid::from_raw(pid as i32).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
            else {
                continue;
            };
            // Looked at again: the number could have been given to somebody else's process before it was opened.
            if mine().contains(&pid) {
                let _ = pidfd_send_signal(process, Signal::KILL);
            }
        }
        std::thread::sleep(PAUSE);
    }
    forget_all();
    std::process::exit(128 + signal)
}

fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & 1 << (signal - 1) != 0
}

//! A process beside each judge that ends what is left in the judge's network when the judge has ended, however that was.
//!
//! The kernel ends a judge with the grader, and a bubblewrap with the judge. But a bubblewrap that is killed while it still
//! prepares its sandbox leaves a child that waits for ever for a word of its parent, and has not yet asked to be ended with
//! it (0.8.0; seen once in some hundred kills). Nobody else is there any more who could know of it.

use std::fs;
use std::io::{Read, pipe};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::jail::Spec;
use crate::proc;

/// So often what is left is looked for: each may have been starting another one.
const LOOKS: u32 = 1000;

/// Starts the watchman of this judge, in whose namespaces it is.
pub fn start() -> Result<()> {
    let (read, write) = pipe().context("no pipe for the watchman")?;
    let spec = Spec { watch: true, ..Spec::default() };
    let mut watchman = Command::new("/proc/self/exe");
    watchman.args(["jail", &spec.text()]).env_clear().stdin(read).stdout(Stdio::null()).stderr(Stdio::null());
    watchman.spawn().context("cannot start the watchman")?;
    // Open as long as this process is there, and in no other: programs that it starts do not inherit it.
    std::mem::forget(write);
    Ok(())
}

/// Waits for the end of its judge, and ends whoever is left in its network. Does not return.
pub fn watch() -> ! {
    // Ctrl-C reaches all of a terminal's session.
    let _ = rustix::process::setsid();
    // An engine sends SIGTERM to all processes of a task; this one has still to do what it is for.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::default());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    for _ in 0..LOOKS {
        let left = neighbours();
        if left.is_empty() {
            break;
        }
        left.into_iter().for_each(|pid| _ = kill_process(pid, Signal::KILL));
        std::thread::yield_now();
    }
    std::process::exit(0)
}

/// Everybody else in this process's network: it was made for the judge, and nobody joins it.
fn neighbours() -> Vec<Pid> {
    let network = |pid: &str| fs::read_link(PathBuf::from("/proc").join(pid).join("ns/net")).ok();
    let Some(mine) = network("self") else { return Vec::new() };
    let others = proc::everybody().into_iter().filter(|pid| *pid != std::process::id() && !proc::is_zombie(*pid));
    others
        .filter(|pid| network(&pid.to_string()).is_some_and(|it| it == mine))
        .filter_map(|pid| Pid::from_raw(pid as i32))
        .collect()
}

//! The tier `uid`: the program runs as a user of its own. For places where bubblewrap cannot run, as most containers.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{self, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::cage::limits;
use super::{FIRST_USER, PROCESSES};
use crate::check::Ended;
use crate::proc;
use crate::program::{Cage, Command, Kept};

/// Users of the programs of one judge, in turn: more than it runs at once.
const EACH: u32 = 16;
/// A program that starts processes faster than they are ended is left to its limit of processes.
const LONGEST: Duration = Duration::from_secs(5);

/// Programs under users of their own, from `first` on.
#[derive(Debug)]
pub struct OwnUser {
    first: u32,
    next: AtomicU32,
}

impl OwnUser {
    /// For the judge with this number: judges at work at once have different numbers.
    pub fn new(judge: u32) -> OwnUser {
        OwnUser { first: FIRST_USER + 256 + (judge % 16) * EACH, next: AtomicU32::new(0) }
    }
}

impl Cage for OwnUser {
    fn wrap(&self, command: &Command, tag: &str) -> io::Result<(process::Command, Box<dyn Kept>)> {
        let user = self.first + self.next.fetch_add(1, Ordering::Relaxed) % EACH;
        let mut process = process::Command::new(&command.program);
        process.args(&command.args).current_dir("/").env_clear().env("LOOPBACK_RUN", tag).uid(user).gid(user);
        let before_exec = || {
            limits(PROCESSES)?;
            rustix::thread::set_no_new_privs(true)?;
            Ok(())
        };
        // SAFETY: the closure runs between fork and exec. It makes plain system calls, and allocates nothing.
        unsafe { process.pre_exec(before_exec) };
        Ok((process, Box::new(User { user })))
    }
}

#[derive(Debug)]
struct User {
    user: u32,
}

impl Kept for User {
    fn program(&self, outer: u32) -> Option<u32> {
        Some(outer)
    }

    fn ended(&mut self, outer: ExitStatus) -> io::Result<Ended> {
        use std::os::unix::process::ExitStatusExt;
        Ok(match outer.signal() {
            Some(signal) => Ended::Signal(signal),
            None => Ended::Code(outer.code().unwrap_or(-1)),
        })
    }

    /// Whatever runs as this user is what the program has left.
    fn clear(&mut self) {
        let give_up = Instant::now() + LONGEST;
        while Instant::now() < give_up {
            let is_mine = |pid: &u32| std::fs::metadata(format!("/proc/{pid}")).is_ok_and(|it| it.uid() == self.user);
            let mine: Vec<u32> =
                proc::everybody().into_iter().filter(|pid| is_mine(pid) && !proc::is_zombie(*pid)).collect();
            if mine.is_empty() {
                break;
            }
            for pid in mine.into_iter().filter_map(|pid| Pid::from_raw(pid as i32)) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

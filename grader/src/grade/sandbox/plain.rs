//! The tier `uid`: the program runs as a user of its own. For places where bubblewrap cannot run, as most containers.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::process::{self, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::cage::limits;
use super::{FIRST_USER, PROCESSES, USERS};
use crate::check::Ended;
use crate::proc;
use crate::program::{Cage, Command, Kept};

/// Users of the programs of one judge: more than it runs at once.
pub(super) const EACH: u32 = 16;
/// So many judges can be at work on one machine, whoever has started them.
pub(super) const JUDGES: u32 = 24;
/// Where judges claim their users; for root alone.
const CLAIMS: &str = "/run/loopback-users";
/// A program that starts processes faster than they are ended is left to its limit of processes.
const LONGEST: Duration = Duration::from_secs(5);

/// Programs under users of their own. No two of them have the same user at the same time.
#[derive(Debug)]
pub struct OwnUser {
    free: Arc<Mutex<Vec<u32>>>,
    /// Locked as long as the users are this judge's; the kernel lets it go with the judge, however that ends.
    _claim: File,
}

impl OwnUser {
    /// Users that no other judge of this machine has: what is left of a program is found, and killed, by its user.
    pub fn new() -> Result<OwnUser> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(CLAIMS).context("cannot claim users for programs")?;
        let mut last = None;
        for judge in 0..JUDGES {
            let claim = File::create(format!("{CLAIMS}/{judge}")).context("cannot claim users for programs")?;
            if claim.try_lock().is_ok() {
                return Ok(OwnUser::of(judge, claim));
            }
            last = Some((judge, claim));
        }
        // All of them are at work: the next turn is that of whoever has the last users.
        let (judge, claim) = last.context("there are no users for programs")?;
        claim.lock().context("cannot wait for users of programs")?;
        Ok(OwnUser::of(judge, claim))
    }

    fn of(judge: u32, claim: File) -> OwnUser {
        let first = FIRST_USER + USERS + judge * EACH;
        OwnUser { free: Arc::new(Mutex::new((first..first + EACH).collect())), _claim: claim }
    }
}

impl Cage for OwnUser {
    fn wrap(&self, command: &Command, tag: &str) -> io::Result<(process::Command, Box<dyn Kept>)> {
        let user = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let user = user.ok_or_else(|| io::Error::other("all users for programs are at work"))?;
        let kept = User { user, free: Arc::clone(&self.free) };
        let mut process = process::Command::new(&command.program);
        process.args(&command.args).current_dir("/").env_clear().env("LOOPBACK_RUN", tag).uid(user).gid(user);
        let before_exec = || {
            limits(PROCESSES)?;
            rustix::thread::set_no_new_privs(true)?;
            Ok(())
        };
        // SAFETY: the closure runs between fork and exec. It makes plain system calls, and allocates nothing.
        unsafe { process.pre_exec(before_exec) };
        Ok((process, Box::new(kept)))
    }
}

#[derive(Debug)]
struct User {
    user: u32,
    free: Arc<Mutex<Vec<u32>>>,
}

impl Drop for User {
    fn drop(&mut self) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(self.user);
    }
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

//! The student's program: started, fed, listened to, and ended without a trace.
//!
//! It runs as a separate process with a cleared environment. What it prints is read to a cap and is only evidence.
//! It does not outlive its check: not after Ctrl-C, not when the grader is killed, and its children go with it.

mod cage;
mod output;
mod start;
mod stdin;

use std::io;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::check::Ended;
use crate::payload::Payload;
use crate::proc;

pub use cage::{Cage, Kept};
pub use output::{Compared, Output};
pub use start::Command;
pub(crate) use start::closing;
#[cfg(feature = "tools")]
pub(crate) use start::forking;
pub use stdin::Stdin;

/// How much of standard output and of standard error is kept.
pub const KEPT: usize = 64 * 1024;

/// A running program, or one that has ended. Dropping it kills it and all of its children.
#[derive(Debug)]
pub struct Program {
    /// What was started: the program, or the sandbox around it.
    child: Child,
    outer: u32,
    kept: Box<dyn Kept>,
    tag: String,
    pub started: Instant,
    pub stdout: Arc<Output>,
    pub stderr: Arc<Output>,
    pub stdin: Stdin,
    ended: Option<Ended>,
    trouble: Option<io::Error>,
}

impl Program {
    /// Starts it. An error is the machine's: the program's own faults come later.
    pub fn start(command: &Command, bell: &Bell, stdout: Option<Payload>) -> anyhow::Result<Program> {
        let tag = format!("{:016x}", random_number());
        // Before the spawn, not behind it: bounds of "not earlier than" begin here, and a child may run before we do.
        let started = Instant::now();
        let (mut child, kept) =
            start::spawn(command, &tag).with_context(|| format!("cannot start `{}`", command.program.display()))?;
        let outer = child.id();
        let out = child.stdout.take().context("no pipe for standard output")?;
        let err = child.stderr.take().context("no pipe for standard error")?;
        let input = child.stdin.take().context("no pipe for standard input")?;
        Ok(Program {
            outer,
            kept,
            tag,
            started,
            stdout: Output::read(out, bell.clone(), stdout),
            stderr: Output::read(err, bell.clone(), None),
            stdin: Stdin::new(input, bell.clone()),
            child,
            ended: None,
            trouble: None,
        })
    }

    /// The program's process. Until it is there, the one that will start it.
    pub fn pid(&self) -> u32 {
        self.kept.program(self.outer).unwrap_or(self.outer)
    }

    /// Whether its sandbox, if it has one, is set up. Mounts can take seconds on a machine where many are made at once.
    pub(crate) fn has_begun(&self) -> bool {
        self.kept.program(self.outer).is_some()
    }

    /// The process that was started: the program, or its sandbox.
    pub fn outer(&self) -> u32 {
        self.outer
    }

    /// `LOOPBACK_RUN` in the environment of this run's processes, and of nobody else's.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<Ended> {
        if self.ended.is_none()
            && let Some(status) = self.child.try_wait().ok().flatten()
        {
            self.ended = Some(self.kept.ended(status).unwrap_or_else(|error| {
                self.trouble = Some(error);
                how(status)
            }));
        }
        self.ended
    }

    /// Why there never was a program: its sandbox failed. That is nobody's fault but ours.
    pub fn trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// Waits until both of its pipes are at their end, but not for a grandchild that holds them.
    pub fn drain(&self) {
        for output in [&self.stdout, &self.stderr] {
            output.wait_for_end(Duration::from_millis(200));
        }
    }

    /// Sets how many descriptors it may have, up to `most`, which it was started with; what is open stays open. Says
    /// whether that was possible: only Linux lets one process do that to another one.
    pub fn may_open(&self, descriptors: u64, most: u64) -> bool {
        #[cfg(target_os = "linux")]
        if let (None, Some(raw)) = (self.ended, rustix::process::Pid::from_raw(self.pid() as i32)) {
            use rustix::process::{Resource, Rlimit, prlimit};
            let limit = Rlimit { current: Some(descriptors), maximum: Some(most) };
            return prlimit(Some(raw), Resource::Nofile, limit).is_ok();
        }
        let _ = (descriptors, most);
        false
    }

    /// Stops it (SIGSTOP) and sees that it has stopped, or lets it go on (SIGCONT).
    #[cfg(unix)]
    pub fn pause(&self, stop: bool) {
        let signal = if stop { rustix::process::Signal::STOP } else { rustix::process::Signal::CONT };
        // Its process id is ours until we, or its sandbox, wait for it: nobody else can have it.
        let pid = self.pid();
        if let (None, Some(raw)) = (self.ended, rustix::process::Pid::from_raw(pid as i32)) {
            let _ = rustix::process::kill_process(raw, signal);
        }
        // On a busy machine a SIGCONT that comes at once takes the SIGSTOP back before anybody has seen it. A stop of a
        // process that may be the sandbox's child wakes nobody here, so this looks; and it does not wait for ever.
        let give_up = Instant::now() + Duration::from_millis(50);
        while stop && Instant::now() < give_up && proc::tasks(pid).iter().any(|task| !"TtZ".contains(task.state)) {
            std::thread::yield_now();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stdin.close();
        let family = if self.ended().is_none() { proc::family(self.outer) } else { Vec::new() };
        start::kill(&mut self.child, &family, &self.tag);
        self.kept.clear();
    }
}

fn how(status: std::process::ExitStatus) -> Ended {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ended::Signal(signal);
    }
    Ended::Code(status.code().unwrap_or(-1))
}

/// A number that no other run has; not for payloads, which come from the seed.
pub fn random_number() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// Rings when a pipe had something: a poll on sockets wakes up for it too.
#[derive(Clone, Debug)]
pub struct Bell {
    #[cfg(unix)]
    ends: Arc<(std::os::unix::net::UnixStream, std::os::unix::net::UnixStream)>,
}

#[cfg(unix)]
impl Bell {
    pub fn new() -> std::io::Result<Bell> {
        let (ring, hear) = std::os::unix::net::UnixStream::pair()?;
        ring.set_nonblocking(true)?;
        hear.set_nonblocking(true)?;
        Ok(Bell { ends: Arc::new((ring, hear)) })
    }

    pub fn ring(&self) {
        let _ = std::io::Write::write(&mut &self.ends.0, &[1]);
    }

    /// Forgets the rings so far.
    pub fn hush(&self) {
        let mut rings = [0; 64];
        while matches!(std::io::Read::read(&mut &self.ends.1, &mut rings), Ok(n) if n == rings.len()) {}
    }

    pub fn fd(&self) -> Option<rustix::fd::BorrowedFd<'_>> {
        Some(rustix::fd::AsFd::as_fd(&self.ends.1))
    }
}

/// Without a way to poll pipes, the grader looks every few milliseconds.
#[cfg(not(unix))]
impl Bell {
    pub fn new() -> std::io::Result<Bell> {
        Ok(Bell {})
    }

    pub fn ring(&self) {}

    pub fn hush(&self) {}

    pub fn fd(&self) -> Option<rustix::fd::BorrowedFd<'_>> {
        None
    }
}

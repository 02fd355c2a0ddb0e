//! The student's program: started, fed, listened to, and ended without a trace.
//!
//! It runs as a separate process with a cleared environment. What it prints is read to a cap and is only evidence.
//! It does not outlive its check: not after Ctrl-C, not when the grader is killed, and its children go with it.

mod output;
mod start;
mod stdin;

use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::check::Ended;
use crate::payload::Payload;
use crate::proc;

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
    child: Child,
    pid: u32,
    tag: String,
    pub started: Instant,
    pub stdout: Arc<Output>,
    pub stderr: Arc<Output>,
    pub stdin: Stdin,
    ended: Option<Ended>,
}

impl Program {
    /// Starts it. An error is the machine's: the program's own faults come later.
    pub fn start(command: &Command, bell: &Bell, stdout: Option<Payload>) -> anyhow::Result<Program> {
        let tag = format!("{:016x}", random_number());
        // Before the spawn, not behind it: bounds of "not earlier than" begin here, and a child may run before we do.
        let started = Instant::now();
        let mut child =
            start::spawn(command, &tag).with_context(|| format!("cannot start `{}`", command.program.display()))?;
        let pid = child.id();
        let out = child.stdout.take().context("no pipe for standard output")?;
        let err = child.stderr.take().context("no pipe for standard error")?;
        let input = child.stdin.take().context("no pipe for standard input")?;
        Ok(Program {
            pid,
            tag,
            started,
            stdout: Output::read(out, bell.clone(), stdout),
            stderr: Output::read(err, bell.clone(), None),
            stdin: Stdin::new(input, bell.clone()),
            child,
            ended: None,
        })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// `LOOPBACK_RUN` in the environment of this run's processes, and of nobody else's.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<Ended> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten().map(how);
        }
        self.ended
    }

    /// Waits until both of its pipes are at their end, but not for a grandchild that holds them.
    pub fn drain(&self) {
        for output in [&self.stdout, &self.stderr] {
            output.wait_for_end(Duration::from_millis(200));
        }
    }

    /// Stops it (SIGSTOP), or lets it go on (SIGCONT).
    #[cfg(unix)]
    pub fn pause(&self, stop: bool) {
        let signal = if stop { rustix::process::Signal::STOP } else { rustix::process::Signal::CONT };
        // Its process id is ours until we wait for it: nobody else can have it.
        if let (None, Some(pid)) = (self.ended, rustix::process::Pid::from_raw(self.pid as i32)) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stdin.close();
        let family = if self.ended().is_none() { proc::family(self.pid) } else { Vec::new() };
        start::kill(&mut self.child, &family, &self.tag);
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

//! How a program is kept in. At home it is not; the teacher's side brings a sandbox.

use std::fmt::Debug;
use std::io;
use std::process::{self, ExitStatus};

use super::{Command, how};
use crate::check::Ended;

/// A sandbox: it starts programs inside.
pub trait Cage: Debug + Send + Sync {
    /// The process that starts `command` inside, with `LOOPBACK_RUN=tag` as the program's whole environment.
    fn wrap(&self, command: &Command, tag: &str) -> io::Result<(process::Command, Box<dyn Kept>)>;
}

/// One program in its sandbox. `outer` is the process that was started.
pub trait Kept: Debug + Send {
    /// The program itself, once it is there.
    fn program(&self, outer: u32) -> Option<u32>;

    /// How the program ended, told by the end of what was started. An error is the sandbox's: there was no program.
    fn ended(&mut self, outer: ExitStatus) -> io::Result<Ended>;

    /// Ends whatever is left, when `outer` has been killed.
    fn clear(&mut self) {}
}

/// No sandbox: what was started is the program.
#[derive(Debug)]
pub(super) struct Free;

impl Kept for Free {
    fn program(&self, outer: u32) -> Option<u32> {
        Some(outer)
    }

    fn ended(&mut self, outer: ExitStatus) -> io::Result<Ended> {
        Ok(how(outer))
    }
}

//! What `cargo grade` does, a command each. Texts for people go to standard output, progress and complaints to standard
//! error.

pub mod appeal;
pub mod change;
pub mod emit;
pub mod export;
pub mod gradescope;
pub mod run;

use std::process::ExitCode;

/// How `cargo grade` ends; the book lists these from here, and the engines that run it rely on them.
pub mod exit {
    /// All submissions are graded, however many points they have.
    pub const OK: u8 = 0;
    /// Something that was asked to hold does not: an attack got through, a log was changed.
    pub const FAILED: u8 = 1;
    /// The command line, the course file or the download makes no sense.
    pub const USAGE: u8 = 2;
    /// The sandbox that was asked for is not to be had here.
    pub const NO_SANDBOX: u8 = 3;
    /// Some submissions could not be graded, through no fault of theirs. To try again makes sense.
    pub const TROUBLE: u8 = 4;
    /// Parts of a class are missing, contradict each other, or are of another class. To try the same again changes nothing.
    pub const INCOMPLETE: u8 = 5;
    /// Stopped by Ctrl-C (SIGINT). What is graded until then is kept.
    pub const INTERRUPTED: u8 = 130;
    /// Stopped by SIGTERM, as engines do before they take a machine away. What is graded until then is kept.
    pub const TERMINATED: u8 = 143;
}

/// An error that ends the program with a code of its own.
#[derive(Debug)]
pub struct Ends {
    pub code: u8,
    pub why: anyhow::Error,
}

impl From<anyhow::Error> for Ends {
    fn from(why: anyhow::Error) -> Ends {
        Ends { code: exit::USAGE, why }
    }
}

impl Ends {
    pub fn with(code: u8, why: anyhow::Error) -> Ends {
        Ends { code, why }
    }
}

/// What a command comes to.
pub type Done = Result<ExitCode, Ends>;

//! What `cargo grade` does, a command each. Texts for people go to standard output, progress and complaints to standard
//! error.

pub mod appeal;
pub mod change;
pub mod emit;
pub mod export;
pub mod gradescope;
pub mod run;

use std::process::ExitCode;

/// How `cargo grade` ends; the book has this table ([`exit::ALL`]), and the engines that run it rely on it.
pub mod exit {
    pub const OK: u8 = 0;
    pub const FAILED: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const NO_SANDBOX: u8 = 3;
    pub const TROUBLE: u8 = 4;
    pub const INCOMPLETE: u8 = 5;
    pub const INTERRUPTED: u8 = 130;
    pub const TERMINATED: u8 = 143;

    /// What an engine may do about it: the same again, here or elsewhere.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Again {
        /// It is done.
        Done,
        /// It would end in the same way.
        No,
        /// Not on this machine.
        Elsewhere,
        Yes,
    }

    /// All codes, as the book has them.
    pub const ALL: [(u8, &str, Again); 8] = [
        (OK, "all that was asked for is done; of a class: all are graded, however many points they have", Again::Done),
        (FAILED, "something that was asked to hold does not: an attack got through, a log was changed", Again::No),
        (USAGE, USAGE_MEANS, Again::No),
        (NO_SANDBOX, "the sandbox that was asked for is not to be had on this machine", Again::Elsewhere),
        (TROUBLE, TROUBLE_MEANS, Again::Yes),
        (
            INCOMPLETE,
            "parts of a class are missing, contradict each other, or are of another class (`merge`)",
            Again::No,
        ),
        (INTERRUPTED, "stopped by Ctrl-C (SIGINT); what is graded until then is kept", Again::Yes),
        (TERMINATED, "stopped by SIGTERM; what is graded until then is kept", Again::Yes),
    ];
    const USAGE_MEANS: &str = "the command line, the course file or the download makes no sense, the folder of results \
                               cannot be written to, or a change was refused";
    const TROUBLE_MEANS: &str = "some submissions could not be graded, through no fault of theirs; right programs do not \
                                 pass on this machine now; or the disk is full";
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

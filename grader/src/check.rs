//! What a check is, and what it can find. Data only: `lab` runs a check, `report` shows what came of it.

use std::fmt;
use std::time::Duration;

use crate::lab::Lab;
use crate::texts;
use crate::texts::say;
use crate::waits::ThreadWait;

/// One row of a lab's grading sheet. Its texts stand in `grader/texts/checks`.
#[derive(Debug)]
pub struct Check {
    /// `1.09`: the lab, and the place in it.
    pub id: &'static str,
    /// A verb phrase of what a right program does.
    pub name: &'static str,
    pub tier: Tier,
    /// Ids of checks without which this one cannot pass; it is *blocked* when one of them did not.
    pub needs: &'static [&'static str],
    /// How often a check that is about a race is run, each time with a seed of its own: one failure fails.
    pub rounds: u32,
    pub cases: &'static [Case],
}

/// A part of a check with points, stage and process of its own. Most checks have just one, with an empty letter.
#[derive(Debug)]
pub struct Case {
    pub letter: &'static str,
    pub points: u32,
    /// The last stub that the case needs, and so the stage in which the program is started.
    pub stub: &'static str,
    pub run: fn(&Lab) -> Verdict,
}

impl Check {
    /// A row to start from: `Check { id: .., ..Check::ROW }`.
    pub const ROW: Check = Check { id: "", name: "", tier: Tier::Core, needs: &[], rounds: 1, cases: &[] };

    pub fn points(&self) -> u32 {
        self.cases.iter().map(|case| case.points).sum()
    }

    /// The number of its lab.
    pub fn lab(&self) -> u8 {
        self.id.as_bytes()[0] - b'0'
    }

    /// One sentence: "A right server echoes what it has read, also when it fills the buffer exactly."
    pub fn title(&self) -> &'static str {
        self.text("title")
    }

    /// The misconception that it catches, and why a terminal does not show it.
    pub fn catches(&self) -> &'static str {
        self.text("catches")
    }

    /// RFC, man page or book where the rule stands.
    pub fn reference(&self) -> &'static str {
        self.text("reference")
    }

    /// What usually stands behind a finding of these kinds.
    pub fn usually(&self) -> Vec<(Kind, &'static str)> {
        let texts = texts::beginning(&self.texts(), &format!("{}.usually.", self.id)).collect::<Vec<_>>();
        let kind = |name: &str| Kind::ALL.iter().copied().find(|kind| kind.as_str() == name);
        texts.into_iter().filter_map(|(name, text)| Some((kind(name)?, text))).collect()
    }

    /// What the peer does in a case; empty unless the check has several.
    pub fn what(&self, case: &Case) -> &'static str {
        if case.letter.is_empty() { "" } else { self.text(&format!("case.{}", case.letter)) }
    }

    fn text(&self, name: &str) -> &'static str {
        texts::find(&format!("{}/{}.{name}", self.texts(), self.id)).unwrap_or("")
    }

    fn texts(&self) -> String {
        format!("checks/lab{}", self.lab())
    }
}

/// The only case of a check.
pub const fn only(points: u32, stub: &'static str, run: fn(&Lab) -> Verdict) -> Case {
    Case { letter: "", points, stub, run }
}

/// One of several cases of a check.
pub const fn case(letter: &'static str, points: u32, stub: &'static str, run: fn(&Lab) -> Verdict) -> Case {
    Case { letter, points, stub, run }
}

/// The order in which checks are shown. All of core is a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    Core,
    Robust,
    Expert,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Tier::Core => "core",
            Tier::Robust => "robust",
            Tier::Expert => "expert",
        })
    }
}

/// What a check's function returns: its story went as it should, or the reason why it stopped.
pub type Verdict = Result<(), Stop>;

/// Why a check stopped early.
#[derive(Debug)]
pub enum Stop {
    /// The program did something else than a right one does.
    Finding(Box<Finding>),
    /// The machine lacks what the check needs; found before the program was asked for anything.
    NotRun(String),
    /// The grader or the machine failed. Never costs a point.
    Trouble(anyhow::Error),
}

impl From<std::io::Error> for Stop {
    /// An error of the grader's own calls. What the program causes is turned into a finding where it happens.
    fn from(error: std::io::Error) -> Self {
        Stop::Trouble(error.into())
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Self {
        Stop::Trouble(error)
    }
}

/// What was seen instead of what a right program does.
#[derive(Clone, Debug)]
pub struct Finding {
    pub kind: Kind,
    pub want: String,
    pub got: String,
    /// A line more on the difference, where there is one to tell.
    pub note: String,
    /// It went on and on, for longer than any right program takes.
    pub slow: bool,
    /// Where each of its threads was, if it was running.
    pub waits: Vec<ThreadWait>,
    /// How it had ended, if it had.
    pub ended: Option<Ended>,
    /// The panic that its standard error shows, if there is one.
    pub panic: Option<Panic>,
    /// Set when that panic is a stub which is still `todo!()`.
    pub stub: Option<StubPlace>,
    /// What stood on standard error, capped, made harmless to print.
    pub stderr: String,
}

/// The stub that a program ran into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubPlace {
    pub name: String,
    /// `labs/lab1/src/lib.rs`
    pub file: String,
    pub line: u32,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Code(i32),
    Signal(i32),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Code(101) => write!(f, "{}", say!("report/exit_code_101_a_panic")),
            Ended::Code(code) => write!(f, "{}", say!("report/exit_code", code)),
            Ended::Signal(signal) => {
                write!(f, "{}", say!("report/killed_by_signal", signal, signal2 = signal_name(*signal)))
            }
        }
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// A panic, as Rust's own message tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    pub thread: String,
    /// `labs/lab1/src/lib.rs:31:9`
    pub place: String,
    pub message: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What sort of difference a finding is. The text is stable: mutants, JSON and hints name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            pub fn as_str(self) -> &'static str {
                match self { $(Kind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// Never said `listening on ADDR:PORT`.
    NotListening = "not-listening",
    /// Said it, with an address that makes no sense or was not asked for.
    ListensElsewhere = "listens-elsewhere",
    /// A connection was refused that it should take.
    Refused = "refused",
    /// A connection was taken that should be refused.
    NotRefused = "not-refused",
    /// It never connected.
    NoConnection = "no-connection",
    /// It connected where, or more often than, it should not.
    ExtraConnection = "extra-connection",
    /// Bytes are owed and do not come: it waits, or spins.
    NoAnswer = "no-answer",
    /// Some of them came, then no more.
    ShortAnswer = "short-answer",
    /// Other bytes came.
    WrongBytes = "wrong-bytes",
    /// More bytes came than belong there.
    ExtraBytes = "extra-bytes",
    /// Bytes in the middle of a stream are missing.
    LostBytes = "lost-bytes",
    /// The stream ended too early.
    EarlyEnd = "early-end",
    /// The stream should end, and does not.
    NoEnd = "no-end",
    /// The connection was reset where it should live or end cleanly.
    Reset = "reset",
    /// It does not read what it was sent.
    DoesNotRead = "does-not-read",
    /// It takes in without limit what it cannot give out.
    Unbounded = "unbounded",
    /// It ended although it should go on, or with a code that says otherwise.
    Exited = "exited",
    /// It ended with another exit code than the contract's.
    WrongExit = "wrong-exit",
    /// It should have ended, and did not.
    NoExit = "no-exit",
    /// It uses the CPU all the time while it has nothing to do.
    Spins = "spins",
    /// A signal ended it.
    Killed = "killed",
    /// It panicked.
    Panicked = "panicked",
    /// Standard error lacks what it must say.
    SilentError = "silent-error",
    /// It came before its time.
    TooEarly = "too-early",
    /// It came too late.
    TooLate = "too-late",
    /// A datagram is owed and does not come.
    NoDatagram = "no-datagram",
    /// Another datagram came.
    WrongDatagram = "wrong-datagram",
    /// A datagram came that should not.
    ExtraDatagram = "extra-datagram",
    /// A reply that the protocol does not have in this place.
    WrongReply = "wrong-reply",
    /// A request that breaks the protocol.
    WrongRequest = "wrong-request",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What came of a check, or of one of its cases.
#[derive(Debug)]
pub enum Outcome {
    Passed,
    Failed(Box<Finding>),
    NotStarted(StubPlace),
    /// A check that it builds on did not pass.
    Blocked(&'static str),
    /// This machine lacks something.
    NotRun(String),
    /// The grader's or the machine's fault, also when tried again.
    Trouble(String),
}

impl Outcome {
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::NotStarted(_) => "not started",
            Outcome::Blocked(_) => "blocked",
            Outcome::NotRun(_) => "not run",
            Outcome::Trouble(_) => "trouble",
        }
    }

    pub fn passed(&self) -> bool {
        matches!(self, Outcome::Passed)
    }
}

/// How long the program may take before a wait is called a hang; see "Time" in the book's chapter on the grader.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// All of it asleep, and nothing changes.
    pub quiet: Duration,
    /// Time in which it could have run, without progress.
    pub served: Duration,
}

impl Patience {
    pub const NORMAL: Patience = Patience { quiet: Duration::from_millis(300), served: Duration::from_millis(700) };

    /// For a program that waits on a timer of its own.
    pub fn and(self, timer: Duration) -> Patience {
        Patience { quiet: self.quiet + timer, served: self.served + timer }
    }
}

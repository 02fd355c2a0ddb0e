//! What an attack is: data, from which the doctor, the tests and the page of the docs are made.

use crate::grade::model::LabStatus;

/// One thing that a submission could try.
#[derive(Clone, Debug)]
pub struct Attack {
    /// Rows of the list of attacks that the project keeps; `own` for those beyond it.
    pub rows: &'static str,
    /// Unique; what a fixture prints in front of what came of it.
    pub name: &'static str,
    pub tries: &'static str,
    pub way: Way,
    /// What shows that the attack is one: the same fixture with the defence off.
    pub control: Control,
    /// Whether the tier `uid` holds too.
    pub uid: Uid,
}

/// How it is run, and what must come of it.
#[derive(Clone, Debug)]
pub enum Way {
    /// The program named so, without a check: it prints a line `name: held`.
    Says(&'static str),
    /// The same, but it is killed before it can print the line.
    Killed(&'static str),
    /// The program of the attack's own name runs alone, and nothing of it is left.
    LeavesNothing(&'static str),
    /// The program named so, by one check of lab 1.
    Judged(&'static str, Want),
    /// The compiler meets it.
    Built(&'static str, Compiled),
    /// Files of a submission beside an honest `lib.rs`: they are listed, and its points are those of an honest one.
    Tampers,
    /// A test of its own, because it needs more than a submission: named here.
    Test(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// No points, and no trouble: it is the program's fault, and known to be.
    NoPoints,
    /// As the honest twin.
    Passed,
    /// Either: what matters is the time, the size, and that it is not the grader's trouble.
    Judged,
}

/// What the compiler's sandbox must make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiled {
    /// It is not built, for this reason.
    Not(LabStatus),
    /// It is built, without what it was after.
    Harmless,
}

/// The same with the defence off. It works there, or the attack shows nothing.
#[derive(Clone, Copy, Debug)]
pub enum Control {
    /// The program, started by a shell: its line says `worked`, or it leaves a process.
    Works,
    /// So it does for root; the machine itself keeps ordinary users from it.
    WorksForRoot,
    /// A grader that asks for the exit code gets this one.
    Exits(i32),
    /// A grader that searches what was printed finds this.
    Prints(&'static str),
    /// A grader that waits for the end waits on: it is still there after so many milliseconds.
    Runs(u64),
    /// A grader that always sends `hello` is content.
    SameQuestion,
    /// An ordinary build gives away the canary: in a message, or in the program.
    Leaks,
    /// An ordinary build with the student's environment succeeds.
    Builds,
    /// `cargo run` in the submission's folder runs the command.
    CargoRuns,
    /// There is none, and why.
    None(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uid {
    Holds,
    /// Known, and printed on every report of that tier.
    DoesNot,
    /// The tier does nothing about it; the machine may.
    Depends,
}

impl Attack {
    /// The program of the arsenal that it needs, if it is one.
    pub fn program(&self) -> Option<&'static str> {
        match self.way {
            Way::Says(program) | Way::Killed(program) | Way::LeavesNothing(program) | Way::Judged(program, _) => {
                Some(program)
            }
            _ => None,
        }
    }
}

impl Control {
    /// For the docs.
    pub fn told(&self) -> String {
        match self {
            Control::Works => "works when a shell starts it".into(),
            Control::WorksForRoot => "works when root's shell starts it".into(),
            Control::Exits(code) => format!("a grader that asks for the exit code gets {code}"),
            Control::Prints(text) => format!("a grader that searches the output finds `{text}`"),
            Control::Runs(_) => "a grader that waits for its end waits on".into(),
            Control::SameQuestion => "a grader that always sends `hello` gives points".into(),
            Control::Leaks => "an ordinary build gives the canary away".into(),
            Control::Builds => "an ordinary build succeeds".into(),
            Control::CargoRuns => "`cargo run` in the folder runs the canary's command".into(),
            Control::None(why) => format!("none: {why}"),
        }
    }
}

impl Way {
    /// For the docs.
    pub fn told(&self) -> String {
        match self {
            Way::Says(_) => "refused".into(),
            Way::Killed(_) => "killed at the limit".into(),
            Way::LeavesNothing(_) => "no process is left".into(),
            Way::Judged(_, Want::NoPoints) => "0 points for the check, and no trouble".into(),
            Way::Judged(_, Want::Passed) => "judged as its honest twin".into(),
            Way::Judged(_, Want::Judged) => "judged in time, output cut".into(),
            Way::Built(_, Compiled::Not(status)) => match status {
                LabStatus::CompileTimeout => "stopped: compile timeout".into(),
                LabStatus::CompileOutOfMemory => "stopped: out of memory".into(),
                _ => "does not compile; the canary is in no message".into(),
            },
            Way::Built(_, Compiled::Harmless) => "builds, without the canary".into(),
            Way::Tampers => "ignored and listed; the honest points".into(),
            Way::Test(name) => format!("test `{name}`"),
        }
    }
}

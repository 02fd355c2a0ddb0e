//! The student's side at the terminal: `cargo lab`. It builds what stands in `labs/`, runs the checks and shows a board.

pub mod board;
pub mod check;
pub mod doctor;
pub mod explain;
pub mod help;
pub mod hint;
pub mod json;
pub mod link;
pub mod list;
pub mod live;
pub mod open;
pub mod peer;
pub mod predict;
pub mod proof;
pub mod replay;
pub mod reset;
pub mod screen;
pub mod solution;
pub mod submit;
pub mod talk;
pub mod tour;
pub mod unpack;
pub mod update;
pub mod usage;
pub mod version;
pub mod watch;
pub mod when;

use std::io::{self, Write};

use crate::build::{BuildFailure, Built, Source, Stage, StageFailure, Toolchain, Workspace, build, stub_places};
use crate::clock::Clock;
use crate::lab::{Halt, Scale, Setup};
use crate::labs::LabInfo;
use crate::report::Context;
use crate::texts::say;

/// How the tools end. One place for all of them; the book lists them from here.
pub mod exit {
    /// Everything that was asked for passed.
    pub const OK: u8 = 0;
    /// A check failed or is not started, or a program does not compile.
    pub const FAILED: u8 = 1;
    /// The command line makes no sense.
    pub const USAGE: u8 = 2;
    /// The grader or the machine is in trouble; nothing is said about the program.
    pub const TROUBLE: u8 = 4;
}

/// A student's lab, built: or why not.
pub enum Ready {
    Built(Box<(Setup, Context, Built)>),
    /// The compiler's own message.
    DoesNotCompile(String),
    Trouble(anyhow::Error),
}

/// Stages and builds one lab as it stands in the workspace.
pub fn prepare(workspace: &Workspace, toolchain: &Toolchain, lab: &LabInfo, seed: u64, colour: bool) -> Ready {
    let folder = workspace.lab(lab.number);
    let stage = match Stage::with(toolchain, workspace, lab.number, Source::Folder(&folder)) {
        Ok(stage) => stage,
        Err(StageFailure::Refused(why)) => return Ready::DoesNotCompile(why),
        Err(StageFailure::Trouble(error)) => return Ready::Trouble(error),
    };
    ready(&stage, toolchain, lab, seed, colour)
}

/// Builds a stage and makes the set-up of its checks.
pub fn ready(stage: &Stage, toolchain: &Toolchain, lab: &LabInfo, seed: u64, colour: bool) -> Ready {
    let built = match build(stage, toolchain) {
        Ok(built) => built,
        Err(BuildFailure::Compile { message }) => return Ready::DoesNotCompile(message),
        Err(BuildFailure::Timeout) => {
            return Ready::DoesNotCompile(say!("cargo-lab/build/the_compiler_did_not_end_in").to_string());
        }
        Err(BuildFailure::Trouble(error)) => return Ready::Trouble(error),
    };
    let stubs = match stage.lib_rs() {
        Ok(text) => stub_places(&text),
        Err(error) => return Ready::Trouble(error),
    };
    let source = format!("labs/lab{}/src/lib.rs", lab.number);
    let setup = Setup {
        lab: lab.number,
        program: built.program.clone(),
        stubs: stubs.clone(),
        source: source.clone(),
        seed,
        scale: Scale::Full,
        clock: Clock::choose(),
        cage: None,
        halt: Halt::default(),
    };
    let context = Context { stubs, source, colour, command: "cargo lab check".to_string(), scale: Scale::Full };
    Ready::Built(Box::new((setup, context, built)))
}

/// Writes text to standard output. When nobody reads it any more (`cargo lab | head`), the program ends quietly.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        crate::build::forget_all();
        std::process::exit(i32::from(exit::OK));
    }
}

/// A signal came in between: nothing has been done yet, so it is done again.
pub(crate) fn was_interrupted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Interrupted
}

/// Writes a line to standard output.
pub fn println(text: &str) {
    print(&format!("{text}\n"));
}

/// Writes a line to standard error, if anybody reads it: `eprintln!` would panic, and hide the exit code.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The compiler's message, safe for a terminal: its own colours are kept, nothing else that begins with an escape.
pub fn clean(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut chars = message.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\x1b' if chars.peek() == Some(&'[') => {
                let sequence: String = chars.clone().skip(1).take_while(|c| c.is_ascii_digit() || *c == ';').collect();
                let end = chars.clone().nth(1 + sequence.len());
                if end == Some('m') {
                    text.push_str(&format!("\x1b[{sequence}m"));
                }
                let skip = 1 + sequence.len() + usize::from(end == Some('m'));
                chars.by_ref().take(skip).for_each(drop);
            }
            '\n' | '\t' => text.push(char),
            char if char.is_control() => text.push('\u{fffd}'),
            char => text.push(char),
        }
    }
    text
}

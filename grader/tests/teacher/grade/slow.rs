//! A sandbox that takes its time costs a right program nothing.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{self, ExitStatus};
use std::sync::Arc;

use grader::build::{Source, Stage, Toolchain, Workspace, build};
use grader::check::Ended;
use grader::clock::Clock;
use grader::lab::{Scale, Setup};
use grader::program::{Cage, Command, Kept};
use grader::{labs, proc, run};

use super::class::SOLUTION;

/// A shell that sleeps, as bubblewrap does while other mounts are made, and then starts the program as its child.
#[derive(Debug)]
struct Slow;

#[derive(Debug)]
struct Started {
    program: PathBuf,
}

impl Cage for Slow {
    fn wrap(&self, command: &Command, tag: &str) -> io::Result<(process::Command, Box<dyn Kept>)> {
        let mut shell = process::Command::new("/bin/sh");
        shell.args(["-c", "/bin/sleep 1; \"$0\" \"$@\"; exit $?"]).arg(&command.program).args(&command.args);
        shell.env_clear().env("LOOPBACK_RUN", tag);
        Ok((shell, Box::new(Started { program: command.program.clone() })))
    }
}

impl Kept for Started {
    fn program(&self, outer: u32) -> Option<u32> {
        let name = |pid: &u32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let is_it = |pid: &u32| {
            name(pid).split(|byte| *byte == 0).next().map(OsStr::from_bytes) == Some(self.program.as_os_str())
        };
        proc::children(outer).into_iter().find(is_it)
    }

    fn ended(&mut self, outer: ExitStatus) -> io::Result<Ended> {
        Ok(outer.signal().map_or_else(|| Ended::Code(outer.code().unwrap_or(-1)), Ended::Signal))
    }
}

/// A second asleep is three times what a program is given to say something.
#[test]
fn the_time_of_the_sandbox_is_not_the_programs() {
    let stage = Stage::new(&Workspace::find().unwrap(), 1, Source::Text(&SOLUTION)).unwrap();
    let built = build(&stage, &Toolchain::find().unwrap()).unwrap();
    let setup = Setup {
        lab: 1,
        program: built.program.clone(),
        stubs: Vec::new(),
        source: "labs/lab1/src/lib.rs".to_string(),
        seed: 7,
        scale: Scale::Full,
        clock: Clock::choose(),
        cage: Some(Arc::new(Slow)),
        halt: Default::default(),
    };
    let check = labs::check("1.04").unwrap();
    let result = run::run_case(&setup, check, &check.cases[0]);
    assert!(result.outcome.passed(), "{:?}", result.outcome);
}

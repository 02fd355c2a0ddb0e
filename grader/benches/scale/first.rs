//! How long a part needs until its first check begins: the time that an engine pays again for each part.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use grader::proc;
use grader::prove;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::Tool;
use super::figure::{Figure, median};

const STUDENTS: usize = 32;
const TRIES: usize = 5;
/// Longer than this is no start.
const LONGEST: Duration = Duration::from_secs(60);

/// From the start of the process to the start of the first student's program, which the check begins with. The class is
/// read and the program built in between; right programs have passed on this machine within the hour.
pub fn measure(tool: &Tool) -> Result<Figure> {
    let folder = TempDir::new()?;
    let text = prove::solution(&tool.workspace, 1)?;
    for number in 0..STUDENTS {
        let student = folder.path().join(format!("in/student{number:02}"));
        fs::create_dir_all(&student)?;
        fs::write(student.join("lib.rs"), format!("{text}\n// {number}\n"))?;
    }
    fs::write(folder.path().join("course.toml"), "labs = [1]\nseed = \"00000000000000aa\"\n")?;
    let took = median(TRIES, || first(tool, &folder))?;
    Ok(Figure::time("a part's first check begins", took, Duration::from_secs(1)))
}

fn first(tool: &Tool, folder: &TempDir) -> Result<Duration> {
    let out = TempDir::new()?;
    let start = Instant::now();
    let mut command = Command::new(&tool.grade);
    command.arg(folder.path().join("in")).arg("--course").arg(folder.path().join("course.toml"));
    command.args(["--shard", "0/4", "--skip-preflight"]).arg("--out").arg(out.path());
    command.current_dir(tool.workspace.root()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let began = loop {
        if proc::family(child.id()).into_iter().any(is_program) {
            break Some(start.elapsed());
        }
        if start.elapsed() > LONGEST || child.try_wait()?.is_some() {
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let pid = Pid::from_raw(child.id().cast_signed()).context("no number of a process")?;
    let _ = kill_process(pid, Signal::TERM);
    let ended = child.wait()?;
    began.with_context(|| format!("no check began: {ended}"))
}

/// A student's program is called after its lab.
fn is_program(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "lab1")
}

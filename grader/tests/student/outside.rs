//! The solutions against programs that are not ours: curl, and the servers and sockets of Python's standard library.
//!
//! The grader's own peers could share a misunderstanding with the solutions; these do not. Loopback only, and every port
//! is picked by the kernel.

mod chat;
mod datagrams;
mod echo;
mod http;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::common::skipped;
use grader::build::{Built, Source, Stage, Toolchain, Workspace, build};
use grader::payload::Payload;

/// A hang fails after this; nothing else depends on it.
const LIMIT: Duration = Duration::from_secs(60);

/// The program of a lab's solution, built as a submission is.
fn solution(lab: u8) -> Built {
    let workspace = Workspace::find().unwrap();
    let stage = Stage::new(&workspace, lab, Source::Folder(&workspace.solution(lab))).unwrap();
    build(&stage, &Toolchain::find().unwrap().keeping_programs()).unwrap()
}

/// Whether these tools are here; if not, that is said.
fn have(tools: &[&str]) -> bool {
    let works = |tool: &&str| Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success());
    let missing: Vec<&str> = tools.iter().copied().filter(|tool| !works(tool)).collect();
    if !missing.is_empty() {
        skipped(&format!("there is no {} on this machine", missing.join(" and no ")));
    }
    missing.is_empty()
}

/// Another process. It ends with this value at the latest.
struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Process {
    fn start(command: &mut Command) -> Process {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Process { stdin: child.stdin.take(), child, lines }
    }

    /// The next line of its standard output.
    fn line(&self) -> String {
        self.lines.recv_timeout(LIMIT).expect("another line of output")
    }

    fn type_line(&self, line: &str) {
        writeln!(self.stdin.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Closes its standard input, and waits for its end: what it said until then, and how it ended.
    fn finish(mut self) -> (Vec<String>, ExitStatus) {
        drop(self.stdin.take());
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Disconnected) => return (said, self.child.wait().unwrap()),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; so far it said {said:?}"),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A solution that listens, and where.
fn server(built: &Built) -> (Process, SocketAddr) {
    let process = Process::start(Command::new(&built.program).args(["--listen", "127.0.0.1:0"]));
    let line = process.line();
    let address = line.strip_prefix("listening on ").expect(&line).parse().unwrap();
    (process, address)
}

/// A solution that connects.
fn client(built: &Built, args: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(&built.program);
    command.args(args).timeout(LIMIT);
    command
}

fn python(script: &str, args: &[&str]) -> Process {
    Process::start(Command::new("python3").args(["-u", "-c", script]).args(args))
}

/// A script whose first line is the port that it has.
fn python_server(script: &str, args: &[&str]) -> (Process, String) {
    let process = python(script, args);
    let port = process.line();
    (process, port)
}

/// A script that talks to a server of ours and ends; what it printed.
fn python_client(script: &str, server: SocketAddr) -> Vec<String> {
    let (said, status) = python(script, &[&server.port().to_string()]).finish();
    assert!(status.success(), "{status}: {said:?}");
    said
}

/// curl without the user's settings and proxies. An error status is for the caller to judge.
fn curl(args: &[&str]) -> Vec<u8> {
    let mut curl = assert_cmd::Command::new("curl");
    let output = curl.args(["-q", "--noproxy", "*", "-sS"]).args(args).timeout(LIMIT).assert().success();
    output.get_output().stdout.clone()
}

/// `curl telnet://`, which looks at its connection for a moment after something was typed, and then not before more is.
struct Telnet {
    process: Process,
    /// What the server answers to a nudge.
    nudged: &'static str,
}

const NUDGE: &str = "NUDGE";

impl Telnet {
    fn connect(server: SocketAddr, nudged: &'static str) -> Telnet {
        let url = format!("telnet://{server}");
        Telnet { process: Process::start(Command::new("curl").args(["-q", "--noproxy", "*", "-sN", &url])), nudged }
    }

    fn type_line(&self, line: &str) {
        self.process.type_line(line);
    }

    /// The next line that the server sent for another reason than a nudge.
    fn line(&self) -> String {
        for _ in 0..LIMIT.as_secs() {
            match self.process.lines.recv_timeout(Duration::from_secs(1)) {
                Ok(line) if line == self.nudged => {}
                Ok(line) => return line,
                Err(_) => self.type_line(NUDGE),
            }
        }
        panic!("no line but the answers to nudges")
    }
}

fn some_megabytes() -> Vec<u8> {
    Payload { seed: 1, len: 3 * 1024 * 1024 + 7 }.all()
}

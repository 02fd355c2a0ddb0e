//! Runs one command of ours (rustc, cargo) with a wall-clock limit, and keeps the head and the tail of what it says.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::proc;

/// One command as data, so that a sandbox can run it in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    pub cwd: PathBuf,
    /// The whole environment: nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
}

/// How a command ended, and what it said.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `None`: it was killed because its time was over.
    pub status: Option<ExitStatus>,
    /// At most 64 KiB and a line that says how many are left out; not UTF-8 is replaced. So is `stderr`.
    pub stdout: String,
    pub stderr: String,
}

/// Bytes kept of each stream: half of them from its beginning, half from its end.
pub const CAP: usize = 64 * 1024;

/// How long a pipe may stay open when the command itself has ended: somebody else may hold it.
const DRAIN: Duration = Duration::from_secs(1);

/// Largest file that a compiler may write on Linux; an unstripped lab has 4 MB.
#[cfg(target_os = "linux")]
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// Runs the command to its end, or kills it and its children when `limit` has passed.
///
/// The error is that of starting it: there is no such program, or no process to be had.
pub fn run(invocation: &Invocation, limit: Duration) -> io::Result<Outcome> {
    let deadline = Instant::now() + limit;
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args).current_dir(&invocation.cwd);
    command.env_clear().envs(invocation.env.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    own_group(&mut command);
    ends_with_us(&mut command);

    let whole = crate::program::forking();
    let mut running = Running(command.spawn()?);
    drop(whole);
    backstop(running.0.id(), limit);
    let (open, closed) = channel();
    let stdout = collect(running.0.stdout.take(), open.clone());
    let stderr = collect(running.0.stderr.take(), open);

    let status = running.wait(&closed, deadline)?;
    drop(running);
    let _ = closed.recv_timeout(DRAIN);
    Ok(Outcome { status, stdout: text(&stdout), stderr: text(&stderr) })
}

/// A command that is killed, with its children, if it has not ended when this is dropped.
struct Running(Child);

impl Running {
    /// On Linux its end wakes this up. Elsewhere the end of both pipes does, and the steps are for a command that leaves
    /// them to somebody else, or has yet to end behind them.
    fn wait(&mut self, closed: &Receiver<()>, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(None);
            }
            if proc::await_end(self.0.id(), rest) {
                continue;
            }
            let step = rest.min(Duration::from_millis(20));
            if closed.recv_timeout(step) == Err(RecvTimeoutError::Disconnected) {
                thread::sleep(Duration::from_micros(500));
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only while it has not been waited for is its number certainly its own.
        if let Ok(None) = self.0.try_wait() {
            kill_group(&self.0);
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

/// A process group of its own does not get the terminal's Ctrl-C, and nothing tells it of a grader that was killed: the
/// kernel ends it with the thread that started it, which waits for it here.
#[cfg(target_os = "linux")]
fn ends_with_us(command: &mut Command) {
    use rustix::process::{Signal, set_parent_process_death_signal};
    let before_exec = || set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from);
    // SAFETY: the closure runs between fork and exec. It makes one system call, prctl, and allocates nothing.
    unsafe { std::os::unix::process::CommandExt::pre_exec(command, before_exec) };
}

#[cfg(not(target_os = "linux"))]
fn ends_with_us(_command: &mut Command) {}

/// The linker is a child of the compiler, and has children itself: all of them are of one process group.
#[cfg(unix)]
fn kill_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(child: &Child) {
    let pid = child.id().to_string();
    let _ =
        Command::new("taskkill").args(["/T", "/F", "/PID", &pid]).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// What the compiler has started does not end with the grader. If that is stopped, an endless linker ends all the same,
/// when its CPU time is used up; and neither can fill the disk.
#[cfg(target_os = "linux")]
fn backstop(pid: u32, limit: Duration) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let cpus = thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64);
    let seconds = limit.as_secs().saturating_mul(cpus).saturating_add(10);
    for (resource, most) in [(Resource::Cpu, seconds), (Resource::Fsize, LARGEST_FILE)] {
        let _ = prlimit(pid, resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}

#[cfg(not(target_os = "linux"))]
fn backstop(_pid: u32, _limit: Duration) {}

/// Reads a stream to its end on a thread of its own. `open` is dropped at the end of the stream.
fn collect(stream: Option<impl Read + Send + 'static>, open: Sender<()>) -> Arc<Mutex<Capped>> {
    let collected = Arc::new(Mutex::new(Capped::default()));
    let into = Arc::clone(&collected);
    thread::spawn(move || {
        let _open = open;
        let Some(mut stream) = stream else { return };
        let mut buf = [0; 16 * 1024];
        loop {
            match stream.read(&mut buf) {
                Ok(0) => return,
                Ok(n) => into.lock().unwrap_or_else(PoisonError::into_inner).push(&buf[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
    collected
}

fn text(collected: &Mutex<Capped>) -> String {
    collected.lock().unwrap_or_else(PoisonError::into_inner).text()
}

/// The first and the last [`CAP`] / 2 bytes of a stream.
#[derive(Default)]
struct Capped {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: usize,
}

impl Capped {
    fn push(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(CAP / 2 - self.head.len()));
        self.head.extend(first);
        self.tail.extend(rest);
        let too_many = self.tail.len().saturating_sub(CAP / 2);
        self.tail.drain(..too_many);
        self.left_out += too_many;
    }

    fn text(&self) -> String {
        let mut all = self.head.clone();
        if self.left_out > 0 {
            all.extend(format!("\n... {} bytes left out ...\n", self.left_out).bytes());
        }
        all.extend(&self.tail);
        String::from_utf8_lossy(&all).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_short_output_whole() {
        let mut capped = Capped::default();
        capped.push(&[b'a'; CAP / 2 - 1]);
        capped.push(&[b'b'; CAP / 2 + 1]);
        assert_eq!((capped.text().len(), capped.left_out), (CAP, 0));
        assert!(capped.text().ends_with('b'));
    }

    #[test]
    fn keeps_head_and_tail_of_long_output() {
        let mut capped = Capped::default();
        for byte in [b'a', b'-', b'-', b'z'] {
            capped.push(&[byte; CAP / 2]);
        }
        let text = capped.text();
        assert!(text.starts_with("aaa") && text.ends_with("zzz") && !text.contains("---"));
        assert!(text.contains(&format!("\n... {CAP} bytes left out ...\n")));
    }
}

//! `cargo lab` as it runs: what it has printed so far, what is typed, and how it ends; with a pipe or at a terminal.
//!
//! Nothing here takes long: whatever is waited for comes within the limit, or the test fails with all that was printed.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(120);

/// `cargo lab ARGS`, with nothing on its standard input, and no word of the machine's on how to print.
pub fn lab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).stdin(Stdio::null());
    for name in ["NO_COLOR", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// What a program prints, read as it comes.
pub struct Lines {
    shared: Arc<(Mutex<Printed>, Condvar)>,
    /// What was found so far lies before this.
    seen: usize,
}

#[derive(Default)]
struct Printed {
    text: String,
    ended: bool,
}

impl Lines {
    pub fn of(mut pipe: impl Read + Send + 'static) -> Lines {
        let shared: Arc<(Mutex<Printed>, Condvar)> = Arc::default();
        let ours = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut buf = [0; 4096];
            loop {
                let count = pipe.read(&mut buf).unwrap_or(0);
                let mut printed = ours.0.lock().unwrap_or_else(PoisonError::into_inner);
                printed.text.push_str(&String::from_utf8_lossy(&buf[..count]));
                printed.ended = count == 0;
                ours.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        Lines { shared, seen: 0 }
    }

    /// Waits for a line with this text in it, behind what was found before; gives the line from the text on.
    pub fn line(&mut self, text: &str) -> String {
        self.find(text, true)
    }

    /// Waits for this text, which may stand in a line that has no end yet.
    pub fn until(&mut self, text: &str) {
        self.find(text, false);
    }

    fn find(&mut self, text: &str, whole: bool) -> String {
        let give_up = Instant::now() + LIMIT;
        let mut printed = self.lock();
        loop {
            let rest = &printed.text[self.seen..];
            let found = rest.find(text).map(|at| (at, &rest[at..]));
            let end = found.map(|(at, from)| (at, from.find('\n')));
            if let Some((at, end)) = end.filter(|(_, end)| end.is_some() || !whole) {
                let line = &rest[at..at + end.unwrap_or(text.len())];
                let line = line.trim_end().to_string();
                let seen = self.seen + at + text.len();
                drop(printed);
                self.seen = seen;
                return line;
            }
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!printed.ended && !left.is_zero(), "no `{text}` in:\n{}", printed.text);
            printed = self.shared.1.wait_timeout(printed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// All that was printed so far.
    pub fn text(&self) -> String {
        self.lock().text.clone()
    }

    fn wait_for_end(&self) {
        let give_up = Instant::now() + LIMIT;
        let mut printed = self.lock();
        while !printed.ended {
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it does not end:\n{}", printed.text);
            printed = self.shared.1.wait_timeout(printed, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Printed> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that runs. It ends with the test.
pub struct Running {
    child: Child,
    /// Until it is closed.
    pub stdin: Option<ChildStdin>,
    pub lines: Lines,
}

impl Running {
    /// Starts it as it is.
    pub fn start(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = Lines::of(child.stdout.take().unwrap());
        Running { stdin: child.stdin.take(), child, lines }
    }

    /// Starts it with a pipe on standard input.
    pub fn with_input(command: &mut Command) -> Running {
        Running::start(command.stdin(Stdio::piped()))
    }

    /// Starts `cargo lab ARGS` at a terminal of its own, where there is a `script` to make one.
    pub fn at_terminal(args: &[&str], folder: &Path) -> Option<Running> {
        let line = format!("exec {} {}", env!("CARGO_BIN_EXE_lab"), args.join(" "));
        let mut command = Command::new("script");
        command.args(["-qefc", &line, "/dev/null"]).current_dir(folder);
        command.env("TERM", "xterm").env("COLUMNS", "80").env_remove("NO_COLOR").env("SHELL", "/bin/sh");
        // Another `script` than that of util-linux takes other arguments.
        let there = cfg!(target_os = "linux") && Command::new("script").arg("--version").output().is_ok();
        there.then(|| Running::with_input(&mut command))
    }

    pub fn types(&mut self, keys: &str) {
        let stdin = self.stdin.as_mut().expect("it was started with an input");
        stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush()).unwrap();
    }

    /// Waits for its end: all that it printed, and its exit code.
    pub fn end(mut self) -> (String, Option<i32>) {
        self.lines.wait_for_end();
        let code = self.child.wait().unwrap().code();
        (self.lines.text(), code)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

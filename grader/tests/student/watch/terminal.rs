//! Programs that are watched while they run: behind pipes, or in a terminal that `script` (util-linux) makes.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A hang fails after this; nothing else depends on it.
const LIMIT: Duration = Duration::from_secs(120);

/// A running command. It ends with this value at the latest.
pub struct Running {
    pub child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<(Mutex<String>, Condvar)>,
    /// What was waited for last ends here.
    mark: usize,
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let said = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let shared = Arc::clone(&said);
        thread::spawn(move || {
            let mut buf = [0; 4096];
            while let Ok(n) = stdout.read(&mut buf) {
                if n == 0 {
                    break;
                }
                shared.0.lock().unwrap().push_str(&String::from_utf8_lossy(&buf[..n]));
                shared.1.notify_all();
            }
        });
        Running { stdin: child.stdin.take(), child, said, mark: 0 }
    }

    /// `line` in a shell with a terminal of so many columns.
    pub fn in_terminal(line: &str, columns: u32, folder: &Path, variables: &[(&str, &str)]) -> Running {
        let mut command = Command::new("script");
        command.args(["-qec", &format!("stty cols {columns} rows 40; {line}"), "/dev/null"]);
        command.current_dir(folder).env("SHELL", "/bin/sh").env("TERM", "xterm-256color");
        for name in ["NO_COLOR", "VISUAL", "EDITOR", "SSH_CONNECTION", "TERM_PROGRAM", "KITTY_WINDOW_ID"] {
            command.env_remove(name);
        }
        Running::start(command.envs(variables.iter().copied()))
    }

    /// Waits until it says this, after what was waited for before; returns what came up to then.
    pub fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + LIMIT;
        let mut said = self.said.0.lock().unwrap();
        loop {
            if let Some(at) = said[self.mark..].find(text) {
                let from = self.mark;
                self.mark += at + text.len();
                return said[from..self.mark].to_string();
            }
            let rest = end.saturating_duration_since(Instant::now());
            assert!(!rest.is_zero(), "`{text}` does not come; since then: {}", &said[self.mark..]);
            said = self.said.1.wait_timeout(said, rest).unwrap().0;
        }
    }

    pub fn all(&self) -> String {
        self.said.0.lock().unwrap().clone()
    }

    pub fn press(&mut self, keys: &str) {
        self.stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for its end.
    pub fn end(mut self) -> (String, ExitStatus) {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (self.all(), status);
            }
            assert!(Instant::now() < end, "it does not end: {}", self.all());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The process that this one has started: in a terminal, what `exec` made of the shell.
    pub fn inner(&self) -> u32 {
        let pid = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // In a terminal this takes the terminal away, and what runs in it with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without what moves the cursor or colours it.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split('\x1b');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|char: char| char.is_ascii_alphabetic() || char == '\\').map_or(part.len(), |at| at + 1);
        plain.push_str(&part[end..]);
    }
    plain
}

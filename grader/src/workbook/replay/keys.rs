//! Lines from the keyboard, read by a thread, so that the peer is not deaf while it waits for one.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// What came of a look at the keyboard.
#[derive(Debug, PartialEq, Eq)]
pub enum Key {
    /// A line, without its end and the blanks around it.
    Line(String),
    /// Nothing yet.
    None,
    /// Nobody will type any more: Ctrl-D.
    End,
}

/// The keyboard.
#[derive(Debug)]
pub struct Keys {
    lines: Receiver<String>,
}

impl Keys {
    /// Reads standard input from now on. The thread ends with the process.
    pub fn of_stdin() -> Keys {
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in io::stdin().lines() {
                let Ok(line) = line else { return };
                if sender.send(line.trim().to_string()).is_err() {
                    return;
                }
            }
        });
        Keys { lines }
    }

    /// Waits at most so long for a line.
    pub fn line(&self, most: Duration) -> Key {
        match self.lines.recv_timeout(most) {
            Ok(line) => Key::Line(line),
            Err(RecvTimeoutError::Timeout) => Key::None,
            Err(RecvTimeoutError::Disconnected) => Key::End,
        }
    }

    /// Waits for a line as long as it takes; none when nobody types any more.
    pub fn answer(&self) -> Option<String> {
        self.lines.recv().ok()
    }
}

//! What the program prints while it is played with: prints are the oldest debugger.

use std::sync::Arc;

use crate::lab::shown;
use crate::program::{KEPT, Output};
use crate::texts::say;

/// So many lines of one stream are shown; a body of megabytes is not read line by line.
const MOST: usize = 60;
/// A line that is no text says little: it takes the room of so many.
const NO_TEXT: usize = 12;

/// The two streams of a running program.
#[derive(Debug, Default)]
pub struct Said {
    streams: Vec<Stream>,
}

#[derive(Debug)]
struct Stream {
    name: &'static str,
    output: Arc<Output>,
    /// Bytes that have been shown.
    done: usize,
    lines: usize,
}

impl Said {
    /// Listens to another program from now on.
    pub fn listen(&mut self, stdout: &Arc<Output>, stderr: &Arc<Output>) {
        let stream = |name, output: &Arc<Output>| Stream { name, output: Arc::clone(output), done: 0, lines: 0 };
        self.streams = vec![stream("stdout", stdout), stream("stderr", stderr)];
    }

    /// The lines that are new; at the end, also what has no line end.
    pub fn lines(&mut self, end: bool) -> Vec<String> {
        self.streams.iter_mut().flat_map(|stream| stream.lines(end)).collect()
    }
}

impl Stream {
    fn lines(&mut self, end: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if self.output.total().min(KEPT as u64) as usize <= self.done {
            return lines;
        }
        let kept = self.output.kept();
        for line in kept[self.done..].split_inclusive(|byte| *byte == b'\n') {
            if !line.ends_with(b"\n") && !end {
                break;
            }
            self.done += line.len();
            // The record has this one.
            if line.starts_with(b"listening on ") {
                continue;
            }
            let before = self.lines;
            self.lines += if std::str::from_utf8(line).is_ok() { 1 } else { NO_TEXT };
            match (before < MOST, self.lines < MOST) {
                (false, _) => {}
                (true, false) => lines.push(say!("cargo-lab/replay/and_more_which_is_not_shown", name = self.name)),
                (true, true) => lines.push(format!("          {} | {}", self.name, shown(line.trim_ascii_end()))),
            }
        }
        lines
    }
}

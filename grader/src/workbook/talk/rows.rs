//! What goes and comes, a row for each part of it: time, direction, bytes.

use std::sync::Mutex;
use std::time::Instant;

use crate::peer::show_bytes;
use crate::texts::say;
use crate::workbook::println;
use crate::workbook::screen::Screen;

/// Bytes in one row, where they are text; of others, which take three columns each, fewer.
const TEXT: usize = 56;
const BINARY: usize = 16;

/// The rows of one conversation. The keyboard's thread and the socket's write them.
pub struct Rows {
    screen: Screen,
    start: Mutex<Instant>,
}

impl Rows {
    pub fn new(screen: Screen) -> Rows {
        Rows { screen, start: Mutex::new(Instant::now()) }
    }

    /// The time counts from here: there is a connection.
    pub fn begin(&self) {
        *self.start.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Instant::now();
    }

    /// Something in words.
    pub fn say(&self, text: &str) {
        // At once, or the other thread may write between two lines of it.
        println(&self.screen.fold(text).join("\n"));
    }

    pub fn came(&self, bytes: &[u8]) {
        self.bytes(if self.screen.plain { "came" } else { "<-" }, bytes);
    }

    pub fn went(&self, bytes: &[u8]) {
        self.bytes(if self.screen.plain { "sent" } else { "->" }, bytes);
    }

    fn bytes(&self, direction: &str, bytes: &[u8]) {
        if bytes.is_empty() {
            self.row(direction, say!("cargo-lab/talk/0_bytes"));
        }
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let most = if show_bytes(line).starts_with(['"', '1']) { self.room() } else { BINARY };
            line.chunks(most).for_each(|part| self.row(direction, &show_bytes(part)));
        }
    }

    fn room(&self) -> usize {
        TEXT.min(self.screen.width.saturating_sub(18).max(4))
    }

    fn row(&self, direction: &str, text: &str) {
        let start = *self.start.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        if self.screen.has_columns() {
            println(&format!("{ms:>9.1}  {direction}  {text}"));
        } else {
            self.say(&say!("cargo-lab/talk/ms", ms = format_args!("{ms:.1}"), direction, text));
        }
    }
}

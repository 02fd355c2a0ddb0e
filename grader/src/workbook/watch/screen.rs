//! What is written: lines that stay, and below them, on a terminal, one line that changes.

use crate::report::cut;
use crate::workbook::screen::width;
use crate::workbook::{print, println};

/// The changing line is kept short of the terminal's width: a full line would wrap, and could not be taken back.
const SPARE: usize = 1;

#[derive(Debug)]
pub struct Screen {
    /// Whether there is a line that changes.
    moving: bool,
    shown: String,
}

impl Screen {
    pub fn new(moving: bool) -> Screen {
        Screen { moving, shown: String::new() }
    }

    pub fn moving(&self) -> bool {
        self.moving
    }

    /// Lines that stay.
    pub fn say(&mut self, text: &str) {
        self.clear();
        println(text);
    }

    /// The line that changes, as long as the terminal is wide; nothing where there is none.
    pub fn status(&mut self, text: &str) {
        if !self.moving {
            return;
        }
        let room = width().saturating_sub(SPARE);
        let text = if text.chars().count() > room { cut(text, room) } else { text.to_string() };
        if text != self.shown {
            print(&format!("\r\x1b[K{text}"));
            self.shown = text;
        }
    }

    /// Takes the changing line away.
    pub fn clear(&mut self) {
        if !self.shown.is_empty() {
            print("\r\x1b[K");
            self.shown.clear();
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `[#####.......]`: how much of it is done.
pub fn bar(done: usize, total: usize, width: usize) -> String {
    let filled = (done * width).checked_div(total).unwrap_or(width).min(width);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(width - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills() {
        assert_eq!(bar(0, 18, 6), "[......]");
        assert_eq!(bar(9, 18, 6), "[###...]");
        assert_eq!(bar(18, 18, 6), "[######]");
        assert_eq!(bar(0, 0, 6), "[######]");
    }
}

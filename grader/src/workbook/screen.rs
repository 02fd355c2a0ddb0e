//! What the terminal allows: its width, and whether a line on it may be written over.

use std::io::{self, IsTerminal};

/// Narrower than this, columns do not fit.
const NARROW: usize = 80;
/// Where nobody says how wide the screen is.
const USUAL: usize = 80;

/// The screen that the tools write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub width: usize,
    /// No arrows, no colour, nothing written over: words.
    pub plain: bool,
    /// A line that has been written may be erased.
    pub erases: bool,
}

impl Screen {
    /// Standard output's. `plain` is what was asked for; `TERM=dumb` asks for the same.
    pub fn of_stdout(plain: bool) -> Screen {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let plain = plain || dumb;
        let erases = io::stdout().is_terminal() && !plain && !colourless;
        Screen { width: width(), plain, erases }
    }

    /// Whether the rows of a ladder have columns.
    pub fn has_columns(&self) -> bool {
        !self.plain && self.width >= NARROW
    }

    /// `text` in lines of this screen's width; later ones are indented by two more than the first.
    pub fn fold(&self, text: &str) -> Vec<String> {
        let room = self.width.max(8);
        if text.chars().count() <= room {
            return vec![text.to_string()];
        }
        let indent = (text.len() - text.trim_start().len()).min(room / 2);
        let mut lines = vec![" ".repeat(indent)];
        let mut fresh = true;
        for piece in text.split(' ').filter(|word| !word.is_empty()).flat_map(|word| pieces(word, room - indent - 2)) {
            let last = lines.last_mut().expect("there is a first line");
            if !fresh && last.chars().count() + 1 + piece.chars().count() > room {
                lines.push(format!("{}{piece}", " ".repeat(indent + 2)));
            } else {
                last.push_str(if fresh { "" } else { " " });
                last.push_str(&piece);
            }
            fresh = false;
        }
        lines
    }
}

/// A word in parts that fit.
fn pieces(word: &str, most: usize) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    chars.chunks(most.max(1)).map(|part| part.iter().collect()).collect()
}

/// The terminal's columns. `COLUMNS` comes first, for whoever wants another width.
pub fn width() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    named.or_else(measured).filter(|width| *width > 0).unwrap_or(USUAL)
}

#[cfg(unix)]
fn measured() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col))
}

#[cfg(windows)]
fn measured() -> Option<usize> {
    crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_into_a_narrow_screen() {
        let screen = Screen { width: 20, plain: false, erases: false };
        let lines = screen.fold("12.0 ms  client: send 12 bytes; to you: \"0123456789abcdefghijklmn\"");
        assert!(lines.len() > 3, "{lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 20), "{lines:?}");
        let words = lines.join(" ").split_whitespace().collect::<String>();
        assert!(words.contains("send12bytes;toyou:\"0123456789abcdefghijklmn\""), "{words}");
        assert_eq!(Screen { width: 80, ..screen }.fold("  indented  text"), ["  indented  text"]);
    }
}

//! What a terminal shows of all that was printed: lines that were written over or erased are gone, colours and links too.

use std::iter::Peekable;
use std::str::Chars;

/// Lines of text, and where the cursor is.
#[derive(Debug, Default)]
struct Display {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

/// The lines on the display when all of this was printed.
pub fn shown(printed: &str) -> Vec<String> {
    let mut display = Display::default();
    let mut chars = printed.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => display.column = 0,
            '\n' => display.row += 1,
            '\x1b' => display.escape(&mut chars),
            _ => display.put(char),
        }
    }
    display.lines.iter().map(|line| line.iter().collect::<String>().trim_end().to_string()).collect()
}

impl Display {
    fn line(&mut self) -> &mut Vec<char> {
        if self.lines.len() <= self.row {
            self.lines.resize(self.row + 1, Vec::new());
        }
        &mut self.lines[self.row]
    }

    fn put(&mut self, char: char) {
        let column = self.column;
        let line = self.line();
        if line.len() <= column {
            line.resize(column + 1, ' ');
        }
        line[column] = char;
        self.column += 1;
    }

    /// `ESC [ .. letter` moves, erases or colours; `ESC ] .. ESC \` is a link.
    fn escape(&mut self, chars: &mut Peekable<Chars<'_>>) {
        if chars.next_if_eq(&']').is_some() {
            while chars.next().is_some_and(|char| char != '\x1b') {}
            chars.next();
            return;
        }
        let mut number = String::new();
        chars.next_if_eq(&'[');
        for char in chars.by_ref() {
            match char {
                'A' => self.row = self.row.saturating_sub(number.parse().unwrap_or(1)),
                'J' | 'K' => self.erase(char == 'J'),
                _ if !char.is_ascii_alphabetic() => {
                    number.push(char);
                    continue;
                }
                _ => {}
            }
            return;
        }
    }

    /// From the cursor to the end of its line, or to the end of all.
    fn erase(&mut self, below: bool) {
        let column = self.column;
        self.line().truncate(column);
        if below {
            self.lines.truncate(self.row + 1);
        }
    }
}

#[test]
fn a_line_that_was_written_over_is_gone() {
    let printed = "one\r\n[##..] 3/18\r\x1b[K\x1b[1;31mFAILED\x1b[0m  1.09\r\n";
    assert_eq!(shown(printed), ["one", "FAILED  1.09"]);
    assert_eq!(shown("\x1b]8;;file:///a\x1b\\a.rs\x1b]8;;\x1b\\ b"), ["a.rs b"]);
    assert_eq!(shown("question ? \r\n\x1b[1A\r\x1b[Janswer\r\n"), ["answer"]);
}

//! `cargo lab explain 1.09`, `explain EPIPE`, `explain recv`: what stands behind a check, and what the words of a report
//! mean. All of it is data in `grader/texts/explain/`, so it is there at once, also without a network or a compiler.
//!
//! In reading order: this file finds what was asked for, `explain/page.rs` lays out the page of a check,
//! `explain/words.rs` the page of a word, `explain/index.rs` the list of everything; `explain/ladders.rs` has the recorded
//! runs, `explain/book.rs` the sections of the book.

mod book;
mod index;
pub mod ladders;
pub mod page;
pub mod words;

use super::{complain, exit, println};
use crate::check::{Case, Check, Kind};
use crate::labs::LABS;
use crate::report;
use crate::texts::say;

pub use book::{Section, by_hand, section};

/// The most lines of a page: one screen.
pub const LINES: usize = 40;

/// How a page is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    pub colour: bool,
    /// Words in the place of arrows.
    pub plain: bool,
}

impl Look {
    /// As the command line and the terminal want it.
    pub fn new(plain: bool, colour: bool) -> Look {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Look { colour: colour && !plain, plain: plain || dumb }
    }
}

/// Prints the page of what was asked for; without a question, the list of what can be asked.
pub fn show(asked: &[String], look: Look) -> u8 {
    let asked = asked.join(" ");
    match pages(&asked) {
        Ok(pages) => {
            let pages: Vec<String> = pages.iter().map(|lines| painted(lines, look)).collect();
            println(&pages.join("\n\n"));
            exit::OK
        }
        Err(message) => {
            complain(&format!("error: {message}"));
            exit::USAGE
        }
    }
}

/// The pages on one question. A number may be an error and an exit code: then there are two.
pub fn pages(asked: &str) -> Result<Vec<Vec<String>>, String> {
    let asked = asked.trim();
    if asked.is_empty() {
        return Ok(vec![index::lines()]);
    }
    if let Some((check, case)) = check(asked) {
        return Ok(vec![page::lines(check, case)]);
    }
    let found = words::find(asked);
    if !found.is_empty() {
        return Ok(found.into_iter().map(words::lines).collect());
    }
    match Kind::ALL.iter().find(|kind| kind.as_str() == asked) {
        Some(kind) => Ok(vec![page::of_kind(*kind)]),
        None => Err(unknown(asked)),
    }
}

/// The check with this id or name; `1.18b` asks for one of its cases.
fn check(asked: &str) -> Option<(&'static Check, &'static Case)> {
    let all = || LABS.into_iter().flat_map(|lab| lab.checks);
    let named = all().find(|check| check.id == asked || check.name == asked);
    if let Some(check) = named {
        return Some((check, page::telling(check)));
    }
    let case = |check: &'static Check| {
        let letter = asked.strip_prefix(check.id)?;
        Some((check, check.cases.iter().find(|case| case.letter == letter)?))
    };
    all().find_map(case)
}

fn unknown(asked: &str) -> String {
    let asked = report::cut(&crate::lab::shown(asked.as_bytes()), 60);
    let looks_like_an_id = asked.starts_with(|first: char| first.is_ascii_digit()) && asked.contains('.');
    let near = if looks_like_an_id {
        let all: Vec<&'static Check> = LABS.into_iter().flat_map(|lab| lab.checks).collect();
        report::near(&asked, &all)
    } else {
        words::near(&asked)
    };
    let near =
        if near.is_empty() { String::new() } else { say!("cargo-lab/explain/near_it", near = near.join("\n  ")) };
    say!("cargo-lab/explain/nothing_is_known_of_try_cargo", asked, near)
}

/// Bold for the first line, where that is wanted; nothing depends on it.
fn painted(lines: &[String], look: Look) -> String {
    let line = |(turn, line): (usize, &String)| match turn {
        0 if look.colour => format!("\x1b[1m{line}\x1b[0m"),
        _ if look.plain => without_arrow(line),
        _ => line.clone(),
    };
    lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// A line with words in the place of its arrows: `to` and `from` in the same columns, and the name that stands in an
/// arrow; a colon in the place of `->`, which says what a call gives.
fn without_arrow(line: &str) -> String {
    let word = |part: &str| {
        let arrow = part.trim_end();
        let label = arrow.trim_matches(['<', '-', '=', '>']);
        let word = match () {
            () if arrow == "->" => return format!(":{}", &part[2..]),
            () if arrow.starts_with("<-") || arrow.starts_with("<=") => say!("cargo-lab/explain/from", label),
            () if arrow.ends_with("->") || arrow.ends_with("=>") => say!("cargo-lab/explain/to", label),
            () => return part.to_string(),
        };
        format!("{:^width$}{}", word.trim(), &part[arrow.len()..], width = arrow.len())
    };
    line.split_inclusive(' ').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_become_words_of_the_same_width() {
        for (row, wanted) in [
            ("   1.5  send 12 bytes  --------->  \"hi\"", "   1.5  send 12 bytes      to      \"hi\""),
            ("   1.6  12 bytes       <=========  \"hi\"", "   1.6  12 bytes          from     \"hi\""),
            ("   1.6  -- a phase, lab1 --stage serve", "   1.6  -- a phase, lab1 --stage serve"),
            ("connect  --SYN-->  Err(x)  <--FIN--", "connect   SYN to   Err(x)  FIN from"),
            ("read  -> Ok(0)", "read  : Ok(0)"),
        ] {
            assert_eq!(without_arrow(row), wanted);
        }
    }
}

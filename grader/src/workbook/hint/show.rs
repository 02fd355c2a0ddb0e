//! What a hint looks like on the terminal.

use std::fs;
use std::ops::RangeInclusive;

use super::ask::Asked;
use super::texts::{self, Hint};
use super::{Chosen, Options};
use crate::build::{Workspace, stub_places};
use crate::remembered;
use crate::report::WIDTH;
use crate::workbook::screen::width;
use crate::workbook::{exit, println};

/// Below this a text gets no indentation: there is no room for it.
const NARROW: usize = 40;

/// Everything passed.
pub fn nothing_to_hint_at(what: Option<&str>) -> u8 {
    let lab = what.map_or(String::new(), |what| format!(" of lab {}", what.trim_start_matches("lab")));
    put("", &format!("every check{lab} has passed; for the idea behind one: cargo lab hint 1.09"));
    exit::OK
}

/// What is shown, and to whom.
pub struct Page<'a> {
    pub workspace: &'a Workspace,
    pub options: &'a Options,
    pub asked: &'a Asked,
    pub chosen: &'a Chosen<'a>,
    pub hint: &'a Hint,
}

impl Page<'_> {
    /// Of a check that passed, the idea is told: there is nothing left to find.
    pub fn idea(&self) -> u8 {
        put("", &self.heading());
        put("idea    ", &with_section(self.hint));
        put("        ", &format!("a right run of it, step by step: cargo lab explain {}", self.asked.check.id));
        exit::OK
    }

    /// The hints of these levels. So many of the three are known now.
    pub fn hints(&self, levels: RangeInclusive<u8>, known: u8) {
        put("", &self.heading());
        for level in levels {
            let text = match level {
                1 => self.hint.nudge.clone(),
                2 => with_section(self.hint),
                _ => self.hint.attempt.clone(),
            };
            put(&format!("hint {level}  "), &text);
            if level == 3 {
                put("        ", &self.place());
            }
        }
        put("        ", &self.left(known));
        if self.chosen.finding == texts::ANY {
            put("        ", &format!("for hints that fit what is seen: cargo lab check {}", self.asked.check.id));
        }
    }

    /// `1.09 answers_full_buffers: no-answer, 3 minutes ago`
    fn heading(&self) -> String {
        let case = self.chosen.last.map_or(&self.asked.case, |seen| &seen.case);
        let what = match (&self.options.finding, self.chosen.last) {
            (Some(finding), _) => format!("{finding}, as you say"),
            (None, None) => "not run yet".to_string(),
            (None, Some(seen)) => {
                let outcome = seen.finding.clone().unwrap_or_else(|| seen.outcome.replace('-', " "));
                format!("{outcome}, {}", ago(seen.at))
            }
        };
        format!("{case} {}: {what}", self.asked.check.name)
    }

    /// Where the stub is that the check is about: `labs/lab1/src/lib.rs:61 echo_until_eof`.
    fn place(&self) -> String {
        let check = self.asked.check;
        let letter = self.chosen.last.map_or(&self.asked.case, |seen| &seen.case).trim_start_matches(check.id);
        let case = check.cases.iter().find(|case| case.letter == letter).or(check.cases.first());
        let stub = case.map_or("", |case| case.stub);
        let file = format!("labs/lab{}/src/lib.rs", check.lab());
        let text = fs::read_to_string(self.workspace.root().join(&file)).unwrap_or_default();
        match stub_places(&text).iter().find(|place| place.name == stub) {
            Some(place) => format!("{file}:{} {stub}", place.line),
            None => format!("{file} {stub}"),
        }
    }

    fn left(&self, known: u8) -> String {
        let finding = self.options.finding.as_ref().map_or(String::new(), |finding| format!(" --finding {finding}"));
        let again = format!("cargo lab hint {}{finding}", self.asked.case);
        match 3 - known.min(3) {
            0 => format!("no hint is left: {again} --all | cargo lab explain {}", self.asked.check.id),
            1 => format!("1 hint is left: {again}"),
            more => format!("{more} hints are left: {again}"),
        }
    }
}

fn ago(at: u64) -> String {
    let now = remembered::now();
    let seconds = now.saturating_sub(at);
    let (count, unit) = match seconds {
        0..60 => return "just now".to_string(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

fn with_section(hint: &Hint) -> String {
    match texts::title(&hint.section) {
        Some(title) => format!("{} (book {}, \"{title}\")", hint.idea, hint.section),
        None => hint.idea.clone(),
    }
}

/// Prints a text in lines as wide as the terminal, and at most 80 columns.
fn put(head: &str, text: &str) {
    println(&lines(head, text, width().min(WIDTH)).join("\n"));
}

/// `text` behind `head`; later lines are indented as far, where there is room. A word that is wider than all is left whole.
fn lines(head: &str, text: &str, columns: usize) -> Vec<String> {
    let indent = if columns < NARROW { String::new() } else { " ".repeat(head.len()) };
    let head = if columns < NARROW { head.trim_start() } else { head };
    let mut lines = vec![head.to_string()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("it begins with one line");
        let begun = line.len() > indent.len() && *line != head;
        let blank = usize::from(begun);
        if begun && line.chars().count() + blank + word.chars().count() > columns {
            lines.push(format!("{indent}{word}"));
        } else {
            line.push_str(if begun { " " } else { "" });
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_wrapped_behind_its_head() {
        let text = "word ".repeat(40);
        let wide = lines("hint 1  ", text.trim_end(), 80);
        assert!(wide[0].starts_with("hint 1  word") && wide[1].starts_with("        word"), "{wide:?}");
        assert!(wide.iter().all(|line| line.len() <= 80), "{wide:?}");
        let narrow = lines("hint 1  ", text.trim_end(), 20);
        assert!(narrow[1].starts_with("word") && narrow.iter().all(|line| line.len() <= 20), "{narrow:?}");
        assert_eq!(lines("", "one two", 80), ["one two"]);
        assert_eq!(lines("", "a_word_that_is_too_wide x", 20), ["a_word_that_is_too_wide", "x"]);
    }
}

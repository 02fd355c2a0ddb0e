//! What a hint looks like on the terminal.

use std::fs;
use std::ops::RangeInclusive;

use super::ask::Asked;
use super::texts::{self, Hint};
use super::{Chosen, Options};
use crate::build::{Workspace, stub_places};
use crate::remembered;
use crate::report::WIDTH;
use crate::texts::say;
use crate::workbook::screen::width;
use crate::workbook::{exit, println};

/// Below this a text gets no indentation: there is no room for it.
const NARROW: usize = 40;

/// Everything passed.
pub fn nothing_to_hint_at(what: Option<&str>) -> u8 {
    let lab = what.map_or(String::new(), |what| {
        say!("cargo-lab/hint/of_lab", trim_start_matches = what.trim_start_matches("lab"))
    });
    put("", &say!("cargo-lab/hint/every_check_has_passed_for_the", lab));
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
        put("        ", &say!("cargo-lab/hint/a_right_run_of_it_step", id = self.asked.check.id));
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
            put(&say!("cargo-lab/hint/hint", level), &text);
            if level == 3 {
                put("        ", &self.place());
            }
        }
        put("        ", &self.left(known));
        if self.chosen.finding == texts::ANY {
            put("        ", &say!("cargo-lab/hint/for_hints_that_fit_what_is", id = self.asked.check.id));
        }
    }

    /// `1.09 answers_full_buffers: no-answer, 3 minutes ago`
    fn heading(&self) -> String {
        let case = self.chosen.last.map_or(&self.asked.case, |seen| &seen.case);
        let what = match (&self.options.finding, self.chosen.last) {
            (Some(finding), _) => say!("cargo-lab/hint/as_you_say", finding),
            (None, None) => say!("cargo-lab/hint/not_run_yet").to_string(),
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
            0 => say!("cargo-lab/hint/no_hint_is_left_all_cargo", again, id = self.asked.check.id),
            1 => say!("cargo-lab/hint/1_hint_is_left", again),
            more => say!("cargo-lab/hint/hints_are_left", more, again),
        }
    }
}

fn ago(at: u64) -> String {
    let now = remembered::now();
    let seconds = now.saturating_sub(at);
    let (count, unit) = match seconds {
        0..60 => return say!("cargo-lab/hint/just_now").to_string(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    say!("cargo-lab/hint/ago", count, unit, plural = if count == 1 { "" } else { "s" })
}

fn with_section(hint: &Hint) -> String {
    match texts::title(&hint.section) {
        Some(title) => say!("cargo-lab/hint/book", idea = hint.idea, section = hint.section, title),
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

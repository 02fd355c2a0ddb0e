//! The words of a report: errors, calls, states and segments of TCP, signals, exit codes. Data in
//! `grader/texts/explain/words/`, one file for each kind.

use std::sync::OnceLock;

use serde::Deserialize;

use super::page::block;
use crate::check::Check;
use crate::labs::LABS;
use crate::report::distance;
use crate::texts::{self, say};

const ERRORS: &str = "Errors";
const SIGNALS: &str = "Threads and signals";
const EXITS: &str = "Exit codes";

/// Each file, behind the group of its words in the list.
const FILES: [(&str, &str, &str); 5] = [
    (ERRORS, "explain/words/errors.toml", include_str!("../../../texts/explain/words/errors.toml")),
    ("Calls", "explain/words/calls.toml", include_str!("../../../texts/explain/words/calls.toml")),
    ("TCP and UDP", "explain/words/network.toml", include_str!("../../../texts/explain/words/network.toml")),
    (SIGNALS, "explain/words/threads.toml", include_str!("../../../texts/explain/words/threads.toml")),
    (EXITS, "explain/words/exits.toml", include_str!("../../../texts/explain/words/exits.toml")),
];

/// What stands above the words of a group.
pub fn heading(group: &str) -> &str {
    texts::find(&format!("cargo-lab/explain/group.{group}")).unwrap_or(group)
}

/// What is known of a word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// As reports and manuals write it: `EPIPE`, `recv`, `TIME-WAIT`.
    pub name: String,
    /// Other names of the same: std's `BrokenPipe`, the system's "Broken pipe".
    #[serde(default)]
    pub also: Vec<String>,
    /// Of an error: its number on Linux. Of a signal: its number. Of an exit code: the code.
    pub number: Option<i32>,
    /// One sentence.
    pub means: String,
    /// When it happens on a socket: who did what.
    pub when: String,
    /// What Rust shows of it.
    pub rust: String,
    /// What a program does about it.
    #[serde(rename = "do")]
    pub remedy: String,
    /// Bytes or calls.
    #[serde(default)]
    pub example: String,
    /// Man page, RFC or std.
    pub see: String,
    /// Checks about it which do not say the word.
    #[serde(default)]
    pub checks: Vec<String>,
    #[serde(skip)]
    pub group: &'static str,
}

#[derive(Deserialize)]
struct File {
    word: Vec<Word>,
}

/// Every word, in the order of the files.
pub fn all() -> &'static [Word] {
    static READ: OnceLock<Vec<Word>> = OnceLock::new();
    READ.get_or_init(|| {
        let of = |(group, path, text): (&'static str, &str, &str)| {
            let File { word } = texts::toml(path, text).expect("a test reads every file of words");
            word.into_iter().map(move |word| Word { group, ..word })
        };
        FILES.into_iter().flat_map(of).collect()
    })
}

/// The words that are called so, in whatever spelling: `EPIPE`, `broken pipe`, `ErrorKind::BrokenPipe`, `recv(2)`, `32`,
/// or a whole message, "Broken pipe (os error 32)".
pub fn find(asked: &str) -> Vec<&'static Word> {
    let (typed, number) = (asked, number_in(asked));
    let asked = plain(asked);
    let fits = |word: &&Word| match number {
        Some((number, group)) => word.number == Some(number) && (group.is_empty() || word.group == group),
        None => names(word).any(|name| plain(name) == asked),
    };
    let mut found: Vec<&'static Word> = all().iter().filter(fits).collect();
    // A number alone is most often the exit code that a report shows.
    found.sort_by_key(|word| word.group != EXITS);
    // `listen` is a call, `LISTEN` a state; `Listen` may be either.
    let exact = |word: &&'static Word| names(word).any(|name| name == typed);
    if found.iter().any(exact) { found.into_iter().filter(exact).collect() } else { found }
}

/// `32`, `errno 32`, `(os error 32)`, `signal 13`: the number, and the group of words it belongs to, if that is said.
fn number_in(asked: &str) -> Option<(i32, &'static str)> {
    let said = [("os error ", ERRORS), ("errno ", ERRORS), ("signal ", SIGNALS)];
    let part = said.into_iter().find_map(|(before, group)| Some((asked.split_once(before)?.1, group)));
    let (digits, group) = part.unwrap_or((asked, ""));
    Some((digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?, group)).filter(|_| {
        // `127.0.0.1` begins with a number and is none.
        !group.is_empty() || asked.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn names(word: &Word) -> impl Iterator<Item = &str> {
    std::iter::once(word.name.as_str()).chain(word.also.iter().map(String::as_str))
}

/// A spelling without what people leave out or add: case, `-`, `_`, blanks, the path before a name, `()` and `(2)`.
fn plain(name: &str) -> String {
    let name = name.trim().trim_matches('`');
    let end = name.rsplit("::").next().unwrap_or(name);
    let end = end.strip_suffix("()").unwrap_or(end);
    let end = match end.split_once('(') {
        Some((call, section)) if section.len() == 2 && !call.contains(char::is_uppercase) => call,
        _ => end,
    };
    let letters: String = end.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    // An address such as `::1` has no name behind its colons.
    if letters.chars().any(char::is_alphabetic) { letters } else { name.to_string() }
}

/// Words that are like what was asked for, best first; none, if nothing is.
pub fn near(asked: &str) -> Vec<String> {
    let asked = plain(asked);
    let away = |name: &str| {
        let name = plain(name);
        // A part of a long name is near to it.
        let part = asked.len() > 2 && name.contains(&asked);
        if part { 1 } else { distance(&asked, &name) + 1 }
    };
    let best = |word: &'static Word| (names(word).map(away).min().unwrap_or(usize::MAX), word.name.as_str());
    let mut scored: Vec<(usize, &str)> = all().iter().map(best).collect();
    scored.retain(|(score, _)| *score <= asked.chars().count() / 2 + 1);
    scored.sort_by_key(|(score, _)| *score);
    scored.iter().take(5).map(|(_, name)| name.to_string()).collect()
}

/// The page of a word.
pub fn lines(word: &Word) -> Vec<String> {
    let also = if word.also.is_empty() {
        String::new()
    } else {
        say!("cargo-lab/explain/also_2", also = word.also.join(", "))
    };
    let number = match (word.number, word.group) {
        (Some(number), ERRORS) => say!("cargo-lab/explain/on_linux", number),
        (Some(number), SIGNALS) => say!("cargo-lab/explain/number", number),
        _ => String::new(),
    };
    let mut lines = crate::report::wrap("", &format!("{}{number}{also}", word.name), 3);
    lines.extend(block(say!("cargo-lab/explain/head_means"), &word.means));
    lines.extend(block(say!("cargo-lab/explain/head_when"), &word.when));
    lines.extend(block(say!("cargo-lab/explain/in_rust"), &word.rust));
    lines.extend(block(say!("cargo-lab/explain/head_do"), &word.remedy));
    for (turn, line) in word.example.lines().enumerate() {
        lines.push(format!("  {:<10}{line}", if turn == 0 { say!("cargo-lab/explain/head_example") } else { "" }));
    }
    lines.extend(block(say!("cargo-lab/explain/head_see"), &word.see));
    let checks = checks_with(word);
    if let Some(first) = checks.first() {
        lines.extend(block(say!("cargo-lab/explain/head_checks"), &checks.join(" ")));
        lines.extend(block(say!("cargo-lab/explain/head_next"), &format!("cargo lab explain {first}")));
    }
    lines
}

/// The ids of the checks whose texts or right runs hold the word, or that are about it.
pub fn checks_with(word: &Word) -> Vec<&'static str> {
    let all = LABS.into_iter().flat_map(|lab| lab.checks);
    all.filter(|check| is_about(check, word)).map(|check| check.id).collect()
}

/// The words that belong on the page of a check: those that its own texts name.
pub fn of_check(check: &Check) -> Vec<&'static str> {
    all().iter().filter(|word| is_about(check, word)).map(|word| word.name.as_str()).take(6).collect()
}

fn is_about(check: &Check, word: &Word) -> bool {
    let own = [check.title(), check.catches(), check.reference()];
    let usually = check.usually().into_iter().map(|(_, text)| text);
    word.checks.iter().any(|id| id == check.id)
        || own.into_iter().chain(usually).any(|text| names(word).any(|name| says(text, name)))
}

/// `()`, `(&buf)` or the manual's `(2)` behind a name; `socket(7)` is a page on options, not the call.
fn is_call(behind: &str) -> bool {
    behind.starts_with('(') && !behind.starts_with("(7)")
}

/// Whether a text names something as a term: `EMFILE`, `recv(2)`, `` `WouldBlock` ``, and no plain English word.
fn says(text: &str, name: &str) -> bool {
    let at = |(start, _): (usize, &str)| {
        let before = text[..start].chars().next_back();
        let after = text[start + name.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let call =
            is_call(&text[start + name.len()..]) || before == Some(':') || before == Some('`') && after == Some('`');
        let term = name.chars().any(|c| c.is_ascii_uppercase()) && name.len() > 2;
        !inside(before) && !inside(after) && (call || term)
    };
    text.match_indices(name).any(at)
}

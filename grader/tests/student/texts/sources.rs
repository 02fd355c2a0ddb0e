//! Where the code says a text: `say!("file/key", value = ..)`.

use std::fs;
use std::path::Path;

use super::files;

/// One use of a text.
#[derive(Debug)]
pub struct Call {
    pub key: String,
    /// The names of the values, sorted.
    pub values: Vec<String>,
}

/// Every use in the grader's sources.
pub fn calls() -> Vec<Call> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut calls = Vec::new();
    for path in files(&sources, ".rs").iter().filter(|path| *path != "texts.rs") {
        let text = fs::read_to_string(sources.join(path)).unwrap();
        let starts = text.match_indices("say!(").map(|(at, word)| at + word.len());
        calls.extend(starts.filter_map(|at| call(&text[at..])));
    }
    assert!(calls.len() > 500, "{} calls", calls.len());
    calls
}

/// What stands behind `say!(`; nothing where that is the macro itself or a comment.
fn call(text: &str) -> Option<Call> {
    let arguments = arguments(text);
    let key = arguments.first()?.strip_prefix('"')?.strip_suffix('"')?.to_string();
    let name = |argument: &String| argument.split('=').next().unwrap_or_default().trim().to_string();
    let mut values: Vec<String> = arguments[1..].iter().map(name).collect();
    values.sort();
    Some(Call { key, values })
}

/// The arguments up to the bracket that closes the call. Strings and nested brackets are stepped over.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut before = ' ';
    for char in text.chars() {
        match char {
            '"' if !escaped && (quoted || before != '\'') => quoted = !quoted,
            ')' if !quoted && depth == 0 => break,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = quoted && char == '\\' && !escaped;
        before = char;
        match (char, arguments.last_mut()) {
            (',', _) if !quoted && depth == 0 => arguments.push(String::new()),
            (_, Some(last)) => last.push(char),
            _ => {}
        }
    }
    arguments.into_iter().map(|argument| argument.trim().to_string()).filter(|argument| !argument.is_empty()).collect()
}

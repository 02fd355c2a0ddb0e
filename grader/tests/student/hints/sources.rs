//! The words that only a solution uses: the names in its code, less those that a student has before the eyes.
//!
//! Nothing here parses Rust: comments and literals are taken out, and what stands between the braces of a `fn` is its body.

use std::collections::BTreeSet;
use std::fs;

use grader::build::Workspace;

/// Words of Rust itself, and its plain types.
const RUST: &str = "as break const continue crate else enum fn for if impl in let loop match mod mut pub ref return self \
                    Self static struct trait true false type use where while move dyn str bool char u8 u16 u32 u64 usize i32 i64";

/// Calls that reports and man pages name, and words of reports: they say what was seen, not how to mend it.
const SEEN: &str =
    "accept bind close connect copy error flush kind listen panic read recv send shutdown sleep thread write";

/// Names that give it away, also where the solution has another way.
const GIVE_AWAY: [&str; 4] = ["write_all", "read_exact", "read_to_end", "connect_timeout"];

/// What no hint of this lab may name.
pub fn forbidden(lab: u8) -> BTreeSet<String> {
    let workspace = Workspace::find().expect("the workspace");
    let read = |folder: std::path::PathBuf| fs::read_to_string(folder.join("src/lib.rs")).expect("a lib.rs");
    let (solution, stubs) = (read(workspace.solution(lab)), read(workspace.lab(lab)));
    let mut words = names_in_bodies(&code(&solution));
    words.extend(GIVE_AWAY.map(str::to_string));
    for known in known(&stubs) {
        words.remove(&known);
    }
    words
}

/// What stands in the lab's own file: comments, signatures, and all outside of bodies.
fn known(stubs: &str) -> BTreeSet<String> {
    let comments: String = stubs.lines().filter(|line| line.trim_start().starts_with("//")).collect();
    let code = code(stubs);
    let outside = bodies(&code).iter().fold(code.clone(), |text, body| text.replace(body.as_str(), " "));
    [comments.as_str(), &outside, RUST, SEEN].into_iter().flat_map(words).collect()
}

fn names_in_bodies(code: &str) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = bodies(code).iter().flat_map(|body| words(body)).collect();
    // What the solution adds beside the stubs: private functions and constants.
    for keyword in ["fn ", "const ", "static "] {
        names.extend(code.split(keyword).skip(1).filter_map(|rest| words(rest).next()));
    }
    names
}

/// The words of a text that may be names.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let of_name = |char: char| char.is_alphanumeric() || char == '_';
    let words = text.split(move |char| !of_name(char)).filter(|word| word.len() > 1);
    words.filter(|word| !word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_string)
}

/// What stands between the braces of each function.
fn bodies(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let Some(open) = code[at..].find('{').map(|open| at + open) else { continue };
        let mut depth = 0;
        let end = code[open..].char_indices().find(|(_, char)| {
            depth += i32::from(*char == '{') - i32::from(*char == '}');
            depth == 0
        });
        found.extend(end.map(|(end, _)| code[open..=open + end].to_string()));
    }
    found
}

/// The text without comments, strings and characters.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skip = literal(rest);
        match skip {
            0 => out.push(first),
            _ => out.push(' '),
        }
        rest = &rest[skip.max(first.len_utf8())..];
    }
    out
}

/// How long the comment, the string or the character is that this begins with; 0 if it is code.
fn literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes[0] {
        b'/' if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
        b'"' => closing(bytes, b'"'),
        // A lifetime has no second quote, two or three characters on.
        b'\'' if bytes.get(1) == Some(&b'\\') => closing(bytes, b'\''),
        b'\'' if bytes.get(2) == Some(&b'\'') => 3,
        _ => 0,
    }
}

fn closing(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[test]
fn comments_and_literals_are_no_code() {
    let text = "let a = \"b \\\" c\"; // d\nlet e = b'\\''; fn f<'g>(h: char) { i('j'); }";
    let words: Vec<String> = words(&code(text).replace(['(', ')'], " xx ")).collect();
    assert!(!words.iter().any(|word| ["b", "c", "d", "j"].contains(&word.as_str())), "{words:?}");
    assert_eq!(bodies(&code(text)), ["{ i( ); }"]);
}

#[test]
fn the_words_of_a_solution_are_found() {
    for (lab, name) in
        [(1, "BUFFER_SIZE"), (1, "write_all"), (2, "set_read_timeout"), (3, "read_fields"), (5, "TrySendError")]
    {
        assert!(forbidden(lab).contains(name), "lab {lab}: {name}");
    }
    for (lab, name) in [(1, "echo_once"), (1, "addr"), (2, "idle"), (2, "read"), (3, "read_head")] {
        assert!(!forbidden(lab).contains(name), "lab {lab}: {name}");
    }
}

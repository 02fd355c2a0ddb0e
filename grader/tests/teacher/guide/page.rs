//! Pages of the book, and what stands in their blocks.

use std::fs;
use std::path::PathBuf;

use grader::build::Workspace;

/// Pages for teachers, below `docs/src`.
pub const PAGES: &[&str] = &[
    "results.md",
    "teachers.md",
    "teachers/course.md",
    "teachers/engines.md",
    "teachers/mac-windows.md",
    "teachers/oral.md",
    "teachers/pack.md",
    "teachers/plans.md",
    "teachers/platforms.md",
    "teachers/sandbox.md",
    "teachers/scale.md",
    "teachers/sharing.md",
    "teachers/slides.md",
    "teachers/trouble.md",
];

pub fn root() -> PathBuf {
    Workspace::find().unwrap().root().to_path_buf()
}

pub fn docs() -> PathBuf {
    root().join("docs/src")
}

pub fn read(page: &str) -> String {
    fs::read_to_string(docs().join(page)).unwrap_or_else(|error| panic!("{page}: {error}")).replace("\r\n", "\n")
}

/// The texts of a page's blocks in this language.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|rest| rest.split("\n```").next().unwrap_or_default().to_string()).collect()
}

/// The grader's command lines in a page's blocks of shell.
pub fn commands(text: &str) -> Vec<String> {
    let blocks = blocks(text, "sh");
    let lines = blocks.iter().flat_map(|block| block.lines());
    lines.filter(|line| line.starts_with("cargo grade")).map(str::to_string).collect()
}

/// Those in the middle of a sentence or a table.
pub fn inline(text: &str) -> Vec<String> {
    text.split('`')
        .filter(|piece| piece.starts_with("cargo grade ") && !piece.contains('\n'))
        .map(str::to_string)
        .collect()
}

/// The arguments after `cargo grade`; text in double quotes is one.
pub fn arguments(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let mut all = Vec::new();
    for (at, piece) in line.split('"').enumerate() {
        match at % 2 {
            0 => all.extend(piece.split_whitespace().map(str::to_string)),
            _ => all.push(piece.to_string()),
        }
    }
    all.split_off(2)
}

#[test]
fn quotes_hold_words_together() {
    assert_eq!(arguments(r#"cargo grade hold "A B" --out x  # why"#), ["hold", "A B", "--out", "x"]);
}

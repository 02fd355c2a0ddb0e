//! Edits of a `lib.rs` as text: a mutant is an edit of the solution, a half-done lab is a solution with stubs put back.
//!
//! Nothing here parses Rust. The files are formatted by rustfmt, so a top-level function starts with `pub fn` in column 0
//! and ends at the first line that is `}` and nothing else.

use anyhow::{Context, Result, bail, ensure};

/// A top-level `pub fn`, and where in it a panic means *not started*. Lines are counted from 1, as in panic messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubPlace {
    pub name: String,
    pub line: u32,
    /// The lines that hold a `todo!(`: empty when the student has written the function.
    pub todo_lines: Vec<u32>,
}

/// Every top-level `pub fn` of a text, in order. A text that rustfmt has not seen is read as well as can be: a function
/// whose end is not found goes on to the next one.
pub fn stub_places(lib_rs: &str) -> Vec<StubPlace> {
    let lines: Vec<&str> = lib_rs.lines().collect();
    let place = |function: Function| StubPlace {
        name: function.name,
        line: function.first as u32 + 1,
        todo_lines: (function.first..=function.last)
            .filter(|&n| lines[n].split("//").next().is_some_and(|code| code.contains("todo!(")))
            .map(|n| n as u32 + 1)
            .collect(),
    };
    functions(lib_rs).into_iter().map(place).collect()
}

/// The source with `replace`, which must be in it exactly once, replaced.
pub fn edit(source: &str, replace: &str, with: &str) -> Result<String> {
    ensure!(!replace.is_empty(), "nothing to replace; try: name the text that the edit replaces");
    // Not `str::matches`, which would find `aa` once in `aaa`.
    let found: Vec<usize> =
        source.char_indices().map(|(at, _)| at).filter(|&at| source[at..].starts_with(replace)).collect();
    let &[at] = found.as_slice() else {
        bail!("`{replace}` is {} times in the source, not once; try: add the lines around it", found.len());
    };
    Ok([&source[..at], with, &source[at + replace.len()..]].concat())
}

/// The solution's text with the functions named in `stubs` as they are in the lab's file: not started.
///
/// Signature and body are taken together, because a body uses its own signature's names. Comments stay the solution's.
pub fn put_back(solution_lib: &str, stub_lib: &str, stubs: &[&str]) -> Result<String> {
    let mut text = solution_lib.to_string();
    for &name in stubs {
        let stub = one(stub_lib, name).context("in the lab's file")?;
        let ours = one(&text, name).context("in the solution's file")?;
        let body = lines_of(stub_lib, &stub).to_string();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        text = [lines[..ours.first].concat(), body, lines[ours.last + 1..].concat()].concat();
    }
    Ok(text)
}

/// A top-level `pub fn`: its name, and its first and last line, counted from 0.
struct Function {
    name: String,
    first: usize,
    last: usize,
    /// Whether the last line is the closing brace, or just where the next function starts or the file ends.
    closed: bool,
}

/// The one function of this name.
fn one(text: &str, name: &str) -> Result<Function> {
    let mut found: Vec<Function> = functions(text).into_iter().filter(|function| function.name == name).collect();
    ensure!(found.len() == 1, "`pub fn {name}` is there {} times, not once", found.len());
    let function = found.remove(0);
    ensure!(function.closed, "`pub fn {name}` has no end: no line is just `}}`; try: cargo fmt");
    Ok(function)
}

fn lines_of<'a>(text: &'a str, function: &Function) -> &'a str {
    let starts = |line: usize| text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    &text[starts(function.first)..starts(function.last + 1)]
}

fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<(usize, &str)> =
        lines.iter().enumerate().filter_map(|(n, line)| Some((n, name_in(line)?))).collect();
    let mut found = Vec::new();
    for (which, &(first, name)) in starts.iter().enumerate() {
        let next = starts.get(which + 1).map_or(lines.len(), |&(line, _)| line);
        let end = if lines[first].ends_with('}') { Some(first) } else { (first..next).find(|&n| lines[n] == "}") };
        found.push(Function { name: name.to_string(), first, last: end.unwrap_or(next - 1), closed: end.is_some() });
    }
    found
}

/// `NAME` of a line that starts with `pub fn NAME(` or `pub fn NAME<`.
fn name_in(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub fn ")?;
    rest.split_once(['(', '<']).map(|(name, _)| name)
}

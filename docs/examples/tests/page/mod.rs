//! A page of the book and its blocks. What stands between two fences is not written by hand: the comment above the
//! block says which file it is from, or which program printed it.
//!
//! ```text
//! <!-- code: src/bin/slices.rs slowly -->     the part of this file between `ANCHOR: slowly` and `ANCHOR_END: slowly`
//! <!-- run: slices -->                        what the example prints; `private slices`: in a network of its own
//! <!-- run: python backlog.py; this machine -->   ports differ from run to run; more may, if the comment says so
//! <!-- lab: predict small-buffer --show -->   what `cargo lab` prints; grader/tests/book.rs compares it
//! <!-- from: book/sockets.md run: states -->  lines of that block of another page; `[..]` for those that are left out
//! ```

use std::fs;
use std::path::{Path, PathBuf};

/// A page, line by line.
pub struct Page {
    path: PathBuf,
    lines: Vec<String>,
}

/// A block with a comment above it.
pub struct Block {
    /// `code`, `run`, `lab` or `from`.
    pub kind: String,
    /// What the comment says after the kind.
    pub of: String,
    pub varies: Varies,
    pub body: String,
}

/// What may differ between the page and a new run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varies {
    Ports,
    Numbers,
    /// The answer depends on the machine: the program has to succeed, no more.
    Machine,
}

impl Page {
    /// `book/streams.md`, with the path of `docs/src`.
    pub fn open(sources: &Path, name: &str) -> Page {
        let path = sources.join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Page { path, lines: text.lines().map(str::to_string).collect() }
    }

    /// Compares each block of this kind with what `made` makes of it. With `BLESS=1` the page is written anew.
    pub fn compare(&mut self, kind: &str, mut made: impl FnMut(&Block) -> Option<String>) {
        let mut at = 0;
        let mut changed = false;
        while let Some((begin, end)) = self.next_block(at) {
            let block = self.block(begin, end);
            at = end;
            if block.kind != kind {
                continue;
            }
            let Some(new) = made(&block) else { continue };
            if block.varies == Varies::Machine && !block.body.is_empty() {
                continue;
            }
            if alike(&block.body, block.varies) == alike(&new, block.varies) {
                continue;
            }
            assert!(
                std::env::var_os("BLESS").is_some(),
                "{}: `{}` differs; try: BLESS=1\n--- in the page\n{}--- now\n{new}",
                self.path.display(),
                block.of,
                block.body
            );
            let lines: Vec<String> = new.lines().map(str::to_string).collect();
            at = begin + 1 + lines.len();
            self.lines.splice(begin + 1..end, lines);
            changed = true;
        }
        if changed {
            fs::write(&self.path, self.lines.join("\n") + "\n").expect("a page of the book");
        }
    }

    /// The lines of the opening and the closing fence.
    fn next_block(&self, from: usize) -> Option<(usize, usize)> {
        let above = (from..self.lines.len()).find(|at| comment(&self.lines[*at]).is_some())?;
        let begin = above + 1;
        let fence = self.lines.get(begin).filter(|line| line.starts_with("```"));
        assert!(fence.is_some(), "{}:{}: no block below the comment", self.path.display(), begin);
        let end = (begin + 1..self.lines.len()).find(|at| self.lines[*at] == "```").expect("the block's end");
        Some((begin, end))
    }

    fn block(&self, begin: usize, end: usize) -> Block {
        let (kind, rest) = comment(&self.lines[begin - 1]).expect("the comment above");
        let (of, varies) = match rest.split_once(';') {
            None => (rest, Varies::Ports),
            Some((of, " numbers vary")) => (of, Varies::Numbers),
            Some((of, " this machine")) => (of, Varies::Machine),
            Some((_, other)) => panic!("{}: `{other}`", self.path.display()),
        };
        let body: String = self.lines[begin + 1..end].iter().map(|line| format!("{line}\n")).collect();
        Block { kind: kind.to_string(), of: of.to_string(), varies, body }
    }
}

/// The kind and the rest of a comment above a block.
pub fn comment(line: &str) -> Option<(&str, &str)> {
    let (kind, rest) = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(": ")?;
    ["code", "run", "lab", "from"].contains(&kind).then_some((kind, rest))
}

/// A text without what may differ. A port that the kernel chose has five digits.
pub fn alike(text: &str, varies: Varies) -> String {
    let mut plain = String::new();
    let mut digits = String::new();
    for char in text.chars().chain(['\n']) {
        if char.is_ascii_digit() {
            digits.push(char);
            continue;
        }
        if !digits.is_empty() {
            let masked = match varies {
                Varies::Numbers => true,
                Varies::Ports => digits.len() == 5,
                Varies::Machine => false,
            };
            plain.push_str(if masked { "N" } else { &digits });
            digits.clear();
        }
        plain.push(char);
    }
    // Columns move with the length of a number.
    plain.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

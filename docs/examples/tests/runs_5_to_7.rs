//! Chapters 5 to 7 and three appendices: what their pages show is what programs print. `BLESS=1` writes the blocks anew.
//!
//! A comment in front of a block says where the block is from:
//!
//! - `<!-- code: FILE ANCHOR -->`: the lines between the anchors of `src/bin/FILE.rs`.
//! - `<!-- run: FILE ARGUMENTS -->`: what this program prints. `; numbers vary` behind it compares without the digits, and
//!   `; order varies` without the order of the lines, too.
//! - `<!-- scene: NAME -->`: the ladder of `cargo lab predict NAME`, and what was observed.
//! - `<!-- ladder: 3.06 -->`: from the ladders that the grader's own tests keep fresh.
//! - `<!-- talk: FLAGS -->`: `cargo lab talk` with `cargo lab peer http FLAGS`.
//!
//! What a program printed begins with the command that a reader types to see the same.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("docs").to_path_buf()
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}

/// How a block is compared.
#[derive(Clone, Copy, PartialEq)]
enum Compare {
    Exactly,
    WithoutNumbers,
    WithoutOrder,
}

impl Compare {
    fn same(self, one: &str, other: &str) -> bool {
        match self {
            Compare::Exactly => one == other,
            Compare::WithoutNumbers => without_numbers(one) == without_numbers(other),
            Compare::WithoutOrder => sorted(one) == sorted(other),
        }
    }
}

fn without_numbers(text: &str) -> String {
    let mut plain: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    // A number of digits, or of spaces between thousands, is no difference either.
    for (long, short) in [("00", "0"), ("0 0", "0")] {
        while plain.contains(long) {
            plain = plain.replace(long, short);
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(without_numbers).collect();
    lines.sort();
    lines
}

/// Compares all blocks of one page, or writes them.
fn page(name: &str) {
    let path = docs().join(format!("src/book/{name}.md"));
    let text = read(&path);
    let mut fresh = Vec::new();
    let mut lines = text.lines();
    let mut blocks = 0;
    while let Some(line) = lines.next() {
        fresh.push(line.to_string());
        let Some(source) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        let fence = lines.next().unwrap_or_default();
        assert!(fence.starts_with("```"), "{name}.md: no block behind `{line}`");
        let shown: String = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
        let (is, compare) = made(source);
        let is = is.unwrap_or_else(|| {
            println!("SKIPPED: `{source}` of {name}.md");
            shown.clone()
        });
        if std::env::var_os("BLESS").is_none() {
            assert!(compare.same(&shown, &is), "{name}.md, `{source}`; run this test with BLESS=1\n{shown}---\n{is}");
        }
        let block = if compare.same(&shown, &is) { shown } else { is };
        fresh.extend([fence.to_string(), block + "```"]);
        blocks += 1;
    }
    assert!(blocks > 0, "{name}.md has no block from a program");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, fresh.join("\n") + "\n").expect("a page of the book");
    }
}

/// What stands in the block, or `None` where this machine cannot make it.
fn made(source: &str) -> (Option<String>, Compare) {
    let (source, compare) = match source.split_once("; ") {
        None => (source, Compare::Exactly),
        Some((source, "numbers vary")) => (source, Compare::WithoutNumbers),
        Some((source, "order varies")) => (source, Compare::WithoutOrder),
        Some((_, other)) => panic!("`{other}` is no way to compare"),
    };
    let (kind, rest) = source.split_once(": ").expect("a kind of block");
    let words: Vec<&str> = rest.split(' ').collect();
    match kind {
        "code" => (Some(code(words[0], words[1])), compare),
        "run" => (run(&words), compare),
        "scene" => (scene(rest), Compare::WithoutNumbers),
        "ladder" => (Some(ladder(rest)), Compare::Exactly),
        // Two programs write here: whether the answer or the end of the input is shown first, nobody says.
        "talk" => (talk(&words), Compare::WithoutOrder),
        _ => panic!("`{kind}` is no kind of block"),
    }
}

/// The lines between `// ANCHOR: name` and `// ANCHOR_END: name`, without the indent that they share.
fn code(file: &str, anchor: &str) -> String {
    let text = read(&docs().join(format!("examples/src/bin/{file}.rs")));
    let begin = format!("// ANCHOR: {anchor}");
    let end = format!("// ANCHOR_END: {anchor}");
    let lines: Vec<&str> =
        text.lines().skip_while(|line| line.trim() != begin).skip(1).take_while(|line| line.trim() != end).collect();
    assert!(!lines.is_empty(), "{file}.rs has no anchor `{anchor}`");
    let indents = lines.iter().filter(|line| !line.is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    lines.iter().map(|line| line.get(indent..).unwrap_or("").to_string() + "\n").collect()
}

/// The folder of the programs that were built with this test.
fn built() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_borders")).parent().expect("a folder").to_path_buf()
}

fn run(words: &[&str]) -> Option<String> {
    // The pages show what Linux does.
    if !cfg!(target_os = "linux") {
        return None;
    }
    let output = Command::new(built().join(words[0])).args(&words[1..]).output().expect("an example");
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("cannot run") {
        return None;
    }
    assert!(output.status.success(), "{}: {said}", words[0]);
    let printed = String::from_utf8(output.stdout).expect("text");
    Some(format!("$ cargo run -q -p book-examples --bin {}\n{printed}", words.join(" ")))
}

/// `cargo lab`, if it was built, too. In `.ci/run` it is.
fn lab() -> Option<Command> {
    let path = built().join("lab");
    if !path.exists() {
        assert!(
            std::env::var_os("LOOPBACK_NO_SKIP").is_none(),
            "build the grader first: {} is missing",
            path.display()
        );
        return None;
    }
    let mut command = Command::new(path);
    command.current_dir(docs().parent().expect("the workspace"));
    Some(command)
}

fn scene(name: &str) -> Option<String> {
    let output = lab()?.args(["predict", name, "--show"]).output().expect("cargo lab predict");
    let text = String::from_utf8(output.stdout).expect("text");
    let ladder = text.lines().skip_while(|line| !line.starts_with("      ms  "));
    let shown: String = ladder.take_while(|line| !line.starts_with("  Why")).map(|line| format!("{line}\n")).collect();
    assert!(shown.contains("Observed"), "{name}: {text}");
    Some(format!("$ cargo lab predict {name} --show\n[..]\n{shown}"))
}

fn ladder(id: &str) -> String {
    let lab = id.split('.').next().expect("a number");
    let root = docs().parent().expect("the workspace").to_path_buf();
    let text = read(&root.join(format!("grader/texts/explain/ladders/lab{lab}.txt")));
    let rest = text.lines().skip_while(|line| *line != format!("== {id}")).skip(1);
    let lines: String = rest.take_while(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    assert!(!lines.is_empty(), "no ladder of {id}");
    format!("$ cargo lab explain {id}\n[..]\n{lines}")
}

/// A request that is typed at `cargo lab talk --crlf`, and the answer of `cargo lab peer http`.
fn talk(flags: &[&str]) -> Option<String> {
    let (mut peer, mut talk) = (lab()?, lab()?);
    peer.args(["peer", "http", "--once", "--plain"]).args(flags);
    let mut peer = peer.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("cargo lab peer");
    let mut said = BufReader::new(peer.stdout.take().expect("a pipe")).lines();
    let address = said.find_map(|line| line.ok()?.strip_prefix("listening on ").map(str::to_string)).expect("a port");

    talk.args(["talk", "--crlf", "--plain", &address]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut talk = talk.spawn().expect("cargo lab talk");
    let mut keyboard = talk.stdin.take().expect("a pipe");
    keyboard.write_all(b"GET / HTTP/1.1\nHost: localhost\n\n").expect("a request");
    // The end of the input is Ctrl-D: talk sends FIN, shows what still comes, and ends with the peer's FIN.
    drop(keyboard);
    let output = talk.wait_with_output().expect("cargo lab talk");
    said.by_ref().for_each(drop);
    peer.wait().expect("cargo lab peer");
    let printed = String::from_utf8(output.stdout).expect("text");
    Some(format!("$ cargo lab talk --crlf {address}\n{printed}"))
}

#[test]
fn http() {
    page("http");
}

#[test]
fn datagrams() {
    page("datagrams");
}

#[test]
fn threads() {
    page("threads");
}

#[test]
fn hangs() {
    page("hangs");
}

#[test]
fn tools() {
    page("tools");
}

#[test]
fn rust() {
    page("rust");
}

/// Hints and reports send people to sections by number and title.
#[test]
fn the_chapters_have_their_sections() {
    let table = read(&docs().parent().expect("the workspace").join("grader/texts/sections.toml"));
    for (chapter, page) in [(5, "http"), (6, "datagrams"), (7, "threads")] {
        let text = read(&docs().join(format!("src/book/{page}.md")));
        let entry = table.split(&format!("[{chapter}]\n")).nth(1).expect("the chapter");
        let list = entry.split("sections = [").nth(1).and_then(|rest| rest.split(']').next()).expect("sections");
        let titles: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
        assert!(titles.len() > 4, "{list}");
        for (number, title) in (1..).zip(titles) {
            let heading = format!("\n## {chapter}.{number} {title}\n");
            assert!(text.contains(&heading), "{page}.md lacks `{}`", heading.trim());
        }
    }
}

/// Every example is shown by some page, and every included drawing is there.
#[test]
fn nothing_is_left_over() {
    let pages: String = fs::read_dir(docs().join("src/book"))
        .expect("the book")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| read(&path))
        .collect();
    for rest in pages.split("{{#include ").skip(1) {
        let file = rest.split("}}").next().expect("a name");
        assert!(docs().join("src/book").join(file).exists(), "{file} is missing");
    }
    for name in MINE {
        let shown = [" ", ";"].iter().any(|end| pages.contains(&format!(": {name}{end}")));
        assert!(shown, "no page shows {name}.rs");
    }
}

/// The examples of these chapters.
const MINE: &[&str] = &[
    "borders",
    "both_write",
    "byte_order",
    "flood",
    "guard_lives",
    "held_lock",
    "last_ticket",
    "one_or_many",
    "poison",
    "queues",
    "rust_for_sockets",
    "seen_by_ss",
    "short_read",
    "sizes",
    "timeout_or_deadline",
    "twice",
    "two_sends",
    "wait_a_little",
];

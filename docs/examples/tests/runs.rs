//! Chapters 1 to 4 and the errata: the code in the pages is the examples' code, and what is printed there is what they print.
//! `BLESS=1` writes it anew.

mod page;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use page::{Block, Page, Varies};

const PAGES: [&str; 5] = ["book/layers.md", "book/addresses.md", "book/sockets.md", "book/streams.md", "errata.md"];

/// With `BLESS=1` two tests write the same pages.
static PAGE: Mutex<()> = Mutex::new(());

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn open(name: &str) -> Page {
    Page::open(&root().join("../src"), name)
}

#[test]
fn code_in_the_pages_is_from_the_examples() {
    let _one_at_a_time = PAGE.lock();
    for name in PAGES {
        open(name).compare("code", |block| Some(excerpt(block)));
    }
}

#[test]
fn every_block_says_where_it_is_from() {
    let unexplained: Vec<String> = PAGES.iter().flat_map(|name| unexplained(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
}

/// The fences of code or output that no comment explains.
fn unexplained(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("../src").join(name)).expect("a page of the book");
    let lines: Vec<&str> = text.lines().collect();
    let fences = (1..lines.len()).filter(|at| lines[*at].starts_with("```"));
    let opening = fences.step_by(2);
    // Commands for the reader to type print nothing here.
    let made_up = opening.filter(|at| lines[*at] != "```sh" && page::comment(lines[*at - 1]).is_none());
    made_up.map(|at| format!("{name}:{}: {}", at + 1, lines[at])).collect()
}

#[test]
fn the_diagrams_are_what_their_script_draws() {
    let script = root().join("../diagrams.py");
    match Command::new("python3").arg(script).arg("--check").output() {
        Ok(output) => assert!(output.status.success(), "{}", said(&output)),
        Err(_) => assert!(std::env::var_os("LOOPBACK_NO_SKIP").is_none(), "python3 is missing"),
    }
}

/// The numbers of errors and the tools (`ss`, `unshare`) are those of Linux.
#[cfg(target_os = "linux")]
#[test]
fn runs_in_the_pages_are_what_the_examples_print() {
    let _one_at_a_time = PAGE.lock();
    for name in PAGES {
        open(name).compare("run", printed);
    }
}

/// Key lines of a run that another page shows whole. That page's own test makes sure that the run is still so.
#[test]
fn lines_from_other_pages_are_there() {
    for name in PAGES.into_iter().chain(["hand-in.md"]) {
        open(name).compare("from", |block| {
            let missing = missing_line(block);
            assert_eq!(missing, None, "{name}, from {}: run the tests of that page first, then copy it", block.of);
            None
        });
    }
}

/// The first line of the block that does not stand, in this order, in the block that its comment names.
fn missing_line(block: &Block) -> Option<&str> {
    let (page, comment) = block.of.split_once(' ').expect("a page and a comment");
    let text = fs::read_to_string(root().join("../src").join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let begins = |line: &&str| [" -->", ";"].iter().any(|end| line.starts_with(&format!("<!-- {comment}{end}")));
    let mut lines = text.lines().skip_while(|line| !begins(line)).skip(2).take_while(|line| *line != "```");
    let plain = |line: &str| page::alike(line, Varies::Numbers);
    block.body.lines().filter(|line| *line != "[..]").find(|want| !lines.any(|line| plain(line) == plain(want)))
}

/// The part of a file that a comment names, without its indentation.
fn excerpt(block: &Block) -> String {
    let (file, name) = block.of.split_once(' ').expect("a file and an anchor");
    let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let ends = [format!("ANCHOR: {name}"), format!("ANCHOR_END: {name}")];
    let at = |mark: &str| text.lines().position(|line| line.trim_start_matches(['/', '#', ' ']) == mark);
    let [Some(begin), Some(end)] = ends.map(|mark| at(&mark)) else { panic!("{file}: no anchor `{name}`") };
    let lines: Vec<&str> = text.lines().skip(begin + 1).take(end - begin - 1).collect();
    let indented = |line: &&&str| !line.trim().is_empty();
    let margin = lines.iter().filter(indented).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", line.get(margin..).unwrap_or(""))).collect()
}

/// The command and what it prints. `None`: this machine lacks what the run needs.
fn printed(block: &Block) -> Option<String> {
    let words: Vec<&str> = block.of.split(' ').collect();
    let (shown, line) = match words[..] {
        ["python", file] => (shown_python(file), python(file)),
        ["private", "python", file] => (in_private(&shown_python(file)), python(file)),
        ["private", name] => (in_private(&cargo(name)), program(name)),
        [name] => (cargo(name), program(name)),
        _ => panic!("`{}`: no such run", block.of),
    };
    let Some(mut command) = command(&line, words[0] == "private") else {
        assert!(std::env::var_os("LOOPBACK_NO_SKIP").is_none(), "`{}` cannot be run here", block.of);
        eprintln!("SKIPPED: `{}` cannot be run here", block.of);
        return None;
    };
    let output = command.output().unwrap_or_else(|error| panic!("`{}`: {error}", block.of));
    assert!(output.status.success(), "`{}`: {}", block.of, said(&output));
    Some(format!("$ {shown}\n{}", said(&output)))
}

fn cargo(name: &str) -> String {
    format!("cargo run -q -p book-examples --bin {name}")
}

fn in_private(command: &str) -> String {
    format!("unshare -rn sh -c 'ip link set lo up && {command}'")
}

/// The example, beside one that cargo names to this test.
fn program(name: &str) -> String {
    Path::new(env!("CARGO_BIN_EXE_slices")).with_file_name(name).display().to_string()
}

fn shown_python(file: &str) -> String {
    format!("python3 docs/examples/python/{file}")
}

fn python(file: &str) -> String {
    format!("python3 -W ignore {}", root().join("python").join(file).display())
}

/// A shell's command, in a network of its own where that is possible: there no other program is in the way. Some examples
/// need it.
fn command(line: &str, private: bool) -> Option<Command> {
    let there = |program: &str| shell(&format!("command -v {program}")).output().is_ok_and(|it| it.status.success());
    if ["ss", "python3"].iter().any(|tool| !there(tool)) {
        return None;
    }
    let own = shell(&in_private("true")).output().is_ok_and(|it| it.status.success());
    match (own, private) {
        (true, _) => Some(shell(&in_private(line))),
        (false, false) => Some(shell(line)),
        (false, true) => None,
    }
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    command
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).replace("\r\n", "\n")
}

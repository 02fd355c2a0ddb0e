//! A translation in which every text stands in marks: what is shown without them cannot be translated.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command as Process, Stdio};

use super::{files, folder, of_lines};
use crate::desk::{Copy, extra_bytes};
use assert_cmd::Command;
use grader::check::Kind;
use grader::labs::LABS;
use tempfile::TempDir;
use toml_edit::{DocumentMut, Item, Value};

/// What stays as it is, beside the names of checks, stubs and findings: names of commands and files, calls and types of
/// Rust, words that stand alone in a row of a ladder or a table, and what a program of the student's or the system says.
const STAYS: &str = include_str!("untranslated.txt");

/// `«text»`, with the spaces around it outside; each paragraph has its own marks.
fn marked(text: &str) -> String {
    let paragraph = |text: &str| match text.trim() {
        "" => text.to_string(),
        core => text.replacen(core, &format!("\u{ab}{core}\u{bb}"), 1),
    };
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// All texts in marks.
pub fn translation() -> TempDir {
    let made = tempfile::tempdir().unwrap();
    let write = |path: &str, text: String| {
        let path = made.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for path in of_lines() {
        let file = fs::read_to_string(folder().join(&path)).unwrap();
        let entries = grader::texts::parse(&file);
        let line = |(key, text): (&str, String)| {
            let text = marked(&text).replace('\\', "\\\\").replace('\n', "\\n");
            format!("{key} = \"{text}\"\n")
        };
        write(&path, entries.into_iter().map(line).collect());
    }
    for path in files(&folder(), ".txt").into_iter().filter(|path| path.starts_with("explain/ladders/")) {
        write(&path, fs::read_to_string(folder().join(&path)).unwrap().lines().map(ladder_row).collect());
    }
    for path in files(&folder(), ".toml") {
        let mut file: DocumentMut = fs::read_to_string(folder().join(&path)).unwrap().parse().unwrap();
        mark_item(file.as_item_mut());
        write(&path, file.to_string());
    }
    made
}

/// A row of a recorded ladder, its text in marks; its time stands in ten columns before it.
fn ladder_row(line: &str) -> String {
    match line.split_at_checked(10).filter(|_| line.starts_with("  ")) {
        Some((time, text)) => format!("{time}{}\n", marked(text)),
        None => format!("{line}\n"),
    }
}

fn mark_item(item: &mut Item) {
    match item {
        Item::Value(value) => mark_value(value),
        Item::Table(table) => table.iter_mut().for_each(|(_, item)| mark_item(item)),
        Item::ArrayOfTables(tables) => {
            tables.iter_mut().flat_map(|table| table.iter_mut()).for_each(|(_, item)| mark_item(item));
        }
        Item::None => {}
    }
}

fn mark_value(value: &mut Value) {
    match value {
        Value::String(text) => *value = marked(text.value()).into(),
        Value::Array(array) => array.iter_mut().for_each(mark_value),
        Value::InlineTable(table) => table.iter_mut().for_each(|(_, value)| mark_value(value)),
        _ => {}
    }
}

/// The words that stand outside of all marks.
pub fn unmarked(shown: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for line in shown.lines() {
        // A line that was cut may have lost its mark; a block ends with a blank line.
        if line.trim().is_empty() {
            depth = 0;
        }
        let mut quoted = false;
        for char in line.chars() {
            match char {
                // Bytes of a program, which are different each time.
                '"' => quoted = !quoted,
                _ if quoted => {}
                '\u{ab}' => depth += 1,
                '\u{bb}' => depth = depth.saturating_sub(1),
                _ if depth == 0 => plain.push(char),
                _ => {}
            }
        }
        plain.push('\n');
    }
    let words = plain.split(|char: char| !char.is_ascii_alphanumeric() && !"_-./:`".contains(char));
    // Words of a language: letters only, and more than two.
    let word = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    words.filter(word).map(str::to_string).collect()
}

pub fn known() -> BTreeSet<String> {
    let stays = STAYS.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let stubs = LABS.into_iter().flat_map(|lab| lab.stubs).copied();
    let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
    stays.chain(stubs).chain(kinds).map(str::to_string).collect()
}

fn shows(copy: &Path, translation: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(copy).env("LOOPBACK_TEXTS", translation).env_remove("VISUAL").env_remove("EDITOR");
    let output = command.output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// The same of a command that goes on: until its first report is there.
fn watched(copy: &Path, translation: &Path, args: &[&str]) -> String {
    let mut command = Process::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(copy).env("LOOPBACK_TEXTS", translation).stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut shown = String::new();
    for line in lines {
        shown.push_str(&format!("{line}\n"));
        if line.contains("cargo lab hint 1.") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    shown
}

#[test]
fn a_translation_shows_in_every_command() {
    let copy = Copy::new();
    copy.save(1, &extra_bytes());
    let translation = translation();
    let commands: &[&[&str]] = &[
        &[],
        &["check", "1.05"],
        &["check", "2"],
        &["check", "9.99"],
        &["watch", "1"],
        &["hint", "1.05"],
        &["explain", "1.05"],
        &["explain", "1.18b"],
        &["explain", "EPIPE"],
        &["explain", "no-answer"],
        &["predict"],
        &["predict", "1", "--show"],
        &["predict", "2", "--show"],
        &["predict", "3", "--show"],
        &["predict", "4", "--show"],
        &["predict", "5", "--show"],
        &["predict", "small-buffer", "--answers", "1"],
        &["doctor"],
        &["open", "1.05"],
        &["peer"],
        &["solution", "1"],
        &["submit"],
        &["reset", "1"],
        &["update", "nowhere"],
        &["chekc"],
        &["check", "--lits"],
        &["check", "--format", "xml"],
        &["check", "--seed", "xyz"],
        &["check", "--jobs", "1", "--jobs", "2"],
        &["hint", "--all", "--again"],
        &["solution"],
    ];
    let mut wrong = Vec::new();
    let known = known();
    for args in commands {
        let shown = match args {
            ["watch", ..] => watched(copy.root(), translation.path(), args),
            _ => shows(copy.root(), translation.path(), args),
        };
        let left: Vec<String> = unmarked(&shown).difference(&known).cloned().collect();
        if !shown.contains('\u{ab}') || !left.is_empty() {
            wrong.push(format!("cargo lab {}: {}", args.join(" "), left.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "not translated:\n{}", wrong.join("\n"));
}

#[test]
fn what_a_translation_lacks_stays_as_it_is() {
    let copy = Copy::new();
    let part = tempfile::tempdir().unwrap();
    fs::create_dir(part.path().join("checks")).unwrap();
    fs::write(part.path().join("checks/lab1.txt"), "1.05.title = Nur das.\n1.05.catches = {names} {nobody} {knows}\n")
        .unwrap();
    let shown = shows(copy.root(), part.path(), &["explain", "1.05"]);
    assert!(shown.contains("Nur das.") && shown.contains("is meant"), "{shown}");
    let none = shows(copy.root(), &part.path().join("no such folder"), &["explain", "1.05"]);
    assert!(none.contains("A right server sends back exactly"), "{none}");
}

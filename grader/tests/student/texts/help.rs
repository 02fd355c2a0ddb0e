//! `--help` in marks: every command and argument has a text, every text is told, and all of it is translated.

use std::collections::BTreeSet;
use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

use super::folder;
use super::marked::{known, translation, unmarked};

/// What a command shows, and the same in one line with the marks.
fn help(translation: &TempDir, command: &[&str]) -> String {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_lab"));
    let said = lab.args(command).arg("--help").env("LOOPBACK_TEXTS", translation.path()).assert().success();
    let shown = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    // A line that is broken in the text has no room for marks.
    let bare = |line: &&str| line.replace(['\u{ab}', '\u{bb}'], "");
    let wide: Vec<&str> = shown.lines().filter(|line| bare(line).chars().count() > 80).collect();
    assert!(wide.is_empty(), "{command:?}: {wide:#?}");
    shown
}

/// The names in the list of commands.
fn listed(help: &str) -> Vec<&str> {
    let names = help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| name.starts_with(|char: char| char.is_ascii_lowercase())).collect()
}

#[test]
fn all_of_the_help_is_translated() {
    let translation = translation();
    let root = help(&translation, &[]);
    let peer = help(&translation, &["peer"]);
    let names = listed(&root);
    assert!(names.len() > 15 && names.contains(&"doctor"), "{names:?}");
    let mut commands: Vec<Vec<&str>> = vec![vec![], vec!["board"]];
    commands.extend(names.iter().map(|name| vec![*name]));
    commands.extend(listed(&peer).iter().map(|name| vec!["peer", *name]));

    let mut all = String::new();
    let names: BTreeSet<&str> = commands.iter().flatten().copied().collect();
    let known = known();
    for command in &commands {
        let shown = help(&translation, command);
        // In capitals: what an argument is called, in the usage and in messages about it.
        let named =
            |word: &&String| word.bytes().all(|byte| byte.is_ascii_uppercase()) || names.contains(&word.as_str());
        let left: Vec<String> = unmarked(&shown).difference(&known).filter(|word| !named(word)).cloned().collect();
        assert!(left.is_empty(), "cargo lab {} --help: {left:?}\n{shown}", command.join(" "));
        // Not the lines that go on with a text: these stand in its column.
        let argument = |line: &&str| line[..line.len().min(8)].trim_start().starts_with(['-', '[', '<']);
        for line in shown.lines().filter(argument) {
            assert!(line.contains('\u{ab}'), "cargo lab {} --help: no text for {line}", command.join(" "));
        }
        all += &shown.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    for (key, text) in grader::texts::parse(&fs::read_to_string(folder().join("cargo-lab/help.txt")).unwrap()) {
        let text = text.split(" {").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(all.contains(&format!("\u{ab}{text}")), "nothing tells `{key}`");
    }
}

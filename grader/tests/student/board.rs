//! The board that remembers, and the commands that open, reset and compare a student's file.

use std::fs;
use std::path::Path;

use super::desk::{Copy, extra_bytes, solution, stubs, written};
use assert_cmd::Command;
use grader::labs::{self, LABS};
use predicates::prelude::*;
use predicates::str::{contains, is_empty};

fn lab(copy: &Copy, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(copy.root()).env_remove("VISUAL").env_remove("EDITOR");
    command
}

fn said(copy: &Copy, args: &[&str]) -> String {
    let assert = lab(copy, args).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// What was seen of lab 1 so long ago, and before a change of the code.
fn remember(copy: &Copy, seconds_ago: u64, outcome: &str) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let line = |check: &grader::check::Check| format!("{} {} {outcome} - 7\n", now - seconds_ago, check.id);
    let text: String = LABS[0].checks.iter().map(line).collect();
    fs::create_dir_all(copy.root().join(".loopback")).unwrap();
    fs::write(copy.root().join(".loopback/history"), text).unwrap();
}

// ---- the board -------------------------------------------------------------------------------------------------------

#[test]
fn it_opens_with_the_one_thing_to_do_and_tiers_open_as_they_are_reached() {
    let copy = Copy::new();
    let first = said(&copy, &[]);
    let next = first.find("Next: read labs/lab1/README.md, write labs/lab1/src/lib.rs:27 open_listener").unwrap();
    assert!(next < first.find("lab 1  TCP").unwrap(), "{first}");
    assert!(first.contains("1.01") && first.contains("shown here when all of core passes"), "{first}");
    assert!(!first.contains("1.09") && !first.contains("expert"), "{first}");
    let all = said(&copy, &["--all"]);
    assert!(LABS.iter().flat_map(|lab| lab.checks).all(|check| all.contains(check.id)), "{all}");
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");

    copy.save(1, &solution(1));
    let done = said(&copy, &[]);
    assert!(done.contains("*1.09") && done.contains("*1.16"), "{done}");
    assert!(done.contains("Next: read labs/lab2/README.md"), "{done}");
    assert!(done.contains("new          1.01 1.02"), "{done}");
    assert!(!said(&copy, &[]).contains("new  "), "what is new is so just once");
}

#[test]
fn it_says_what_passed_before_and_when() {
    let copy = Copy::new();
    remember(&copy, 24 * 3600, "passed");
    copy.save(1, &extra_bytes());
    let board = said(&copy, &[]);
    assert!(board.contains("Next: cargo lab check 1.05\n"), "{board}");
    assert!(board.contains("      it passed yesterday "), "{board}");
    assert!(board.contains("labs/lab1/src/lib.rs:29 echo_once"), "{board}");
    assert!(board.contains("lost         1.05 1.07") && board.contains("passed yesterday "), "{board}");
}

#[test]
fn the_time_is_that_of_the_place() {
    let copy = Copy::new();
    // 2026-11-20 12:00 UTC; in the line for what was lost it is another hour, and another day.
    fs::create_dir_all(copy.root().join(".loopback")).unwrap();
    fs::write(copy.root().join(".loopback/history"), "1700438400 1.05 passed - 7\n").unwrap();
    copy.save(1, &extra_bytes());
    for (zone, date) in [("UTC0", "20 Nov 2023"), ("XXX1", "19 Nov 2023")] {
        lab(&copy, &[]).env("TZ", zone).assert().success().stdout(contains(format!("1.05 passed {date}")));
    }
}

#[test]
fn a_damaged_memory_is_kept_aside_and_said() {
    let copy = Copy::new();
    fs::create_dir_all(copy.root().join(".loopback")).unwrap();
    fs::write(copy.root().join(".loopback/history"), "PK\x03\x04\n\u{fffd}\nwhat\n").unwrap();
    let board = said(&copy, &[]);
    assert!(board.contains("is damaged; it is kept as"), "{board}");
    let kept = fs::read_to_string(copy.root().join(".loopback/history.damaged")).unwrap();
    assert!(kept.starts_with("PK"));
    assert!(!said(&copy, &[]).contains("damaged"));
}

#[test]
fn a_folder_that_cannot_be_written_to_has_a_board_all_the_same() {
    let copy = Copy::new();
    fs::write(copy.root().join(".loopback"), "a file, where a folder should be").unwrap();
    lab(&copy, &[]).assert().success().stdout(contains("cannot be remembered").and(contains("Next: read labs/lab1")));
}

#[test]
fn what_does_not_compile_is_linked() {
    let copy = Copy::new();
    copy.save(1, &stubs(1).replacen("todo!(\"listen", "let x: u8 = \"\";\n    todo!(\"listen", 1));
    let board = said(&copy, &[]);
    assert!(board.contains("Next: cargo lab check 1: it does not compile\n      labs/lab1/src/lib.rs:28"), "{board}");
}

#[cfg(target_os = "linux")]
#[test]
fn only_a_terminal_gets_links() {
    let copy = Copy::new();
    let file = fs::canonicalize(copy.root()).unwrap().join("labs/lab1/src/lib.rs");
    let link = format!("\x1b]8;;file://{}\x1b\\labs/lab1/src/lib.rs:27\x1b]8;;\x1b\\", file.display());
    let board = |flag: &str, name: &str, value: &str| {
        let mut script = Command::new("script");
        let line = format!("{} {flag}", env!("CARGO_BIN_EXE_lab"));
        script.args(["-qec", &line, "/dev/null"]).current_dir(copy.root()).env("TERM", "xterm");
        for name in ["NO_COLOR", "SSH_CONNECTION", "TERM_PROGRAM", "KITTY_WINDOW_ID"] {
            script.env_remove(name);
        }
        let output = script.env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    if Command::new("script").arg("--version").output().is_err() {
        // Said aloud by the tests of `watch`, which need it too.
        return;
    }
    assert!(board("", "X", "").contains(&link));
    assert!(board("", "TERM_PROGRAM", "vscode").contains("lib.rs#27\x1b"));
    assert!(!board("", "SSH_CONNECTION", "1 2 3 4").contains("\x1b]8"));
    assert!(!board("--plain", "X", "").contains('\x1b'));
}

// ---- open ------------------------------------------------------------------------------------------------------------

#[test]
fn open_gives_the_editor_the_line_of_the_stub() {
    let copy = Copy::new();
    // Its name says how it is told the line; what it is told goes to a file.
    let vim = copy.root().join("my vim");
    fs::create_dir(&vim).unwrap();
    let vim = vim.join("vim");
    script(&vim, "printf '%s|' \"$@\"");
    let quoted = format!("'{}' -u NONE", vim.display());
    let file = fs::canonicalize(copy.lib_rs(1)).unwrap();
    for (what, line) in [(&["open", "1.05"][..], 45), (&["open", "echoes_just_what_came"], 45), (&["open", "1"], 27)] {
        let want = format!("-u|NONE|+{line}|{}|", file.display());
        lab(&copy, what).env("EDITOR", "false").env("VISUAL", &quoted).assert().success().stdout(contains(want));
    }
    copy.save(1, &written(1));
    lab(&copy, &["open"]).env("EDITOR", &quoted).assert().success().stdout(contains("+29|"));
}

#[test]
fn without_an_editor_the_place_is_said() {
    let copy = Copy::new();
    let place = contains("labs/lab1/src/lib.rs:45");
    lab(&copy, &["open", "1.05"]).env("EDITOR", " ").assert().code(2).stdout(place.and(contains("export EDITOR=")));
    for broken in ["false", "no-such-editor"] {
        let told =
            contains(format!("the editor `{broken}` failed")).and(contains("open labs/lab1/src/lib.rs:45 by hand"));
        lab(&copy, &["open", "1.05"]).env("EDITOR", broken).assert().code(4).stderr(told);
    }
    let near = contains("near it:").and(contains("1.0"));
    lab(&copy, &["open", "1.99"]).env("EDITOR", "true").assert().code(2).stderr(near);
    fs::remove_file(copy.lib_rs(1)).unwrap();
    lab(&copy, &["open", "1.05"]).env("EDITOR", "true").assert().code(2).stderr(contains("try: cargo lab reset 1"));
}

// ---- reset -----------------------------------------------------------------------------------------------------------

#[test]
fn the_stubs_in_the_program_are_those_that_are_handed_out() {
    for number in LABS.map(|lab| lab.number) {
        assert!(
            labs::texts(number).unwrap().stubs == stubs(number),
            "grader/texts/stubs/lab{number}.rs is not labs/lab{number}/src/lib.rs"
        );
    }
}

#[test]
fn reset_puts_the_stubs_back_and_keeps_what_was_there() {
    let copy = Copy::new();
    lab(&copy, &["reset", "1"]).assert().success().stdout(contains("nothing to reset"));
    // Bytes that are no text are kept as they are.
    let mine = b"// \xff mine\n";
    fs::write(copy.lib_rs(1), mine).unwrap();
    fs::write(copy.src(1).join("part.rs"), "").unwrap();
    for _ in 0..2 {
        fs::write(copy.lib_rs(1), mine).unwrap();
        let told = contains("your file is kept as labs/lab1/lib-20").and(contains("not touched: part.rs"));
        lab(&copy, &["reset", "1"]).assert().success().stdout(told).stderr(is_empty());
        assert_eq!(fs::read_to_string(copy.lib_rs(1)).unwrap(), stubs(1));
    }
    assert_eq!(kept(&copy, 1), [mine.to_vec(), mine.to_vec()]);
    // It is no part of the program.
    lab(&copy, &["check", "1.01"]).assert().code(1).stdout(contains("not started"));

    fs::remove_file(copy.lib_rs(2)).unwrap();
    lab(&copy, &["reset", "2"]).assert().success();
    assert_eq!(fs::read_to_string(copy.lib_rs(2)).unwrap(), stubs(2));
    let known = contains(format!("try: a number from 1 to {}", LABS.len()));
    lab(&copy, &["reset", "99"]).assert().code(2).stderr(known);
}

#[test]
fn what_cannot_be_kept_is_not_written_over() {
    let copy = Copy::new();
    fs::remove_file(copy.lib_rs(1)).unwrap();
    fs::create_dir(copy.lib_rs(1)).unwrap();
    lab(&copy, &["reset", "1"]).assert().code(4).stderr(contains("nothing was changed"));
    assert!(copy.lib_rs(1).is_dir());
}

fn kept(copy: &Copy, number: u8) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(copy.root().join(format!("labs/lab{number}"))).unwrap().flatten();
    let kept = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("lib-"));
    kept.map(|entry| fs::read(entry.path()).unwrap()).collect()
}

// ---- solution --------------------------------------------------------------------------------------------------------

#[test]
fn the_solution_opens_when_the_lab_passes() {
    let copy = Copy::new();
    drop_in(&copy);
    let closed = contains("0 of 18 checks do now").and(contains("write_all").not());
    lab(&copy, &["solution", "1"]).assert().code(1).stdout(closed);
    copy.save(
        1,
        &solution(1)
            .replace("let n = ", "let my_own = ")
            .replace("Ok(n)\n", "Ok(my_own)\n")
            .replace("..n]", "..my_own]"),
    );
    let open =
        contains("-- echo_once").and(contains("my_own")).and(contains("the solution:")).and(contains("&buf[..n]"));
    lab(&copy, &["solution", "1"]).assert().success().stdout(open);
    // What is remembered is no longer true of what is written now.
    copy.save(1, &extra_bytes());
    fs::File::options().append(true).open(copy.lib_rs(1)).unwrap().set_modified(later()).unwrap();
    lab(&copy, &["solution", "1"]).assert().code(1).stdout(contains("of 18 checks do now"));
}

#[test]
fn giving_up_is_remembered() {
    let copy = Copy::new();
    drop_in(&copy);
    let shown = || contains("the solution:").and(contains("write_all"));
    lab(&copy, &["solution", "1", "--give-up"]).assert().success().stdout(shown()).stderr(is_empty());
    lab(&copy, &["solution", "1"]).assert().success().stdout(shown());
    let kept = fs::read_to_string(copy.root().join(".loopback/gave-up")).unwrap();
    assert!(kept.starts_with("lab1 ") && kept.lines().count() == 1, "{kept}");
    fs::write(place(copy.root(), 2), solution(2)).unwrap();
    lab(&copy, &["solution", "2"]).assert().code(1);
}

#[test]
fn a_pack_has_no_solution_until_one_is_dropped_in() {
    let copy = Copy::new();
    let told = contains("your teacher hands it out").and(contains(".loopback/solutions/lab1.rs"));
    lab(&copy, &["solution", "1", "--give-up"]).assert().code(1).stdout(told);
    assert!(!copy.root().join(".loopback/gave-up").exists(), "there was nothing to see");
    lab(&copy, &["solution", "0"]).assert().code(2).stderr(contains("there is no lab 0"));
}

fn place(root: &Path, number: u8) -> std::path::PathBuf {
    root.join(format!(".loopback/solutions/lab{number}.rs"))
}

fn drop_in(copy: &Copy) {
    fs::create_dir_all(copy.root().join(".loopback/solutions")).unwrap();
    fs::write(place(copy.root(), 1), solution(1)).unwrap();
}

/// A time behind every check of this test.
fn later() -> std::time::SystemTime {
    std::time::SystemTime::now() + std::time::Duration::from_secs(60)
}

fn script(path: &Path, line: &str) {
    fs::write(path, format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

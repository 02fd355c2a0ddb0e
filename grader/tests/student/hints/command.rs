//! The command, in a student's copy with a history of its own.

use std::fs;
use std::path::Path;
#[cfg(unix)]
use std::process::{Command as Process, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use assert_cmd::Command;
use grader::build::Workspace;
use grader::labs;
use grader::workbook::hint::texts::{Hint, hint};
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use tempfile::TempDir;

#[cfg(target_os = "linux")]
use crate::common::skipped;

/// A student's copy: `.loopback/history` holds these results, `1.09 failed no-answer`.
fn copy(seen: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
    let ours = Workspace::find().unwrap();
    for lab in 1..=5 {
        let source = root.join(format!("labs/lab{lab}/src"));
        fs::create_dir_all(&source).unwrap();
        fs::copy(ours.lab(lab).join("src/lib.rs"), source.join("lib.rs")).unwrap();
    }
    saw(root, seen);
    folder
}

fn saw(root: &Path, seen: &[&str]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let history = root.join(".loopback/history");
    fs::create_dir_all(root.join(".loopback")).unwrap();
    let mut text = fs::read_to_string(&history).unwrap_or_default();
    text.extend(seen.iter().map(|line| format!("{now} {line} 7f3a\n")));
    fs::write(&history, text).unwrap();
}

fn lab(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("hint").args(args).current_dir(folder.path());
    command
}

fn said(folder: &TempDir, args: &[&str]) -> String {
    let assert = lab(folder, args).assert().success().stderr(is_empty());
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn texts(check: &str, finding: &str) -> Hint {
    hint(labs::check(check).unwrap(), finding).unwrap()
}

/// The text, however it is broken into lines.
fn shows(said: &str, text: &str) -> bool {
    said.split_whitespace().collect::<Vec<_>>().join(" ").contains(text)
}

#[track_caller]
fn one_more(folder: &TempDir, args: &[&str], text: &str, left: &str) {
    let said = said(folder, args);
    assert!(shows(&said, text), "{text}\nis not in\n{said}");
    assert!(said.contains(left), "{left}\nis not in\n{said}");
}

#[test]
fn each_time_one_more_is_shown() {
    let folder = copy(&["1.09 failed no-answer"]);
    let hint = texts("1.09", "no-answer");
    let first = said(&folder, &["1.09"]);
    assert!(first.starts_with("1.09 answers_full_buffers: no-answer, "), "{first}");
    assert!(shows(&first, &hint.nudge) && !shows(&first, &hint.idea), "{first}");
    assert!(first.contains("2 hints are left: cargo lab hint 1.09"), "{first}");
    let section = "(book 4.2, \"What the number that read returns says\")";
    one_more(&folder, &["1.09"], &format!("{} {section}", hint.idea), "1 hint is left");
    one_more(&folder, &["answers_full_buffers"], &hint.attempt, "no hint is left");
    one_more(&folder, &["1.09"], &hint.attempt, "cargo lab explain 1.09");
    assert!(said(&folder, &["1.09"]).contains("labs/lab1/src/lib.rs:"));
}

#[test]
fn another_finding_begins_with_its_own_first_hint() {
    let folder = copy(&["1.09 failed no-answer"]);
    said(&folder, &["1.09"]);
    said(&folder, &["1.09"]);
    saw(folder.path(), &["1.09 failed panicked"]);
    one_more(&folder, &["1.09"], &texts("1.09", "panicked").nudge, "2 hints are left");
    saw(folder.path(), &["1.09 failed no-answer"]);
    one_more(&folder, &["1.09"], &texts("1.09", "no-answer").attempt, "no hint is left");
}

#[test]
fn a_level_all_and_again_are_asked_for_by_name() {
    let folder = copy(&["1.09 failed no-answer"]);
    let hint = texts("1.09", "no-answer");
    assert!(shows(&said(&folder, &["1.09", "--again"]), &hint.nudge));
    one_more(&folder, &["1.09", "--level", "2"], &hint.idea, "1 hint is left");
    let again = said(&folder, &["1.09", "--again"]);
    assert!(shows(&again, &hint.nudge) && shows(&again, &hint.idea) && !shows(&again, &hint.attempt), "{again}");
    let all = said(&folder, &["1.09", "--all"]);
    for text in [&hint.nudge, &hint.idea, &hint.attempt] {
        assert!(shows(&all, text), "{all}");
    }
    lab(&folder, &["1.09", "--level", "4"]).assert().code(2).stderr(contains("4"));
    lab(&folder, &["1.09", "--all", "--again"]).assert().code(2);
}

#[test]
fn a_finding_can_be_named() {
    let folder = copy(&["1.09 failed no-answer"]);
    let args = ["1.09", "--finding", "early-end"];
    one_more(&folder, &args, &texts("1.09", "early-end").nudge, "cargo lab hint 1.09 --finding early-end");
    one_more(&folder, &args, &texts("1.09", "early-end").idea, "1 hint is left");
    let wrong = lab(&folder, &["1.09", "--finding", "no-anser"]).assert().code(2).stdout(is_empty());
    wrong.stderr(contains("`no-anser` is no finding; try one of those of 1.09: no-answer, "));
}

/// Nothing is assumed of a program that nobody has run, and nothing is wrong with one that passes.
#[test]
fn a_check_may_not_have_run_or_may_have_passed() {
    let folder = copy(&["1.01 passed -", "1.09 not-started -", "1.18a passed -", "1.18b failed no-answer"]);
    let fresh = said(&folder, &["1.04"]);
    assert!(
        fresh.starts_with("1.04 answers_at_once: not run yet\n") && fresh.contains("cargo lab check 1.04"),
        "{fresh}"
    );
    assert!(shows(&fresh, &texts("1.04", "*").nudge), "{fresh}");
    assert!(said(&folder, &["1.09"]).starts_with("1.09 answers_full_buffers: not started, "));

    let passed = said(&folder, &["1.01"]);
    assert!(passed.starts_with("1.01 listens_where_it_says: passed, "), "{passed}");
    let hint = texts("1.01", "*");
    assert!(shows(&passed, &hint.idea) && !shows(&passed, &hint.nudge), "{passed}");
    assert!(shows(&said(&folder, &["1.01", "--level", "1"]), &hint.nudge));

    let case = said(&folder, &["1.18b"]);
    assert!(case.starts_with("1.18b is_frugal_and_speaks_ipv6: no-answer, "), "{case}");
    assert!(said(&folder, &["1.18a"]).starts_with("1.18a is_frugal_and_speaks_ipv6: passed, "));
    assert!(said(&folder, &["1.18"]).starts_with("1.18b is_frugal_and_speaks_ipv6: no-answer, "));
}

/// Without an id: the first failing check of the lowest tier, in the lab that was run last.
#[test]
fn the_next_check_is_found() {
    let folder = copy(&[]);
    assert!(said(&folder, &[]).starts_with("1.01 listens_where_it_says: not run yet"));
    saw(
        folder.path(),
        &["1.02 failed not-refused", "1.09 failed no-answer", "1.13 failed exited", "1.10 failed no-end"],
    );
    assert!(said(&folder, &[]).starts_with("1.10 ends_cleanly: no-end"));
    saw(folder.path(), &["2.04a failed short-answer"]);
    assert!(said(&folder, &[]).starts_with("2.04a reads_until_the_reply_is_complete: short-answer"));
    assert!(said(&folder, &["1"]).starts_with("1.10 ends_cleanly: no-end"));
    assert!(said(&folder, &["lab3"]).starts_with("3.01 "));
    let all: Vec<String> = labs::lab(4).unwrap().checks.iter().map(|check| format!("{} passed -", check.id)).collect();
    saw(folder.path(), &all.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said(&folder, &["4"]).starts_with("every check of lab 4 has passed"));
}

#[test]
fn what_is_no_check_is_answered_with_those_near_it() {
    let folder = copy(&[]);
    for (word, near) in [("1.9", "1.09 answers_full_buffers"), ("ends_cleanli", "1.10 ends_cleanly"), ("1.18c", "1.18")]
    {
        let wrong = lab(&folder, &[word]).assert().code(2).stdout(is_empty());
        wrong.stderr(starts_with(format!("error: `{word}` is no check")).and(contains(near)).and(contains("try: ")));
    }
    lab(&folder, &["9"]).assert().code(2).stderr(contains("`9` is no check"));
}

#[test]
fn a_damaged_memory_is_set_aside_and_told() {
    let folder = copy(&["1.09 failed no-answer"]);
    let memory = folder.path().join(".loopback/hints");
    fs::write(&memory, b"\xff\xfe\n{ json }\nnone of ours\n").unwrap();
    let shown = lab(&folder, &["1.09"]).assert().success().stderr(contains("is damaged; it is kept as"));
    shown.stdout(contains("2 hints are left"));
    assert!(folder.path().join(".loopback/hints.damaged").exists());
    // A line that is only half written is no damage.
    fs::write(&memory, "1.09 no-answer 2\n1.0").unwrap();
    one_more(&folder, &["1.09"], &texts("1.09", "no-answer").attempt, "no hint is left");
}

/// What cannot be remembered is shown all the same, with the way to the next hint.
#[test]
fn a_copy_that_cannot_be_written_to_still_gets_hints() {
    let folder = copy(&["1.09 failed no-answer"]);
    // Also root cannot write a file where a folder is.
    fs::create_dir(folder.path().join(".loopback/hints")).unwrap();
    let shown = lab(&folder, &["1.09"]).assert().success().stdout(contains("hint 1"));
    shown.stderr(contains("cannot remember which hints were shown").and(contains("--level 2")));
}

/// 80 columns, no colour and no cursor moves, whatever the environment says.
#[test]
fn lines_fit_and_are_plain() {
    let folder = copy(&["1.09 failed no-answer"]);
    for check in labs::LABS.into_iter().flat_map(|lab| lab.checks) {
        let all = said(&folder, &[check.id, "--all"]);
        let fits = |line: &str| line.chars().count() <= 80 && !line.contains(char::is_control);
        assert!(all.lines().all(fits), "{all}");
        assert!(all.lines().count() <= 20, "{all}");
    }
}

/// On a terminal of 20 columns a line is as wide, unless a single word is wider.
#[test]
#[cfg(target_os = "linux")]
fn a_narrow_terminal_gets_narrow_lines() {
    let folder = copy(&["1.09 failed no-answer"]);
    let line = format!("stty cols 20; exec '{}' hint 1.09 --all", env!("CARGO_BIN_EXE_lab"));
    let mut script = Process::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(folder.path()).stdin(Stdio::null());
    let Ok(output) = script.output() else { return skipped("`script`, which gives a terminal, is not here") };
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    assert!(shows(&text, &texts("1.09", "no-answer").nudge), "{text}");
    let fits = |line: &str| line.chars().count() <= 20 || !line.contains(' ');
    assert!(text.lines().all(fits) && !text.contains('\x1b'), "{text}");
}

/// Nobody reads any more: it ends quietly.
#[test]
#[cfg(unix)]
fn a_closed_pipe_ends_it_quietly() {
    let folder = copy(&["1.09 failed no-answer"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut process = Process::new(env!("CARGO_BIN_EXE_lab"));
    process.args(["hint", "1.09"]).current_dir(folder.path()).stdout(writer).stderr(Stdio::piped());
    let output = process.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

//! Command lines as a student types them: `cargo lab`, and [`runner`], which `cargo test -p labN` starts.

mod runner;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::common::skipped;
use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::build::{Workspace, edit, stub_places};
use grader::check::Tier;
use grader::labs::{self, LABS};
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing here takes long; a hang must not hold up the others.
const LIMIT: Duration = Duration::from_secs(300);

fn root() -> PathBuf {
    Workspace::find().unwrap().root().to_path_buf()
}

/// `cargo lab ARGS`, in the root of the workspace.
fn lab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(root()).timeout(LIMIT);
    command
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn solution(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().solution(lab).join("src/lib.rs")).unwrap()
}

/// Lab 1 with one mistake: the whole buffer goes back.
fn extra_bytes() -> String {
    edit(&solution(1), "write_all(&buf[..n])", "write_all(buf)").unwrap()
}

/// A student's copy of the workspace: the labs, with these `lib.rs` in them.
fn copy(written: &[(u8, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
    let ours = Workspace::find().unwrap();
    for number in 1..=5 {
        let to = folder.path().join(format!("labs/lab{number}/src"));
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(ours.lab(number).join("src")).unwrap().flatten() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        if let Some((_, text)) = written.iter().find(|(lab, _)| *lab == number) {
            fs::write(to.join("lib.rs"), text).unwrap();
        }
    }
    folder
}

#[test]
fn list_shows_every_check() {
    let list = stdout(&lab(&["list"]).assert().success().stderr(is_empty()));
    for lab in LABS {
        assert!(list.contains(&format!("lab {}  {}\n", lab.number, lab.title())), "{list}");
        for check in lab.checks {
            let row = list.lines().find(|line| line.trim_start().starts_with(check.id)).expect(check.id);
            let words: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(words, [check.id, &check.points().to_string(), &check.tier.to_string(), check.name]);
        }
    }
}

#[test]
fn help_names_every_command() {
    let help = stdout(&lab(&["--help"]).assert().success().stderr(is_empty()));
    for command in ["check", "list", "prove"] {
        let row = help.lines().find(|line| line.trim_start().starts_with(command)).expect(command);
        assert!(row.split_whitespace().count() > 3, "{row}");
        lab(&[command, "--help"]).assert().success().stdout(contains("Usage: cargo lab"));
    }
    assert!(help.contains("Without a command"), "{help}");
}

#[test]
fn the_pages_of_the_labs_name_commands_that_exist() {
    let workspace = Workspace::find().unwrap();
    for number in 1..=5 {
        let page = fs::read_to_string(workspace.lab(number).join("README.md")).unwrap();
        for rest in page.split("cargo lab ").skip(1) {
            let command: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            let found = lab(&[&command, "--help"]).output().unwrap().status.success();
            assert!(found, "labs/lab{number}/README.md names `cargo lab {command}`");
        }
    }
}

#[test]
fn a_stub_is_not_started_and_that_is_said_in_a_few_lines() {
    let text = fs::read_to_string(Workspace::find().unwrap().lab(1).join("src/lib.rs")).unwrap();
    let place = stub_places(&text).remove(0);
    let said = lab(&["check", "1.09"]).assert().code(1).stderr(is_empty());
    let said = stdout(&said.stdout(contains(format!("open_listener  labs/lab1/src/lib.rs:{}", place.line))));
    assert!(said.contains("not started") && said.contains("(1 check waits for it)"), "{said}");
    fits(&said, 12);
}

#[test]
fn a_whole_lab_of_stubs_takes_at_most_twelve_lines() {
    for number in ["1", "2", "3", "4", "5"] {
        let said = stdout(&lab(&["check", number]).assert().code(1).stdout(contains("0 of 100 points")));
        assert!(said.contains("not started") && !said.contains("FAILED") && !said.contains("TROUBLE"), "{said}");
        fits(&said, 12);
    }
}

#[test]
fn a_check_is_named_by_id_case_or_name() {
    for word in ["1.18", "1.18b", "is_frugal_and_speaks_ipv6"] {
        let said = lab(&["check", word, "--format", "json"]).assert().code(1);
        assert_eq!(ids(&json(&said)), ["1.18"], "{word}");
    }
    let said = lab(&["check", "1.02", "lab1", "1.01", "--format", "json"]).assert().code(1);
    let all: Vec<&str> = labs::lab(1).unwrap().checks.iter().map(|check| check.id).collect();
    assert_eq!(ids(&json(&said)), all);
}

#[test]
fn what_is_no_check_is_answered_with_those_near_it() {
    let rows = [
        ("1.9", "1.09 answers_full_buffers"),
        ("1.19", "1.09 answers_full_buffers"),
        ("answer_full_buffers", "1.09 answers_full_buffers"),
        ("survives_resets", "1.13 survives_reset"),
        ("1.18z", "1.18 is_frugal_and_speaks_ipv6"),
        ("1.09a", "1.09 answers_full_buffers"),
        ("7", "1.07 echoes_again_and_again"),
        ("", "1.01 listens_where_it_says"),
    ];
    for (word, near) in rows {
        let said = lab(&["check", word]).assert().code(2).stdout(is_empty());
        said.stderr(
            starts_with(format!("error: `{word}` is no lab and no check")).and(contains(near)).and(contains("try: ")),
        );
    }
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let rows: [(&[&str], &str); 7] = [
        (&["check", "1.01", "--seed", "xyz"], "`xyz` is no seed: a seed is hexadecimal"),
        (&["check", "1.01", "--seed", "-1"], "'-1'"),
        (&["check", "1.01", "--seed", "12345678123456781"], "is no seed"),
        (&["check", "1.01", "--seed"], "a value is required"),
        (&["check", "1.01", "--format", "xml"], "possible values: text, json"),
        (&["check", "1.01", "--jobs", "many"], "--jobs"),
        (&["chekc"], "'check'"),
    ];
    for (args, text) in rows {
        lab(args).assert().code(2).stdout(is_empty()).stderr(contains("error: ").and(contains(text)));
    }
}

#[test]
fn a_solved_lab_passes() {
    let copy = copy(&[(1, &solution(1))]);
    let said = lab(&["check", "1"]).current_dir(copy.path()).assert().success().stderr(is_empty());
    let said = stdout(&said.stdout(contains("100 of 100 points")));
    fits(&said, 12);
}

#[test]
fn a_failure_is_explained_and_can_be_had_again() {
    let copy = copy(&[(1, &extra_bytes())]);
    let said = stdout(&lab(&["check", "1.05"]).current_dir(copy.path()).assert().code(1));
    fits(&said, 24 + 3);
    let (_, command) = said.split_once("cargo lab check ").expect(&said);
    let words: Vec<&str> = command.lines().next().expect(&said).split_whitespace().collect();
    let [id, flag, seed] = words[..] else { panic!("{words:?}") };
    assert_eq!((id, flag), ("1.05", "--seed"));

    let again = || stdout(&lab(&["check", id, flag, seed]).current_dir(copy.path()).assert().code(1));
    let difference = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with("  want") || line.starts_with("  got"))
            .map(str::to_string)
            .collect()
    };
    assert_eq!(difference(&said).len(), 2, "{said}");
    assert_eq!(difference(&said), difference(&again()));
}

#[test]
fn one_failure_is_explained_and_with_all_every_one() {
    let copy = copy(&[(1, &extra_bytes())]);
    let reports = |args: &[&str]| {
        let said = stdout(&lab(args).current_dir(copy.path()).assert().code(1));
        said.lines().filter(|line| line.starts_with("FAILED  1") && line.contains(" points, tier ")).count()
    };
    assert_eq!(reports(&["check", "1.05", "1.07"]), 1);
    assert_eq!(reports(&["check", "1.05", "1.07", "--all"]), 2);
}

#[test]
fn a_lab_that_does_not_compile_shows_the_compilers_words() {
    let copy = copy(&[(1, "pub mod errno;\npub mod provided;\nfn broken() -> u8 { \"text\" }\n")]);
    let said = lab(&["check", "1.01"]).current_dir(copy.path()).assert().code(1);
    let said = said.stdout(contains("does not compile, so no check was run").and(contains("error[E0308]")));
    said.stdout(contains("labs/lab1/src/lib.rs:3:").and(contains('\x1b').not()));

    let said = lab(&["check", "1.01", "--format", "json"]).current_dir(copy.path()).assert().code(1);
    let document = json(&said);
    assert_eq!(document["labs"][0]["status"], "does not compile");
    assert!(document["labs"][0]["message"].as_str().unwrap().contains("E0308"), "{document}");
}

#[test]
fn json_is_one_document() {
    let copy = copy(&[(1, &extra_bytes())]);
    let said = lab(&["check", "1.01", "1.05", "2.01", "--format", "json", "--seed", "7f3a"]);
    let document = json(&{ said }.current_dir(copy.path()).assert().code(1).stderr(is_empty()));
    assert_eq!((&document["version"], &document["seed"]), (&Value::from(1), &Value::from("7f3a")));
    assert_eq!(ids(&document), ["1.01", "1.05", "2.01"]);

    let labs: Vec<(&Value, &Value)> =
        document["labs"].as_array().unwrap().iter().map(|lab| (&lab["lab"], &lab["status"])).collect();
    assert_eq!(labs, [(&1.into(), &"checked".into()), (&2.into(), &"checked".into())]);
    let checks = document["labs"][0]["checks"].as_array().unwrap();
    assert_eq!((&checks[0]["outcome"], &checks[0]["points"]), (&"passed".into(), &5.into()));
    assert_eq!((&checks[1]["outcome"], &checks[1]["points"]), (&"failed".into(), &0.into()));
    let case = &checks[1]["cases"][0];
    assert_eq!(case["finding"]["kind"], "extra-bytes");
    assert!(!case["ladder"].as_array().unwrap().is_empty(), "{case}");
    assert_eq!(document["labs"][1]["checks"][0]["cases"][0]["not_started"]["stub"], "resolve");
}

#[test]
fn the_folder_does_not_matter() {
    let outside = tempfile::tempdir().unwrap();
    let folders = [root(), root().join("labs/lab1/src"), root().join("docs/.."), outside.path().to_path_buf()];
    let said =
        folders.map(|folder| stdout(&lab(&["check", "1.09", "--seed", "1"]).current_dir(folder).assert().code(1)));
    assert!(said.iter().all(|text| *text == said[0]), "{said:?}");

    // In a student's copy, in any folder of it, it is the student's program that is checked.
    let copy = copy(&[(1, &solution(1))]);
    for folder in ["", "labs/lab1/src", "labs/lab2"] {
        lab(&["check", "1.09"])
            .current_dir(copy.path().join(folder))
            .assert()
            .success()
            .stdout(contains("8 of 8 points"));
    }
}

#[test]
fn the_board_shows_all_labs_and_what_is_next() {
    let said = lab(&[]).assert().success().stderr(is_empty());
    let said = stdout(&said.stdout(contains("Next: read labs/lab1/README.md, write labs/lab1/src/lib.rs:")));
    fits(&said, 60);
    for lab in LABS {
        assert!(said.contains(&format!("lab {}  {}", lab.number, lab.title())), "{said}");
        assert!(
            lab.checks.iter().filter(|check| check.tier == Tier::Core).all(|check| said.contains(check.id)),
            "{said}"
        );
    }

    let wrong = copy(&[(1, &extra_bytes())]);
    lab(&[])
        .current_dir(wrong.path())
        .assert()
        .success()
        .stdout(contains("!1.05").and(contains("Next: cargo lab check 1.0")));
}

#[test]
fn the_board_of_one_who_is_done_says_so() {
    let solutions = [1, 2, 3, 4, 5].map(solution);
    let written: Vec<(u8, &str)> = (1..).zip(solutions.iter().map(String::as_str)).collect();
    let copy = copy(&written);
    let said = stdout(&lab(&[]).current_dir(copy.path()).assert().success().stdout(contains("Everything passes.")));
    assert_eq!(said.matches("100 of 100 points").count() + said.matches("possible").count(), 5, "{said}");
}

#[test]
fn there_are_no_colours_where_there_is_no_terminal() {
    let copy = copy(&[(1, &extra_bytes())]);
    for args in [&["check", "1.05"][..], &["list"], &["--help"], &["check", "--help"], &["check", "nothing"]] {
        let output = lab(args).current_dir(copy.path()).env("TERM", "xterm-256color").output().unwrap();
        let escapes = [output.stdout, output.stderr].concat().contains(&0x1b);
        assert!(!escapes, "{args:?}");
    }
}

#[test]
fn a_terminal_gets_colours_unless_no_color_is_set() {
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("there is no python3, which makes the terminal");
    }
    let copy = copy(&[(1, &extra_bytes())]);
    let colours = |name: &str, value: &str| {
        let mut python = Command::new("python3");
        python.args(["-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) != 256)"]);
        python.args([env!("CARGO_BIN_EXE_lab"), "check", "1.05"]).current_dir(copy.path()).timeout(LIMIT);
        let said = python.env("TERM", "xterm-256color").env_remove("NO_COLOR").env(name, value).assert().success();
        let said = stdout(&said.stdout(contains("FAILED  1.05")));
        said.contains('\x1b')
    };
    assert!(colours("NO_COLOR", ""));
    assert!(!colours("NO_COLOR", "1"));
    assert!(!colours("TERM", "dumb"));
}

/// At most so many lines of at most 80 columns.
fn fits(text: &str, lines: usize) {
    assert!(text.trim_end().lines().count() <= lines, "more than {lines} lines:\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "more than 80 columns:\n{text}");
}

fn json(assert: &Assert) -> Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

fn ids(document: &Value) -> Vec<&str> {
    let labs = document["labs"].as_array().unwrap();
    let checks = labs.iter().flat_map(|lab| lab["checks"].as_array().unwrap());
    checks.map(|check| check["id"].as_str().unwrap()).collect()
}

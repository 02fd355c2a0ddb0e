//! The runner that `cargo test -p labN` starts.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::labs;
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use serde_json::Value;

use super::{LIMIT, fits, root, stdout};
use crate::common::skipped;

/// The runners that cargo has built for lab 1 and its solution.
#[derive(Debug)]
struct Runners {
    lab: PathBuf,
    solution: PathBuf,
}

/// Built once, by the cargo that runs these tests.
fn runners() -> Option<&'static Runners> {
    static RUNNERS: OnceLock<Option<Runners>> = OnceLock::new();
    let runners = RUNNERS.get_or_init(|| {
        let cargo = env::var_os("CARGO")?;
        let args = ["test", "--offline", "-p", "lab1", "-p", "solution1", "--no-run", "--message-format=json"];
        let built = Command::new(cargo).args(args).current_dir(root()).timeout(LIMIT).assert().success();
        let messages: Vec<Value> = stdout(&built).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |folder: &str| {
            let ours = |message: &&Value| {
                message["target"]["kind"][0] == "test"
                    && message["manifest_path"].as_str().is_some_and(|path| Path::new(path).ends_with(folder))
            };
            messages.iter().find(ours)?["executable"].as_str().map(PathBuf::from)
        };
        Some(Runners { lab: of("labs/lab1/Cargo.toml")?, solution: of("solutions/solution1/Cargo.toml")? })
    });
    if runners.is_none() {
        skipped("there is no cargo in $CARGO that could build the runner");
    }
    runners.as_ref()
}

fn run(program: &Path, args: &[&str]) -> Assert {
    Command::new(program).args(args).timeout(LIMIT).assert()
}

/// The ids that `--list` shows.
fn listed(program: &Path, args: &[&str]) -> Vec<String> {
    let said = stdout(&run(program, &[&["--list", "--format", "terse"], args].concat()).success().stderr(is_empty()));
    let id = |line: &str| line.strip_suffix(": test").expect(line).split(' ').next().unwrap().to_string();
    said.lines().map(id).collect()
}

#[test]
fn the_runner_lists_the_checks_as_tests() {
    let Some(Runners { solution, .. }) = runners() else { return };
    let all = labs::lab(1).unwrap().checks;
    let terse: String = all.iter().map(|check| format!("{} {}: test\n", check.id, check.name)).collect();
    run(solution, &["--list", "--format", "terse"]).success().stdout(terse.clone());
    run(solution, &["--list"]).success().stdout(starts_with(terse));
    run(solution, &["--list", "--format", "terse", "--ignored"]).success().stdout(is_empty());
}

#[test]
fn the_runner_filters_by_id_and_name() {
    let Some(Runners { lab, solution }) = runners() else { return };
    assert_eq!(listed(lab, &["1.09"]), ["1.09"]);
    assert_eq!(listed(lab, &["1.09", "survives_reset"]), ["1.09", "1.13"]);
    assert_eq!(listed(lab, &["survives"]), ["1.13", "1.14"]);
    assert_eq!(listed(lab, &["survives", "--skip", "gone"]), ["1.13"]);
    assert_eq!(listed(lab, &["--skip=1.", "survives"]), Vec::<String>::new());
    for whole in ["1.09", "answers_full_buffers", "1.09 answers_full_buffers"] {
        assert_eq!(listed(lab, &["--exact", whole]), ["1.09"]);
    }
    assert_eq!(listed(lab, &[]).len(), 18);
    // One filter goes to the tests of all solutions, and to the grader's own.
    assert_eq!(listed(solution, &["2.05"]), Vec::<String>::new());
}

#[test]
fn the_runner_takes_a_filter_that_selects_nothing_for_a_mistake() {
    let Some(Runners { lab, .. }) = runners() else { return };
    let rows: [(&[&str], &str, &str); 4] = [
        (&["1.9"], "1.9", "1.09 answers_full_buffers"),
        (&["2.05"], "2.05", "1.05 echoes_just_what_came"),
        (&["1.09", "survive_reset"], "survive_reset", "1.13 survives_reset"),
        (&["--exact", "survives"], "survives", "1.13 survives_reset"),
    ];
    for (args, word, near) in rows {
        let said = run(lab, args).code(2).stdout(is_empty());
        said.stderr(starts_with(format!("error: `{word}` selects no check of lab 1; near it:")).and(contains(near)));
    }
}

#[test]
fn the_runner_closes_as_libtest_does() {
    let Some(Runners { lab, solution }) = runners() else { return };
    let said = run(solution, &["--nocapture", "--test-threads", "4"]).success().stderr(is_empty());
    let said =
        stdout(&said.stdout(contains("test result: ok. 18 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; ")));
    assert!(!said.contains('\x1b') && said.contains("running 18 checks of lab 1, seed "), "{said}");

    let said = run(solution, &["1.09", "--exact", "--seed", "7f3a"]).success();
    let said = said.stdout(contains("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 17 filtered out; "));
    said.stdout(contains("running 1 check of lab 1, seed 7f3a"));

    let said = run(lab, &[]).code(101).stdout(contains("test result: FAILED. 0 passed; 18 failed; "));
    let said = stdout(&said);
    // The closing line is libtest's, and wider.
    fits(said.split("test result").next().unwrap(), 11);
    assert!(said.contains("not started  open_listener  labs/lab1/src/lib.rs:"), "{said}");
}

#[test]
fn the_runner_says_what_it_does_not_know() {
    let Some(Runners { lab, .. }) = runners() else { return };
    let rows: [(&[&str], &str); 4] = [
        (&["--lits"], "unknown flag `--lits`; try: --list"),
        (&["--seed", "xyz"], "`xyz` is no seed"),
        (&["--skip"], "`--skip` needs a value"),
        (&["--test-threads=many"], "`--test-threads` takes a number, not `many`"),
    ];
    for (args, text) in rows {
        run(lab, args).code(2).stdout(is_empty()).stderr(starts_with("error: ").and(contains(text)));
    }
    run(lab, &["--help"])
        .success()
        .stdout(contains("--skip").and(contains("--seed")).and(contains("1.09")))
        .stderr(is_empty());
}

#[test]
fn nextest_lists_and_runs_the_checks() {
    let Some(cargo) = env::var_os("CARGO") else { return skipped("there is no cargo in $CARGO") };
    let nextest = |args: &[&str]| {
        let mut command = Command::new(&cargo);
        command.arg("nextest").args(args).current_dir(root()).timeout(LIMIT);
        // These tests may themselves be run by nextest.
        let own = env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("NEXTEST"));
        own.fold(command, |mut command, name| {
            command.env_remove(name);
            command
        })
    };
    if !nextest(&["--version"]).output().unwrap().status.success() {
        return skipped("there is no cargo-nextest");
    }
    let listed = nextest(&["list", "-p", "solution1", "--offline"]).assert().success();
    let listed = stdout(&listed);
    let missing: Vec<&str> =
        labs::lab(1).unwrap().checks.iter().map(|check| check.name).filter(|name| !listed.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?} in {listed}");
    nextest(&["run", "-p", "solution1", "--offline"]).assert().success().stderr(contains("18 tests run: 18 passed"));
}

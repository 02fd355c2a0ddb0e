//! Predictions from the command line, what is remembered of them, and bad input.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{self, Stdio};

use predicates::prelude::*;
use predicates::str::{contains, is_empty};

use super::{copy, lab, line, scenes, stdout};

#[test]
fn predictions_are_compared_and_remembered() {
    let folder = copy();
    let said = stdout(&lab(&folder, &["predict", "2", "--answers", "8,2"]).assert().success().stderr(is_empty()));
    let played = scenes(&said);
    assert_eq!(played.len(), 2, "only what was predicted is played: {said}");
    assert!(line(&played[0], "  RIGHT ").ends_with("as you predicted"), "{said}");
    assert!(line(&played[1], "  OTHERWISE  ").ends_with("you predicted: 2  an error, after a long wait"), "{said}");
    assert!(said.ends_with("1 of 2 predicted right\n"), "{said}");

    let noted = fs::read_to_string(folder.path().join(".loopback/predict")).unwrap();
    let without_time: Vec<&str> = noted.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(without_time, ["two-writes 8 8", "nobody-listens waits refused"]);
    let list = stdout(&lab(&folder, &["predict"]).assert().success());
    for mark in ["  * two-writes ", "  ! nobody-listens ", "    read-timeout "] {
        assert!(list.lines().any(|line| line.starts_with(mark)), "{list}");
    }
}

#[test]
fn the_list_names_every_scene_once() {
    let folder = copy();
    let list = stdout(&lab(&folder, &["predict"]).assert().success().stderr(is_empty()));
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let named = list.lines().filter(|line| line.starts_with("    ")).count();
    assert!(named >= 20, "{list}");
}

#[test]
fn answers_that_make_no_sense_are_told_before_anything_is_played() {
    let folder = copy();
    for (args, why) in [
        (&["predict", "1", "--answers", "1,9"][..], "`9` is no answer to full-buffer; try: a number from 1 to 3"),
        (&["predict", "1", "--answers", "1,x"], "`x` is no answer"),
        (&["predict", "1", "--answers", "0"], "`0` is no answer"),
        (&["predict", "two-writes", "--answers", "8,8"], "2 answers for 1 scenes; try: one for each"),
        (&["predict", "two-writes", "--answers", "many"], "try: a number of bytes"),
        (&["predict", "6"], "`6` is no lab and no scene"),
        (&["predict", "ful-bufer"], "near it:\n  full-buffer"),
        (&["predict", "\x1b[31m"], "`\\u{1b}[31m` is no lab and no scene"),
    ] {
        lab(&folder, args).assert().code(2).stdout(is_empty()).stderr(contains(why));
    }
    lab(&folder, &["predict", "--answers", "1"]).assert().code(2);
    lab(&folder, &["predict", "1", "--show", "--answers", "1"]).assert().code(2);
}

#[test]
fn a_damaged_memory_is_set_aside_and_told() {
    let folder = copy();
    let memory = folder.path().join(".loopback/predict");
    fs::create_dir(folder.path().join(".loopback")).unwrap();
    for aside in ["predict.damaged", "predict.damaged-2"] {
        fs::write(&memory, b"\xff\xfe not\nours at\nall").unwrap();
        lab(&folder, &["predict"])
            .assert()
            .success()
            .stderr(contains("is damaged; it is kept as").and(contains(aside)));
        assert_eq!(fs::read(folder.path().join(".loopback").join(aside)).unwrap(), b"\xff\xfe not\nours at\nall");
        assert!(!memory.exists());
    }
    // A last line that is half written is no damage.
    fs::write(&memory, "1763640000 two-writes 8 8\n17636").unwrap();
    lab(&folder, &["predict"]).assert().success().stderr(is_empty()).stdout(contains("* two-writes"));
}

#[test]
fn what_cannot_be_remembered_is_told_and_no_failure() {
    let folder = copy();
    fs::write(folder.path().join(".loopback"), "a file where the folder should be").unwrap();
    let said = lab(&folder, &["predict", "two-writes", "--answers", "8"]).assert().success();
    said.stdout(contains("1 of 1 predicted right")).stderr(contains("this is not remembered"));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = copy();
    let mut command = process::Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["predict", "3", "--show"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(first.starts_with("lab 3, scene 1") && said.is_empty(), "{first}{said}");
}

//! Saves as editors make them, with events of the system and with looks.

use std::fs;
use std::process::Command;

use super::LAB;
use super::terminal::Running;
use crate::desk::{Copy, solution, stubs, written};

const BOTH: [&[&str]; 2] = [&["watch", "1"], &["watch", "1", "--poll"]];

fn start(args: &[&str], copy: &Copy) -> Running {
    let mut watch = Running::start(Command::new(LAB).args(args).current_dir(copy.root()));
    watch.wait_for("Ctrl-C ends it");
    watch.wait_for("points");
    watch
}

#[test]
fn a_save_is_noticed_however_it_is_made() {
    for args in BOTH {
        let copy = Copy::new();
        let mut watch = start(args, &copy);
        // In place, renamed over, the old one moved away first.
        fs::write(copy.lib_rs(1), written(1)).unwrap();
        watch.wait_for("lib.rs saved");
        watch.wait_for("lab 1  TCP echo server: 14 of 100 points");
        copy.save(1, &written(2));
        watch.wait_for("lib.rs saved");
        watch.wait_for("28 of 100 points");
        fs::rename(copy.lib_rs(1), copy.src(1).join("lib.rs~")).unwrap();
        fs::write(copy.lib_rs(1), written(1)).unwrap();
        watch.wait_for("lib.rs saved");
        watch.wait_for("14 of 100 points");
    }
}

#[test]
fn what_editors_write_beside_is_no_save() {
    for args in BOTH {
        let copy = Copy::new();
        let mut watch = start(args, &copy);
        for name in ["lib.rs~", ".lib.rs.swp", "4913", "#lib.rs#", "lib.rs.bak", ".lib.rs.part"] {
            fs::write(copy.src(1).join(name), "nothing").unwrap();
        }
        fs::write(copy.root().join("labs/lab2/src/lib.rs"), solution(2)).unwrap();
        copy.save(1, &written(1));
        let before = watch.wait_for(" saved");
        assert!(
            before.ends_with("  lib.rs saved") && before.lines().filter(|line| !line.is_empty()).count() <= 5,
            "{before}"
        );
        watch.wait_for("14 of 100 points");
    }
}

#[test]
fn a_module_is_a_part_of_the_lab() {
    let copy = Copy::new();
    let mut watch = start(BOTH[0], &copy);
    fs::write(copy.src(1).join("part.rs"), "pub fn unused() {}\n").unwrap();
    copy.save(1, &format!("{}\nmod part;\n", written(1)));
    watch.wait_for("part.rs");
    watch.wait_for("14 of 100 points");
    fs::remove_file(copy.src(1).join("part.rs")).unwrap();
    watch.wait_for("part.rs gone");
    watch.wait_for("does not compile");
}

#[test]
fn a_file_that_goes_away_is_waited_for() {
    for args in BOTH {
        let copy = Copy::new();
        let mut watch = start(args, &copy);
        fs::remove_file(copy.lib_rs(1)).unwrap();
        watch.wait_for("lib.rs gone");
        watch.wait_for("labs/lab1/src/lib.rs is not there");
        copy.save(1, &written(1));
        watch.wait_for("lib.rs saved");
        watch.wait_for("14 of 100 points");
        // So is the folder, as when another branch is checked out.
        fs::rename(copy.src(1), copy.root().join("away")).unwrap();
        watch.wait_for("labs/lab1/src/lib.rs is not there");
        fs::rename(copy.root().join("away"), copy.src(1)).unwrap();
        watch.wait_for("saved");
        watch.wait_for("14 of 100 points");
    }
}

#[test]
fn without_a_number_the_lab_that_is_written_to_is_checked() {
    let copy = Copy::new();
    let mut watch = start(&["watch"], &copy);
    copy.save(2, &solution(2));
    watch.wait_for("lib.rs saved");
    watch.wait_for("lab 2  TCP echo client: 100 of");
    copy.save(1, &written(1));
    watch.wait_for("lab 1  TCP echo server: 14 of 100 points");
}

#[test]
fn what_does_not_compile_is_told_in_the_compilers_words() {
    let copy = Copy::new();
    let mut watch = start(BOTH[0], &copy);
    copy.save(1, &stubs(1).replacen("todo!(\"listen", "let x: u8 = \"listen", 1));
    watch.wait_for("lab 1 does not compile, so no check was run");
    watch.wait_for("--> labs/lab1/src/lib.rs:");
    copy.save(1, &stubs(1));
    watch.wait_for("0 of 100 points");
}

#[test]
fn two_watch_the_same_lab() {
    let copy = Copy::new();
    let mut watches = [start(BOTH[0], &copy), start(BOTH[0], &copy)];
    copy.save(1, &solution(1));
    for watch in &mut watches {
        watch.wait_for("lib.rs saved");
        watch.wait_for("100 of 100 points");
    }
    let history = fs::read_to_string(copy.root().join(".loopback/history")).unwrap();
    assert!(history.lines().all(|line| line.split(' ').count() == 5), "{history}");
}

#[test]
fn there_are_five_labs_to_watch() {
    let copy = Copy::new();
    let output = Command::new(LAB).args(["watch", "6"]).current_dir(copy.root()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("try: cargo lab watch 1"));
}

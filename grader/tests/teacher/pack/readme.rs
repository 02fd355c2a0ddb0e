//! Everything in README works in a student pack, and a lab can be solved there.

use std::fs;
use std::process::{Command, Output};

use grader::build::Workspace;

use super::made::Pack;

fn run(pack: &Pack, line: &str) -> Output {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("cargo"));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    // What is built stays for the next time; cargo tells by itself what has changed.
    let target = Workspace::find().unwrap().root().join("target/pack");
    command.args(words).current_dir(&pack.root).env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
    command.output().unwrap()
}

/// The commands that a page shows in its blocks, without their comments. Not `watch`, which runs until somebody ends it: it
/// has tests of its own.
fn commands(page: &str) -> Vec<String> {
    let of = |line: &str| line.split('#').next().unwrap_or_default().trim().to_string();
    let ends = |line: &String| line.starts_with("cargo ") && !line.starts_with("cargo lab watch");
    page.lines().map(of).filter(ends).collect()
}

#[test]
fn everything_in_readme_works_and_a_lab_can_be_solved() {
    let pack = Pack::new(false);
    let page = fs::read_to_string(pack.root.join("README.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() >= 6, "{commands:?}");
    for line in &commands {
        let output = run(&pack, line);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!said.contains("warning:"), "{line}: {said}");
        // From stubs, a check that is asked for has not passed; everything else works.
        let checks = [" check", " replay", " -p lab"].iter().any(|part| line.contains(part));
        match checks {
            true => assert!(!output.status.success() && said.contains("not started"), "{line}: {said}"),
            false => assert!(output.status.success(), "{line}: {said}"),
        }
    }

    let solution = fs::read_to_string(Workspace::find().unwrap().solution(1).join("src/lib.rs")).unwrap();
    fs::write(pack.root.join("labs/lab1/src/lib.rs"), solution).unwrap();
    let output = run(&pack, "cargo lab check 1");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("100 of 100"), "{said}");
    let output = run(&pack, "cargo lab prove");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a student pack has none"));
}

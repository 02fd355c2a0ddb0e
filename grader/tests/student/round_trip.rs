//! What a student's work looks like from the first clone to the last point: stubs, then the solution's `lib.rs` in their
//! place, through the `cargo lab` command in a workspace of its own.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use grader::build::Workspace;
use grader::labs::LABS;
use serde_json::Value;

/// The labs as they are handed out, in a folder of their own.
fn copy_of_the_labs(workspace: &Workspace, into: &Path) {
    fs::copy(workspace.root().join("Cargo.toml"), into.join("Cargo.toml")).expect("the manifest");
    for lab in LABS.map(|lab| lab.number) {
        let source = into.join(format!("labs/lab{lab}/src"));
        fs::create_dir_all(&source).expect("a folder");
        for entry in fs::read_dir(workspace.lab(lab).join("src")).expect("the lab").flatten() {
            fs::copy(entry.path(), source.join(entry.file_name())).expect("a file of the lab");
        }
    }
}

fn check(folder: &Path) -> Value {
    let mut command = Command::cargo_bin("lab").expect("the command");
    let output = command.args(["check", "--format", "json"]).current_dir(folder).output().expect("it runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn points(report: &Value) -> Vec<(u64, u64)> {
    let labs = report["labs"].as_array().expect("labs");
    labs.iter().map(|lab| (lab["points"].as_u64().unwrap_or(0), lab["possible"].as_u64().unwrap_or(0))).collect()
}

#[test]
fn from_stubs_to_a_hundred_points() {
    let workspace = Workspace::find().expect("the workspace");
    let folder = tempfile::tempdir().expect("a folder");
    copy_of_the_labs(&workspace, folder.path());
    assert!(points(&check(folder.path())).iter().all(|(points, possible)| *points == 0 && *possible > 0));

    for lab in LABS.map(|lab| lab.number) {
        let solution = workspace.solution(lab).join("src/lib.rs");
        fs::copy(solution, folder.path().join(format!("labs/lab{lab}/src/lib.rs"))).expect("the solution");
    }
    let report = check(folder.path());
    let reached = points(&report);
    assert!(reached.iter().all(|(points, possible)| points == possible), "{reached:?}");
    if cfg!(target_os = "linux") && grader::peer::has_ipv6() {
        assert_eq!(reached, [(100, 100); LABS.len()]);
    }
}

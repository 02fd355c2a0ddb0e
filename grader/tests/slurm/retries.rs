//! Which exit codes Slurm tries again: a stand-in for the grader that ends as a file says.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use clap::Parser;
use grader::grade::emit::Emit;
use serial_test::serial;

use super::cluster::{Cluster, cluster};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    emit: Emit,
}

/// Submits one part whose grader ends with these codes, one after the other.
fn submit(cluster: &Cluster, codes: &[u8]) {
    let grader = cluster.path("grader");
    let ends: String = codes.iter().enumerate().map(|(run, code)| format!("{run}) exit {code};; ")).collect();
    let text = format!("#!/bin/sh\necho \"$@\"\ncase ${{SLURM_RESTART_COUNT:-0}} in {ends}esac\necho once too often\n");
    fs::write(&grader, text).unwrap();
    fs::set_permissions(&grader, fs::Permissions::from_mode(0o755)).unwrap();
    let line = ["emit", "slurm", "a class.zip", "--shards", "1", "--cpus", "1", "--minutes", "5", "--memory", "512"];
    let here = cluster.folder.path();
    let text = Line::try_parse_from(line).unwrap().emit.text(&grader, here, here).unwrap();
    fs::write(cluster.path("job.sh"), text).unwrap();
    assert_eq!(cluster.run("bash", &["job.sh"]).lines().count(), 1, "{}", cluster.run("bash", &["job.sh"]));
    cluster.all_ended();
}

fn said(cluster: &Cluster, name: &str) -> String {
    fs::read_to_string(cluster.path("graded-parts-log").join(name)).unwrap()
}

#[test]
#[serial]
fn trouble_is_tried_again() {
    let Some(cluster) = cluster() else { return };
    submit(&cluster, &[4, 0]);
    let said = said(&cluster, "grade-0.txt");
    assert!(said.contains("run 1\n") && said.contains("ended with exit code 4"), "{said}");
    assert!(said.contains("run 2\n") && said.contains("ended with exit code 0"), "{said}");
    assert!(!said.contains("run 3\n"), "{said}");
    assert!(said.contains("/a class.zip --out"), "one word stays one: {said}");
}

#[test]
#[serial]
fn nothing_else_is_tried_again() {
    let Some(cluster) = cluster() else { return };
    submit(&cluster, &[3, 0]);
    let grade = said(&cluster, "grade-0.txt");
    assert!(grade.contains("ended with exit code 3") && !grade.contains("run 2\n"), "{grade}");
    let merge = said(&cluster, "merge.txt");
    assert!(merge.starts_with("merge --out "), "the merge runs all the same, and names what is missing: {merge}");
}

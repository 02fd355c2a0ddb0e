//! What a part costs a shared file system.

use std::fs;
use std::process::Command;

use grader::grade::shard::Shard;

use super::cheap;
use crate::common::skipped;
use crate::grade::class::{BROKEN, Class};

/// Calls that name a file of the shared folder, by all processes of a part of so many: in a first run, and in one that
/// finds all results there.
fn operations(students: usize) -> (usize, usize) {
    let class = cheap(0);
    let mine = (0..).map(|number| format!("s{number}")).filter(|id| Shard { index: 0, of: 2 }.takes(id));
    mine.take(students).for_each(|id| class.hand_in(&id, &BROKEN));
    let [first, again] = [0, 1].map(|_| traced(&class));
    assert_eq!(fs::read_dir(class.path("graded/results")).unwrap().count(), students);
    (first, again)
}

fn traced(class: &Class) -> usize {
    let (trace, shared) = (class.path("trace"), class.path("graded").display().to_string());
    let grade = class.grade(&["--shard", "0/2"]);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=%file,flock", "-o"]).arg(&trace).arg(grade.get_program());
    command.args(grade.get_args()).current_dir(grade.get_current_dir().unwrap());
    command.envs(grade.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(&trace).unwrap().lines().filter(|line| line.contains(&shared)).count()
}

#[test]
fn six_operations_for_each_submission_at_most() {
    if Command::new("strace").args(["-o", "/dev/null", "true"]).status().is_ok_and(|ended| ended.success()) {
        let (few, many) = (operations(2), operations(10));
        let each = |few: usize, many: usize| (many - few) as f64 / 8.0;
        let (first, again) = (each(few.0, many.0), each(few.1, many.1));
        println!(
            "a part: {few:?}, {many:?}; a submission: {first} when it is judged, {again} when its result is there"
        );
        assert!(first <= 6.0 && again <= 6.0, "{first}, {again}: {few:?}, {many:?}");
    } else {
        skipped("strace is not installed, or may not trace here");
    }
}

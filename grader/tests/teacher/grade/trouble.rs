//! What is in the way of a grader: each has its exit code, an error that says how to go on, and costs nobody a mark.

use std::fs;
use std::process::Command;

use grader::build::Workspace;

use super::class::{Class, SOLUTION, can_mount, copy, stderr, stdout};

#[test]
fn a_result_that_was_cut_short_is_made_anew() {
    let class = Class::graded();
    let before = class.results();
    let path = class.path("graded/results/bo.json");
    let text = fs::read(&path).unwrap();
    for cut in [0, 1, text.len() / 2, text.len() - 3] {
        fs::write(&path, &text[..cut]).unwrap();
        // Until then nobody has a mark that is not certain, and nobody drops out of the table.
        class.then(&["report"]).assert().success();
        assert_eq!((class.column("final")["bo"].as_str(), class.column("status")["bo"].as_str()), ("", "needs a look"));
    }
    class.grade(&[]).assert().success();
    assert_eq!((class.results(), class.judged()), (before, 5));
}

#[test]
fn formats_of_another_version_are_left_alone() {
    for (file, name) in [("results/bo.json", "bo.json"), ("class.json", "class.json")] {
        let class = Class::graded();
        let path = class.path("graded").join(file);
        let other = fs::read_to_string(&path).unwrap().replacen("\"version\": 1", "\"version\": 7", 1);
        fs::write(&path, &other).unwrap();
        for command in [class.grade(&[]), class.then(&["report"])] {
            let mut command = command;
            let said = stderr(&command.assert().failure().code(2));
            assert!(said.contains(name) && said.contains("version 7") && said.contains("try: "), "{said}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
}

/// `script` with `$OUT` and `$GRADE`, where it may mount what it likes.
fn in_a_namespace(class: &Class, script: &str) -> String {
    let grade = class.grade(&[]);
    let words: Vec<String> = grade.get_args().map(|arg| format!("'{}'", arg.to_str().unwrap())).collect();
    in_a_namespace_with(class, &grade, &words.join(" "), script)
}

/// The same, with these words behind the program.
pub fn in_a_namespace_with(class: &Class, grade: &assert_cmd::Command, words: &str, script: &str) -> String {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script]).current_dir(grade.get_current_dir().unwrap());
    command.env("OUT", class.path("graded")).env("TMPDIR", class.path("tmp"));
    command.env("GRADE", format!("'{}' {words}", grade.get_program().to_str().unwrap()));
    let output = command.output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    if !can_mount() {
        return;
    }
    let class = Class::graded();
    let before = files_of(&class);
    let script =
        "mount --bind \"$OUT\" \"$OUT\" && mount -o remount,ro,bind \"$OUT\" && eval \"$GRADE\"; echo \"code $?\"";
    let said = in_a_namespace(&class, script);
    assert!(said.contains("code 2") && said.contains("graded`") && said.contains("try: --out"), "{said}");
    assert_eq!(files_of(&class), before);
}

fn files_of(class: &Class) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    super::class::files(&class.path("graded"))
}

/// The disk is full while submissions are read, while they are graded, and while the report is written.
#[test]
fn a_full_disk() {
    if !can_mount() {
        return;
    }
    let class = Class::of_four();
    fs::create_dir(class.path("graded")).unwrap();
    for (kilobytes, code) in [(16, 4), (90, 4), (160, 4)] {
        let script = format!(
            "mount -t tmpfs -o size=8m none \"$OUT\" && dd if=/dev/zero of=\"$OUT/ballast\" bs=1k count={} 2>/dev/null
             eval \"$GRADE\" > /dev/null; echo \"code $?\"; ls -A \"$OUT/results\" \"$OUT\"
             rm \"$OUT/ballast\"; eval \"$GRADE\"; echo \"code $?\"; cat \"$OUT/grades.csv\"",
            8192 - kilobytes
        );
        let said = in_a_namespace(&class, &script);
        let (first, second) = said.split_once("code ").unwrap();
        let _ = first;
        assert!(second.starts_with(&format!("{code}\n")), "{kilobytes}: {said}");
        assert!(said.contains("No space left") && said.contains("try: "), "{kilobytes}: {said}");
        assert!(!second.lines().any(|line| line.starts_with(".part-")), "{kilobytes}: {said}");
        assert!(second.contains("\ncode 0\n"), "{kilobytes}: {said}");
        let marks: Vec<&str> = second.lines().filter(|line| line.starts_with("ada,")).collect();
        assert!(marks.iter().any(|line| line.contains(",100.00,")), "{kilobytes}: {said}");
    }
}

#[test]
fn without_bubblewrap_it_says_what_to_install() {
    let class = Class::new();
    class.hand_in("ada", &SOLUTION);
    let mut command = class.command(&[]);
    let assert = command.arg(class.path("in")).arg("--out").arg(class.path("graded")).env("PATH", "/nowhere").assert();
    let said = stderr(&assert.code(3));
    assert!(said.contains("bubblewrap is not installed; try: apt install bubblewrap"), "{said}");
    assert!(!class.path("graded").exists(), "nothing was begun");
}

#[test]
fn without_a_sandbox_every_report_says_so() {
    let class = Class::graded();
    class.then(&["export", "gradescope"]).assert().success();
    for file in ["report.html", "feedback/ada.html", "feedback/di.md", "gradescope/ada/results.json"] {
        assert!(class.text(file).contains("No sandbox "), "{file}");
    }
    assert!(stdout(&class.then(&["report"]).assert().success()).contains("!! No sandbox (none)"));
    assert!(class.column("sandbox").into_values().all(|tier| tier == "none"));
}

/// A copy of the workspace whose solution echoes too much: nothing that is said of a student would be worth anything.
#[test]
fn the_preflight_refuses_where_a_right_program_does_not_pass() {
    let class = Class::new();
    class.hand_in("ada", &SOLUTION);
    let ours = Workspace::find().unwrap();
    let theirs = class.path("copy");
    for name in ["labs", "solutions"] {
        copy(&ours.root().join(name), &theirs.join(name));
    }
    fs::copy(ours.root().join("Cargo.toml"), theirs.join("Cargo.toml")).unwrap();
    let grade = || {
        let mut command = class.command(&[]);
        command.arg(class.path("in")).args(["--sandbox", "none", "--course"]).arg(class.path("course.toml"));
        command.arg("--out").arg(class.path("graded")).current_dir(&theirs);
        command
    };
    let solution = theirs.join("solutions/solution1/src/lib.rs");
    for (text, problem) in
        [(super::class::MUTANT.as_str(), "solution1: 1."), (&super::class::BROKEN, "solution1: error")]
    {
        fs::write(&solution, text).unwrap();
        let said = stderr(&grade().assert().code(4));
        assert!(said.contains("nothing was graded") && said.contains(problem) && said.contains("try: "), "{said}");
        assert_eq!(fs::read_dir(class.path("graded/results")).unwrap().count(), 0);
    }
    fs::write(&solution, SOLUTION.as_str()).unwrap();
    grade().assert().success();
    class.finals(&[("ada", "100.00")]);
    // One that comes soon after does not wait for all solutions again.
    class.hand_in("cy", &super::class::STUBS);
    assert!(stderr(&grade().assert().success()).contains("passed here within the last hour"));
}

//! Decisions after grading: shown first, with a reason, never lower by accident, and all in the log.

use std::fs;

use super::class::{Class, files, stderr, stdout};

/// A check that `bo` failed, and its points.
fn failed(class: &Class) -> (String, u64) {
    let record = class.record("bo");
    let checks = record["labs"][0]["checks"].as_array().unwrap().clone();
    let check = checks.iter().find(|check| check["outcome"] == "failed").unwrap();
    (check["id"].as_str().unwrap().to_string(), check["of"].as_u64().unwrap() - check["points"].as_u64().unwrap())
}

fn mark(class: &Class, id: &str) -> f64 {
    class.column("final")[id].parse().unwrap()
}

#[test]
fn full_marks_void_and_restore() {
    let class = Class::graded();
    let (check, lost) = failed(&class);
    let regrade = |how: &str, more: &[&str]| {
        let args = ["regrade", "--check", &check, how, "--reason", "the check was wrong"];
        class.then(&[&args[..], more].concat()).assert()
    };
    let old = mark(&class, "bo");
    let before = files(&class.path("graded"));
    let shown = stdout(&regrade("--full-marks", &["--dry-run"]).success());
    assert!(shown.contains(&format!("{old:.2}")) && shown.contains("->"), "{shown}");
    assert_eq!(files(&class.path("graded")), before, "a dry run changes nothing");

    regrade("--full-marks", &[]).success();
    assert_eq!(mark(&class, "bo"), old + lost as f64);
    assert_eq!(class.column("final")["ada"], "100.00");
    // To take them back lowers bo's mark: refused, unless that is meant.
    let refused = regrade("--restore", &[]).code(2);
    assert!(stderr(&refused).contains("--allow-lower"), "{}", stderr(&refused));
    assert!(stdout(&refused).contains('!'), "what would be lowered is marked: {}", stdout(&refused));
    assert_eq!(mark(&class, "bo"), old + lost as f64);
    regrade("--restore", &["--allow-lower"]).success();
    assert_eq!(mark(&class, "bo"), old);

    // Without the check, bo has the same points of fewer, scaled to the lab's 100.
    regrade("--void", &[]).success();
    assert!(mark(&class, "bo") > old);
    assert_eq!(class.column("final")["ada"], "100.00");
    assert_eq!(fs::read_to_string(class.path("graded/changes.jsonl")).unwrap().lines().count(), 3);
}

#[test]
fn override_and_hold() {
    let class = Class::graded();
    let then = |args: &[&str]| class.then(&[args, &["--reason", "oral exam"]].concat()).assert();
    then(&["override", "cy", "total", "40"]).success();
    assert_eq!(class.column("final")["cy"], "40.00");
    assert_eq!(then(&["override", "cy", "total", "30"]).code(2).get_output().status.code(), Some(2));
    then(&["override", "cy", "total", "30", "--allow-lower"]).success();
    then(&["hold", "ada"]).success();
    assert_eq!(class.column("final")["ada"], "");
    then(&["hold", "ada", "--release"]).success();
    class.finals(&[("ada", "100.00"), ("bo", &class.column("final")["bo"]), ("cy", "30.00"), ("di", "0.00")]);
    // Decisions outlive a new run.
    class.grade(&[]).assert().success();
    assert_eq!((class.column("final")["cy"].as_str(), class.judged()), ("30.00", 4));
    let wrong = [
        (&["override", "zed", "total", "1"][..], "nobody in the class is `zed`"),
        (&["override", "cy", "lab9", "1"], "cannot be overridden"),
        (&["override", "cy", "total", "1000"], "more than"),
        (&["hold", "zed"], "nobody in the class"),
    ];
    for (args, expected) in wrong {
        let said = stderr(&then(args).code(2));
        assert!(said.contains(expected) && said.contains("try: "), "{args:?}: {said}");
    }
}

#[test]
fn a_rerun_judges_those_that_did_not_pass() {
    let class = Class::graded();
    let (check, _) = failed(&class);
    let at = |id: &str| class.record(id)["observed"]["at"].clone();
    let before = ["ada", "bo"].map(at);
    let marks = class.column("final");
    let args = ["regrade", "--check", &check, "--rerun", "--reason", "the machine was busy", "--student", "bo"];
    class.then(&[&args[..], &["--dry-run"]].concat()).assert().success();
    assert_eq!(["ada", "bo"].map(at), before);
    let said = stdout(&class.then(&args).assert().success());
    assert!(said.contains("1 submission") && said.contains("no mark changes"), "{said}");
    assert_eq!((at("ada"), class.column("final")), (before[0].clone(), marks));
    assert_ne!(at("bo"), before[1]);
    assert_eq!(class.log().last().unwrap()["what"], format!("rerun {check}"));
}

#[test]
fn the_log_shows_what_was_changed_in_it() {
    let class = Class::graded();
    class.then(&["hold", "ada", "--reason", "copied"]).assert().success();
    assert!(stdout(&class.then(&["audit"]).assert().success()).starts_with("5 lines"));
    let path = class.path("graded/audit.jsonl");
    let log = class.text("audit.jsonl");
    let lines: Vec<&str> = log.lines().collect();
    let without = [&lines[..2], &lines[3..]].concat().join("\n") + "\n";
    for changed in [log.replacen("\"student\":\"", "\"student\":\"x", 1), without] {
        assert_ne!(changed, log);
        fs::write(&path, changed).unwrap();
        let said = stderr(&class.then(&["audit"]).assert().code(1));
        assert!(said.contains("changed, taken out or moved"), "{said}");
    }
}

#[test]
fn an_appeal_repeats_one_check_and_changes_nothing() {
    let class = Class::graded();
    let (check, _) = failed(&class);
    let results = class.results();
    let said = stdout(&class.then(&["check", "bo", &check, "--times", "3"]).assert().success());
    assert!(said.contains("passed 0 of 3 runs") && said.contains("kept: not passed"), "{said}");
    let seed = class.record("bo")["labs"][0]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == *check)
        .unwrap()["cases"][0]["seed"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(said.contains(&format!("seed {seed}")), "with the seed that was kept: {said}");
    let said = stdout(&class.then(&["check", "ada", &check, "--times", "3"]).assert().success());
    assert!(said.contains("passed 3 of 3 runs") && said.contains("kept: passed"), "{said}");
    assert_eq!(class.results(), results);
    assert_eq!(class.log().last().unwrap()["what"], format!("checked {check} 3 times"));
    for (args, expected) in [(["check", "zed", "1.09"], "nobody"), (["check", "bo", "9.99"], "there is no check")] {
        let said = stderr(&class.then(&args).assert().code(2));
        assert!(said.contains(expected) && said.contains("try: "), "{said}");
    }
}

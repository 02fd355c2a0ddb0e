//! Results for Gradescope, Classroom50 and build servers: what each format asks for, and what trouble becomes in it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use grader::grade::model::*;
use grader::grade::output::classroom50::{self, Release};
use grader::grade::output::gradescope::{self, Hidden};
use grader::grade::output::{actions, junit};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::sample::{THOUSAND, sample_class};

/// The first row whose five labs were all run.
fn graded(class: &Class) -> &Row {
    let whole =
        |row: &&Row| row.record.labs.len() == 5 && row.record.labs.iter().all(|lab| lab.status == LabStatus::Graded);
    class.rows.iter().find(whole).unwrap()
}

fn results(class: &Class, row: &Row, hidden: Hidden) -> Value {
    serde_json::from_str(&gradescope::results(class, row, hidden).unwrap()).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn gradescope_has_a_test_per_check() {
    let class = sample_class(12);
    let row = graded(&class);
    let results = results(&class, row, Hidden::default());
    let top = [
        "score",
        "execution_time",
        "output",
        "output_format",
        "test_output_format",
        "test_name_format",
        "visibility",
        "stdout_visibility",
        "extra_data",
        "tests",
    ];
    assert_eq!(keys(&results), BTreeSet::from(top));
    assert_eq!((results["score"].as_f64().unwrap() * 100.0).round(), row.marks.total.0 as f64);
    let tests = results["tests"].as_array().unwrap();
    let checks: Vec<&CheckRecord> = row.record.labs.iter().flat_map(|lab| &lab.checks).collect();
    assert_eq!(tests.len(), checks.len());
    let of_test = [
        "score",
        "max_score",
        "status",
        "name",
        "name_format",
        "number",
        "output",
        "output_format",
        "tags",
        "visibility",
    ];
    for (test, check) in tests.iter().zip(checks) {
        assert_eq!(keys(test), BTreeSet::from(of_test));
        assert_eq!(test["number"], check.id.as_str());
        assert_eq!((&test["score"], &test["max_score"]), (&json!(check.points), &json!(check.of)));
        assert_eq!(test["status"] == "passed", check.points == check.of);
    }
    let failed = tests.iter().find(|test| test["output"].as_str().unwrap().contains("FAILED"));
    assert!(failed.is_some(), "the report of a failed check is there");
}

#[test]
fn gradescope_shows_a_hidden_check_when_it_is_told_to() {
    let class = sample_class(12);
    let words = [
        (Hidden::Visible, "visible"),
        (Hidden::AfterDueDate, "after_due_date"),
        (Hidden::AfterPublished, "after_published"),
        (Hidden::Never, "hidden"),
    ];
    for (hidden, word) in words {
        let results = results(&class, graded(&class), hidden);
        let not_visible: Vec<&Value> =
            results["tests"].as_array().unwrap().iter().filter(|test| test["number"] == "1.16").collect();
        assert_eq!(not_visible.len(), 1);
        assert_eq!((&not_visible[0]["visibility"], &not_visible[0]["output"]), (&json!(word), &json!("")));
    }
}

/// No score at all, so that Gradescope keeps what it has: never 0 by the grader's own trouble.
#[test]
fn trouble_has_no_score_anywhere() {
    let class = sample_class(60);
    let row = class.rows.iter().find(|row| row.record.status == Status::NeedsALook).unwrap();
    let results = results(&class, row, Hidden::default());
    assert_eq!((results.get("score"), results.get("tests")), (None, None));
    assert!(results["output"].as_str().unwrap().contains("Nobody loses points by that"));
    let error = classroom50::result(&class, row, &release()).unwrap_err().to_string();
    assert!(error.contains("no mark yet") && error.contains("try: "), "{error}");
    let xml = junit::submission(&class, row).unwrap();
    assert!(xml.contains("errors=\"1\"") && xml.contains("<error message=\"There was trouble"), "{xml}");
    assert!(actions::commands(&class).contains("::error title=s0031::needs a look: the sandbox could not be started"));
    assert!(actions::summary(&class).lines().any(|line| line.starts_with("| s0031 |") && line.contains("| open |")));
}

#[test]
fn what_does_not_compile_says_so() {
    let mut class = sample_class(1);
    let lab = &mut class.rows[0].record.labs[0];
    (lab.status, lab.message, lab.checks, lab.points) =
        (LabStatus::DoesNotCompile, "error[E0308]: mismatched".to_string(), Vec::new(), 0);
    let row = &class.rows[0];
    let results = results(&class, row, Hidden::default());
    assert_eq!(results["tests"][0]["name"], "lab 1: does not compile");
    assert_eq!(results["tests"][0]["output"], "error[E0308]: mismatched");
    let xml = junit::class(&class).unwrap();
    assert!(xml.contains("<testcase name=\"build\" classname=\"s0000.lab1\">"), "{xml}");
    assert!(xml.contains("<error message=\"does not compile\">error[E0308]: mismatched</error>"), "{xml}");
}

#[test]
fn junit_tells_wrong_from_not_run() {
    let mut class = sample_class(1);
    let checks = &class.rows[0].record.labs[0].checks;
    let outcomes =
        [Outcome::Passed, Outcome::Failed, Outcome::NotStarted, Outcome::Blocked, Outcome::NotRun, Outcome::NeedsALook];
    let mut checks: Vec<CheckRecord> = checks.iter().take(6).cloned().collect();
    for (check, outcome) in checks.iter_mut().zip(outcomes) {
        check.outcome = outcome;
        check.cases[0].outcome = outcome;
        check.cases[0].reason = "why".to_string();
    }
    class.rows[0].record.labs[0].checks = checks;
    class.rows[0].record.labs.truncate(1);
    let xml = junit::class(&class).unwrap();
    assert!(xml.contains("tests=\"6\" skipped=\"2\" failures=\"2\" errors=\"1\""), "{xml}");
    assert!(xml.contains("<testcase name=\"1.01 listens_where_it_says\" classname=\"s0000.lab1\"/>"), "{xml}");
    assert_eq!(xml, junit::class(&class).unwrap(), "the same file again");
}

/// GitLab takes files below 30 MB.
#[test]
fn junit_of_a_large_class_is_small_enough() {
    let class = &*THOUSAND;
    let size = junit::class(class).unwrap().len();
    assert!((1_000_000..30_000_000).contains(&size), "{size} bytes");
    let row = graded(class);
    assert!(junit::submission(class, row).unwrap().contains("FAILED"), "one submission has its reports");
}

fn release() -> Release {
    Release {
        classroom: "net26".to_string(),
        assignment: "labs".to_string(),
        assignment_type: "individual".to_string(),
        owner: "ada".to_string(),
        submission: "submit/3".to_string(),
        commit: "0123abc".to_string(),
        release: "https://example.org/r".to_string(),
        review: String::new(),
        datetime: "2026-11-20T13:00:00+01:00".to_string(),
        submitted_by: Some(("ada".to_string(), 7)),
    }
}

#[test]
fn classroom50_has_every_required_field() {
    let class = sample_class(12);
    let row = graded(&class);
    let result: Value = serde_json::from_str(&classroom50::result(&class, row, &release()).unwrap()).unwrap();
    let required = [
        "schema",
        "classroom",
        "assignment",
        "assignment_type",
        "owner",
        "submission",
        "commit",
        "release",
        "review",
        "datetime",
        "score",
        "max-score",
        "tests",
    ];
    assert!(required.iter().all(|key| result.get(key).is_some()), "{result}");
    assert_eq!(result["schema"], "classroom50/result/v1");
    assert_eq!(result["datetime"], "2026-11-20T12:00:00Z");
    assert_eq!(result["submitted_by"], json!({ "username": "ada", "id": 7 }));
    assert_eq!(result["score"], json!((row.marks.total.0 + 50) / 100));
    for test in result["tests"].as_array().unwrap() {
        assert!(
            test["test-name"].is_string()
                && test["passed"].is_boolean()
                && test["score"].is_u64()
                && test["max-score"].is_u64()
        );
    }
}

#[test]
fn classroom50_refuses_what_it_would_not_take() {
    let class = sample_class(1);
    let wrong = [
        (Release { submission: "main".to_string(), ..release() }, "begins with `submit/`"),
        (Release { assignment_type: "pair".to_string(), ..release() }, "individual, group"),
        (Release { datetime: "yesterday".to_string(), ..release() }, "is no time"),
    ];
    for (release, expected) in wrong {
        let error = format!("{:#}", classroom50::result(&class, &class.rows[0], &release).unwrap_err());
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

/// The scripts of the autograder are ones that bash reads; and the stopped one leaves a file without a score.
#[test]
fn the_autograder_starts_with_no_score() {
    let folder = TempDir::new().unwrap();
    let files = gradescope::autograder();
    assert_eq!(
        files.map(|file| (file.0, file.2)),
        [("setup.sh", true), ("run_autograder", true), ("README.md", false)]
    );
    for (name, text, program) in files {
        assert!(!program || text.starts_with("#!/usr/bin/env bash\n"), "{name}");
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        if program {
            let output = Command::new("bash").arg("-n").arg(&path).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    // Run with another root, where there is no grader: what is left is what a killed run leaves.
    let here = folder.path().to_str().unwrap();
    let script = files[1].1.replace("readonly HERE=/autograder", &format!("readonly HERE={here}"));
    let status = Command::new("bash").args(["-c", &script]).stderr(std::process::Stdio::null()).status().unwrap();
    assert!(status.success());
    let results: Value =
        serde_json::from_slice(&fs::read(folder.path().join("results/results.json")).unwrap()).unwrap();
    assert_eq!(keys(&results), BTreeSet::from(["output", "output_format"]));
}

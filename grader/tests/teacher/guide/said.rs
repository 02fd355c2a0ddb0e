//! What the pages say, held against the program and the book, without grading anything.

use std::fs;
use std::process::Command;

use grader::grade::policy::course;
use regex::Regex;
use tempfile::TempDir;

use super::page::{PAGES, arguments, blocks, commands, docs, inline, read, root};

/// What clap says of a command line that makes no sense.
const NO_SENSE: &str = "Usage: cargo grade";

fn refused(folder: &TempDir, args: &[String]) -> Option<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.args(args).current_dir(folder.path());
    // These would begin to work; whether they are commands at all is what their help tells.
    if ["demo", "doctor"].contains(&args[0].as_str()) {
        command.arg("--help");
        let said = String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned();
        return (!said.contains(NO_SENSE)).then_some(said);
    }
    let told = String::from_utf8_lossy(&command.output().unwrap().stderr).into_owned();
    told.contains(NO_SENSE).then_some(told)
}

#[test]
fn every_command_line_parses() {
    let folder = TempDir::new().unwrap();
    let mut seen = 0;
    for page in PAGES {
        let text = read(page);
        let lines = commands(&text).into_iter().chain(inline(&text));
        for line in lines.filter(|line| !line.contains("--vendor")) {
            let line = &line;
            assert_eq!(refused(&folder, &arguments(line)), None, "{page}: {line}");
            seen += 1;
        }
    }
    assert!(seen >= 35, "{seen}");
    for wrong in ["regrade --check 1.09", "override x", "demo --bogus", "export moodle --shet x"] {
        let args: Vec<String> = wrong.split(' ').map(str::to_string).collect();
        assert!(refused(&folder, &args).is_some(), "{wrong}");
    }
}

#[test]
fn readme_begins_with_the_demo_for_a_teacher() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, part) = readme.split_once("## For teachers").unwrap();
    let first = part.lines().find(|line| line.starts_with("cargo ")).unwrap();
    assert!(first.starts_with("cargo grade demo "), "{first}");
    assert!(readme[..readme.find("## For teachers").unwrap()].trim_end().ends_with("<!-- teacher -->"));
}

/// Course files in the pages are ones; those that are a piece of one are tried with the class's labs.
#[test]
fn course_files_are_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("course.toml");
    let mut seen = 0;
    for page in PAGES {
        for block in blocks(&read(page), "toml") {
            fs::write(&file, &block).unwrap();
            course::read(&file).unwrap_or_else(|error| panic!("{page}: {error:#}\n{block}"));
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn pictures_and_links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#\s]*)(#[^)\s]+)?\)").unwrap();
    let summary = read("SUMMARY.md");
    let mut pictures = 0;
    for page in PAGES {
        assert!(summary.contains(&format!("({page})")), "{page} is not in SUMMARY.md");
        let here = docs().join(page);
        for found in link.captures_iter(&read(page)).filter(|found| !found[1].contains("://")) {
            let target = match &found[1] {
                "" => here.clone(),
                below => here.parent().unwrap().join(below),
            };
            let bytes = fs::read(&target).unwrap_or_else(|error| panic!("{page}: {}: {error}", &found[1]));
            if target.extension().is_some_and(|ending| ending == "png") {
                assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 200_000, "{}", target.display());
                pictures += 1;
            } else if let Some(anchor) = found.get(2) {
                let headings: Vec<String> = String::from_utf8(bytes).unwrap().lines().filter_map(slug).collect();
                assert!(headings.contains(&anchor.as_str()[1..].to_string()), "{page}: {}", anchor.as_str());
            }
        }
    }
    assert!(pictures >= 3, "{pictures}");
}

/// How mdBook names a heading.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = heading.to_lowercase();
    Some(
        kept.chars()
            .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect(),
    )
}

/// Pages stay true: no timing, and no folder of somebody's machine.
#[test]
fn pages_name_no_machine() {
    let odd = Regex::new(r"/(root|home/(?:[a-su-z]|t[a-df-z])|tmp|Users)/|\d (?:seconds|minutes) on ").unwrap();
    for page in PAGES {
        let text = read(page);
        assert!(!odd.is_match(&text), "{page}: {:?}", odd.find(&text).map(|found| found.as_str()));
        assert!(text.is_ascii() || text.lines().all(|line| !line.contains('\u{2014}')), "{page} has a dash");
    }
}

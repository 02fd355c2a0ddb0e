//! The pages of the labs and the page for people who learn alone. What they say of functions, stages, checks, scenes and
//! hours is made from the code; their trials by hand are real runs. `BLESS=1 cargo test -p grader --test student labpages`
//! writes both anew.
//!
//! A made part stands between two comments: `<!-- made: stages -->` and `<!-- /made -->`.

mod made;
#[cfg(target_os = "linux")]
mod trials;

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use grader::build::Workspace;
use grader::labs::LABS;

/// With `BLESS=1` two tests write the same page.
static PAGE: Mutex<()> = Mutex::new(());

fn root() -> PathBuf {
    Workspace::find().unwrap().root().to_path_buf()
}

fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.replace("\r\n", "\n")
}

/// A page with its made parts as they are now.
fn fresh(text: &str, make: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("<!-- made: ") {
        let (kind, behind) = behind.split_once(" -->\n").expect("the end of the comment");
        let (_, after) = behind.split_once("<!-- /made -->").expect("the end of the part");
        page.push_str(&format!("{before}<!-- made: {kind} -->\n{}<!-- /made -->", make(kind)));
        rest = after;
    }
    page + rest
}

fn compare(path: &str, make: impl Fn(&str) -> String) {
    let _one_at_a_time = PAGE.lock();
    let text = read(path);
    let now = fresh(&text, make);
    if text != now && std::env::var_os("BLESS").is_some() {
        fs::write(root().join(path), now).unwrap();
    } else {
        assert_eq!(text, now, "{path}: run this test with BLESS=1");
    }
}

#[test]
fn the_lab_pages_say_what_the_code_does() {
    for lab in LABS {
        compare(&format!("docs/src/labs/lab{}.md", lab.number), |kind| made::part(lab, kind));
    }
}

#[test]
fn the_page_for_people_alone_counts_as_the_others_do() {
    compare("docs/src/alone.md", |kind| match kind {
        "way" => made::way(),
        other => panic!("`{other}` is no part of this page"),
    });
}

/// In this order, so that a reader finds things again.
#[test]
fn every_lab_page_has_its_parts() {
    const HEADINGS: [&str; 8] = [
        "## What it is for",
        "## The contract",
        "## The stages",
        "## By hand",
        "## The checks, and why each is there",
        "## When everything passes",
        "## What a real system does otherwise",
        "## Back to the book",
    ];
    for lab in LABS {
        let page = read(&format!("docs/src/labs/lab{}.md", lab.number));
        let found: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(found, HEADINGS, "lab {}", lab.number);
        assert!(page.starts_with(&format!("# Lab {}: {}\n", lab.number, lab.title())), "lab {}: its title", lab.number);
        for kind in ["program", "contract", "stages", "checks", "scenes"] {
            assert!(page.contains(&format!("<!-- made: {kind} -->")), "lab {}: no part `{kind}`", lab.number);
        }
        let (_, goals) = page.split_once("## When everything passes").unwrap();
        let goals = goals.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("- **")).count();
        assert!((3..=5).contains(&goals), "lab {}: {goals} goals", lab.number);
    }
}

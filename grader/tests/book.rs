//! The book and the grader name the same sections, and what `cargo lab` prints in the book is what it prints.
//! `BLESS=1` writes it anew.

#[path = "book/links.rs"]
mod links;
#[path = "book/names.rs"]
mod names;
#[path = "../../docs/examples/tests/page/mod.rs"]
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use grader::build::Workspace;
use serde::Deserialize;

#[derive(Deserialize)]
struct Chapter {
    page: String,
    title: String,
    sections: Vec<String>,
}

fn sources() -> PathBuf {
    Workspace::find().expect("the workspace").root().join("docs/src")
}

fn chapters() -> BTreeMap<String, Chapter> {
    toml::from_str(include_str!("../texts/sections.toml")).expect("sections.toml")
}

#[test]
fn every_section_that_a_hint_can_name_is_a_heading() {
    let summary = fs::read_to_string(sources().join("SUMMARY.md")).expect("SUMMARY.md");
    for (number, chapter) in chapters() {
        let line = format!("[{number}. {}]({})", chapter.title, chapter.page);
        assert!(summary.contains(&line), "SUMMARY.md: no `{line}`");
        let text = fs::read_to_string(sources().join(&chapter.page)).unwrap_or_default();
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let title = format!("# {number}. {}", chapter.title);
        assert!(headings.contains(&title.as_str()), "{}: no heading `{title}`", chapter.page);
        for (place, section) in (1..).zip(&chapter.sections) {
            let heading = format!("## {number}.{place} {section}");
            assert!(headings.contains(&heading.as_str()), "{}: no heading `{heading}`", chapter.page);
        }
    }
}

/// In each chapter a reader finds the same parts. An appendix has no numbered sections.
#[test]
fn every_chapter_has_its_parts() {
    let appendices = ["hangs", "tools", "rust"].map(|name| format!("book/{name}.md"));
    for page in chapters().into_values().map(|chapter| chapter.page).chain(appendices) {
        let text = fs::read_to_string(sources().join(&page)).expect("a page of the book");
        for part in ["**You will be able to** ", "**Minutes:** ", "*(estimate)*", "**Lab:** ", "```text\n$ "] {
            assert!(text.contains(part), "{page}: no `{part}`");
        }
        for part in ["The mistake everybody makes", "From Python", "Exercises", "To the lab", "Further reading"] {
            assert!(text.contains(&format!("\n## {part}\n")), "{page}: no part `{part}`");
        }
        let [experiments, answers] =
            ["Experiment", "<summary>Answer</summary>\n\n"].map(|word| text.matches(word).count());
        assert!(experiments >= 2 && answers >= 2, "{page}: {experiments} experiments, {answers} answers");
        assert_eq!(text.matches("<details>").count(), answers, "{page}: an answer needs an empty line before its text");
    }
}

#[test]
fn what_cargo_lab_prints_in_the_book_is_what_it_prints() {
    let folder = tempfile::tempdir().expect("a folder");
    for chapter in chapters().values() {
        page::Page::open(&sources(), &chapter.page).compare("lab", |block| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
            let output = command.args(block.of.split(' ')).current_dir(folder.path()).output().expect("cargo lab");
            assert!(output.status.success(), "`cargo lab {}`: {}", block.of, String::from_utf8_lossy(&output.stderr));
            Some(format!("$ cargo lab {}\n{}", block.of, String::from_utf8_lossy(&output.stdout).trim_end()) + "\n")
        });
    }
}

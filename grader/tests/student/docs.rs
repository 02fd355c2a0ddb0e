//! README and book say what the code does: their generated parts are compared with it. `BLESS=1` writes them anew.

use std::fs;
use std::path::PathBuf;

use grader::build::{Source, Stage, Toolchain, Workspace};
use grader::labs;
use grader::prove;
use grader::report;
use grader::run;
use grader::workbook::explain::words;
use grader::workbook::{self, Ready, list};

/// The mutant whose report opens README.md, and the check that catches it.
const OPENING: (&str, &str) = ("lab1-full-buffer-means-more", "1.09");

fn root() -> PathBuf {
    Workspace::find().expect("the workspace").root().to_path_buf()
}

fn blessed(path: &str, text: &str) -> String {
    let path = root().join(path);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text).expect("a file of the project");
    }
    fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n")
}

/// Times, ports and numbers of milliseconds differ from run to run; the rest must not.
fn without_times(text: &str) -> String {
    let mut plain: String = text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
    while plain.contains("00") {
        plain = plain.replace("00", "0");
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_list_of_checks_is_the_graders_table() {
    let page = list::markdown();
    assert_eq!(blessed("docs/src/checks.md", &page), page, "run this test with BLESS=1");
}

#[test]
fn the_page_of_words_is_what_explain_says() {
    let page = words_page();
    assert_eq!(blessed("docs/src/words.md", &page), page, "run this test with BLESS=1");
}

/// Every word that `cargo lab explain` knows, in its groups.
fn words_page() -> String {
    let mut page = String::from(
        "# Words of reports\n\nErrors, calls, states, signals and exit codes that a report can name: what each means, when it happens, what Rust shows \
         of it, and what\na program does about it. The same at the terminal: `cargo lab explain EPIPE`. A test makes this page from what the \
         command knows; numbers\nare those of Linux. What stands in a box is a sketch of one case and no run; each check that is named has one: `cargo lab explain 1.13`.\n",
    );
    let mut group = "";
    for word in words::all() {
        if word.group != group {
            group = word.group;
            page.push_str(&format!("\n## {group}\n"));
        }
        page.push_str(&format!("\n### {}\n\n", word.name));
        let number = word.number.map(|number| format!("number {number}"));
        let names = number.into_iter().chain(word.also.iter().map(|name| format!("`{name}`")));
        let names: Vec<String> = names.collect();
        if !names.is_empty() {
            page.push_str(&format!("Also: {}.\n\n", names.join(", ")));
        }
        page.push_str(&format!(
            "{}\n\n- When: {}\n- In Rust: {}\n- Do: {}\n",
            word.means, word.when, word.rust, word.remedy
        ));
        if !word.example.is_empty() {
            page.push_str(&format!("\n```text\n{}\n```\n", word.example.trim_matches('\n')));
        }
        page.push_str(&format!("\nSee {}.", word.see));
        let checks = words::checks_with(word);
        if !checks.is_empty() {
            page.push_str(&format!(" Checks: {}.", checks.join(", ")));
        }
        page.push('\n');
    }
    page
}

#[test]
fn readme_opens_with_a_report_of_a_real_run() {
    let workspace = Workspace::find().expect("the workspace");
    let report = opening_report(&workspace);
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md").replace("\r\n", "\n");
    let (before, rest) = readme.split_once("```text\n").expect("a block of text");
    let (block, after) = rest.split_once("```").expect("the block's end");
    if std::env::var_os("BLESS").is_some() {
        let text = format!("{before}```text\n{report}\n```{after}");
        fs::write(root().join("README.md"), text).expect("README.md");
    } else {
        assert_eq!(without_times(block), without_times(&report), "run this test with BLESS=1");
    }
    let lines = readme.lines().count();
    assert!(lines <= 120, "README.md has {lines} lines");
}

fn opening_report(workspace: &Workspace) -> String {
    let (id, check) = OPENING;
    let mutants = prove::mutants(workspace, 1).expect("the catalogue");
    let mutant = mutants.iter().find(|mutant| mutant.id == id).expect("the mutant that README shows");
    let solution = fs::read_to_string(workspace.solution(1).join("src/lib.rs")).expect("the solution");
    let text = mutant.text(&solution).expect("the edit applies");
    let stage = Stage::new(workspace, 1, Source::Text(&text)).expect("a stage");
    let lab = labs::lab(1).expect("lab 1");
    let toolchain = Toolchain::find().expect("a toolchain").keeping_programs();
    let Ready::Built(ready) = workbook::ready(&stage, &toolchain, lab, 0x7f3a, false) else {
        panic!("the mutant does not build");
    };
    let check = labs::check(check).expect("the check");
    let result = run::run_case(&ready.0, check, &check.cases[0]);
    report::full(&result, &ready.1)
}

//! The book's table of exit codes and the program's.

use std::fs;

use grader::build::Workspace;
use grader::grade::commands::exit::{ALL, Again};

#[test]
fn the_book_has_the_exit_codes_of_the_program() {
    let row = |(code, means, again): &(u8, &str, Again)| {
        let again = match again {
            Again::Done => "",
            Again::No => "no",
            Again::Elsewhere => "on another machine",
            Again::Yes => "yes",
        };
        format!("| {code} | {means} | {again} |")
    };
    let expected: Vec<String> = ALL.iter().map(row).collect();
    let page = Workspace::find().unwrap().root().join("docs/src/reference.md");
    let page = fs::read_to_string(page).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with("`cargo grade`\n")).expect("a section");
    let rows: Vec<&str> =
        section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| code")).collect();
    assert_eq!(rows, expected);
}

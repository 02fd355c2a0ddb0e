//! `cargo lab tour`: how to read each block of a report, with the real report of a wrong program that comes along.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use serde::Deserialize;

use super::{Ready, clean, complain, exit, print, println, ready};
use crate::build::{Source, Stage, StageFailure, Toolchain, Workspace};
use crate::check::Outcome;
use crate::labs;
use crate::report::full;
use crate::run::run_case;
use crate::runner::fresh_seed;
use crate::texts::{self, say};

/// The wrong program, and where a person finds it.
const PROGRAM: &str = include_str!("../../texts/tour/echo.rs");
const PLACE: &str = "grader/texts/tour/echo.rs";
/// The check that it fails, and the function with the mistake.
const CHECK: &str = "1.04";
const FUNCTION: &str = "pub fn echo_once";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    welcome: String,
    whole: String,
    end: String,
    page: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    block: String,
    text: String,
}

/// Shows the tour, page by page at a terminal, else in one go.
pub fn run(workspace: &Workspace, colour: bool) -> u8 {
    let texts: Texts =
        texts::toml("tour/tour.toml", include_str!("../../texts/tour/tour.toml")).expect("a test reads the texts");
    println(texts.welcome.trim());
    println("");
    let report = match report(workspace, colour) {
        Ok(report) => report,
        Err(error) => {
            complain(&say!("cargo-lab/tour/trouble_no_program", error = clean(&format!("{error:#}"))));
            return exit::TROUBLE;
        }
    };
    if go_on(say!("cargo-lab/tour/enter_the_report_q_quit")) {
        pages(&texts, &report);
    }
    exit::OK
}

fn pages(texts: &Texts, report: &str) {
    println(&format!("{report}\n\n{}", texts.whole.trim()));
    let blocks = blocks(report);
    for page in &texts.page {
        if !go_on(say!("cargo-lab/tour/enter_go_on_q_quit")) {
            return;
        }
        let block = blocks.get(page.block.as_str()).map(|lines| lines.join("\n")).unwrap_or_default();
        println(&format!("{block}\n\n{}", text(&page.text)));
    }
    if go_on(say!("cargo-lab/tour/enter_go_on_q_quit")) {
        println(texts.end.trim());
    }
}

/// Builds the wrong program and runs its check. What was built is gone before anybody is asked to press a key.
fn report(workspace: &Workspace, colour: bool) -> anyhow::Result<String> {
    let toolchain = Toolchain::find()?.keeping_programs();
    let (lab, check) = (labs::lab(1), labs::check(CHECK));
    let (lab, check) =
        lab.zip(check).ok_or_else(|| anyhow::anyhow!(say!("cargo-lab/tour/there_is_no_check", check = CHECK)))?;
    let stage = Stage::new(workspace, lab.number, Source::Text(PROGRAM)).map_err(|failure| match failure {
        StageFailure::Refused(why) => anyhow::anyhow!(why),
        StageFailure::Trouble(error) => error,
    })?;
    let (setup, mut context, _built) = match ready(&stage, &toolchain, lab, fresh_seed(), colour) {
        Ready::Built(ready) => *ready,
        Ready::DoesNotCompile(message) => anyhow::bail!(say!("cargo-lab/tour/it_does_not_compile", message)),
        Ready::Trouble(error) => return Err(error),
    };
    // The line that the report names is in the tour's program, not in the student's.
    context.source = PLACE.to_string();
    let result = run_case(&setup, check, &check.cases[0]);
    match &result.outcome {
        Outcome::Failed(_) => Ok(full(&result, &context)),
        Outcome::Trouble(why) | Outcome::NotRun(why) => anyhow::bail!("{why}"),
        other => anyhow::bail!(say!("cargo-lab/tour/it_is", word = other.word())),
    }
}

/// The lines of each block of a report, colours left out of account.
fn blocks(report: &str) -> BTreeMap<&'static str, Vec<&str>> {
    let mut blocks: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    let mut current = "headline";
    let begins = |line: &str, title: &str| line.strip_prefix("  ").is_some_and(|line| line.starts_with(title));
    for line in report.lines() {
        current = match () {
            () if line.starts_with("  want  ") => "difference",
            () if line.starts_with("      ms  ") => "ladder",
            () if begins(line, say!("report/where_you_are")) => "where",
            () if begins(line, say!("report/usually_means")) => "usually",
            () if line.starts_with("  Next  ") => "next",
            () => current,
        };
        blocks.entry(current).or_default().push(line);
    }
    blocks
}

/// A page's text, with the wrong function where it is asked for.
fn text(page: &str) -> String {
    let from = PROGRAM.find(FUNCTION).unwrap_or_default();
    let function = PROGRAM[from..].split_inclusive("\n}\n").next().unwrap_or_default();
    let indented: Vec<String> = function.lines().map(|line| format!("    {line}")).collect();
    page.trim().replace("{function}", indented.join("\n").trim_end())
}

/// Waits for Enter at a terminal; without one there is nobody to wait for.
fn go_on(prompt: &str) -> bool {
    if !io::stdin().is_terminal() {
        println("");
        return true;
    }
    print(&format!("\n{prompt}"));
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    println("");
    matches!(read, Ok(1..)) && !line.trim().eq_ignore_ascii_case("q")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_about_a_block_and_fits_a_screen() {
        let texts: Texts = toml::from_str(include_str!("../../texts/tour/tour.toml")).unwrap();
        let known = ["headline", "difference", "ladder", "where", "usually", "next"];
        assert_eq!(texts.page.iter().map(|page| page.block.as_str()).collect::<Vec<_>>(), known);
        for page in &texts.page {
            let text = text(&page.text);
            assert!(text.lines().count() <= 16 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
            assert!(!text.contains('{') || text.contains("read_until"), "{text}");
        }
    }
}

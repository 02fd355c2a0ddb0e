//! The parts of the pages that are made from the code.

use grader::check::{Case, Check};
use grader::labs::{LABS, LabInfo};
use grader::workbook::explain::{by_hand, section};
use serde::Deserialize;

use super::read;

/// What fits into a line of the sources.
const COLUMNS: usize = 140;

pub fn part(lab: &LabInfo, kind: &str) -> String {
    match kind {
        "contract" => contract(lab),
        "program" => program(lab.number),
        "protocol" => protocol(lab.number),
        "stages" => stages(lab),
        "checks" => checks(lab),
        "scenes" => scenes(lab.number),
        other => panic!("`{other}` is no part of a lab page"),
    }
}

/// The first paragraph of each stub's comment, and its signature.
fn contract(lab: &LabInfo) -> String {
    let text = read(&format!("labs/lab{}/src/lib.rs", lab.number));
    let stubs: Vec<String> = lab.stubs.iter().map(|stub| signature(&text, stub)).collect();
    format!("\n```rust,noplayground\n{}```\n\n", stubs.join("\n"))
}

/// The command line, as the lab's own page has it.
fn program(lab: u8) -> String {
    let readme = read(&format!("labs/lab{lab}/README.md"));
    let begins = |line: &&str| !line.starts_with(&format!("    lab{lab} ["));
    let lines = readme.lines().skip_while(begins).take_while(|line| !line.is_empty());
    let usage: String = lines.map(|line| format!("{}\n", line.trim_start_matches("    "))).collect();
    assert!(!usage.is_empty(), "labs/lab{lab}/README.md: no command line");
    format!("\n```text\n{usage}```\n\n")
}

/// What goes over the wire: the first table of the interface.
fn protocol(lab: u8) -> String {
    let readme = read(&format!("labs/lab{lab}/README.md"));
    let (_, interface) = readme.split_once("## Interface\n").expect("the interface");
    let rows = interface.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    format!("\n{}\n", rows.map(|row| format!("{row}\n")).collect::<String>())
}

fn signature(text: &str, stub: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.starts_with(&format!("pub fn {stub}("))).expect("a stub");
    let comment = (0..at).rev().take_while(|line| lines[*line].starts_with("///")).last().expect("a comment");
    let paragraph = lines[comment..at].iter().take_while(|line| **line != "///");
    let end = (at..lines.len()).find(|line| lines[*line].ends_with(" {")).expect("a body");
    let head = lines[at..=end].join("\n");
    let head = head.strip_suffix(" {").expect("it was found");
    paragraph.map(|line| format!("{line}\n")).collect::<String>() + head + "\n"
}

/// Every case with the check that it is of.
fn cases(lab: &LabInfo) -> impl Iterator<Item = (&'static Check, &'static Case)> {
    lab.checks.iter().flat_map(|check| check.cases.iter().map(move |case| (check, case)))
}

/// What each stage turns green, and the points that a program has then.
fn stages(lab: &LabInfo) -> String {
    let mut table = String::from("\n| | function = stage | turns green | points so far |\n|---|---|---|---|\n");
    let mut points = 0;
    for (place, stub) in (1..).zip(lab.stubs) {
        let here: Vec<(&Check, &Case)> = cases(lab).filter(|(_, case)| case.stub == *stub).collect();
        points += here.iter().map(|(_, case)| case.points).sum::<u32>();
        let mut names: Vec<String> = here.iter().map(|(check, case)| name(check, case, stub)).collect();
        names.dedup();
        table.push_str(&format!("| {place} | `{stub}` | {} | {points} |\n", names.join(" ")));
    }
    table + "\n"
}

/// `1.09`, or `1.18a` where the check's other cases belong to another stage.
fn name(check: &Check, case: &Case, stub: &str) -> String {
    let whole = check.cases.iter().all(|case| case.stub == stub);
    if whole { check.id.to_string() } else { format!("{}{}", check.id, case.letter) }
}

/// The checks by the stage in which the whole of them passes: why each of them is there.
fn checks(lab: &LabInfo) -> String {
    let mut text = String::from("\n");
    for stub in lab.stubs {
        let here: Vec<&Check> = lab.checks.iter().filter(|check| last(lab, check) == *stub).collect();
        if here.is_empty() {
            continue;
        }
        text.push_str(&format!("### `{stub}`\n\n"));
        here.iter().for_each(|check| text.push_str(&item(check)));
        text.push('\n');
    }
    text
}

fn last(lab: &LabInfo, check: &Check) -> &'static str {
    let place = |stub: &str| lab.stubs.iter().position(|name| *name == stub).expect("a stub of this lab");
    lab.stubs[check.cases.iter().map(|case| place(case.stub)).max().expect("a case")]
}

fn item(check: &Check) -> String {
    let section = section(check.id).expect("every check has a section");
    let anchor = anchor(&format!("{} {}", section.number, section.title));
    let unseen = by_hand(check.id).map(|text| format!(" {text}")).unwrap_or_default();
    let text = format!(
        "- **[{id} `{name}`](../checks.md#{})**, {} points, {}. {}{unseen} *Read* [{}](../{}#{anchor}).",
        self::anchor(&format!("{} {}", check.id, check.name)),
        check.points(),
        check.tier,
        check.catches(),
        section.number,
        section.page,
        id = check.id,
        name = check.name,
    );
    wrapped(&text)
}

/// The name under which mdBook finds a heading. grader/tests/book.rs holds each link against the headings.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|char| char.is_alphanumeric() || " _-".contains(*char));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// Lines of a list's item.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(format!("  {word}"));
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

#[derive(Deserialize)]
struct Scenes {
    scene: Vec<Scene>,
}

#[derive(Deserialize)]
struct Scene {
    name: String,
    title: String,
}

/// The scenes of `cargo lab predict N`.
fn scenes(lab: u8) -> String {
    let scenes: Scenes = toml::from_str(&read(&format!("grader/texts/predict/lab{lab}.toml"))).expect("the scenes");
    let line = |scene: &Scene| format!("- `{}`: {}\n", scene.name, scene.title);
    format!("\n{}\n", scenes.scene.iter().map(line).collect::<String>())
}

/// A chapter or lab on the way, with the time that its own page and README.md name.
pub fn way() -> String {
    let chapters = [1, 2, 3, 4, 5, 6, 7].map(chapter);
    // Those of the book: a teacher's own lab has a page elsewhere.
    let labs: Vec<Step> = LABS.into_iter().take(5).map(lab).collect();
    let [one, two, three, four, five, six, seven] = &chapters;
    let [echo, client, http, udp, chat] = &labs[..] else { panic!("the book has five labs") };
    let order = [one, two, three, four, echo, client, five, http, six, udp, seven, chat];
    let minutes: u32 = chapters.iter().map(|step| step.core).sum();
    let core: u32 = labs.iter().map(|step| step.core).sum();
    let all: u32 = labs.iter().map(|step| step.all).sum();
    let hours = |minutes: u32| minutes.div_ceil(60);
    format!(
        "\n| | step | hours (*estimate*) |\n|---|---|---|\n{}\nIn all, *estimate*: {} hours of reading and exercises, and {} hours of \
         programming for the core\nchecks, or {} for all checks.\n\n",
        (1..).zip(order).map(|(place, step)| format!("| {place} | {} |\n", step.row())).collect::<String>(),
        hours(minutes),
        hours(core),
        hours(all),
    )
}

/// Times in minutes.
struct Step {
    name: String,
    core: u32,
    all: u32,
}

impl Step {
    fn row(&self) -> String {
        let hours = |minutes: u32| match minutes.is_multiple_of(60) {
            true => (minutes / 60).to_string(),
            false => format!("{:.1}", f64::from(minutes) / 60.0),
        };
        match self.core == self.all {
            true => format!("{} | {}", self.name, hours(self.core)),
            false => format!("{} | {} for core, {} for all", self.name, hours(self.core), hours(self.all)),
        }
    }
}

#[derive(Deserialize)]
struct Chapter {
    page: String,
    title: String,
}

/// All numbers of the line with the chapter's minutes, which is an estimate.
fn chapter(number: u8) -> Step {
    let all: std::collections::BTreeMap<String, Chapter> =
        toml::from_str(&read("grader/texts/sections.toml")).expect("the sections");
    let Chapter { page, title } = &all[&number.to_string()];
    let text = read(&format!("docs/src/{page}"));
    let line = text.lines().find(|line| line.starts_with("**Minutes:**"));
    let line = line.unwrap_or_else(|| panic!("{page}: no minutes"));
    let said = line.split("**Lab").next().expect("the first part");
    let minutes: u32 = numbers(said).into_iter().sum();
    assert!(said.contains("estimate") && minutes > 0, "{page}: {line}");
    Step { name: format!("[Chapter {number}: {title}]({page})"), core: minutes, all: minutes }
}

/// `| [1](labs/lab1/README.md) | TCP echo server | 2 / 4 |` of README.md.
fn lab(lab: &LabInfo) -> Step {
    let readme = read("README.md");
    let head = format!("| [{0}](labs/lab{0}/README.md) |", lab.number);
    let row = readme.lines().find(|line| line.starts_with(&head)).expect("a row of README.md");
    let hours = numbers(row.rsplit(" | ").next().expect("a column"));
    let [core, all] = hours[..] else { panic!("{row}") };
    let name = format!("[Lab {0}: {1}](labs/lab{0}.md)", lab.number, lab.title());
    Step { name, core: core * 60, all: all * 60 }
}

fn numbers(text: &str) -> Vec<u32> {
    text.split(|char: char| !char.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

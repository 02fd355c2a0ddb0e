//! The tables of the labs, held against the specification: ids, points, tiers, texts, stubs, pages, dependencies.
//!
//! The numbers below are typed in once more on purpose. Whoever changes the grading changes it in two places.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::process::Command;

use crate::common::skipped;
use grader::build::{Workspace, stub_places};
use grader::check::{Case, Check, Tier};
use grader::labs::{LABS, LabInfo};

/// The most crates, besides ours, that `cargo test -p labN` compiles.
const MOST_CRATES: usize = 16;

/// What the specification fixes for a lab.
struct Sheet {
    lab: u8,
    /// Of the checks N.01, N.02 and so on.
    points: &'static [u32],
    /// The checks of this tier, by their second number; all others are expert.
    core: &'static [usize],
    robust: &'static [usize],
    /// Points of core, and of core and robust together.
    sums: (u32, u32),
    stubs: &'static [&'static str],
}

const SHEETS: [Sheet; 5] = [
    Sheet {
        lab: 1,
        points: &[5, 3, 5, 8, 6, 6, 6, 5, 8, 8, 5, 5, 7, 5, 6, 8, 2, 2],
        core: &[1, 3, 4, 5, 6, 7, 8, 10, 11, 12],
        robust: &[2, 9, 13, 15, 18],
        sums: (59, 85),
        stubs: &["open_listener", "echo_once", "echo_until_eof", "serve"],
    },
    Sheet {
        lab: 2,
        points: &[5, 6, 5, 6, 7, 5, 6, 5, 6, 4, 7, 6, 4, 4, 6, 8, 7, 3],
        core: &[1, 2, 3, 4, 5, 7, 10, 11, 14, 15],
        robust: &[6, 8, 9, 13, 16, 18],
        sums: (56, 87),
        stubs: &["resolve", "connect_any", "recv_exactly", "echo_message", "pump"],
    },
    Sheet {
        lab: 3,
        points: &[6, 5, 4, 7, 5, 7, 6, 6, 5, 4, 5, 3, 5, 6, 4, 5, 5, 3, 5, 4],
        core: &[1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 18],
        robust: &[8, 9, 13, 15, 16, 17, 20],
        sums: (55, 89),
        stubs: &[
            "parse_url",
            "build_request",
            "read_head",
            "framing",
            "read_sized",
            "read_until_close",
            "read_chunked",
            "redirect_target",
        ],
    },
    Sheet {
        lab: 4,
        points: &[5, 6, 4, 5, 6, 5, 7, 6, 6, 6, 8, 5, 7, 7, 6, 4, 5, 2],
        core: &[1, 2, 3, 4, 6, 8, 9, 10, 11, 12],
        robust: &[5, 7, 15, 16],
        sums: (56, 79),
        stubs: &["open_sender", "send_message", "encode_data", "decode_ack", "send_and_wait", "send_stream"],
    },
    Sheet {
        lab: 5,
        points: &[4, 8, 5, 4, 5, 6, 5, 4, 5, 6, 6, 5, 4, 5, 8, 6, 4, 4, 3, 3],
        core: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20],
        robust: &[11, 12, 13, 14, 17],
        sums: (55, 79),
        stubs: &["next_line", "parse_command", "serve", "join", "names", "deliver"],
    },
];

impl Sheet {
    fn ids(&self) -> Vec<String> {
        (1..=self.points.len()).map(|place| format!("{}.{place:02}", self.lab)).collect()
    }

    fn tiers(&self) -> Vec<Tier> {
        let tier = |place| match () {
            () if self.core.contains(&place) => Tier::Core,
            () if self.robust.contains(&place) => Tier::Robust,
            () => Tier::Expert,
        };
        (1..=self.points.len()).map(tier).collect()
    }
}

fn sheets() -> impl Iterator<Item = (&'static Sheet, &'static LabInfo)> {
    SHEETS.iter().zip(LABS)
}

fn checks() -> impl Iterator<Item = &'static Check> {
    LABS.into_iter().flat_map(|lab| lab.checks)
}

fn cases() -> impl Iterator<Item = (&'static LabInfo, &'static Check, &'static Case)> {
    let of = |lab: &'static LabInfo| {
        lab.checks.iter().flat_map(move |check| check.cases.iter().map(move |case| (lab, check, case)))
    };
    LABS.into_iter().flat_map(of)
}

/// Fails with one line for each of `problems`, so that one run shows all of them.
fn none(problems: impl IntoIterator<Item = String>) {
    let problems: Vec<String> = problems.into_iter().collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_check_of_the_specification_is_there_in_order() {
    assert_eq!(SHEETS.iter().map(|sheet| sheet.points.len()).sum::<usize>(), 94);
    for (sheet, lab) in sheets() {
        assert_eq!(lab.number, sheet.lab);
        assert_eq!(lab.checks.iter().map(|check| check.id).collect::<Vec<_>>(), sheet.ids(), "lab {}", lab.number);
    }
}

#[test]
fn points_are_those_of_the_specification() {
    for (sheet, lab) in sheets() {
        let points: Vec<u32> = lab.checks.iter().map(Check::points).collect();
        assert_eq!(points, sheet.points, "lab {}", lab.number);
    }
}

/// Also of a lab that has no sheet above: of a teacher's own.
#[test]
fn every_lab_has_a_hundred_points_and_its_checks_in_order() {
    none(LABS.into_iter().flat_map(|lab| {
        let ids: Vec<String> = (1..=lab.checks.len()).map(|place| format!("{}.{place:02}", lab.number)).collect();
        let listed: Vec<&str> = lab.checks.iter().map(|check| check.id).collect();
        let points = lab.checks.iter().map(Check::points).sum::<u32>();
        let order = (listed != ids).then(|| format!("lab {}: {listed:?}", lab.number));
        order.into_iter().chain((points != 100).then(|| format!("lab {}: {points} points", lab.number)))
    }));
}

#[test]
fn every_folder_of_a_lab_is_entered() {
    let workspace = Workspace::find().unwrap();
    for (folder, name) in [("labs", "lab"), ("solutions", "solution")] {
        let entries = fs::read_dir(workspace.root().join(folder)).unwrap().flatten();
        let mut found: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        found.retain(|found| found.starts_with(name));
        found.sort();
        let entered = LABS.map(|lab| format!("{name}{}", lab.number));
        assert_eq!(found, entered, "{folder}/ has one folder for each lab of grader/src/labs.rs");
    }
}

#[test]
fn tiers_are_those_of_the_specification() {
    for (sheet, lab) in sheets() {
        let tiers: Vec<Tier> = lab.checks.iter().map(|check| check.tier).collect();
        assert_eq!(tiers, sheet.tiers(), "lab {}", lab.number);
        let sum = |most: Tier| lab.checks.iter().filter(|check| check.tier <= most).map(Check::points).sum::<u32>();
        assert_eq!((sum(Tier::Core), sum(Tier::Robust)), sheet.sums, "lab {}", lab.number);
    }
}

#[test]
fn names_are_unique_verb_phrases() {
    let mut seen = BTreeSet::new();
    none(checks().filter_map(|check| {
        let plain = check.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        // What a right program does: third person, and more than the bare verb.
        let phrase = check.name.split_once('_').is_some_and(|(verb, rest)| verb.ends_with('s') && !rest.is_empty());
        let right = plain && phrase && seen.insert(check.name);
        (!right).then(|| format!("{} {}: not a verb phrase of its own", check.id, check.name))
    }));
}

#[test]
fn titles_are_one_short_sentence() {
    none(checks().filter_map(|check| {
        let title = check.title();
        let sentence = title.starts_with("A right ") && title.ends_with('.') && !title.contains(". ");
        let short = title.chars().count() <= 78;
        (!sentence || !short).then(|| format!("{}: {title:?} ({} columns)", check.id, title.chars().count()))
    }));
}

#[test]
fn every_check_says_what_it_catches_and_where_the_rule_stands() {
    none(checks().filter_map(|check| {
        let told = |text: &str| text.chars().any(char::is_alphanumeric);
        let right =
            told(check.catches()) && told(check.reference()) && check.usually().iter().all(|(_, text)| told(text));
        (!right).then(|| format!("{}: catches, reference or usually is empty", check.id))
    }));
}

#[test]
fn needs_are_earlier_checks_of_the_lab() {
    none(checks().flat_map(|check| {
        let earlier = |need: &str| checks().any(|other| other.id == need && other.lab() == check.lab());
        let wrong = check.needs.iter().filter(move |need| **need >= check.id || !earlier(need));
        wrong.map(move |need| format!("{} needs {need}", check.id))
    }));
}

#[test]
fn cases_have_points_a_letter_and_a_stub_of_the_lab() {
    none(cases().filter_map(|(lab, check, case)| {
        let right = case.points > 0 && lab.stubs.contains(&case.stub);
        (!right).then(|| format!("{}{}: {} points, stub {:?}", check.id, case.letter, case.points, case.stub))
    }));
    none(checks().filter_map(|check| {
        let letters: Vec<&str> = check.cases.iter().map(|case| case.letter).collect();
        let whats: BTreeSet<&str> = check.cases.iter().map(|case| check.what(case)).collect();
        let all = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
        let right = match letters.len() {
            0 => false,
            1 => letters == [""],
            // Several cases are told apart by what the peer does in them.
            many => letters == all[..many.min(all.len())] && whats.len() == many && !whats.contains(""),
        };
        (!right).then(|| format!("{}: cases {letters:?}, {whats:?}", check.id))
    }));
}

#[test]
fn every_stub_turns_two_cases_green() {
    none(LABS.into_iter().flat_map(|lab| {
        let count =
            move |stub: &str| cases().filter(|(of, _, case)| of.number == lab.number && case.stub == stub).count();
        lab.stubs
            .iter()
            .filter(move |stub| count(stub) < 2)
            .map(move |stub| format!("lab {} {stub}: {}", lab.number, count(stub)))
    }));
}

#[test]
fn stubs_stand_in_the_files_in_teaching_order() {
    let workspace = Workspace::find().unwrap();
    for (sheet, lab) in sheets() {
        assert_eq!(lab.stubs, sheet.stubs, "lab {}", lab.number);
    }
    for lab in LABS {
        for folder in [workspace.lab(lab.number), workspace.solution(lab.number)] {
            let text = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
            let names: Vec<String> = stub_places(&text).into_iter().map(|place| place.name).collect();
            assert_eq!(names, lab.stubs, "{}", folder.display());
        }
    }
}

#[test]
fn a_stub_is_one_todo_and_nothing_else() {
    let workspace = Workspace::find().unwrap();
    none(LABS.into_iter().flat_map(|lab| {
        let text = fs::read_to_string(workspace.lab(lab.number).join("src/lib.rs")).unwrap();
        let solved = lab.stubs.iter().filter(|stub| !is_one_todo(body(&text, stub)));
        solved.map(|stub| format!("lab {} {stub}: {}", lab.number, body(&text, stub))).collect::<Vec<_>>()
    }));
}

/// A solution is open for a lab, and for a reader, if nothing in it is still to be done.
#[test]
fn solutions_hold_no_todo() {
    let workspace = Workspace::find().unwrap();
    none(LABS.into_iter().filter_map(|lab| {
        let text = fs::read_to_string(workspace.solution(lab.number).join("src/lib.rs")).unwrap();
        text.contains("todo!").then(|| format!("solution {}", lab.number))
    }));
}

/// What stands between the braces of a formatted top-level function.
fn body<'a>(text: &'a str, name: &str) -> &'a str {
    let starts = [format!("\npub fn {name}("), format!("\npub fn {name}<")];
    let start = starts.iter().find_map(|start| text.find(start)).unwrap_or_else(|| panic!("no `pub fn {name}`"));
    let function = &text[start..];
    let end = function.find("\n}\n").expect("rustfmt puts the last brace into column 0");
    function[..end].split_once("{\n").expect("rustfmt ends the signature with a brace").1.trim()
}

fn is_one_todo(body: &str) -> bool {
    let Some(inside) = body.strip_prefix("todo!(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    // A statement before or after it, or a second macro, would have one of these outside of the text in quotes.
    let code: String = inside.split('"').step_by(2).collect();
    !inside.is_empty() && !code.contains([';', '{', '}', '!', '='])
}

#[test]
fn every_lab_has_its_page() {
    let workspace = Workspace::find().unwrap();
    none(LABS.into_iter().flat_map(|lab| {
        let page = fs::read_to_string(workspace.lab(lab.number).join("README.md")).unwrap_or_default();
        let number = lab.number;
        let sections =
            ["## Check it", "## Try it by hand", "## Rust you need here", "*estimate*", "--stage", "xit code"];
        let commands = [
            format!("# Lab {number}: "),
            format!("cargo test -p lab{number}"),
            format!("cargo lab check {number}"),
            format!("cargo run -p lab{number}"),
        ];
        let stubs = lab.stubs.iter().map(|stub| format!("`{stub}`"));
        let wanted = sections.into_iter().map(str::to_string).chain(commands).chain(stubs);
        let missing = wanted.filter(|text| !page.contains(text));
        missing.map(|text| format!("labs/lab{number}/README.md lacks {text:?}")).collect::<Vec<_>>()
    }));
}

#[test]
fn a_lab_needs_few_crates() {
    let Some(cargo) = env::var_os("CARGO") else { return skipped("there is no cargo in $CARGO") };
    let workspace = Workspace::find().unwrap();
    for lab in LABS {
        let package = format!("lab{}", lab.number);
        let output = Command::new(&cargo)
            .args([
                "tree",
                "--offline",
                "-p",
                &package,
                "-e",
                "normal,dev,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ])
            .current_dir(workspace.root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let tree = String::from_utf8_lossy(&output.stdout).into_owned();
        let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        // A package of this workspace is shown with its folder.
        let others: Vec<&str> = crates.into_iter().filter(|line| !line.is_empty() && !line.contains('/')).collect();
        assert!(others.iter().any(|name| name.starts_with("anyhow ")), "{tree}");
        assert!(others.len() <= MOST_CRATES, "{package} needs {} crates: {others:#?}", others.len());
    }
}

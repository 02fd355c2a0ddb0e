//! What a page names is there: commands, their options, and checks. The examples in `labs/` and README.md count as pages.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use grader::labs::LABS;

use super::links::{Page, pages};

/// A command as a page writes it: `lab peer http --framing`, without what is not its name or an option.
struct Named {
    words: Vec<String>,
    options: BTreeSet<String>,
}

/// `cargo lab ..` and `cargo grade ..` up to the end of the line, of the code or of the sentence.
fn named(page: &Page, tool: &str) -> Vec<Named> {
    let name = format!("cargo {tool} ");
    let behind = page.text.split(&name).skip(1);
    let ends = |char: char| "\n`#|;,()<>\"'".contains(char);
    behind.filter_map(|rest| command(rest.split(ends).next().unwrap_or_default())).collect()
}

fn command(line: &str) -> Option<Named> {
    let plain = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let all: Vec<&str> = line.split_whitespace().take_while(|word| *word != "&&" && *word != "--").collect();
    let words: Vec<String> =
        all.iter().take_while(|word| plain(word) && !word.starts_with('-')).map(|word| word.to_string()).collect();
    let option = |word: &&str| word.strip_prefix("--").is_some_and(|name| plain(&name));
    let options: BTreeSet<String> = all.iter().copied().filter(option).map(str::to_string).collect();
    (!words.is_empty()).then_some(Named { words, options })
}

/// What `--help` says of a command, if there is such a command.
struct Help {
    program: &'static str,
    known: BTreeMap<Vec<String>, Option<String>>,
}

impl Help {
    fn of(&mut self, words: &[String]) -> Option<&str> {
        let program = self.program;
        let ask = || {
            let output = Command::new(program).args(words).arg("--help").output().expect("the program");
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        self.known.entry(words.to_vec()).or_insert_with(ask).as_deref()
    }
}

/// The commands that have commands of their own.
const FAMILIES: &[&str] = &["peer", "export", "emit"];

fn wrong(page: &Page, tool: &str, help: &mut Help) -> Vec<String> {
    let mut wrong = Vec::new();
    for Named { words, options } in named(page, tool) {
        let depth = if FAMILIES.contains(&words[0].as_str()) { words.len().min(2) } else { 1 };
        let Some(said) = help.of(&words[..depth]) else {
            wrong.push(format!("{}: there is no `cargo {tool} {}`", page.name, words[..depth].join(" ")));
            continue;
        };
        let missing = options.iter().filter(|option| !said.contains(option.as_str()));
        wrong.extend(missing.map(|option| format!("{}: `cargo {tool} {}` has no {option}", page.name, words[0])));
    }
    wrong
}

#[test]
fn the_commands_and_options_that_pages_name_exist() {
    for (tool, program) in [("lab", env!("CARGO_BIN_EXE_lab")), ("grade", env!("CARGO_BIN_EXE_grade"))] {
        let mut help = Help { program, known: BTreeMap::new() };
        let wrong: Vec<String> = pages().iter().flat_map(|page| wrong(page, tool, &mut help)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(help.known.len() > 15, "only {} commands of `cargo {tool}` were found", help.known.len());
    }
}

/// `1.09` or `1.18b`. Numbers of this book's sections have one digit behind the point.
#[test]
fn the_checks_that_pages_name_exist() {
    let ids: BTreeSet<String> = LABS
        .into_iter()
        .flat_map(|lab| lab.checks)
        .flat_map(|check| {
            let cases = check.cases.iter().map(|case| format!("{}{}", check.id, case.letter));
            cases.chain([check.id.to_string()]).collect::<Vec<_>>()
        })
        .collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    // Its numbers are measured times.
    for page in pages().into_iter().filter(|page| page.name != "docs/src/benchmark.md") {
        for line in page.prose() {
            let words: Vec<&str> = line.split(|char: char| !(char.is_alphanumeric() || char == '.')).collect();
            for pair in words.windows(2) {
                let word = pair[1].trim_end_matches('.');
                let other = ["section", "sections", "Rust", "Kubernetes"].contains(&pair[0]);
                if other || !looks_like_a_check(word) {
                    continue;
                }
                seen += 1;
                if !ids.contains(word) {
                    wrong.push(format!("{}: {word} in {line:?}", page.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 300, "only {seen} were found");
}

fn looks_like_a_check(word: &str) -> bool {
    let bytes = word.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let letter = bytes.len() == 4 || (bytes.len() == 5 && bytes[4].is_ascii_lowercase());
    letter && (b'1'..=b'5').contains(&bytes[0]) && bytes[1] == b'.' && digits(2..4)
}

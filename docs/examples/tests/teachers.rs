//! The pages for teachers show ladders: they are those that the project's own tests keep fresh.
//!
//! - `<!-- golden: panics -->`: lines of a wrong program's report in `grader/tests/golden`.
//! - `<!-- ladder: 1.09 -->`: lines of a right run in `grader/texts/explain/ladders`.
//! - `<!-- walkthrough: lab1-saved -->`: lines of a screen of `docs/src/walkthrough.md`.
//! - `<!-- scene: swallowed -->`: lines that a page of the book shows of `cargo lab predict`.
//!
//! `[..]` stands for lines that are left out. Bytes, times and ports may be those of an earlier run; `BLESS=1` takes the newest. A student pack has no pages for teachers, and nothing is compared there.

use std::fs;
use std::path::{Path, PathBuf};

/// Pages, and how many blocks with a source each has at least.
const PAGES: [(&str, usize); 3] = [("teachers/plans.md", 0), ("teachers/slides.md", 0), ("teachers/oral.md", 20)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace").to_path_buf()
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("\r\n", "\n")
}

fn pages() -> Vec<(&'static str, usize, String)> {
    let sources = root().join("docs/src");
    if !sources.join("teachers").exists() {
        return Vec::new();
    }
    PAGES.iter().map(|(name, least)| (*name, *least, read(&sources.join(name)))).collect()
}

/// The source of a block and its lines.
fn blocks(text: &str) -> Vec<(String, Vec<String>)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some(source) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        assert_eq!(lines.next(), Some("```text"), "below `{line}`");
        let body = lines.by_ref().take_while(|line| *line != "```").map(str::to_string).collect();
        found.push((source.to_string(), body));
    }
    found
}

/// What the lines have to be from.
fn original(source: &str) -> String {
    let (kind, name) = source.split_once(": ").unwrap_or_else(|| panic!("`{source}` names no source"));
    match kind {
        "golden" => read(&root().join(format!("grader/tests/golden/{name}.txt"))),
        "ladder" => {
            let lab = &name[..1];
            let text = read(&root().join(format!("grader/texts/explain/ladders/lab{lab}.txt")));
            between(&text, &format!("== {name}\n"), "\n\n")
        }
        "walkthrough" => {
            let text = read(&root().join("docs/src/walkthrough.md"));
            between(&text, &format!("<!-- screen: {name} -->\n```text\n"), "\n```")
        }
        "scene" => scene(name),
        _ => panic!("`{source}` is no kind of source"),
    }
}

fn between(text: &str, begin: &str, end: &str) -> String {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("there is no `{}`", begin.trim()));
    rest.split(end).next().expect("a first piece").to_string()
}

/// The block of a chapter whose own test plays the scene.
fn scene(name: &str) -> String {
    let shown = [format!("<!-- scene: {name} -->"), format!("<!-- lab: predict {name} --show")];
    let folder = root().join("docs/src/book");
    let chapters = ["sockets", "streams", "http", "datagrams", "threads", "hangs", "tools"];
    let texts = chapters.iter().map(|chapter| read(&folder.join(format!("{chapter}.md"))));
    let found = texts.filter_map(|text| {
        let begin = shown.iter().find(|comment| text.contains(*comment))?;
        Some(between(&text, begin, "\n```\n"))
    });
    found.into_iter().next().unwrap_or_else(|| panic!("no chapter shows the scene {name}"))
}

#[test]
fn ladders_are_real() {
    for (page, least, text) in pages() {
        let mut fresh = text.clone();
        let blocks = blocks(&text);
        assert!(blocks.len() >= least, "{page} has {} blocks with a source", blocks.len());
        for (source, body) in blocks {
            let original = original(&source);
            let mut lines = original.lines();
            let newest = body.iter().map(|want| match want.as_str() {
                "[..]" => want,
                want => lines
                    .find(|line| shape(line) == shape(want))
                    .unwrap_or_else(|| panic!("{page}, {source}: not there, or not in this order:\n{want}")),
            });
            let newest: Vec<&str> = newest.collect();
            fresh = fresh.replace(&in_page(&source, &body), &in_page(&source, &newest));
        }
        if std::env::var_os("BLESS").is_some() && fresh != text {
            fs::write(root().join("docs/src").join(page), fresh).expect("a page for teachers");
        }
    }
}

fn in_page(source: &str, lines: &[impl AsRef<str>]) -> String {
    let lines: String = lines.iter().map(|line| format!("{}\n", line.as_ref())).collect();
    format!("<!-- {source} -->\n```text\n{lines}```\n")
}

/// A line without its numbers and quoted bytes, which differ from run to run.
fn shape(line: &str) -> String {
    let unquoted: String = line.split('"').step_by(2).collect();
    let words = unquoted.split_whitespace().map(|word| {
        let parts = word.split(|c: char| c.is_ascii_digit());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0")
    });
    // A number of digits only is an empty word by now: its thousands are gone with it.
    // Bytes shown as `f0 53 43 ..` are others in each run, and so is a URL, and what is cut off behind it.
    let byte = |word: &str| word.len() <= 2 && word.chars().all(|c| c.is_ascii_hexdigit());
    let varies = |word: &str| word.is_empty() || byte(word) || word.contains("://") || word.ends_with('.');
    words.filter(|word| !varies(word)).collect::<Vec<_>>().join(" ")
}

/// A page names checks as the table does: an id that does not exist would send a teacher astray.
#[test]
fn checks_and_sections_exist() {
    let table = read(&root().join("docs/src/checks.md"));
    let sections = read(&root().join("grader/texts/sections.toml"));
    let chapters: Vec<usize> = sections
        .split("sections = [")
        .skip(1)
        .map(|list| list.split(']').next().unwrap_or("").matches('"').count() / 2)
        .collect();
    for (page, _, text) in pages() {
        // Times look like sections.
        let prose: String = text.split("```").step_by(2).collect();
        let words: Vec<&str> = prose.split_whitespace().collect();
        for pair in words.windows(2).filter(|pair| !pair[1].starts_with("ms")) {
            let number = pair[0].trim_start_matches(|c: char| !c.is_ascii_digit());
            let word = number.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or("").trim_matches('.');
            let Some((lab, number)) = word.split_once('.') else { continue };
            let (Ok(one), Ok(two)) = (lab.parse::<usize>(), number.parse::<usize>()) else { continue };
            if number.len() == 2 && (1..=5).contains(&one) {
                assert!(table.contains(&format!("### {word} ")), "{page}: there is no check {word}");
            } else if number.len() == 1 && (1..=7).contains(&one) {
                assert!((1..=chapters[one - 1]).contains(&two), "{page}: the book has no section {word}");
            }
        }
    }
}

/// Examples, scenes and pictures that a slide shows.
#[test]
fn what_slides_show_exists() {
    let scenes: String = (1..=5).map(|lab| read(&root().join(format!("grader/texts/predict/lab{lab}.toml")))).collect();
    let mut seen = 0;
    for (page, _, text) in pages() {
        for kind in ["run", "python", "predict", "picture"] {
            for rest in text.split(&format!("{kind} `")).skip(1) {
                let name = rest.split('`').next().expect("a name");
                if name.starts_with("cargo ") {
                    continue;
                }
                let there = match kind {
                    "run" => root().join(format!("docs/examples/src/bin/{name}.rs")).exists(),
                    "python" => root().join("docs/examples/python").join(name).exists(),
                    "predict" => scenes.contains(&format!("name = \"{name}\"")),
                    _ => root().join("docs/src/book").join(name).exists(),
                };
                assert!(there, "{page}: {kind} `{name}` does not exist");
                seen += 1;
            }
        }
    }
    assert!(seen > 100 || pages().is_empty(), "{seen}");
}

/// The words of the class report, as a table explains them, are those of the class report.
#[test]
fn the_words_of_the_report_are_its_words() {
    let Some((_, _, plans)) = pages().into_iter().next() else { return };
    let words = read(&root().join("grader/src/grade/output/words.rs"));
    let explained: Vec<&str> =
        plans.lines().filter_map(|line| line.strip_prefix("| *")?.split_once("* |")).map(|(word, _)| word).collect();
    assert!(explained.len() > 10, "{explained:?}");
    for word in explained {
        let known = words.contains(&format!("\"{word}\"")) || PARTS.contains(&word);
        assert!(known, "the report never says: {word}");
    }
}

/// Parts of the report's page that a row begins with.
const PARTS: &[&str] = &["Where the class stops"];

//! The texts of `grader/texts`: the code and the files name the same keys, and a translation of the files shows.

mod help;
mod marked;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use grader::texts::{names, parse};

use sources::calls;

/// Keys that the code puts together: the tables of checks, what a finding usually means, `--help`, headings, and lanes.
const MADE: [&str; 5] = ["checks/", "report/usually.", "cargo-lab/help/", "cargo-lab/explain/group.", "seen/lanes/"];

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("texts")
}

/// All files below a folder with this ending, as paths from there.
pub fn files(below: &Path, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![below.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path.strip_prefix(below).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// The files of lines; those of `explain/ladders` are recorded, not written.
fn of_lines() -> Vec<String> {
    files(&folder(), ".txt").into_iter().filter(|path| !path.starts_with("explain/")).collect()
}

/// Every key with its text.
fn texts() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for path in of_lines() {
        let file = fs::read_to_string(folder().join(&path)).unwrap();
        for (key, text) in parse(&file) {
            let key = format!("{}/{key}", path.trim_end_matches(".txt"));
            assert!(all.insert(key.clone(), text).is_none(), "{key} is there twice");
        }
    }
    all
}

#[test]
fn the_code_and_the_files_name_the_same_texts() {
    let texts = texts();
    let calls = calls();
    let missing: Vec<_> = calls.iter().filter(|call| !texts.contains_key(&call.key)).collect();
    assert!(missing.is_empty(), "no text for {missing:#?}");
    let used: BTreeSet<&str> = calls.iter().map(|call| call.key.as_str()).collect();
    let made = |key: &str| MADE.iter().any(|start| key.starts_with(start));
    let unused: Vec<_> = texts.keys().filter(|key| !used.contains(key.as_str()) && !made(key)).collect();
    assert!(unused.is_empty(), "nothing says {unused:#?}");
    for (key, text) in &texts {
        assert_eq!(grader::texts::find(key), Some(text.as_str()), "{key}: the file is not in the list of `texts.rs`");
    }
}

/// People in lab 5's chats, whose names stand in what is sent.
const NAMES: [&str; 7] = ["alice", "bob", "BOB", "carol", "dave", "eve", "JESSE"];

#[test]
fn what_a_ladder_calls_the_other_side_has_a_word() {
    let texts = texts();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut named = BTreeSet::new();
    for path in files(&sources, ".rs").iter().filter(|path| path.starts_with("labs/") || path.contains("predict/")) {
        let text = fs::read_to_string(sources.join(path)).unwrap();
        for call in ["connect(", "connect(lab, ", "enter(lab, ", "accept(", "udp(", "RECEIVER: &str = "] {
            let behind = text.split(call).skip(1);
            named.extend(behind.filter_map(|rest| Some(rest.strip_prefix('"')?.split('"').next()?.to_string())));
        }
    }
    assert!(named.len() > 15, "{named:?}");
    let missing: Vec<&String> = named
        .iter()
        .filter(|lane| !NAMES.contains(&lane.as_str()) && !texts.contains_key(&format!("seen/lanes/{lane}")))
        .collect();
    assert!(missing.is_empty(), "no word in seen/lanes.txt for {missing:?}");
}

#[test]
fn what_a_text_names_is_filled_in() {
    let texts = texts();
    for call in calls() {
        let text = texts.get(&call.key).map(String::as_str).unwrap_or_default();
        assert_eq!(names(text), call.values.iter().map(String::as_str).collect::<Vec<_>>(), "{}: {text}", call.key);
    }
}

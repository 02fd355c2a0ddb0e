//! The audit log: what can be done to it shows.

use std::fs;
use std::path::Path;
use std::thread;

use grader::grade::policy::audit::{self, Entry, append, verify, verify_bytes};

fn entry(what: &str) -> Entry {
    Entry {
        at: "2026-12-01T10:00:00Z".to_string(),
        actor: "prof".to_string(),
        what: what.to_string(),
        student: "ada\u{2028}\n\"".to_string(),
        sandbox: "bwrap".to_string(),
        retries: 2,
        reason: "appeal of 3 May".to_string(),
        ..Entry::default()
    }
}

fn log(path: &Path, lines: usize) -> Vec<String> {
    for line in 0..lines {
        append(path, &entry(&format!("line {line}"))).expect("a line");
    }
    fs::read_to_string(path).expect("the log").lines().map(str::to_string).collect()
}

#[test]
fn a_log_that_only_grew_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    assert!(verify(&path).expect("no file").holds());
    let lines = log(&path, 5);
    let verdict = verify(&path).expect("the log");
    assert!(verdict.holds() && verdict.unreadable.is_empty(), "{verdict:?}");
    assert_eq!((verdict.lines, lines.len()), (5, 5));
    let back: Entry = serde_json::from_str(&lines[3]).expect("JSON");
    assert_eq!(Entry { previous: String::new(), ..back }, entry("line 3"));
    let last = append(&path, &entry("more")).expect("a line");
    assert_eq!(verify(&path).expect("the log").last, last, "a hash to keep elsewhere");
}

#[test]
fn what_is_done_to_the_log_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines = log(&folder.path().join("audit.jsonl"), 6);
    let edited = |edit: &dyn Fn(&mut Vec<String>)| {
        let mut lines = lines.clone();
        edit(&mut lines);
        verify_bytes(format!("{}\n", lines.join("\n")).as_bytes())
    };
    assert!(edited(&|_| {}).holds());
    assert_eq!(edited(&|lines| lines[2] = lines[2].replace("prof", "poof")).broken, [4], "a line was changed");
    assert_eq!(edited(&|lines| drop(lines.remove(2))).broken, [3], "a line was taken out");
    assert_eq!(edited(&|lines| drop(lines.remove(0))).broken, [1], "the first line was taken out");
    assert_eq!(edited(&|lines| lines.swap(2, 3)).broken, [3], "two lines were exchanged");
    assert_eq!(edited(&|lines| lines.insert(4, lines[1].clone())).forks, [5, 6], "a line was doubled");
    let replaced = edited(&|lines| lines[2] = "{}".to_string());
    assert_eq!((replaced.unreadable, replaced.broken), (vec![3], vec![4]), "a line was replaced");
}

/// Each writer opens the file anew, as two graders do.
#[test]
fn two_graders_that_write_at_once_break_no_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for line in 0..25 {
                    append(path, &entry(&format!("{writer} {line} {}", "long ".repeat(line * 40)))).expect("a line");
                }
            });
        }
    });
    let verdict = verify(&path).expect("the log");
    assert!(verdict.holds() && verdict.unreadable.is_empty(), "{verdict:?}");
    assert_eq!(verdict.lines, 100);
}

/// Killed in the middle of a line: the next line is a line of its own, and the torn one stays part of the chain.
#[test]
fn a_torn_line_spoils_only_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    log(&path, 2);
    let whole = fs::read(&path).expect("the log");
    fs::write(&path, &whole[..whole.len() - 20]).expect("a torn log");
    log(&path, 1);
    let verdict = verify(&path).expect("the log");
    assert_eq!((verdict.lines, verdict.unreadable.clone(), verdict.holds()), (3, vec![2], true), "{verdict:?}");
    let text = fs::read_to_string(&path).expect("the log").replacen("line 1", "line 7", 1);
    assert_eq!(audit::verify_bytes(text.as_bytes()).broken, [3], "a torn line is no place to hide an edit");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_no_silence() {
    let error = append(Path::new("/dev/full"), &entry("lost")).expect_err("nothing fits");
    assert!(format!("{error:#}").contains("cannot"), "{error:#}");
}

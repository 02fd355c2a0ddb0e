//! Every errno, call and signal that the grader, the labs or the solutions can name has a word. The names are taken from
//! the code itself, so that a new one without a word fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use grader::build::Workspace;
use grader::check::Ended;
use grader::labs::{self, LABS};
use grader::waits::Call;
use grader::workbook::explain::words;

fn known(name: &str) -> bool {
    !words::find(name).is_empty()
}

/// Every file of Rust below these folders whose text a student's report can come from.
fn sources() -> Vec<(String, String)> {
    let root = Workspace::find().unwrap().root().to_path_buf();
    let mut files = Vec::new();
    for folder in ["grader/src", "grader/texts/checks", "grader/texts/seen", "labs", "solutions"] {
        collect(&root.join(folder), &mut files);
    }
    // The teacher's side, and what builds programs, have errors of files that no student's report names.
    let for_students = |(name, _): &(String, String)| {
        !["src/grade", "src/build", "src/prove", "src/bin", "src/workbook", "history.rs"]
            .iter()
            .any(|part| name.contains(part))
    };
    assert!(files.len() > 80, "{} files", files.len());
    files.into_iter().filter(for_students).collect()
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match path.extension() {
            _ if path.is_dir() && !path.ends_with("target") => collect(&path, files),
            Some(extension) if ["rs", "md", "txt"].iter().any(|read| extension == *read) => {
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
            _ => {}
        }
    }
}

/// The words of a text: letters, digits and `_`.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|token| !token.is_empty())
}

/// An errno's name: E and capitals, and no plain word in capitals.
fn is_errno(token: &str) -> bool {
    let plain = [
        "EOF",
        "EXIT",
        "ESTABLISHED",
        "ECHO",
        "ECHOBOT",
        "END",
        "EMPTY",
        "EACH",
        "EVEN",
        "EVERY",
        "ENTRY",
        "ERRORS",
        "ENDS",
    ];
    token.len() >= 4
        && token.starts_with('E')
        && token.bytes().all(|byte| byte.is_ascii_uppercase())
        && !plain.contains(&token)
}

fn is_signal(token: &str) -> bool {
    token.len() > 4 && token.starts_with("SIG") && token.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[test]
fn every_errno_and_signal_of_the_code_is_explained() {
    let mut missing = BTreeMap::new();
    let mut found = BTreeSet::new();
    let all = sources();
    for (file, text) in &all {
        for token in tokens(text).filter(|token| is_errno(token) || is_signal(token)) {
            found.insert(token);
            if !known(token) {
                missing.insert(token, file);
            }
        }
    }
    assert!(found.contains("EPIPE") && found.contains("SIGPIPE") && found.len() > 12, "{found:?}");
    assert!(missing.is_empty(), "no word in texts/explain/words for {missing:#?}");
}

#[test]
fn every_kind_of_error_of_the_code_is_explained() {
    let mut missing = BTreeMap::new();
    let mut found = BTreeSet::new();
    let all = sources();
    for (file, text) in &all {
        for part in text.split("ErrorKind::").skip(1) {
            let kind = tokens(part).next().unwrap_or_default();
            if part.starts_with(kind) && kind.starts_with(|first: char| first.is_ascii_uppercase()) {
                found.insert(kind);
                // No errors of a socket.
                if !known(kind) && !["NotFound", "IsADirectory", "Other"].contains(&kind) {
                    missing.insert(kind, file);
                }
            }
        }
    }
    assert!(found.contains("ConnectionReset") && found.len() > 8, "{found:?}");
    assert!(missing.is_empty(), "no word in texts/explain/words for {missing:#?}");
}

/// What a report says of a thread. The match has an arm for each call: a new one does not compile until it has a word.
fn word_of(call: &Call) -> &'static str {
    match call {
        Call::Accept => "accept",
        Call::Connect => "connect",
        Call::Read => "read",
        Call::Write => "write",
        Call::Copy => "io::copy",
        Call::Recv => "recv",
        Call::Send => "send",
        Call::Mutex => "Mutex",
        Call::Channel => "channel",
        Call::Condvar => "Condvar",
        Call::Join => "join",
        Call::Sleep => "sleep",
        Call::Poll => "poll",
        Call::Running => "runs on the CPU",
        Call::Stopped => "SIGSTOP",
        Call::Ended => "panic",
        Call::Other(_) => "peek",
    }
}

#[test]
fn every_call_that_a_report_names_is_explained() {
    use Call::*;
    let all = [
        Accept, Connect, Read, Write, Copy, Recv, Send, Mutex, Channel, Condvar, Join, Sleep, Poll, Running, Stopped,
        Ended,
    ];
    for call in all.into_iter().chain([Other("peek()".into())]) {
        assert!(known(word_of(&call)), "{call:?}");
    }
    // `Other` holds what `waits/call.rs` puts there, and the kernel's calls stand in its table.
    let call = sources().into_iter().find(|(name, _)| name.ends_with("waits/call.rs")).unwrap().1;
    // Put there as it is, or as a text: `Call::Other("peek()".into())`, `Call::Other(say!("seen/threads/..").into())`.
    let quoted = call.split("Call::Other(").skip(1).filter_map(|part| part.split('"').nth(1));
    let others: Vec<&str> = quoted.map(|word| grader::texts::find(word).unwrap_or(word)).collect();
    assert!(others.len() >= 5, "{others:?}");
    for other in others.into_iter().filter(|other| !other.starts_with("kernel call")) {
        let name =
            other.split("()").next().unwrap().rsplit("looks like an ").next().unwrap().split(' ').next().unwrap();
        assert!(known(name), "{other}");
    }
    let table = call.split("enum Sys {").nth(1).unwrap().split('}').next().unwrap();
    let names: Vec<&str> = tokens(table).collect();
    assert!(names.contains(&"Recvfrom") && names.len() > 15, "{names:?}");
    for name in names {
        // Goes on with the call that a signal broke off, which is named instead.
        assert!(known(name) || name == "Restart", "Sys::{name}");
    }
}

#[test]
fn every_manual_page_that_a_check_refers_to_is_explained() {
    let mut missing = BTreeSet::new();
    let mut count = 0;
    for check in LABS.into_iter().flat_map(|lab| lab.checks) {
        for section in ["(2)", "(3)"] {
            let pages = check.reference().match_indices(section);
            for (end, _) in pages {
                let page = check.reference()[..end].rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
                count += 1;
                if !known(page) {
                    missing.insert(page);
                }
            }
        }
    }
    assert!(count > 40, "{count}");
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_exit_code_and_signal_of_a_report_is_explained() {
    for code in [0, 2, 3, 4, 5, 6, 7, 22, 101] {
        assert!(known(&format!("exit code {code}")), "{code}");
    }
    let named = (1..=31).filter_map(|signal| {
        let said = Ended::Signal(signal).to_string();
        Some((signal, said.split_once(" (")?.1.trim_end_matches(')').to_string()))
    });
    let named: Vec<(i32, String)> = named.collect();
    assert!(named.len() >= 6, "{named:?}");
    for (signal, name) in named {
        let found = words::find(&format!("signal {signal}"));
        assert_eq!(found.iter().map(|word| &word.name).collect::<Vec<_>>(), [&name]);
    }
}

#[test]
fn words_are_whole_and_their_names_are_their_own() {
    let mut names = BTreeMap::new();
    for word in words::all() {
        for text in [&word.means, &word.when, &word.rust, &word.remedy, &word.see] {
            assert!(text.len() > 5 && !text.contains("  "), "{}: {text:?}", word.name);
        }
        assert!(word.means.len() < 200 && word.means.ends_with(['.', '?']), "{}: {:?}", word.name, word.means);
        assert!(word.example.lines().all(|line| line.chars().count() <= 68), "{}: the example is too wide", word.name);
        for id in &word.checks {
            assert!(labs::check(id).is_some(), "{}: there is no check {id}", word.name);
        }
        for name in std::iter::once(&word.name).chain(&word.also) {
            let before = names.insert(name, &word.name);
            assert_eq!(before, None, "{name} is a name of {} too", word.name);
            let found: Vec<&String> = words::find(name).iter().map(|found| &found.name).collect();
            assert_eq!(found, [&word.name], "{name}");
        }
    }
    assert!(words::all().len() > 90);
}

#[test]
fn a_word_is_found_in_every_spelling() {
    for (asked, wanted) in [
        ("EPIPE", "EPIPE"),
        ("epipe", "EPIPE"),
        ("BrokenPipe", "EPIPE"),
        ("broken pipe", "EPIPE"),
        ("ErrorKind::BrokenPipe", "EPIPE"),
        ("std::io::ErrorKind::BrokenPipe", "EPIPE"),
        ("Broken pipe (os error 32)", "EPIPE"),
        ("os error 32", "EPIPE"),
        ("errno 32", "EPIPE"),
        ("32", "EPIPE"),
        ("recv", "recv"),
        ("recv()", "recv"),
        ("recv(2)", "recv"),
        ("recvfrom", "recv"),
        ("TcpStream::read", "read"),
        ("`write_all`", "write_all"),
        ("LISTEN", "LISTEN"),
        ("listen", "listen"),
        ("TIME_WAIT", "TIME-WAIT"),
        ("time-wait", "TIME-WAIT"),
        ("fin-wait-2", "FIN-WAIT-1"),
        ("Ok(0)", "FIN"),
        ("signal 13", "SIGPIPE"),
        ("exit code 5", "exit 5"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "127.0.0.1"),
        ("::", "0.0.0.0"),
    ] {
        let found: Vec<&str> = words::find(asked).iter().map(|word| word.name.as_str()).collect();
        assert_eq!(found, [wanted], "{asked}");
    }
    // A number may be an error's, a signal's and an exit code.
    let found: Vec<&str> = words::find("22").iter().map(|word| word.name.as_str()).collect();
    assert_eq!(found, ["exit 22", "EINVAL"]);
    for nothing in ["", "()", "-", "nonsense", "99999999999999999999", "1.2.3"] {
        assert!(words::find(nothing).is_empty(), "{nothing}");
    }
}

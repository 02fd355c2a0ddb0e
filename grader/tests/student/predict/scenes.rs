//! Every scene is played, and shows what its text speaks of.

#[cfg(target_os = "linux")]
use std::collections::BTreeMap;

use predicates::str::is_empty;

use super::{SCREEN, copy, lab, line, scenes, stdout};

/// Each scene is played, says what it saw in the words of one of its answers, and fits two screens: question, result.
fn shows(number: &str) {
    let folder = copy();
    let text = stdout(&lab(&folder, &["predict", number, "--show"]).assert().success().stderr(is_empty()));
    assert!(!text.contains('\x1b') && !text.contains("trouble"), "{text}");
    let scenes = scenes(&text);
    assert!(scenes.len() >= 4, "{text}");
    for scene in scenes {
        let whole = scene.join("\n");
        let ladder = scene.iter().position(|line| line.starts_with("      ms  ")).expect(&whole);
        assert!(ladder < SCREEN && scene.len() - ladder < SCREEN, "{whole}");
        assert!(scene.iter().all(|line| line.chars().count() <= 80), "{whole}");
        assert_eq!(scene.iter().filter(|line| line.starts_with(">>")).count(), 1, "{whole}");
        let observed = line(&scene, "  Observed ").trim_start_matches("  Observed").trim();
        let listed = scene.iter().any(|line| line.starts_with("    ") && line.trim() == observed);
        let number = observed.split(' ').count() == 2 && observed.split(' ').next().unwrap().parse::<u64>().is_ok();
        assert!(listed || number, "{whole}");
        assert!(line(&scene, "  See ").contains("book "), "{whole}");
        // A word that is cut in the right column would be an error nobody can read.
        let cut = |line: &&&str| line.ends_with("..") && !line.ends_with("\" ..");
        assert_eq!(scene[ladder..].iter().find(cut), None, "{whole}");
    }
    assert!(!folder.path().join(".loopback").exists(), "--show remembers nothing");
}

#[test]
fn lab_1_is_played() {
    shows("1");
}

#[test]
fn lab_2_is_played() {
    shows("2");
}

#[test]
fn lab_3_is_played() {
    shows("3");
}

#[test]
fn lab_4_is_played() {
    shows("4");
}

#[test]
fn lab_5_is_played() {
    shows("5");
}

/// What the kernel of Linux does in each scene, so that a scene that stopped showing it is noticed.
#[cfg(target_os = "linux")]
#[test]
fn linux_does_what_the_book_says() {
    let expected = [
        ("small-buffer", "4, then 4: the writes leave no trace"),
        ("full-buffer", "it waits"),
        ("half-close", "yes: only one direction has ended"),
        ("gone-client", "the first succeeds, the second fails"),
        ("unread-bytes", "an error: ConnectionReset"),
        ("port-in-use", "its bind fails; the first keeps the port"),
        ("before-accept", "both: connect and write"),
        ("two-writes", "8 bytes"),
        ("nobody-listens", "an error, at once"),
        ("read-timeout", "an error of kind WouldBlock"),
        ("full-connection", "Ok with fewer bytes"),
        ("reset-after-data", "4 bytes, then ConnectionReset"),
        ("both-write", "both sides wait for ever"),
        ("head-in-pieces", "the part that has come"),
        ("cut-short", "Ok(3)"),
        ("kept-open", "it has the 5 bytes, and waits"),
        ("chunks-as-text", "15 bytes"),
        ("swallowed", "it waits: the body is gone"),
        ("no-blank-line", "nothing: both wait"),
        ("two-sends", "2 bytes"),
        ("small-buffer-udp", "10 bytes; the second waits"),
        ("empty-datagram", "it returns Ok(0), and that is a datagram"),
        ("dead-port", "Ok, then ConnectionRefused"),
        ("dead-port-unconnected", "it waits"),
        ("too-long", "send fails, and nothing is sent"),
        ("asleep", "all are Ok, some are there"),
        ("stranger", "it waits: the stranger is not heard"),
        ("second-client", "read"),
        ("two-lines", "1 reply"),
        ("same-name", "2 clients"),
        ("mixed-lines", "lines that are mixed up"),
        ("lock-and-write", "nothing: she waits until bob reads"),
        ("kept-copy", "nothing: it waits until the clone is gone too"),
    ];
    let folder = copy();
    let mut seen = BTreeMap::new();
    for number in ["1", "2", "3", "4", "5"] {
        let text = stdout(&lab(&folder, &["predict", number, "--show"]).assert().success());
        for scene in scenes(&text) {
            let name = scene[0].rsplit(' ').next().unwrap().to_string();
            let observed = line(&scene, "  Observed ").trim_start_matches("  Observed").trim();
            let observed = observed.split_once("  ").map_or(observed, |(_, words)| words);
            seen.insert(name, observed.to_string());
        }
    }
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    assert_eq!(seen, expected);
}

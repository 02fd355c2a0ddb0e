//! `cargo lab predict` and `cargo lab tour`, as a student uses them: with a terminal and without one.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::build::Workspace;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
/// What a screen holds.
const SCREEN: usize = 24;

/// A student's copy with the labs' own files, so that nothing is remembered in this repository.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
    let from = Workspace::find().unwrap().lab(1).join("src");
    let to = folder.path().join("labs/lab1/src");
    fs::create_dir_all(&to).unwrap();
    for file in fs::read_dir(from).unwrap().flatten() {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    folder
}

fn lab(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(folder.path()).timeout(LIMIT);
    command
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// The scenes of what was printed, each from its title on.
fn scenes(text: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("lab ") && line.contains(", scene ") {
            all.push(Vec::new());
        }
        if let Some(scene) = all.last_mut() {
            scene.push(line);
        }
    }
    all
}

/// The line of a scene that starts like this.
fn line<'a>(scene: &[&'a str], start: &str) -> &'a str {
    scene.iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no `{start}` in {scene:#?}"))
}

// ---- scenes ----------------------------------------------------------------------------------------------------------

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

// ---- predictions -----------------------------------------------------------------------------------------------------

#[test]
fn predictions_are_compared_and_remembered() {
    let folder = copy();
    let said = stdout(&lab(&folder, &["predict", "2", "--answers", "8,2"]).assert().success().stderr(is_empty()));
    let played = scenes(&said);
    assert_eq!(played.len(), 2, "only what was predicted is played: {said}");
    assert!(line(&played[0], "  RIGHT ").ends_with("as you predicted"), "{said}");
    assert!(line(&played[1], "  OTHERWISE  ").ends_with("you predicted: 2  an error, after a long wait"), "{said}");
    assert!(said.ends_with("1 of 2 predicted right\n"), "{said}");

    let noted = fs::read_to_string(folder.path().join(".loopback/predict")).unwrap();
    let without_time: Vec<&str> = noted.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(without_time, ["two-writes 8 8", "nobody-listens waits refused"]);
    let list = stdout(&lab(&folder, &["predict"]).assert().success());
    for mark in ["  * two-writes ", "  ! nobody-listens ", "    read-timeout "] {
        assert!(list.lines().any(|line| line.starts_with(mark)), "{list}");
    }
}

#[test]
fn the_list_names_every_scene_once() {
    let folder = copy();
    let list = stdout(&lab(&folder, &["predict"]).assert().success().stderr(is_empty()));
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let named = list.lines().filter(|line| line.starts_with("    ")).count();
    assert!(named >= 20, "{list}");
}

#[test]
fn answers_that_make_no_sense_are_told_before_anything_is_played() {
    let folder = copy();
    for (args, why) in [
        (&["predict", "1", "--answers", "1,9"][..], "`9` is no answer to full-buffer; try: a number from 1 to 3"),
        (&["predict", "1", "--answers", "1,x"], "`x` is no answer"),
        (&["predict", "1", "--answers", "0"], "`0` is no answer"),
        (&["predict", "two-writes", "--answers", "8,8"], "2 answers for 1 scenes; try: one for each"),
        (&["predict", "two-writes", "--answers", "many"], "try: a number of bytes"),
        (&["predict", "6"], "`6` is no lab and no scene"),
        (&["predict", "ful-bufer"], "near it:\n  full-buffer"),
        (&["predict", "\x1b[31m"], "`\\u{1b}[31m` is no lab and no scene"),
    ] {
        lab(&folder, args).assert().code(2).stdout(is_empty()).stderr(contains(why));
    }
    lab(&folder, &["predict", "--answers", "1"]).assert().code(2);
    lab(&folder, &["predict", "1", "--show", "--answers", "1"]).assert().code(2);
}

#[test]
fn a_damaged_memory_is_set_aside_and_told() {
    let folder = copy();
    let memory = folder.path().join(".loopback/predict");
    fs::create_dir(folder.path().join(".loopback")).unwrap();
    for aside in ["predict.damaged", "predict.damaged-2"] {
        fs::write(&memory, b"\xff\xfe not\nours at\nall").unwrap();
        lab(&folder, &["predict"])
            .assert()
            .success()
            .stderr(contains("is damaged; it is kept as").and(contains(aside)));
        assert_eq!(fs::read(folder.path().join(".loopback").join(aside)).unwrap(), b"\xff\xfe not\nours at\nall");
        assert!(!memory.exists());
    }
    // A last line that is half written is no damage.
    fs::write(&memory, "1763640000 two-writes 8 8\n17636").unwrap();
    lab(&folder, &["predict"]).assert().success().stderr(is_empty()).stdout(contains("* two-writes"));
}

#[test]
fn what_cannot_be_remembered_is_told_and_no_failure() {
    let folder = copy();
    fs::write(folder.path().join(".loopback"), "a file where the folder should be").unwrap();
    let said = lab(&folder, &["predict", "two-writes", "--answers", "8"]).assert().success();
    said.stdout(contains("1 of 1 predicted right")).stderr(contains("this is not remembered"));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = copy();
    let mut command = process::Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["predict", "3", "--show"]).current_dir(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(first.starts_with("lab 3, scene 1") && said.is_empty(), "{first}{said}");
}

// ---- the tour --------------------------------------------------------------------------------------------------------

/// Every file below a folder with its contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => all.extend(contents(&path)),
            path => drop(all.insert(path.clone(), fs::read(path).unwrap())),
        }
    }
    all
}

#[test]
fn the_tour_explains_a_real_report_and_touches_nothing() {
    let (folder, temporary) = (copy(), tempfile::tempdir().unwrap());
    let before = contents(folder.path());
    let said = lab(&folder, &["tour"]).env("TMPDIR", temporary.path()).assert().success().stderr(is_empty());
    let said = stdout(&said);
    assert_eq!(contents(folder.path()), before);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "what was built is gone");

    assert!(!said.contains('\x1b') && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    // Each block stands there twice: in the report, and above its explanation.
    for block in [
        "FAILED  1.04 answers_at_once",
        "  want  12 bytes",
        "  got   0 bytes",
        ">>",
        "  Where you are",
        "  Usually means",
        "  Next  ",
    ] {
        assert_eq!(said.lines().filter(|line| line.starts_with(block)).count(), 2, "{block}\n{said}");
    }
    for command in ["check 1", "hint 1.04", "replay 1.04", "watch 1"] {
        assert!(said.contains(&format!("cargo lab {command}")), "{said}");
    }
    // The line that the report names is the one of the function that the tour shows.
    let program = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("texts/tour/echo.rs")).unwrap();
    let at = 1 + program.lines().position(|line| line.starts_with("pub fn echo_once")).unwrap();
    assert!(said.contains(&format!("grader/texts/tour/echo.rs:{at}")), "{said}");
    assert!(said.contains("    pub fn echo_once(") && said.contains("read_until(b'\\n'"), "{said}");
}

// ---- with a terminal -------------------------------------------------------------------------------------------------

/// What a terminal shows when this is typed. `script` (util-linux) is the terminal.
#[cfg(target_os = "linux")]
fn typed(folder: &TempDir, args: &str, keys: &str) -> Option<String> {
    let mut command = process::Command::new("script");
    command.args(["-qec", &format!("{} {args}", env!("CARGO_BIN_EXE_lab")), "/dev/null"]);
    command.current_dir(folder.path()).env("TERM", "xterm").env_remove("NO_COLOR");
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        common::skipped("there is no `script` to be a terminal");
        return None;
    };
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_asked_scene_by_scene() {
    let folder = copy();
    // Nonsense, a right prediction, on to the next scene, and out.
    let Some(said) = typed(&folder, "predict 2", "seven\n8\n\nq\n") else { return };
    assert!(said.contains("a number of bytes, please"), "{said}");
    assert!(said.contains("\x1b[1;32m  RIGHT"), "{said}");
    assert!(said.contains("lab 2, scene 2 of 6") && !said.contains("lab 2, scene 3 of 6"), "{said}");
    assert!(said.trim_end().ends_with("1 of 1 predicted right"), "{said}");

    // What was predicted right is not asked again, unless it is wished for.
    let said = typed(&folder, "predict 2", "q\n").unwrap();
    assert!(said.contains("1 of 6 predicted right before") && said.contains("lab 2, scene 2 of 6"), "{said}");
    let said = typed(&folder, "predict 2 --again", "q\n").unwrap();
    assert!(said.contains("lab 2, scene 1 of 6"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn colour_is_left_out_where_it_is_not_wanted() {
    let folder = copy();
    let Some(said) = typed(&folder, "predict two-writes", "8\n") else { return };
    assert!(said.contains('\x1b'), "{said}");
    let mut command = process::Command::new("script");
    command.args(["-qec", &format!("{} predict two-writes", env!("CARGO_BIN_EXE_lab")), "/dev/null"]);
    command.current_dir(folder.path()).env("NO_COLOR", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"8\n").unwrap();
    let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(said.contains("RIGHT") && !said.contains('\x1b'), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_tour_goes_on_page_by_page() {
    let folder = copy();
    let Some(said) = typed(&folder, "tour", "\n\n\nq\n") else { return };
    let pages: Vec<&str> = said.split("q: quit ").collect();
    assert_eq!(pages.len(), 5, "{said}");
    assert!(pages.iter().all(|page| page.trim().lines().count() <= SCREEN), "{said}");
    assert!(pages[1].contains("FAILED") && pages[3].contains("want") && !said.contains("That was the tour"), "{said}");
}

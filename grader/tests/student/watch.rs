//! `cargo lab watch`, in a terminal and without one.

mod saves;
mod terminal;

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use self::terminal::{Running, plain};
use super::desk::{Copy, extra_bytes, solution, written};
use crate::common::skipped;
use rustix::process::{Pid, Signal, kill_process};

const LAB: &str = env!("CARGO_BIN_EXE_lab");

/// Whether `script` is here, which makes the terminals.
fn have_a_terminal() -> bool {
    let here = Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success());
    if !here {
        skipped("there is no `script` of util-linux, which makes the terminal");
    }
    here
}

/// `cargo lab watch 1` in a terminal of 80 columns.
fn watch(copy: &Copy) -> Running {
    Running::in_terminal(&format!("exec {LAB} watch 1"), 80, copy.root(), &[])
}

/// Lab 1, right, but with 50 ms before every byte: its run lasts for half a minute.
fn slow() -> String {
    let every_byte = "for byte in &buf[..n] {\n        std::thread::sleep(std::time::Duration::from_millis(50));\n        \
                      stream.write_all(&[*byte])?;\n    }";
    let slow = solution(1).replace("stream.write_all(&buf[..n])?;", every_byte);
    assert_ne!(slow, solution(1));
    // A program that was built before would run out of another folder than the test looks at.
    static TURN: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{slow}// {now} {}\n", TURN.fetch_add(1, Ordering::Relaxed))
}

#[test]
fn what_is_written_step_by_step_passes_step_by_step() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    let mut watch = watch(&copy);
    watch.wait_for("0 of 18 pass, write open_listener");
    for (functions, wants) in
        [(1, "1.01 1.02 1.03 pass now"), (2, "1.04 1.05 pass now"), (4, "lab 1: all passes")].into_iter()
    {
        copy.save(1, &written(functions));
        watch.wait_for("lib.rs saved");
        watch.wait_for("new ");
        watch.wait_for(wants);
    }
    copy.save(1, &extra_bytes());
    watch.wait_for("lost ");
    watch.wait_for("FAILED  1.05");
    watch.wait_for("see 1.05");

    watch.press("n");
    watch.wait_for("FAILED  1.07");
    watch.wait_for("see 1.07");
    watch.press("n\n");
    // The check that was chosen is told before the others are done, and not again.
    watch.wait_for("FAILED  1.0");
    watch.press("q");
    let (_, status) = watch.end();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_check_that_failed_comes_first_and_is_told_once() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    copy.save(1, &extra_bytes());
    let mut watch = watch(&copy);
    watch.wait_for("see 1.05");
    copy.save(1, &format!("{}\n", extra_bytes()));
    watch.wait_for("lib.rs saved");
    watch.wait_for("FAILED  1.05");
    watch.wait_for("lab 1  TCP echo server");
    let after = watch.wait_for("see 1.05");
    assert!(!after.contains("1.05 echoes_just_what_came"), "{after}");
    assert!(after.contains("1.07 echoes_again_and_again"), "{after}");
}

#[test]
fn keys_are_answered_while_a_check_runs() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    copy.save(1, &slow());
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().to_str().unwrap();
    let line = format!("exec {LAB} watch 1");
    let mut watch = Running::in_terminal(&line, 80, copy.root(), &[("TMPDIR", folder)]);
    watch.wait_for("/18");
    watch.press("?");
    watch.wait_for("these keys");
    watch.press("n");
    watch.wait_for("no check fails");
    assert!(!watch.all().contains("of 100 points"), "{}", watch.all());
    watch.press("s");
    watch.wait_for("stopped after");
    until(|| programs_in(folder).is_empty(), "programs of a stopped run go on");

    watch.press("\n");
    watch.wait_for("again");
    watch.wait_for("/18");
    copy.save(1, &solution(1));
    watch.wait_for("lib.rs saved; the run before it is stopped");
    watch.wait_for("lab 1: all passes");
    watch.press("q");
    assert_eq!(watch.end().1.code(), Some(0));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "nothing that was built is left");
}

#[test]
fn leaving_during_a_run_leaves_no_program() {
    if !have_a_terminal() {
        return;
    }
    for how in ["q", "\x03", "TERM"] {
        let copy = Copy::new();
        copy.save(1, &slow());
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().to_str().unwrap();
        let line = format!("exec {LAB} watch 1");
        let mut watch = Running::in_terminal(&line, 80, copy.root(), &[("TMPDIR", folder)]);
        watch.wait_for("1/18");
        until(|| !programs_in(folder).is_empty(), "no program runs");
        match how {
            "TERM" => send(watch.inner(), Signal::TERM),
            keys => watch.press(keys),
        }
        watch.end();
        until(|| programs_in(folder).is_empty(), how);
    }
}

#[test]
fn the_terminal_is_put_back_on_every_way_out() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    for (how, code) in [("q", 0), ("\x04", 0), ("\x03", 130), ("\x1c", 131), ("TERM", 143), ("HUP", 129)] {
        let line = format!("trap : INT QUIT; {LAB} watch 1; echo code $?; stty -a; echo over");
        let mut watch = Running::in_terminal(&line, 80, copy.root(), &[]);
        watch.wait_for("0 of 18 pass");
        match how {
            "TERM" | "HUP" => {
                let lab = child_of(watch.inner());
                send(lab, if how == "HUP" { Signal::HUP } else { Signal::TERM });
            }
            keys => watch.press(keys),
        }
        watch.wait_for(&format!("code {code}"));
        let modes = watch.wait_for("over");
        assert!(modes.contains(" icanon") && modes.contains(" echo "), "{how:?}: {modes}");
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_going_on_takes_it_again() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    let mut watch = watch(&copy);
    watch.wait_for("0 of 18 pass");
    let pid = watch.inner();
    let terminal = fs::read_link(format!("/proc/{pid}/fd/0")).unwrap();
    let key_by_key = || {
        let output = Command::new("stty").arg("-a").stdin(fs::File::open(&terminal).unwrap()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains("-icanon")
    };
    assert!(key_by_key());
    send(pid, Signal::TSTP);
    until(|| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") T "), "it does not stop");
    assert!(!key_by_key());
    // `script` stops with its child, and lets it go on when it goes on itself.
    let script = watch.child.id();
    until(|| fs::read_to_string(format!("/proc/{script}/stat")).unwrap().contains(") T "), "script does not stop");
    send(script, Signal::CONT);
    send(pid, Signal::CONT);
    until(key_by_key, "it does not take the terminal again");
    watch.press("?");
    watch.wait_for("these keys");
    watch.press("q");
    assert_eq!(watch.end().1.code(), Some(0));
}

#[test]
fn watching_at_rest_does_not_even_wake_up() {
    let copy = Copy::new();
    let mut watch = Running::start(Command::new(LAB).args(["watch", "1"]).current_dir(copy.root()));
    watch.wait_for("0 of 100 points");
    let pid = watch.child.id();
    // The thread of the run may still be ending; from then on nothing happens.
    let at_rest = || {
        let before = activity(pid);
        thread::sleep(Duration::from_secs(2));
        activity(pid) == before
    };
    until(at_rest, "it wakes up again and again");
}

#[test]
fn a_narrow_terminal_shows_lines_that_fit() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    let mut watch = Running::in_terminal(&format!("exec {LAB} watch 1"), 20, copy.root(), &[]);
    watch.wait_for("lab 1: 0 of 18 p");
    watch.press("q");
    let said = watch.end().0;
    let moving = said.split("\r\x1b[K").skip(1).map(|part| part.split(['\r', '\n']).next().unwrap_or_default());
    let moving: Vec<&str> = moving.filter(|line| !line.is_empty()).collect();
    assert!(moving.iter().any(|line| line.starts_with("building")), "{moving:?}");
    assert!(moving.iter().filter(|line| !line.contains("TCP")).all(|line| line.chars().count() < 20), "{moving:?}");
}

#[test]
fn plain_text_has_no_escapes_and_keys_work_all_the_same() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    for (flag, name, value) in [("--plain", "X", ""), ("", "NO_COLOR", "1"), ("", "TERM", "dumb")] {
        let line = format!("exec {LAB} watch 1 {flag}");
        let mut watch = Running::in_terminal(&line, 80, copy.root(), &[(name, value)]);
        watch.wait_for("0 of 100 points");
        watch.press("?");
        watch.wait_for("these keys");
        watch.press("q");
        let said = watch.end().0;
        assert!(!said.contains('\x1b'), "{flag} {name}: {said:?}");
        assert_eq!(plain(&said), said);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let copy = Copy::new();
    let mut command = Command::new("sh");
    let line = format!("{{ {LAB} watch 1; echo code $? >&2; }} | head -n 1");
    let mut watch = Running::start(command.args(["-c", &line]).current_dir(copy.root()));
    watch.wait_for("watching");
    // The next line that it says has nobody who reads it.
    let (_, status) = watch.end();
    assert!(status.success());
}

#[test]
fn o_opens_the_editor_and_the_watch_goes_on() {
    if !have_a_terminal() {
        return;
    }
    let copy = Copy::new();
    copy.save(1, &extra_bytes());
    let editor = copy.root().join("vim");
    fs::write(&editor, "#!/bin/sh\nstty -a | grep -o ' icanon'\necho \"args $*\"\nread line\necho \"typed $line\"\n")
        .unwrap();
    fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let variables = [("EDITOR", editor.to_str().unwrap())];
    let mut watch = Running::in_terminal(&format!("exec {LAB} watch 1"), 80, copy.root(), &variables);
    watch.wait_for("see 1.05");
    watch.press("o");
    watch.wait_for(" icanon");
    watch.wait_for("args +29 ");
    watch.press("q?\n");
    watch.wait_for("typed q?");
    watch.press("?");
    watch.wait_for("these keys");
    watch.press("q");
    assert_eq!(watch.end().1.code(), Some(0));
}

/// CPU time in ticks, and how often its threads gave up the CPU.
fn activity(pid: u32) -> Vec<String> {
    let mut all = Vec::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        all.extend(status.lines().filter(|line| line.contains("ctxt_switches")).map(str::to_string));
        all.push(fs::read_to_string(task.path().join("schedstat")).unwrap_or_default());
    }
    all
}

/// The programs that run out of this folder.
fn programs_in(folder: &str) -> Vec<String> {
    let lines = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let program = fs::read_link(entry.path().join("exe")).ok()?;
        program.starts_with(folder).then(|| program.display().to_string())
    });
    lines.collect()
}

fn child_of(pid: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    children.split_whitespace().next().unwrap().parse().unwrap()
}

fn send(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

/// Looks until it is so.
fn until(mut so: impl FnMut() -> bool, what: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

//! Machines that lack something, places where nobody runs a workbook, and readers that go away: `cargo lab` says what is
//! the matter, with the exit code that is for it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Output, Stdio};

use grader::build::{Source, Stage, Toolchain, Workspace, build};
use grader::clock::Clock;
use grader::lab::{Scale, Setup};
use grader::workbook::exit;
use grader::{labs, run};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::student::{Copy, Lib, RIGHT};
use crate::common::skipped;

fn right() -> Copy {
    Copy::with(&RIGHT.text())
}

/// A right program, and one whose client waits for ever.
fn hangs() -> Copy {
    Copy::with(&Lib { echo_once: "wait_for_ever()", ..RIGHT }.text())
}

#[test]
fn a_program_that_does_not_compile_is_shown_with_the_compilers_words() {
    let copy = Copy::with(&Lib { serve: "nothing_of_the_kind(listener)", ..RIGHT }.text());
    let words = contains("no check was run").and(contains("error[E0425]")).and(contains("labs/lab1/src/lib.rs:22:"));
    copy.lab(&["check", "1"]).assert().code(i32::from(exit::FAILED)).stdout(words.and(contains("stage-").not()));
    copy.lab(&["check", "1", "--format", "json"]).assert().stdout(contains(r#""checks": []"#));
    assert!(copy.left_behind().is_empty());
}

#[test]
fn a_compilers_message_brings_no_escapes_to_the_terminal() {
    let copy = Copy::with(&format!("{}compile_error!(\"\\u{{1b}}[2J\\u{{1b}}]0;owned\\u{{7}}\");\n", RIGHT.text()));
    copy.lab(&["check", "1"])
        .assert()
        .code(i32::from(exit::FAILED))
        .stdout(contains("owned").and(contains("\x1b").not()));
}

#[test]
fn without_a_compiler_nothing_is_said_of_the_program() {
    let cases = [
        (OsString::from("/nonexistent"), "there is no `rustc` on the PATH; try: install Rust"),
        // A compiler, but no linker.
        (folder_with_rustc(), "install a C compiler"),
    ];
    for (path, says) in cases {
        for args in [&["check", "1.04"][..], &[]] {
            let copy = right();
            let mut lab = copy.lab(args);
            lab.env_clear().env("PATH", &path).env("TMPDIR", copy.temporary()).env("HOME", "/nonexistent");
            let output = lab.output().unwrap();
            assert_eq!(output.status.code(), Some(i32::from(exit::TROUBLE)), "{args:?}: {}", told(&output));
            assert!(told(&output).contains(says) && !told(&output).contains("FAILED"), "{args:?}: {}", told(&output));
        }
    }
}

#[test]
fn without_cargo_on_the_path_a_check_runs_all_the_same() {
    let copy = right();
    let path = env::join_paths([folder_with_rustc().as_ref(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let mut lab = copy.lab(&["check", "1.04"]);
    lab.env_clear().env("PATH", path).env("TMPDIR", copy.temporary());
    lab.assert().code(i32::from(exit::OK)).stdout(contains("passed       1.04"));
}

/// A folder in which there is a `rustc`, and nothing else.
fn folder_with_rustc() -> OsString {
    static FOLDER: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::os::unix::fs::symlink(Toolchain::find().unwrap().rustc, folder.path().join("rustc")).unwrap();
        folder
    });
    folder.path().into()
}

#[test]
fn without_proc_there_are_plain_deadlines() {
    let (right, hangs) = (right(), hangs());
    let words = contains("FAILED  1.04").and(contains("no-answer").or(contains("0 bytes, connection still open")));
    right.lab(&["check", "1.04"]).env("LOOPBACK_PLAIN_CLOCK", "1").assert().code(i32::from(exit::OK));
    hangs.lab(&["check", "1.04"]).env("LOOPBACK_PLAIN_CLOCK", "1").assert().code(i32::from(exit::FAILED)).stdout(words);
}

#[test]
fn without_proc_at_all_a_verdict_is_the_same() {
    for (copy, outcome) in [(right(), "passed"), (hangs(), "failed")] {
        let toolchain = Toolchain::find().unwrap();
        let stage = Stage::new(&Workspace::find().unwrap(), 1, Source::Folder(&copy.root().join("labs/lab1"))).unwrap();
        let built = build(&stage, &toolchain).unwrap();
        let this = env::current_exe().unwrap();
        let inner = [this.to_str().unwrap(), "--exact", "hostile::machine::judges_what_it_is_given", "--nocapture"];
        let program = ("LOOPBACK_PROGRAM", built.program.to_str().unwrap());
        let Some(output) = in_a_machine("-rm", "mount -t tmpfs none /proc", &copy, &inner, program) else { return };
        assert!(told(&output).contains(&format!("judged: {outcome}")), "{}", told(&output));
    }
}

/// For the test above, which cannot build a program in a machine on which no compiler works.
#[test]
fn judges_what_it_is_given() {
    let Some(program) = env::var_os("LOOPBACK_PROGRAM") else { return };
    let (stubs, source) = (Vec::new(), "labs/lab1/src/lib.rs".to_string());
    let (scale, clock) = (Scale::Full, Clock::choose());
    assert_eq!(clock, Clock::Plain, "there is no /proc");
    let setup = Setup {
        lab: 1,
        program: program.into(),
        stubs,
        source,
        seed: 7,
        scale,
        clock,
        cage: None,
        halt: Default::default(),
    };
    let check = labs::check("1.04").unwrap();
    println!("judged: {}", run::run_case(&setup, check, &check.cases[0]).outcome.word());
}

#[test]
fn without_loopback_or_ports_it_is_trouble_and_no_failure() {
    const ONE_PORT: &str = "ip link set lo up && echo '40000 40000' > /proc/sys/net/ipv4/ip_local_port_range";
    // Somebody has that one port on all addresses: nobody else can bind any.
    const TAKE_IT: &str =
        "$taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '0.0.0.0:40000') or die; exit(system(@ARGV) >> 8)";
    let lab = [env!("CARGO_BIN_EXE_lab"), "check", "1.04"];
    let taken = [&["perl", "-MIO::Socket::INET", "-e", TAKE_IT][..], &lab].concat();
    for (machine, command, says) in [
        ("true", &lab[..], "Network is unreachable"),
        (ONE_PORT, &lab, "Address already in use"),
        (
            &format!("{ONE_PORT} && command -v perl > /dev/null"),
            &taken,
            "this machine does not let anybody listen on 127.",
        ),
    ] {
        let Some(output) = in_a_machine("-rn", machine, &right(), command, NOTHING) else { return };
        assert_eq!(output.status.code(), Some(i32::from(exit::TROUBLE)), "{machine}: {}", told(&output));
        for says in [says, "not your program's fault"] {
            assert!(told(&output).contains(says) && !told(&output).contains("FAILED"), "{}", told(&output));
        }
    }
}

#[test]
fn without_ipv6_its_check_is_not_run_and_costs_nothing() {
    let no_ipv6 = "ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
    let lab = [env!("CARGO_BIN_EXE_lab"), "check", "1.18"];
    let Some(output) = in_a_machine("-rn", no_ipv6, &right(), &lab, NOTHING) else { return };
    assert_eq!(output.status.code(), Some(i32::from(exit::OK)), "{}", told(&output));
    for says in
        ["1 of 1 possible here (robust 1/1)", "passed       1.18", "not run      1.18a", "this machine has no IPv6"]
    {
        assert!(told(&output).contains(says), "{}", told(&output));
    }
}

const NOTHING: (&str, &str) = ("LOOPBACK_NOTHING", "");

/// What a command says in a network or a file system of its own, made by `machine`. Where this is not allowed, the test
/// is skipped, aloud.
fn in_a_machine(kind: &str, machine: &str, copy: &Copy, command: &[&str], variable: (&str, &str)) -> Option<Output> {
    let prepared = copy.plain("unshare", &[kind, "sh", "-c", machine]).output();
    if !prepared.as_ref().is_ok_and(|output| output.status.success()) {
        skipped(&format!("there is no `unshare {kind}` with `{machine}` here: {prepared:?}"));
        return None;
    }
    let script = format!("{machine} && exec \"$@\"");
    let args = [&[kind, "sh", "-c", &script, "sh"], command].concat();
    Some(copy.plain("unshare", &args).env(variable.0, variable.1).output().unwrap())
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn it_is_run_from_a_folder_of_the_workspace_or_from_outside() {
    let copy = right();
    let passes = contains("passed       1.04");
    copy.lab(&["check", "1.04"]).current_dir(copy.root().join("labs/lab1/src")).assert().stdout(passes);

    // Outside of any workspace it is the one that it was built in, which need not be solved.
    let output = copy.lab(&["check", "1.04"]).current_dir("/").output().unwrap();
    assert!(told(&output).contains("lab 1  TCP echo server") && !told(&output).contains("ROUBLE"), "{}", told(&output));

    // Not even the folder itself has to be there.
    let gone = tempfile::tempdir().unwrap();
    let mut lab = copy.plain("sh", &["-c", "rmdir \"$PWD\" && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_lab"), "list"]);
    assert!(lab.current_dir(gone.keep()).output().unwrap().status.success());
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let copy = right();
    let start = || {
        let mut lab = copy.plain(env!("CARGO_BIN_EXE_lab"), &["check", "1.04", "1.12"]);
        lab.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    for run in [start(), start()].map(|run| run.wait_with_output().unwrap()) {
        assert_eq!(run.status.code(), Some(i32::from(exit::OK)), "{}", told(&run));
    }
    assert!(copy.left_behind().is_empty());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    // The board is left in the middle, while labs are being built.
    for (args, lines) in [(&["list"][..], 0), (&["list"], 3), (&["check", "1.04"], 0), (&[], 1)] {
        let copy = right();
        let mut lab = copy.plain(env!("CARGO_BIN_EXE_lab"), args);
        let mut lab = lab.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(lab.stdout.take().unwrap());
        for _ in 0..lines {
            out.read_line(&mut String::new()).unwrap();
        }
        drop(out);
        let mut complaint = String::new();
        lab.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        assert_eq!((lab.wait().unwrap().code(), complaint.as_str()), (Some(i32::from(exit::OK)), ""), "{args:?}");
        assert!(copy.left_behind().is_empty(), "{args:?}: {:?}", copy.left_behind());
    }
}

#[test]
fn a_reader_of_errors_that_goes_away_changes_no_exit_code() {
    let copy = right();
    for args in [&["check", "9.99"][..], &["--nonsense"], &["prove", "9"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = copy.plain(env!("CARGO_BIN_EXE_lab"), args).stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(i32::from(exit::USAGE)), "{args:?}");
    }
}

#[test]
fn an_unreadable_or_odd_lib_rs_is_told_as_it_is() {
    let copy = right();
    let lib_rs = copy.root().join("labs/lab1/src/lib.rs");
    fs::write(&lib_rs, b"\xff\xfe\0\x1b[2J").unwrap();
    copy.lab(&["check", "1"]).assert().code(i32::from(exit::FAILED)).stdout(contains("\x1b").not());
    fs::remove_file(&lib_rs).unwrap();
    copy.lab(&["check", "1"]).assert().code(i32::from(exit::FAILED)).stdout(contains("lib.rs"));
    fs::create_dir(&lib_rs).unwrap();
    copy.lab(&["check", "1"]).assert().code(i32::from(exit::FAILED)).stdout(contains("not a regular file"));
}

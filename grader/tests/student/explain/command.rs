//! The command as a student types it.

use std::process::{Command, Stdio};

use assert_cmd::assert::OutputAssertExt;
use predicates::prelude::*;
use predicates::str::{contains, starts_with};

fn explain(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("explain").args(words);
    command
}

#[test]
fn a_check_is_asked_for_by_id_name_or_case() {
    let wanted = || starts_with("1.09 answers_full_buffers").and(contains("cargo lab hint 1.09"));
    for asked in ["1.09", "answers_full_buffers"] {
        explain(&[asked]).assert().success().stdout(wanted()).stderr("");
    }
    explain(&["1.18a"]).assert().success().stdout(starts_with("1.18a").and(contains("also 1.18b 200 clients")));
    explain(&["1.18"]).assert().success().stdout(starts_with("1.18b").and(contains("also 1.18a asks for [::1]")));
}

#[test]
fn an_error_is_asked_for_in_words_of_one_or_several_arguments() {
    for asked in [&["EPIPE"][..], &["broken pipe"], &["Broken", "pipe"], &["32"], &["ErrorKind::BrokenPipe"]] {
        explain(asked).assert().success().stdout(starts_with("EPIPE").and(contains("1.13")));
    }
    explain(&["no-answer"]).assert().success().stdout(contains("Usually").and(contains("1.09")));
}

#[test]
fn without_a_word_there_is_the_list() {
    explain(&[]).assert().success().stdout(contains("EPIPE").and(contains("TIME-WAIT")).and(contains("exit 22")));
}

#[test]
fn unknown_words_list_near_ones() {
    explain(&["EPIPPE"]).assert().code(2).stdout("").stderr(contains("`EPIPPE`").and(contains("\n  EPIPE\n")));
    explain(&["9.99"]).assert().code(2).stderr(contains("try: cargo lab explain"));
    explain(&["1.99"]).assert().code(2).stderr(contains("1.09 answers_full_buffers"));
    explain(&["xylophone"]).assert().code(2).stderr(contains("near it").not().and(contains("try: cargo lab explain")));
    // What was typed is escaped before it is shown.
    explain(&["\x1b[31mred"]).assert().code(2).stderr(contains("\\x1b[31mred").and(contains('\x1b').not()));
}

#[test]
fn plain_pages_have_no_arrows() {
    let arrows = || contains("->").or(contains("<-")).or(contains("=>")).or(contains("<="));
    explain(&["1.09"]).assert().success().stdout(arrows());
    explain(&["1.09", "--plain"]).assert().success().stdout(arrows().not().and(contains(" from ")));
    for word in grader::workbook::explain::words::all() {
        explain(&[&word.name, "--plain"]).assert().success().stdout(arrows().not());
    }
    explain(&["1.09"]).env("TERM", "dumb").assert().success().stdout(arrows().not());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = explain(&["1.09"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// In a terminal the first line is bold, and nothing else is coloured; not with NO_COLOR, and not with --plain.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_a_bold_title() {
    let in_terminal = |flag: &str, no_color: &str| {
        let line = format!("{} explain EPIPE {flag}", env!("CARGO_BIN_EXE_lab"));
        let mut script = Command::new("script");
        script.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env("NO_COLOR", no_color).stdin(Stdio::null());
        String::from_utf8(script.output().expect("`script` of util-linux").stdout).unwrap()
    };
    let page = in_terminal("", "");
    assert!(page.starts_with("\x1b[1mEPIPE") && page.matches('\x1b').count() == 2, "{page:?}");
    for page in [in_terminal("", "1"), in_terminal("--plain", "")] {
        assert!(page.starts_with("EPIPE") && !page.contains('\x1b'), "{page:?}");
    }
}

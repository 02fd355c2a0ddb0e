//! What `cargo grade doctor` finds, and what it makes of a machine on which nothing holds.

use std::path::PathBuf;

use grader::grade::doctor::{Finding, State, doctor, holds, text, under_attack};
use grader::grade::sandbox::Tier;

use super::range::{bench, range};

fn of<'a>(findings: &'a [Finding], name: &str) -> &'a Finding {
    findings.iter().find(|finding| finding.name == name).unwrap_or_else(|| panic!("nothing of {name}: {findings:?}"))
}

/// The judge is a program without namespaces, sandbox or verdicts: that is found, and nothing is tried with it.
#[test]
fn without_a_sandbox_nothing_is_graded() {
    if range().is_none() {
        return;
    }
    let mut bench = bench(Tier::Bwrap);
    bench.judge = PathBuf::from("/bin/false");
    let findings = doctor(&bench, true);
    assert_eq!(of(&findings, "sandbox").state, State::Bad);
    assert!(!holds(&findings) && text(&findings).contains("do NOT grade"));
    assert!(!findings.iter().any(|finding| finding.name == "exits"), "attacks were tried");
}

/// A judge without a sandbox around its programs: the doctor notices, whatever the tier is called.
#[test]
fn an_open_sandbox_is_found_out() {
    if range().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = folder.path().join("judge");
    let real = super::range::judge();
    // Says `none` to the real judge where `bwrap` was asked for.
    let script = format!(
        "#!/bin/sh\nread -r job\nprintf '%s' \"$job\" | sed 's/\"tier\":\"bwrap\"/\"tier\":\"none\"/' | exec '{}' jail '{{}}'\n",
        real.display()
    );
    std::fs::write(&open, script).unwrap();
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut bench = bench(Tier::Bwrap);
    bench.judge = open;
    let arsenal = grader::grade::doctor::arsenal::Arsenal::new(&bench).unwrap();
    let rows: Vec<_> = grader::grade::doctor::attacks();
    let rows: Vec<_> = rows.into_iter().filter(|attack| attack.program() == Some("looks")).collect();
    let (said, trouble) = grader::grade::doctor::run_alone(&bench, &arsenal, &rows);
    assert!(trouble.is_empty(), "{trouble:?}");
    let holes =
        rows.iter().filter(|attack| grader::grade::doctor::run::run(&bench, &arsenal, attack, &said).is_err()).count();
    assert!(holes > 20, "only {holes} of {} rows were seen to be open", rows.len());
    assert!(arsenal.bait.taken().len() >= 4, "the bait was not seen to be taken");
}

/// A tier that holds nothing says so, and is not tried.
#[test]
fn the_tier_none_says_what_it_is() {
    let findings = under_attack(&bench(Tier::None));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].state, State::NotHeld);
}

/// What a program has said cannot move a terminal's cursor, and is one line.
#[test]
fn a_finding_is_one_printable_line() {
    let told = "held\x1b[2J\u{9b}31m\n\r\tmore\u{202e}".to_string() + &"x".repeat(1000);
    let finding = Finding { state: State::Bad, group: "1".into(), name: "exits".into(), told };
    let line = finding.to_string();
    assert!(!line.chars().any(|char| char.is_control() || char == '\u{202e}'), "{line:?}");
    assert!(line.chars().count() < 210);
}

//! A thousand records that were made up, a fifth of them with many full ladders: memory of the grader, and its report.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use grader::build::Workspace;
use grader::grade::intake::Found;
use grader::grade::model::{
    CaseRecord, CheckRecord, Identity, LabRecord, LabStatus, Observed, Outcome, Person, Record, Rung, Seen, Status,
    VERSION,
};
use grader::grade::session::Session;
use grader::labs::LABS;
use tempfile::TempDir;

use crate::{Figure, Scale, median, timed};

pub fn all(workspace: &Workspace, scale: &Scale, row: &mut dyn FnMut(Figure)) -> Result<()> {
    let folder = TempDir::new()?;
    let n = scale.records;
    write(folder.path(), n)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.args(["report", "--out"]).arg(folder.path()).current_dir(workspace.root());
    let memory = peak_kib(command.stdout(Stdio::null()).spawn()?)?;
    row(Figure::count(format!("memory of the grader, {n} submissions"), memory.div_ceil(1024), 256, "MiB"));
    let size = fs::metadata(folder.path().join("report.html"))?.len();
    row(Figure::count("size of their report", size.div_ceil(1_000_000), 20, "MB"));
    match opened(&folder.path().join("report.html"))? {
        Some(took) => row(Figure::time("opening it in a browser that runs", took, Duration::from_secs(2))),
        None => println!("| opening it in a browser | there is no chromium here | 2.00 s | |"),
    }
    Ok(())
}

/// One in five fails half of all checks, each with a ladder of many events; the others pass.
fn write(out: &Path, n: usize) -> Result<()> {
    let mut session = Session::open(out, None)?;
    session.listing.from = "made up".to_string();
    session.listing.sandbox = "bwrap".to_string();
    for number in 0..n {
        let record = record(number);
        session.store.put(&record, 1)?;
        let handed = Found { identity: record.identity, attempt: 1, ..Found::default() };
        session.listing.submissions.push(handed);
    }
    session.save()
}

fn record(number: usize) -> Record {
    let mut observed = Observed { at: "2026-11-20T12:00:00Z".to_string(), seconds: 4.2, ..Observed::default() };
    let person = Person { name: format!("Student Number {number}"), ..Person::default() };
    let fails = |place: usize| number.is_multiple_of(5) && place.is_multiple_of(2);
    let labs = LABS.into_iter().map(|lab| {
        let checks: Vec<CheckRecord> =
            lab.checks.iter().enumerate().map(|(place, one)| check(one, fails(place), &mut observed)).collect();
        let points = checks.iter().map(|one| one.points).sum();
        LabRecord { lab: lab.number, status: LabStatus::Graded, message: String::new(), points, possible: 100, checks }
    });
    let labs = labs.collect();
    Record {
        version: VERSION,
        key: format!("{number:064x}"),
        identity: Identity { id: format!("s{number:04}"), people: vec![person], ..Identity::default() },
        status: Status::Graded,
        message: String::new(),
        labs,
        ignored: Vec::new(),
        sandbox: "bwrap".to_string(),
        observed,
    }
}

fn check(check: &grader::check::Check, fails: bool, observed: &mut Observed) -> CheckRecord {
    let outcome = if fails { Outcome::Failed } else { Outcome::Passed };
    let points = |of: u32| if fails { 0 } else { of };
    let cases = check.cases.iter().map(|case| {
        if fails {
            observed.cases.insert(format!("{}{}", check.id, case.letter), &seen());
        }
        CaseRecord {
            case: case.letter.to_string(),
            points: points(case.points),
            of: case.points,
            outcome,
            seed: "1a2b3c4d".to_string(),
            reason: if fails { "short-answer".to_string() } else { String::new() },
            rounds: None,
            unsteady: false,
        }
    });
    let cases = cases.collect();
    CheckRecord {
        id: check.id.to_string(),
        name: check.name.to_string(),
        tier: check.tier.to_string(),
        points: points(check.points()),
        of: check.points(),
        outcome,
        cases,
    }
}

/// A report of 24 lines, and a ladder of 100 events.
fn seen() -> Seen {
    let rung = |at: u32| Rung {
        ms: f64::from(at) * 1.5,
        peer: "client".to_string(),
        what: if at.is_multiple_of(2) { "sent" } else { "received" }.to_string(),
        bytes: Some(1460),
        pieces: 1,
        first: format!("{at:04} abcdefghijklmnopqrstuvwxyz"),
        here: at == 99,
        ..Rung::default()
    };
    Seen {
        report: format!("{}\n", "x".repeat(79)).repeat(24),
        want: "4096 bytes".to_string(),
        got: "1460 bytes".to_string(),
        note: String::new(),
        waits: vec!["the main thread reads from the client".to_string()],
        ladder: (0..100).map(rung).collect(),
    }
}

/// The most that a process had in memory, in KiB. Its last figure before it ended, which it never falls below.
fn peak_kib(mut child: Child) -> Result<u64> {
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    ensure!(child.wait()?.success(), "cargo grade report fails");
    ensure!(peak > 0, "its memory was not seen");
    Ok(peak)
}

/// Headless, with all scripts run, less what an empty page takes. Nothing where there is no chromium.
fn opened(page: &Path) -> Result<Option<Duration>> {
    let empty = tempfile::Builder::new().suffix(".html").tempfile()?;
    let profile = TempDir::new()?;
    let open = |page: &Path| {
        let mut command = Command::new("chromium");
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", profile.path().display())).arg(page);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    if open(empty.path()).is_err() {
        return Ok(None);
    }
    let blank = median(3, || Ok(timed(|| Ok(open(empty.path())?))?.0))?;
    let whole = median(3, || Ok(timed(|| Ok(open(page)?))?.0))?;
    Ok(Some(whole.saturating_sub(blank)))
}

//! Results that nobody judged: all five labs; one submission in five fails two checks of each, with what was seen of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use grader::check::Check;
use grader::grade::intake::Found;
use grader::grade::model::{
    CaseRecord, CheckRecord, Identity, LabRecord, LabStatus, Observed, Outcome, Person, Record, Rung, Seen, Status,
    VERSION,
};
use grader::grade::session::Listing;
use grader::grade::shard::{self, Shard, ShardFile};
use grader::labs::LABS;

const COURSE: &str = "title = \"Sockets\"\nseed = \"00000000000000aa\"\n";

/// A folder for each student, as a teacher would download them.
pub fn submissions(folder: &Path, n: usize) -> Result<()> {
    for number in 0..n {
        let student = folder.join(id(number));
        fs::create_dir_all(&student)?;
        fs::write(student.join("lib.rs"), format!("//! Lab 1 of student {number}\n"))?;
    }
    Ok(())
}

/// What `of` parts have left in this folder.
pub fn write(out: &Path, n: usize, of: u32) -> Result<()> {
    for name in ["results", shard::FOLDER] {
        fs::create_dir_all(out.join(name))?;
    }
    fs::write(out.join("course.toml"), COURSE)?;
    let ids: Vec<String> = (0..n).map(id).collect();
    let mut found: Vec<Vec<Found>> = vec![Vec::new(); of as usize];
    for number in 0..n {
        let record = record(number);
        fs::write(out.join(format!("results/{}.json", record.identity.id)), serde_json::to_vec_pretty(&record)?)?;
        let place = shard::place(&record.identity.id) % u64::from(of);
        found[place as usize].push(Found { identity: record.identity, attempt: 1, ..Found::default() });
    }
    for (index, submissions) in (0..of).zip(found) {
        let mine: Vec<String> = submissions.iter().map(|one| one.identity.id.clone()).collect();
        let listing = Listing { version: VERSION, from: "made up".to_string(), submissions, ..Listing::default() };
        let part = Shard::new(index, of)?;
        let seconds: BTreeMap<String, f64> = mine.iter().map(|id| (id.clone(), seconds(id))).collect();
        let file = ShardFile {
            schema: shard::SCHEMA,
            shard: part.index,
            of: part.of,
            class: shard::class(&ids),
            course: shard::digest(COURSE.as_bytes()),
            grader: env!("CARGO_PKG_VERSION").to_string(),
            toolchain: "rustc".to_string(),
            submissions: ids.clone(),
            mine,
            unplaced: Vec::new(),
            seconds,
            listing: Some(listing),
        };
        file.write(out)?;
    }
    Ok(())
}

fn id(number: usize) -> String {
    format!("s{number:05}")
}

/// Between 2 and 18 seconds.
fn seconds(id: &str) -> f64 {
    2.0 + (shard::place(id) % 16_000) as f64 / 1000.0
}

fn record(number: usize) -> Record {
    let id = id(number);
    let mut observed =
        Observed { at: "2026-11-20T12:00:00Z".to_string(), seconds: seconds(&id), ..Observed::default() };
    let person = Person { name: format!("Student Number {number}"), ..Person::default() };
    let fails = |place: usize| number.is_multiple_of(5) && (place == 3 || place == 8);
    let labs = LABS.into_iter().map(|lab| {
        let checks = lab.checks.iter().enumerate();
        let checks: Vec<CheckRecord> =
            checks.map(|(place, one)| check(one, number, fails(place), &mut observed)).collect();
        let points = checks.iter().map(|one| one.points).sum();
        LabRecord { lab: lab.number, status: LabStatus::Graded, message: String::new(), points, possible: 100, checks }
    });
    let labs = labs.collect();
    Record {
        version: VERSION,
        key: format!("{number:064x}"),
        identity: Identity { id, people: vec![person], ..Identity::default() },
        status: Status::Graded,
        message: String::new(),
        labs,
        ignored: Vec::new(),
        sandbox: "bwrap".to_string(),
        observed,
    }
}

fn check(check: &Check, number: usize, fails: bool, observed: &mut Observed) -> CheckRecord {
    let outcome = if fails { Outcome::Failed } else { Outcome::Passed };
    let points = |of: u32| if fails { 0 } else { of };
    let cases = check.cases.iter().map(|case| {
        if fails {
            observed.cases.insert(format!("{}{}", check.id, case.letter), &seen(number));
        }
        CaseRecord {
            case: case.letter.to_string(),
            points: points(case.points),
            of: case.points,
            outcome,
            seed: format!("{number:08x}"),
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

/// A report of 24 lines, and a ladder of 30 events.
fn seen(number: usize) -> Seen {
    let rung = |at: u32| Rung {
        ms: f64::from(at) * 1.5,
        peer: "client".to_string(),
        what: if at.is_multiple_of(2) { "sent" } else { "received" }.to_string(),
        bytes: Some(1460),
        pieces: 1,
        first: format!("{at:04} {number} abcdefghijklm"),
        here: at == 29,
        ..Rung::default()
    };
    Seen {
        report: format!("{}\n", "x".repeat(79)).repeat(24),
        want: "4096 bytes".to_string(),
        got: "1460 bytes".to_string(),
        note: String::new(),
        waits: vec!["the main thread reads from the client".to_string()],
        ladder: (0..30).map(rung).collect(),
    }
}

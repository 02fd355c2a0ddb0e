//! Synthetic classes: the same for the same number, with a bit of everything that can become of a submission.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use grader::check::Check;
use grader::grade::model::*;
use grader::labs::LABS;

/// SplitMix64: figures that look like chance.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

const FIRST: &[&str] = &["Ada", "Björn", "Chloé", "Dilan", "Eszter", "Farid", "Grace", "Ömer", "Siobhán", "Zoë"];
const LAST: &[&str] =
    &["Ó'Neill-Ng", "Müller", "Garcia Lopez", "Nakamura", "Novák", "Haddad", "Smith", "Şahin", "van Dijk"];

/// A class of a thousand, made once: it takes seconds.
pub static THOUSAND: LazyLock<Class> = LazyLock::new(|| sample_class(1000));

/// A class of `n`. Of 60: one is absent, one sent no archive, one needs a look, some are late or do not compile.
pub fn sample_class(n: usize) -> Class {
    let mut dice = Dice::new(7);
    Class {
        title: "Networks 2026, labs 1 to 5".to_string(),
        graded_at: "2026-11-20T12:00:00Z".to_string(),
        sandbox: "bwrap".to_string(),
        labs: vec![1, 2, 3, 4, 5],
        hidden: vec!["1.16".to_string()],
        rows: (0..n).map(|at| row(at, &mut dice)).collect(),
        unplaced: vec![("J Smith_4711/lab1.zip".to_string(), "two on the roster are called J Smith".to_string())],
        preflight: Vec::new(),
    }
}

fn row(at: usize, dice: &mut Dice) -> Row {
    let status = match at % 60 {
        17 => Status::Absent,
        23 => Status::BadArchive,
        31 => Status::NeedsALook,
        _ => Status::Graded,
    };
    let able = 25 + dice.below(80);
    let mut observed = Observed { at: "2026-11-20T11:58:00Z".to_string(), seconds: 4.2, ..Observed::default() };
    let graded = status == Status::Graded;
    let labs = if graded {
        LABS.iter().map(|lab| lab_record(lab.checks, able, &mut observed, dice)).collect()
    } else {
        vec![]
    };
    let record = Record {
        version: VERSION,
        key: format!("{at:064x}"),
        identity: identity(at, dice),
        status,
        message: if graded { String::new() } else { "lab1.zip: the central directory is cut off".to_string() },
        labs,
        ignored: vec![("lab1/target/debug/lab1".to_string(), "built files are not taken".to_string())],
        sandbox: "bwrap".to_string(),
        observed,
    };
    let marks = marks(&record, at);
    Row { record, marks, note: String::new() }
}

fn identity(at: usize, dice: &mut Dice) -> Identity {
    let (first, last) = (FIRST[at % FIRST.len()], LAST[at % LAST.len()]);
    let ids = [
        ("moodle", format!("{}", 4000 + at)),
        ("canvas", format!("{}", 90_000 + at)),
        ("sid", format!("00{}", 70_000 + at)),
        ("login", format!("user{at}x")),
    ];
    Identity {
        id: format!("s{at:04}"),
        people: vec![Person {
            name: format!("{first} {last}"),
            email: Some(format!("student{at}@example.org")),
            ids: ids.map(|(key, id)| (key.to_string(), id)).into(),
        }],
        received: Some(format!("2026-11-1{}T09:00:00Z", dice.below(9))),
        origin: format!("{first} {last}_{}_assignsubmission_file/lab1.zip", 4000 + at),
        ..Identity::default()
    }
}

fn lab_record(checks: &[Check], able: u64, observed: &mut Observed, dice: &mut Dice) -> LabRecord {
    let lab = checks[0].lab();
    let compiles = dice.below(30) != 0;
    let mut records: Vec<CheckRecord> = Vec::new();
    for (turn, check) in checks.iter().enumerate().filter(|_| compiles) {
        let passes = dice.below(100) + turn as u64 * 2 < able + 10;
        let blocked = check.needs.iter().any(|need| records.iter().any(|one| one.id == *need && one.points < one.of));
        records.push(check_record(check, passes, blocked, observed, dice));
    }
    LabRecord {
        lab,
        status: if compiles { LabStatus::Graded } else { LabStatus::DoesNotCompile },
        message: if compiles {
            String::new()
        } else {
            "error[E0308]: mismatched types\n --> src/lib.rs:12:5".to_string()
        },
        points: records.iter().map(|check| check.points).sum(),
        possible: 100,
        checks: records,
    }
}

fn check_record(check: &Check, passes: bool, blocked: bool, observed: &mut Observed, dice: &mut Dice) -> CheckRecord {
    let kind = check
        .usually()
        .get(dice.below(3) as usize)
        .or(check.usually().first())
        .map_or("no-answer", |usual| usual.0.as_str());
    let outcome = match (passes, blocked, dice.below(9)) {
        (_, true, _) => Outcome::Blocked,
        (true, ..) => Outcome::Passed,
        (_, _, 0) => Outcome::NotStarted,
        _ => Outcome::Failed,
    };
    let mut cases: Vec<CaseRecord> = Vec::new();
    for (turn, case) in check.cases.iter().enumerate() {
        // The first of several cases may pass alone.
        let outcome =
            if outcome == Outcome::Failed && turn == 0 && check.cases.len() > 1 { Outcome::Passed } else { outcome };
        let reason = match outcome {
            Outcome::Failed => kind,
            Outcome::Blocked => check.needs[0],
            Outcome::NotStarted => case.stub,
            _ => "",
        };
        if outcome == Outcome::Failed {
            observed.cases.insert(format!("{}{}", check.id, case.letter), &seen(check, dice));
        }
        let points = if outcome == Outcome::Passed { case.points } else { 0 };
        let unsteady = outcome == Outcome::Failed && dice.below(40) == 0;
        cases.push(CaseRecord {
            case: case.letter.to_string(),
            points,
            of: case.points,
            outcome,
            seed: "7f3a".to_string(),
            reason: reason.to_string(),
            rounds: unsteady.then_some((2, 5)),
            unsteady,
        });
    }
    CheckRecord {
        id: check.id.to_string(),
        name: check.name.to_string(),
        tier: check.tier.to_string(),
        points: cases.iter().map(|case| case.points).sum(),
        of: check.points(),
        outcome,
        cases,
    }
}

/// A finding with a ladder as a real check leaves it; times differ from program to program.
pub fn seen(check: &Check, dice: &mut Dice) -> Seen {
    let mut ms = 0.0;
    let mut rung = |peer: &str, what: &str, bytes: Option<u64>, detail: &str, dice: &mut Dice| {
        ms += dice.below(90) as f64 / 10.0;
        let first = bytes.map_or("", |_| "\\x9f:\\0\\xc4 hello").to_string();
        let here = what == "wait";
        Rung {
            ms,
            peer: peer.into(),
            what: what.into(),
            detail: detail.into(),
            bytes,
            pieces: 1 + dice.below(3) as u32,
            first,
            here,
        }
    };
    let mut ladder = vec![
        rung("program", "start", None, "--listen 127.0.0.1:0", dice),
        rung("program", "says", None, "listening on 127.0.0.1:40123", dice),
        rung("client", "connect", None, "", dice),
        rung("bob", "connect", None, "", dice),
    ];
    for turn in 0..dice.below(12) {
        ladder.push(rung("client", "sent", Some(1024 + turn), "", dice));
        ladder.push(rung("client", "received", Some(1024 + turn), "", dice));
    }
    ladder.push(rung("bob", "close-write", None, "", dice));
    ladder.push(rung("client", "sent", Some(1024), "", dice));
    ladder.push(rung("client", "wait", None, "1024 bytes", dice));
    ladder.push(rung("", "stop", None, "you have been idle for 300 ms, and nothing is on its way to you", dice));
    Seen {
        report: format!(
            "FAILED  {} {}\n  want  1024 bytes\n  got      0 bytes, connection still open",
            check.id, check.name
        ),
        want: "1024 bytes  9f 3a 00 c4 .. 51 e0".to_string(),
        got: "0 bytes, connection still open".to_string(),
        note: String::new(),
        waits: vec!["thread \"main\": read() on the connection from client, with room for 1024 bytes".to_string()],
        ladder,
    }
}

/// Marks without weights: the mean of the labs. Every 11th is late, what has trouble is open.
fn marks(record: &Record, at: usize) -> Marks {
    let labs: Vec<LabMark> = record.labs.iter().map(lab_mark).collect();
    let raw = Hundredths(labs.iter().map(|lab| lab.raw.0).sum::<i64>() / 5);
    let late = at % 11 == 5 && record.status == Status::Graded;
    let penalty = Hundredths(if late { raw.0.min(1000) } else { 0 });
    let open = record.status == Status::NeedsALook;
    Marks {
        labs,
        raw,
        penalty,
        total: Hundredths(raw.0 - penalty.0),
        of: Hundredths(10_000),
        grade: Some(if raw.0 > 5000 { "pass" } else { "fail" }.to_string()),
        late: late.then(|| Late {
            seconds: 90_000,
            charged: 2,
            told: "2 days late, 10 points off".to_string(),
            ..Late::default()
        }),
        open: if open { vec!["the sandbox could not be started".to_string()] } else { Vec::new() },
        ..Marks::default()
    }
}

fn lab_mark(record: &LabRecord) -> LabMark {
    let whole =
        |tier: &str| record.checks.iter().filter(|check| check.tier == tier).all(|check| check.points == check.of);
    let tiers: BTreeMap<usize, &str> = ["core", "robust", "expert"].into_iter().enumerate().collect();
    let reached = tiers.values().take_while(|tier| !record.checks.is_empty() && whole(tier)).last();
    let raw = Hundredths::of_points(record.points);
    LabMark {
        lab: record.lab,
        tier: reached.map_or(String::new(), ToString::to_string),
        raw,
        total: raw,
        of: Hundredths(10_000),
        ..LabMark::default()
    }
}

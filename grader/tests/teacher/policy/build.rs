//! Records to try rules on: with the real checks of the labs, and results as a test wants them.

use grader::grade::model::{
    CaseRecord, CheckRecord, Identity, LabRecord, LabStatus, Marks, Observed, Outcome, Person, Record, Status,
};
use grader::grade::policy::changes::{Change, Changes, Line, Target};
use grader::grade::policy::course::{self, Course};
use grader::grade::policy::manual::Manual;
use grader::grade::policy::marks;
use grader::labs;

/// A course whose text must be right.
pub fn course(text: &str) -> Course {
    course::parse(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// A lab whose checks have passed, except these.
pub fn lab(number: u8, wrong: &[(&str, Outcome)]) -> LabRecord {
    let info = labs::lab(number).expect("a lab");
    let outcome = |id: &str| wrong.iter().find(|(wrong, _)| *wrong == id).map_or(Outcome::Passed, |wrong| wrong.1);
    let checks: Vec<CheckRecord> = info
        .checks
        .iter()
        .map(|check| {
            let outcome = outcome(check.id);
            let got = |points: u32| if outcome == Outcome::Passed { points } else { 0 };
            let case = |case: &grader::check::Case| CaseRecord {
                case: case.letter.to_string(),
                points: got(case.points),
                of: case.points,
                outcome,
                seed: "0007".to_string(),
                reason: String::new(),
                rounds: None,
                unsteady: false,
            };
            CheckRecord {
                id: check.id.to_string(),
                name: check.name.to_string(),
                tier: check.tier.to_string(),
                points: got(check.points()),
                of: check.points(),
                outcome,
                cases: check.cases.iter().map(case).collect(),
            }
        })
        .collect();
    let ran = |check: &&CheckRecord| check.outcome != Outcome::NotRun;
    LabRecord {
        lab: number,
        status: LabStatus::Graded,
        message: String::new(),
        points: checks.iter().map(|check| check.points).sum(),
        possible: checks.iter().filter(ran).map(|check| check.of).sum(),
        checks,
    }
}

/// A lab in which nothing was run.
pub fn unrun(number: u8, status: LabStatus) -> LabRecord {
    LabRecord { lab: number, status, message: String::new(), points: 0, possible: 100, checks: Vec::new() }
}

/// All failed whose id is one of these.
pub fn fails(number: u8, ids: &[&str]) -> LabRecord {
    lab(number, &ids.iter().map(|id| (*id, Outcome::Failed)).collect::<Vec<_>>())
}

pub fn person(id: &str) -> Person {
    Person { name: format!("Name of {id}"), email: Some(format!("{id}@example.org")), ids: Default::default() }
}

/// What one student handed in.
pub fn record(id: &str, received: Option<&str>, labs: Vec<LabRecord>) -> Record {
    Record {
        version: 1,
        key: format!("key of {id} {received:?}"),
        identity: Identity {
            id: id.to_string(),
            people: vec![person(id)],
            received: received.map(str::to_string),
            origin: format!("{id}.zip"),
            ..Identity::default()
        },
        status: Status::Graded,
        message: String::new(),
        labs,
        ignored: Vec::new(),
        sandbox: "bwrap".to_string(),
        observed: Observed { at: "2026-12-01T00:00:00Z".to_string(), ..Observed::default() },
    }
}

/// The marks of all, with nothing given or changed by hand.
pub fn all(course: &Course, records: &[Record]) -> Vec<(String, Marks)> {
    with(course, records, &[])
}

/// The marks of all after these changes.
pub fn with(course: &Course, records: &[Record], changes: &[Change]) -> Vec<(String, Marks)> {
    marks::marks(course, records, &Manual::default(), &lines(changes)).expect("marks")
}

/// The marks of an only student.
pub fn one(course: &Course, record: Record) -> Marks {
    all(course, &[record]).remove(0).1
}

pub fn lines(changes: &[Change]) -> Changes {
    let line = |change: &Change| Line {
        at: "2026-12-02T00:00:00Z".to_string(),
        by: "prof".to_string(),
        reason: "appeal".to_string(),
        change: change.clone(),
    };
    Changes { lines: changes.iter().map(line).collect(), torn: Vec::new() }
}

pub fn set(student: &str, target: &str, hundredths: i64) -> Change {
    Change::Override {
        student: student.to_string(),
        target: Target::try_from(target.to_string()).expect("a target"),
        points: grader::grade::model::Hundredths(hundredths),
    }
}

/// A mark in a line: `raw + manual - penalty = final of`, and why it is open.
pub fn shown(marks: &Marks) -> String {
    let open = if marks.open.is_empty() { String::new() } else { format!(" open: {}", marks.open.join("; ")) };
    let (raw, manual, penalty) = (marks.raw, marks.manual, marks.penalty);
    format!("{raw} + {manual} - {penalty} = {} of {}{open}", marks.total, marks.of)
}

//! What is kept of a submission, and what is made of it: the data that all of the teacher's side shares.
//!
//! A [`Record`] is one file of JSON per submission. What two runs of the same submission cannot agree on (times, ports,
//! process ids, and texts that name them) is under `observed`; all the rest is the same, byte for byte, whenever the same
//! program is judged by the same checks with the same seed.

mod all_seen;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

pub use all_seen::AllSeen;

/// The version of the format of a record; it grows when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// One submission: who handed it in, when, and what of it was found. Made by `intake`, which never guesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Unique in the class, and safe as a file name: `a-z 0-9 . _ -`, at most 64 characters, never beginning with `.` or `-`.
    pub id: String,
    /// One person, or a group; from the platform's layout or the roster, never from the student's files.
    pub people: Vec<Person>,
    /// A group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// When the platform received it: RFC 3339 with an offset or `Z`. `None` where nobody has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// The platform itself marks it as late (Canvas), without saying by how much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked_late: bool,
    /// Where it was found, for people: a path in the download. Untrusted text.
    pub origin: String,
    /// Numbers of the receipts of `cargo lab submit` that are in it, and whether the files are those that were packed. It
    /// counts for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<String>,
}

/// Somebody of the class. Names are untrusted text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As the roster or the platform writes it; for blind marking what stands in its place (`Participant 123`).
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The platform's own numbers: `moodle` (the participant), `canvas` (the user), `gradescope` (the submission), `sid`,
    /// `login`; whatever a later export matches rows by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
}

/// Which of several tries of one student counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tries {
    #[default]
    Latest,
    /// All are graded; the policy takes the best.
    Best,
    /// Neither: a person has to decide.
    Error,
}

/// Whether a submission could be graded at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Its checks were run: the points are right, also when they are 0.
    Graded,
    /// The archive cannot be read, or is not one: the student's to mend.
    BadArchive,
    /// There is nothing of any lab in it.
    Empty,
    /// On the roster, but handed in nothing.
    Absent,
    /// The grader or the machine was in trouble, also when tried again. Never 0 points: someone has to look.
    NeedsALook,
}

/// The same for one lab of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabStatus {
    Graded,
    DoesNotCompile,
    CompileTimeout,
    /// The compiler wanted more memory than it may have.
    CompileOutOfMemory,
    /// `lib.rs` is a link, or far too large: see `message`.
    Refused,
    /// Handed in without this lab.
    Missing,
    NeedsALook,
}

/// What is kept of one submission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`]
    pub version: u32,
    /// Hash over content, checks, settings, toolchain and grader: the same key needs no second run. Hexadecimal.
    pub key: String,
    pub identity: Identity,
    pub status: Status,
    /// Why it is not graded, for its author. Untrusted text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(deserialize_with = "exact")]
    pub labs: Vec<LabRecord>,
    /// Files that were not taken, and why: `path`, reason. Paths are untrusted text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<(String, String)>,
    /// `bwrap`, `uid` or `none`: how the programs were kept in.
    pub sandbox: String,
    pub observed: Observed,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabRecord {
    pub lab: u8,
    pub status: LabStatus,
    /// The compiler's message, or why the lab was refused. Untrusted text, without colours, at most 64 KiB.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Points reached, and points that this machine allowed (100 where it can run everything).
    pub points: u32,
    pub possible: u32,
    /// All checks of the lab in teaching order; empty if nothing was run.
    #[serde(deserialize_with = "exact")]
    pub checks: Vec<CheckRecord>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// `1.09`
    pub id: String,
    /// `answers_full_buffers`
    pub name: String,
    /// `core`, `robust` or `expert`
    pub tier: String,
    pub points: u32,
    pub of: u32,
    /// The worst of its cases.
    pub outcome: Outcome,
    #[serde(deserialize_with = "exact")]
    pub cases: Vec<CaseRecord>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// `a`; empty for an only case.
    pub case: String,
    pub points: u32,
    pub of: u32,
    pub outcome: Outcome,
    /// Four hexadecimal digits or more; the same seed sends the same bytes.
    pub seed: String,
    /// The kind of the finding (`no-answer`), where it failed; the stub, where it is not started; the check, where it is
    /// blocked; the reason, where it could not be run or needs a look.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Of a check that was repeated: failed runs, and runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<(u32, u32)>,
    /// It passed in some of the repeated runs and failed in others: the program is not steady.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsteady: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    Failed,
    /// The stub is still `todo!()`.
    NotStarted,
    /// A check that it builds on did not pass.
    Blocked,
    /// This machine cannot run it; costs nothing.
    NotRun,
    /// Trouble of the grader or the machine; costs nothing until someone has looked.
    NeedsALook,
}

/// What differs from run to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// When it was graded: RFC 3339, UTC.
    pub at: String,
    pub seconds: f64,
    /// Tries after trouble.
    pub retries: u32,
    /// By case: `1.09`, `1.18b`. Only of cases that failed.
    #[serde(default, skip_serializing_if = "AllSeen::is_empty")]
    pub cases: AllSeen,
}

/// What was seen of a case that failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The report as the student sees it at home: at most 24 lines of 80 columns, printable.
    pub report: String,
    pub want: String,
    pub got: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where its threads were, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<String>,
    pub ladder: Vec<Rung>,
}

/// One event on the wire, seen from the grader's side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Since the check began.
    pub ms: f64,
    /// Which of the grader's peers: `client`, `bob`, `stdin`; `program` for what the program did itself; or nothing.
    pub peer: String,
    /// `start says connect refused accept sent received close-write close send-reset end-of-stream reset broken-pipe wait
    /// stop stdin stdin-closed stdout paused exit say`
    pub what: String,
    /// A name, a line, a reason: printable text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Bytes in so many pieces, and the first of them, escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pieces: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first: String,
    /// Here it went wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub here: bool,
}

/// A list without room for more. A list that grows has room for four of these at least, and mostly there is one: without
/// this a large class takes twice the memory.
fn exact<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(from)?;
    list.shrink_to_fit();
    Ok(list)
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A hundredth of a point: marks are never floating-point numbers. Shown as `44.50`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hundredths(pub i64);

impl Hundredths {
    pub fn of_points(points: u32) -> Hundredths {
        Hundredths(i64::from(points) * 100)
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        f.pad(&format!("{sign}{whole}.{rest:02}"))
    }
}

/// What a submission is worth under the course's rules. Made by `policy` from a record; every figure is shown apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    pub labs: Vec<LabMark>,
    /// Points of the checks after weights, before anything is taken off.
    pub raw: Hundredths,
    /// Points that people gave (style, report, oral), of at most so many.
    pub manual: Hundredths,
    pub manual_items: Vec<ManualMark>,
    /// What lateness takes off: 0 or more.
    pub penalty: Hundredths,
    /// `raw + manual - penalty`, after caps and overrides.
    #[serde(rename = "final")]
    pub total: Hundredths,
    /// The most that could be reached.
    pub of: Hundredths,
    /// From the course's table, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// Someone has to look before this mark goes out: why, in a few words. Such a mark is exported as empty, never as 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
    /// Changed by hand: what, by whom, why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabMark {
    pub lab: u8,
    /// The highest tier whose checks, and those of the tiers below it, have all passed: `core`, `robust`, `expert`, or empty.
    pub tier: String,
    pub raw: Hundredths,
    pub penalty: Hundredths,
    pub total: Hundredths,
    pub of: Hundredths,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualMark {
    pub item: String,
    pub points: Hundredths,
    pub of: Hundredths,
    pub by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Seconds after the student's own deadline (extension counted in).
    pub seconds: i64,
    /// Days of the student's allowance that were used for it.
    pub slip_days: u32,
    /// Periods (days or hours) that are charged.
    pub charged: u32,
    /// For people: `2 days late, 1 slip day used, 10 points off`.
    pub told: String,
}

/// One row of the class: everything that an output may show of a student.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub record: Record,
    pub marks: Marks,
    /// A second copy by others in the same group has the same record under another name.
    pub note: String,
}

impl Row {
    /// What of it fits into a table: statuses, points and marks, without checks and what the compiler said.
    pub fn without_checks(mut self) -> Row {
        for lab in &mut self.record.labs {
            (lab.checks, lab.message) = (Vec::new(), String::new());
        }
        self.record.ignored = Vec::new();
        self.record.observed.cases = AllSeen::default();
        self
    }
}

/// The whole class, in the order of ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Class {
    pub title: String,
    /// RFC 3339, UTC.
    pub graded_at: String,
    /// How programs were kept in, for a banner where it is not `bwrap`.
    pub sandbox: String,
    pub labs: Vec<u8>,
    /// Ids of the checks whose inputs and ladders are not shown to students.
    pub hidden: Vec<String>,
    pub rows: Vec<Row>,
    /// What the intake could not place: listed, never guessed.
    pub unplaced: Vec<(String, String)>,
    /// What the preflight found wrong with this machine; empty when the solutions passed.
    pub preflight: Vec<String>,
}

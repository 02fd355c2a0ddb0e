//! What was decided after grading: `changes.jsonl`, a file that only grows. Records stay as they were measured; a change
//! that is taken back is a line more.
//!
//! For a student's total, lab or check the last line holds that names the same thing; so it is for a check of all. Lines
//! about different things may stand in any order. For one check of one student the most general decision that takes it out
//! comes first: *void* for all, then an override, then *full marks* for all.

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::course::Course;
use super::course::amount::decimal;
use super::journal;
use super::people::{People, Who};
use crate::grade::model::Hundredths;
use crate::labs;

mod state;

pub(super) use state::{Decision, Override, State};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// RFC 3339.
    pub at: String,
    pub by: String,
    pub reason: String,
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// These points hold, whatever was measured. Of a lab or the total: after lateness.
    Override {
        student: String,
        target: Target,
        #[serde(with = "points")]
        points: Hundredths,
    },
    /// Takes an override back.
    Lift { student: String, target: Target },
    /// The check counts for nobody: its points leave what was reached and what could be, and the lab keeps its weight.
    Void { check: String },
    /// All whose lab was run have all of its points.
    FullMarks { check: String },
    /// Takes `void` and `full-marks` back.
    Restore { check: String },
    /// The mark goes nowhere until `release`, whatever it is; why stands here and in no output.
    Hold { student: String },
    /// Takes `hold` back.
    Release { student: String },
    /// To be judged again, of one student or of all. Until a record is newer than this line its mark is open.
    Rerun {
        check: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        student: Option<String>,
    },
}

/// What an override is about: `total`, `lab3`, `1.09`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    Total,
    Lab(u8),
    Check(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Total => f.write_str("total"),
            Target::Lab(number) => write!(f, "lab{number}"),
            Target::Check(id) => f.write_str(id),
        }
    }
}

impl From<Target> for String {
    fn from(target: Target) -> String {
        target.to_string()
    }
}

impl TryFrom<String> for Target {
    type Error = String;

    fn try_from(text: String) -> Result<Target, String> {
        let lab = text.strip_prefix("lab").and_then(|number| number.trim().parse().ok());
        match lab.filter(|number| labs::lab(*number).is_some()) {
            Some(number) => Ok(Target::Lab(number)),
            None if text == "total" => Ok(Target::Total),
            None if labs::check(&text).is_some() => Ok(Target::Check(text)),
            None => Err(format!("`{text}` cannot be overridden; try: `total`, `lab3` or `1.09`")),
        }
    }
}

/// Points as people write them: `44.50`.
mod points {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Hundredths, decimal};

    pub fn serialize<S: Serializer>(points: &Hundredths, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(points)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hundredths, D::Error> {
        let text = String::deserialize(deserializer)?;
        decimal(&text).ok_or_else(|| D::Error::custom(format!("`{text}` are no points; try: `44.50`")))
    }
}

/// All lines, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub lines: Vec<Line>,
    /// Numbers of lines that were torn while they were written, and so never took effect.
    pub torn: Vec<usize>,
}

/// Reads the file; no file is no change.
pub fn read(path: &Path) -> Result<Changes> {
    let lines = journal::lines(path)?;
    let text: Vec<String> = lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    match parse(&text.join("\n")) {
        Ok(changes) => Ok(changes),
        Err((line, why)) => bail!("{}:{line}: {why}; try: correct the line, or take it out", path.display()),
    }
}

/// A line that is no change is an error, for to pass over one could change marks: except one that just stops.
pub fn parse(text: &str) -> Result<Changes, (usize, String)> {
    let mut changes = Changes::default();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Line>(line) {
            Ok(line) if line.at.parse::<Timestamp>().is_err() => {
                return Err((place + 1, format!("`{}` is not a moment such as 2026-11-20T22:59:00Z", line.at)));
            }
            Ok(line) => changes.lines.push(line),
            Err(error) if error.is_eof() => changes.torn.push(place + 1),
            Err(error) => return Err((place + 1, format!("not a change: {error}"))),
        }
    }
    Ok(changes)
}

/// Writes a line that [`check`] has seen.
pub fn append(path: &Path, line: &Line) -> Result<()> {
    journal::append(path, |_| Ok(serde_json::to_string(line)?)).map(|_| ())
}

/// Whether a line makes sense in this course and class; returns it with the student's id in place of another name.
pub fn check(line: &Line, course: &Course, people: &People) -> Result<Line> {
    if line.reason.trim().is_empty() || line.by.trim().is_empty() {
        bail!("a change needs a reason and a name; try: `--reason \"appeal of 3 May\"`");
    }
    let mut line = line.clone();
    match &mut line.change {
        Change::Override { student, target, points } => {
            *student = one(people, student)?;
            let most = most(course, target)?;
            if *points > most {
                bail!("{points} points of {target} are more than {most}; try: at most {most}");
            }
        }
        Change::Lift { student, .. } | Change::Hold { student } | Change::Release { student } => {
            *student = one(people, student)?;
        }
        Change::Void { check } | Change::FullMarks { check } | Change::Restore { check } => known(check)?,
        Change::Rerun { check, student } => {
            known(check)?;
            if let Some(student) = student {
                *student = one(people, student)?;
            }
        }
    }
    Ok(line)
}

/// An id, or a group's name as it is.
fn one(people: &People, student: &str) -> Result<String> {
    match (people.find(student), people.all(student)) {
        (Who::One(id), _) if people.is_part_of(student, &id) => {
            bail!("`{student}` is one of several with the one mark `{id}`; try: `{id}`, if it is meant for all of them")
        }
        (Who::One(id), _) => Ok(id),
        (_, Who::Several(_)) => Ok(student.to_string()),
        (Who::Several(ids), _) => bail!("`{student}` could be {}; try: the id", ids.join(" or ")),
        (Who::Nobody, _) => bail!("nobody in the class is `{student}`; try: the id, as the grade table shows it"),
    }
}

fn known(check: &str) -> Result<()> {
    if labs::check(check).is_none() {
        bail!("there is no check `{check}`; try: an id such as `3.14`");
    }
    Ok(())
}

/// The most points that a target can have.
pub(super) fn most(course: &Course, target: &Target) -> Result<Hundredths> {
    match target {
        Target::Total => Ok(course.of()),
        Target::Lab(number) => match course.lab(*number) {
            Some(lab) => Ok(lab.weight),
            None => bail!("lab {number} does not count in this course; try: a lab of `labs`"),
        },
        Target::Check(id) => Ok(Hundredths::of_points(labs::check(id).map_or(0, |check| check.points()))),
    }
}

impl Changes {
    /// Replays the lines in order. Who has left the class is passed over.
    pub(super) fn state(&self, people: &People) -> State {
        let mut state = State::default();
        for line in &self.lines {
            state.replay(line, people);
        }
        state
    }

    /// Students whom a line names and nobody in the class is, or more than one.
    pub fn strangers(&self, people: &People) -> Vec<String> {
        let named = self.lines.iter().filter_map(|line| match &line.change {
            Change::Override { student, .. } | Change::Lift { student, .. } => Some(student),
            Change::Hold { student } | Change::Release { student } => Some(student),
            Change::Rerun { student, .. } => student.as_ref(),
            _ => None,
        });
        let mut strangers: Vec<String> = named.filter(|name| ids(people, name).is_empty()).cloned().collect();
        strangers.sort_unstable();
        strangers.dedup();
        strangers
    }
}

fn ids(people: &People, student: &str) -> Vec<String> {
    match people.all(student) {
        Who::One(id) => vec![id],
        Who::Several(ids) => ids,
        Who::Nobody => Vec::new(),
    }
}

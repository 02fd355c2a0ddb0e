//! The course file: `course.toml`. What it may say, what holds where it says nothing; `docs/src/course-file.md` is its
//! reference. An empty file is a course: all five labs, 100 points each, and no deadline.
//!
//! Reading is pure: text in, a [`Course`] or all of its problems out, each with its line. Numbers never pass through
//! floating point: `12.5` is read as it is written.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};

use crate::grade::model::{Hundredths, Tries};

pub mod amount;
mod grades;
mod late;
mod read;
mod sections;
pub mod when;

pub use amount::Amount;
pub use read::Problem;
pub use when::Deadline;

/// A course file that was read without a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub title: String,
    /// The labs that count, in the order of their numbers.
    pub labs: Vec<Lab>,
    pub slip: Slip,
    pub extensions: Vec<Extension>,
    /// From the best to the worst; the last one has no condition. Empty without a table.
    pub grades: Vec<Grade>,
    /// For grading; without one every run of a check takes the seed that students have at home.
    pub seed: Option<Secret>,
    /// Ids of checks whose inputs and ladders students do not see.
    pub hidden: Vec<String>,
    pub manual: Vec<Item>,
    pub tries: Tries,
    /// A regular expression with named groups for the file names of a platform that is not known here.
    pub pattern: Option<String>,
    pub groups: Groups,
    pub run: Run,
    pub rounding: Rounding,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lab {
    pub number: u8,
    /// The points that the lab is worth in this course; its 100 points are scaled to them.
    pub weight: Hundredths,
    pub late: Late,
}

/// What lateness costs in one lab.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Late {
    pub deadline: Option<Deadline>,
    /// Seconds after the deadline that are not late yet.
    pub grace: i64,
    /// Taken off for each period that was begun.
    pub penalty: Option<Amount>,
    pub per: Per,
    /// What percentages of `penalty`, `cap` and `marked_late` are of.
    pub of: Base,
    /// The most that all periods together take off.
    pub cap: Option<Amount>,
    /// Lateness takes no mark below this; percent of the lab's maximum. Holds until the second deadline.
    pub never_below: Option<Amount>,
    pub second: Option<Second>,
    /// What is taken off where the platform says "late" and not by how much.
    pub marked_late: Option<Amount>,
}

impl Late {
    /// Whether a deadline, first or second, is earlier than `moment`.
    fn is_before(&self, moment: &Deadline) -> bool {
        let second = self.second.as_ref().map(|second| &second.deadline);
        self.deadline.iter().chain(second).any(|deadline| deadline.timestamp() < moment.timestamp())
    }
}

/// Until then at most so much (percent of the lab's maximum); after it nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Second {
    pub deadline: Deadline,
    pub at_most: Amount,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// A day of the calendar: it ends at the deadline's time of day, also when the clocks are changed in between.
    #[default]
    Day,
    /// 3600 seconds.
    Hour,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    #[default]
    Maximum,
    Raw,
}

/// Days of lateness that each student may spend free of charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slip {
    pub total: u32,
    pub per_lab: u32,
    pub spend: Spend,
}

/// Who decides what slip days are spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spend {
    /// The grader, so that the labs together give most.
    #[default]
    Best,
    /// The calendar: the lab with the earliest deadline takes what it needs, whether that is enough or not.
    InOrder,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// Id, e-mail address, number or name.
    pub student: String,
    pub labs: Vec<u8>,
    pub until: Option<Deadline>,
    pub days: u32,
    pub reason: String,
}

/// A row of the table of grades. All of its conditions must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub name: String,
    /// At least; percent of the course's maximum.
    pub points: Option<Amount>,
    /// For each tier the labs in which it must be reached.
    pub tiers: [Need; 3],
}

/// In which labs a tier must be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Need {
    #[default]
    Nothing,
    All,
    /// In so many, whichever.
    Count(u32),
    These(Vec<u8>),
}

/// Points that people give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub of: Hundredths,
    /// A mark is open until the item has points.
    pub required: bool,
}

/// For whom manual points and extensions hold that were given to one member of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Groups {
    #[default]
    Same,
    Single,
}

/// How submissions are run; `None` leaves it to the grader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    pub jobs: Option<u32>,
    /// Seconds that a lab may take to compile.
    pub compile_timeout: Option<u64>,
    /// Seconds that one submission may take in all.
    pub submission_timeout: Option<u64>,
    /// How often a program is run that failed, to learn whether it is steady. 1 is not at all.
    pub unsteady: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// The final mark is a multiple of this.
    pub to: Hundredths,
    pub way: Way,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Halves go up.
    #[default]
    Nearest,
    Up,
    Down,
}

/// The seed for grading. It is never shown: who knows it knows what the checks will send.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What the checks' seeds begin from.
    pub fn number(&self) -> u64 {
        let digest = Sha256::digest(format!("number:{}", self.0));
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// For the audit log: shows that two runs had the same seed, and not which.
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(format!("hash:{}", self.0)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl Default for Course {
    fn default() -> Self {
        sections::default()
    }
}

impl Course {
    pub fn lab(&self, number: u8) -> Option<&Lab> {
        self.labs.iter().find(|lab| lab.number == number)
    }

    pub fn item(&self, name: &str) -> Option<&Item> {
        self.manual.iter().find(|item| item.name == name)
    }

    /// The most that can be reached.
    pub fn of(&self) -> Hundredths {
        let labs = self.labs.iter().map(|lab| lab.weight.0).sum::<i64>();
        Hundredths(labs + self.manual.iter().map(|item| item.of.0).sum::<i64>())
    }
}

/// Reads a course file. Either it has no problem at all, or all of its problems are told.
pub fn parse(text: &str) -> Result<Course, Vec<Problem>> {
    sections::parse(text)
}

/// The same for a file, with its problems as one error.
pub fn read(path: &Path) -> Result<Course> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
    parse(&text)
        .map_err(|problems| anyhow!(problems.iter().map(|problem| problem.show(&shown)).collect::<Vec<_>>().join("\n")))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

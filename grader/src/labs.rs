//! The five labs: for each, its stubs in teaching order and its table of checks.

use crate::check::Check;
use crate::texts;

pub mod lab1;
pub mod lab2;
pub mod lab3;
pub mod lab4;
pub mod lab5;

/// What is fixed for a lab.
#[derive(Debug)]
pub struct LabInfo {
    pub number: u8,
    /// The program connects to the grader, and reads standard input; else it listens.
    pub client: bool,
    /// In teaching order; each is a stage.
    pub stubs: &'static [&'static str],
    pub checks: &'static [Check],
}

impl LabInfo {
    pub fn title(&self) -> &'static str {
        texts::find(&format!("checks/lab{}/title", self.number)).unwrap_or("")
    }
}

pub const LABS: [&LabInfo; 5] = [&lab1::LAB, &lab2::LAB, &lab3::LAB, &lab4::LAB, &lab5::LAB];

/// The lab with this number.
pub fn lab(number: u8) -> Option<&'static LabInfo> {
    LABS.into_iter().find(|lab| lab.number == number)
}

pub(crate) fn is_client(number: u8) -> bool {
    lab(number).is_some_and(|lab| lab.client)
}

/// The last stub: the stage that is the whole program.
pub(crate) fn last_stub(number: u8) -> Option<&'static str> {
    lab(number)?.stubs.last().copied()
}

/// The check with this id.
pub fn check(id: &str) -> Option<&'static Check> {
    LABS.into_iter().flat_map(|lab| lab.checks).find(|check| check.id == id)
}

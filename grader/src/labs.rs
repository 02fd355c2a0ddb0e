//! The labs: for each, its stubs in teaching order and its table of checks.
//!
//! A new lab is entered here, in two lines; the compiler then names each of its files that is missing. How to make one:
//! `docs/src/teachers/own-lab.md`.

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

/// What `cargo lab` says about a lab, from `grader/texts`.
#[cfg(feature = "tools")]
#[derive(Debug)]
pub struct Texts {
    pub hints: &'static str,
    /// Of right runs, recorded from the solution.
    pub ladders: &'static str,
    /// `lib.rs` as it is handed out: in a student's copy nothing is as it was handed out any more.
    pub stubs: &'static str,
}

macro_rules! labs {
    ($($lab:ident)*) => {
        pub const LABS: [&LabInfo; [$(stringify!($lab)),*].len()] = [$(&$lab::LAB),*];

        /// What is said of the checks, and by them.
        pub(crate) static SAID: &[texts::File] = &[$(
            texts::file!(concat!("checks/", stringify!($lab))),
            texts::file!(concat!("seen/", stringify!($lab))),
        )*];

        #[cfg(feature = "tools")]
        static TEXTS: [Texts; LABS.len()] = [$(Texts {
            hints: include_str!(concat!("../texts/hints/", stringify!($lab), ".toml")),
            ladders: include_str!(concat!("../texts/explain/ladders/", stringify!($lab), ".txt")),
            stubs: include_str!(concat!("../texts/stubs/", stringify!($lab), ".rs")),
        }),*];
    };
}

labs! { lab1 lab2 lab3 lab4 lab5 }

// The number of a lab is one digit in the ids of its checks, and its place in the list.
const _: () = {
    assert!(LABS.len() < 10);
    let mut place = 0;
    while place < LABS.len() {
        assert!(LABS[place].number as usize == place + 1, "labs are numbered 1, 2, 3 in the order of the list");
        place += 1;
    }
};

/// The lab with this number.
pub fn lab(number: u8) -> Option<&'static LabInfo> {
    LABS.into_iter().find(|lab| lab.number == number)
}

/// The texts of the lab with this number.
#[cfg(feature = "tools")]
pub fn texts(number: u8) -> Option<&'static Texts> {
    TEXTS.get(usize::from(number).checked_sub(1)?)
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
    let (number, _) = id.split_once('.')?;
    lab(number.parse().ok()?)?.checks.iter().find(|check| check.id == id)
}

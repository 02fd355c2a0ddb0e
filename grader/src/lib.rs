//! The network peer that judges the labs.
//!
//! The grader never links a student's code. It starts the program as a separate process, talks to it over loopback
//! sockets, standard input and signals, and judges what it observed there. In reading order:
//!
//! | module | what is there |
//! |---|---|
//! | [`check`] | what a check is, and what it can find |
//! | [`labs`] | the labs: stubs, checks, points |
//! | [`lab`] | one run of one check: start, wait, fail |
//! | [`peer`] | the sockets: TCP, UDP, HTTP; each event is recorded |
//! | [`wire`] | the record |
//! | [`program`] | the student's process |
//! | [`clock`], [`proc`] | time in which the program could run; quiet |
//! | [`waits`] | where each of its threads is |
//! | [`payload`] | random bytes that are the same for ever |
//! | [`run`] | checks in parallel, retries, what is blocked |
//! | [`report`] | a finding as 24 lines of text |
//! | [`history`] | what came of each check, and when |
//! | [`remembered`] | files of lines in the student's copy |
//! | [`runner`] | what `cargo test -p labN` runs |
//! | [`texts`] | what students read, by key |
//! | [`source`] | a `lib.rs` as text: where its stubs are, edits of it |
//! | `build` | a submission becomes a program: stage, two `rustc` calls (feature `tools`) |
//! | `workbook` | `cargo lab`: the board, the checks, handing in (feature `tools`) |
//! | `grade` | `cargo grade`: the teacher's side (feature `grade`, Linux) |
//! | `prove` | mutants and variants: the proof of the checks (feature `tools`) |

#[cfg(feature = "tools")]
pub mod build;
pub mod check;
pub mod clock;
#[cfg(all(feature = "grade", target_os = "linux"))]
pub mod grade;
pub mod history;
pub mod lab;
pub mod labs;
pub mod payload;
pub mod peer;
pub mod proc;
pub mod program;
#[cfg(feature = "tools")]
pub mod prove;
pub mod remembered;
pub mod report;
pub mod run;
pub mod runner;
pub mod source;
pub mod texts;
pub mod waits;
pub mod wire;
#[cfg(feature = "tools")]
pub mod workbook;

//! `cargo grade` from end to end: the program itself, on small classes that it has never seen.
//!
//! `LOOPBACK_KILLS=50` makes the test that kills the grader do so at fifty moments instead of six.

// The sandbox and its namespaces are Linux's.
#![cfg(target_os = "linux")]

#[path = "grade/again.rs"]
mod again;
#[path = "grade/appeals.rs"]
mod appeals;
#[path = "grade/class.rs"]
mod class;
mod common;
#[path = "grade/interrupted.rs"]
mod interrupted;
#[path = "grade/platforms.rs"]
mod platforms;
#[path = "grade/rules.rs"]
mod rules;
#[path = "grade/trouble.rs"]
mod trouble;
#[path = "grade/users.rs"]
mod users;

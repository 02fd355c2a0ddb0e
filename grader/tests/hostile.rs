//! What bad input gets: hostile and broken programs, and machines that lack something. None of them is a hang, a
//! survivor or a stack trace of the grader, and what the machine lacks never reads as the student's fault.
#![cfg(target_os = "linux")]

mod common;
#[path = "hostile/ends.rs"]
mod ends;
#[path = "hostile/machine.rs"]
mod machine;
#[path = "hostile/programs.rs"]
mod programs;
#[path = "hostile/student.rs"]
mod student;

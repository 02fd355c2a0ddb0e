//! What bad input gets: hostile and broken programs, and machines that lack something. None of them is a hang, a
//! survivor or a stack trace of the grader, and what the machine lacks never reads as the student's fault.

mod ends;
mod machine;
mod programs;
mod student;

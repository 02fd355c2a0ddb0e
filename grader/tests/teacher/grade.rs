//! `cargo grade` from end to end: the program itself, on small classes that it has never seen.
//!
//! `LOOPBACK_KILLS=50` makes the test that kills the grader do so at fifty moments instead of six.

mod again;
mod appeals;
pub mod class;
pub mod interrupted;
mod platforms;
mod rules;
mod slow;
pub mod trouble;
mod users;

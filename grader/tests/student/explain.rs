//! `cargo lab explain`: every check and every word of a report has its page, the pages fit on a screen, and what they say
//! is what the solutions and the system do. `BLESS=1 cargo test -p grader --test student explain` records the ladders anew.

mod command;
#[cfg(target_os = "linux")]
mod errors;
#[cfg(target_os = "linux")]
mod ladders;
mod pages;
mod words;

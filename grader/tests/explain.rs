//! `cargo lab explain`: every check and every word of a report has its page, the pages fit on a screen, and what they say
//! is what the solutions and the system do. `BLESS=1 cargo test -p grader --test explain` records the ladders anew.

#[path = "explain/command.rs"]
mod command;
#[cfg(target_os = "linux")]
#[path = "explain/errors.rs"]
mod errors;
#[cfg(target_os = "linux")]
#[path = "explain/ladders.rs"]
mod ladders;
#[path = "explain/pages.rs"]
mod pages;
#[path = "explain/words.rs"]
mod words;

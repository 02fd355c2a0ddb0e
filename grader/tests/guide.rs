//! The teacher's guide does what it says: its commands parse and run, its files get written, its screens are real ones.
//!
//! With `BLESS=1` the screens in the pages are made anew, the demo's among them, which takes minutes.
#![cfg(target_os = "linux")]

#[path = "guide/class.rs"]
mod class;
mod common;
#[path = "guide/page.rs"]
mod page;
#[path = "guide/runs.rs"]
mod runs;
#[path = "guide/said.rs"]
mod said;

//! The screens of `docs/src/walkthrough.md` and `docs/src/commands.md`: real runs of `cargo lab`, at a terminal where it
//! is one. `BLESS=1 cargo test -p grader --test walkthrough` writes them anew.
#![cfg(target_os = "linux")]

#[path = "walkthrough/commands.rs"]
mod commands;
mod common;
#[path = "walkthrough/desk.rs"]
mod desk;
#[path = "walkthrough/display.rs"]
mod display;
#[path = "walkthrough/labs.rs"]
mod labs;
#[path = "walkthrough/page.rs"]
mod page;
#[path = "student/screen.rs"]
mod screen;
#[path = "walkthrough/shape.rs"]
mod shape;

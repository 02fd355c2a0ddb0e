//! The screens of `docs/src/walkthrough.md` and `docs/src/commands.md`: real runs of `cargo lab`, at a terminal where it
//! is one. `BLESS=1 cargo test -p grader --test student walkthrough` writes them anew.

mod commands;
mod desk;
mod display;
mod labs;
pub mod page;
mod shape;

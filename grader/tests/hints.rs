//! `cargo lab hint`: its texts, held against the mutants and the solutions, and the command as a student types it.

#[path = "hints/command.rs"]
mod command;
mod common;
#[path = "hints/sources.rs"]
mod sources;
#[path = "hints/texts.rs"]
mod texts;

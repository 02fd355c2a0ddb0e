//! `cargo lab hint`: its texts, held against the mutants and the solutions, and the command as a student types it.

mod command;
mod sources;
mod texts;

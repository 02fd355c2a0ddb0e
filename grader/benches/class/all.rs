//! What `cargo grade` promises of a whole class, measured beside its yardstick: `cargo bench -p grader --bench class`.
//!
//! `-- --quick` does the same with a small class, few kills and few records, which takes minutes instead of an hour; its
//! figures are for looking, not for the book. A word (`large`, `kills`, `runs`) measures that part alone.

#[path = "../figure/mod.rs"]
mod figure;
#[path = "kills.rs"]
mod kills;
#[path = "large.rs"]
mod large;
#[path = "runs.rs"]
mod runs;
#[path = "students.rs"]
mod students;

use anyhow::Result;
use grader::build::Workspace;

pub use figure::{Figure, median, timed};

/// How much of it.
pub struct Scale {
    pub students: usize,
    /// Of them, so many go through the plain loop.
    pub sampled: usize,
    pub kills: u32,
    pub records: usize,
}

const FULL: Scale = Scale { students: 60, sampled: 6, kills: 50, records: 1000 };
const QUICK: Scale = Scale { students: 5, sampled: 1, kills: 4, records: 100 };

pub fn main() -> Result<()> {
    grader::runner::hide_own_panics();
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let scale = if args.iter().any(|arg| arg == "--quick") { QUICK } else { FULL };
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    let wanted = |part: &str| names.is_empty() || names.iter().any(|name| *name == part);
    let workspace = Workspace::find()?;
    figure::table(|row| {
        for (part, measure) in PARTS {
            if wanted(part) {
                measure(&workspace, &scale, row)?;
            }
        }
        Ok(())
    })
}

type Part = fn(&Workspace, &Scale, &mut dyn FnMut(Figure)) -> Result<()>;
const PARTS: [(&str, Part); 3] = [("large", large::all), ("kills", kills::all), ("runs", runs::all)];

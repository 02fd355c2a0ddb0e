//! Every figure that the project promises, measured beside its yardstick in one run: `cargo bench -p grader`.
//!
//! The last row clones the repository and runs its whole test command, which takes minutes; `-- --quick` leaves it out.
//! The table is Markdown, and stands in the book as it was printed.

#[path = "speed/cargo.rs"]
mod cargo;
#[path = "speed/checks.rs"]
mod checks;
mod figure;

use anyhow::Result;
use grader::build::Workspace;

pub use figure::{Figure, median, timed};

fn main() -> Result<()> {
    grader::runner::hide_own_panics();
    let quick = std::env::args().any(|arg| arg == "--quick");
    let workspace = Workspace::find()?;
    figure::table(|row| {
        checks::all(&workspace, row)?;
        cargo::all(&workspace, quick, row)
    })
}

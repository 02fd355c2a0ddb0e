//! The kill matrix: a row for each program, a column for each check.

use std::fmt;

use super::work::Row;
use crate::labs::{self, LabInfo};

/// The rows of one lab.
pub struct Matrix<'a> {
    lab: &'static LabInfo,
    rows: Vec<&'a Row>,
}

impl<'a> Matrix<'a> {
    pub fn new(lab: u8, rows: &'a [Row]) -> Option<Matrix<'a>> {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.lab == lab).collect();
        (!rows.is_empty()).then_some(Matrix { lab: labs::lab(lab)?, rows })
    }

    /// `X` where a check (any of its cases) caught it, `.` where it passed, blank where it was not tried.
    fn cell(&self, row: &Row, check: &str) -> char {
        let of: Vec<&String> =
            row.verdicts.iter().filter(|(case, _)| case.starts_with(check)).map(|(_, verdict)| verdict).collect();
        match () {
            () if of.is_empty() => ' ',
            () if of.iter().any(|verdict| verdict.starts_with("failed")) => 'X',
            () if of.iter().any(|verdict| *verdict == "trouble") => '?',
            () if of.iter().any(|verdict| *verdict == "not started") => 's',
            () if of.iter().all(|verdict| *verdict == "not run") => '-',
            () => '.',
        }
    }
}

impl fmt::Display for Matrix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "lab {}  {}", self.lab.number, self.lab.title())?;
        let width = self.rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
        let head: String = self.lab.checks.iter().map(|check| format!(" {}", &check.id[2..])).collect();
        writeln!(f, "{:<width$}{head}  must be caught by", "")?;
        for row in &self.rows {
            let cells: String = self.lab.checks.iter().map(|check| format!("  {}", self.cell(row, check.id))).collect();
            let claim = match &row.mutant {
                Some(mutant) => format!(
                    "{} {}{}{}",
                    mutant.caught,
                    mutant.finding,
                    if mutant.unique { ", first" } else { "" },
                    if mutant.row.is_empty() { String::new() } else { format!(" ({})", mutant.row) }
                ),
                None => String::new(),
            };
            writeln!(f, "{:<width$}{cells}  {claim}", row.id)?;
        }
        let mutants = self.rows.iter().filter(|row| row.mutant.is_some());
        let caught = mutants.clone().filter(|row| row.problems.is_empty()).count();
        writeln!(f, "{caught} of {} mutants caught by the check and with the finding that they name", mutants.count())
    }
}

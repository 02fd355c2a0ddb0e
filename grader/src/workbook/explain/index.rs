//! The list of everything that can be explained, in columns.

use super::words;
use crate::report::WIDTH;
use crate::texts::say;

/// The columns of one name.
const COLUMN: usize = 16;

/// One screen: how to ask, and the words by kind.
pub fn lines() -> Vec<String> {
    let mut lines = vec![
        say!("cargo-lab/explain/cargo_lab_explain_word").to_string(),
        say!("cargo-lab/explain/a_check_1_09_its_name").to_string(),
        say!("cargo-lab/explain/a_finding_no_answer_as_it").to_string(),
        say!("cargo-lab/explain/an_error_epipe_brokenpipe_broken_pipe").to_string(),
    ];
    for group in words::all().chunk_by(|a, b| a.group == b.group) {
        lines.push(String::new());
        lines.push(words::heading(group[0].group).to_string());
        lines.extend(columns(group.iter().map(|word| word.name.as_str())));
    }
    lines
}

/// Names in rows; a long one takes two columns.
fn columns<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for name in names {
        let cell = format!("{name:<width$}", width = (name.chars().count() + 1).div_ceil(COLUMN) * COLUMN);
        match rows.last_mut() {
            Some(row) if row.chars().count() + name.chars().count() <= WIDTH => row.push_str(&cell),
            _ => rows.push(format!("  {cell}")),
        }
    }
    rows.iter().map(|row| row.trim_end().to_string()).collect()
}

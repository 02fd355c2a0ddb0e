//! The list of everything that can be explained, in columns.

use super::words;
use crate::report::WIDTH;

/// The columns of one name.
const COLUMN: usize = 16;

/// One screen: how to ask, and the words by kind.
pub fn lines() -> Vec<String> {
    let mut lines = vec![
        "cargo lab explain WORD".to_string(),
        "  a check     1.09, its name, or a case of it: 1.18b (all: cargo lab list)".to_string(),
        "  a finding   no-answer, as it stands behind the name of a check that failed".to_string(),
        "  an error    EPIPE, BrokenPipe, \"broken pipe\" or 32, or a word below".to_string(),
    ];
    for group in words::all().chunk_by(|a, b| a.group == b.group) {
        lines.push(String::new());
        lines.push(group[0].group.to_string());
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

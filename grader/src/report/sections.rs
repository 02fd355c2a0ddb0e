//! Which section of the book a finding belongs to: the core's copy of what the hints say.
//!
//! The texts of the hints are TOML, which the core cannot read; `sections.txt` is made from them, and a test compares the
//! two (`BLESS=1 cargo test -p grader --test student hints` writes it anew).

use crate::check::Kind;

/// A check a line, `1.09 4.2 early-end=4.3`: the section of most findings, and those that have another one.
const TABLE: &str = include_str!("sections.txt");

/// `4.2`
pub fn section(check: &str, kind: Kind) -> Option<&'static str> {
    let row = TABLE.lines().find(|line| line.split(' ').next() == Some(check))?;
    let own = row.split(' ').skip(2).find_map(|word| word.strip_prefix(kind.as_str())?.strip_prefix('='));
    own.or_else(|| row.split(' ').nth(1))
}

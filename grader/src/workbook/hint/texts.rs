//! The texts of the hints, `grader/texts/hints/labN.toml`, and the sections of the book that they name.
//!
//! ```toml
//! [[hint]]
//! check = "1.09"
//! findings = ["no-answer"]    # the kinds of `Kind` that these texts are for; "*" alone: nothing was seen yet, or a
//!                             # finding that has no texts of its own
//! section = "4.2"             # of `grader/texts/sections.toml`
//! nudge = ".."                # a question about what was seen
//! idea = ".."                 # the rule, with its reason
//! try = ".."                  # what to try, and where: a stub, an experiment; never code
//! ```
//!
//! Each text has at most three lines of 72 columns and serves at most three findings; two findings of one check begin with
//! different questions; no text names what only the solution names. `grader/tests/student/hints.rs` holds all this.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use crate::check::{Check, Kind};
use crate::labs::{self, LABS};
use crate::texts::{self, say};

/// In the place of a finding: a program of which nothing is known.
pub const ANY: &str = "*";

const BOOK: &str = include_str!("../../../texts/sections.toml");

/// Three hints for a finding of a check, or for a few findings that mean the same there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    pub check: String,
    pub findings: Vec<String>,
    pub section: String,
    pub nudge: String,
    pub idea: String,
    #[serde(rename = "try")]
    pub attempt: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    #[serde(default)]
    hint: Vec<Hint>,
}

#[derive(Deserialize)]
struct Chapter {
    sections: Vec<String>,
}

/// All hints of a lab, in the file's order.
pub fn hints(lab: u8) -> Result<Vec<Hint>> {
    let text = labs::texts(lab).with_context(|| say!("cargo-lab/hint/there_is_no_lab", lab))?.hints;
    let path = format!("hints/lab{lab}.toml");
    let texts: Texts = texts::toml(&path, text).with_context(|| format!("`grader/texts/{path}`"))?;
    Ok(texts.hint)
}

/// The hint for what was seen: that of the finding, else the one for any program.
pub fn hint(check: &Check, finding: &str) -> Result<Hint> {
    let all = hints(check.lab())?;
    let of = |finding: &str| {
        all.iter().find(|hint| hint.check == check.id && hint.findings.iter().any(|one| one == finding)).cloned()
    };
    of(finding).or_else(|| of(ANY)).ok_or_else(|| anyhow!(say!("cargo-lab/hint/there_are_no_hints_on", id = check.id)))
}

/// The title of a section, `4.2`.
pub fn title(section: &str) -> Option<String> {
    let chapters: BTreeMap<String, Chapter> = texts::toml("sections.toml", BOOK).ok()?;
    let (chapter, number) = section.split_once('.')?;
    let place = number.parse::<usize>().ok()?.checked_sub(1)?;
    chapters.get(chapter)?.sections.get(place).cloned()
}

/// The section of the book for every check and finding, as the core reads it: `grader/src/report/sections.txt`.
///
/// `1.09 4.2 early-end=4.3`: the check, the section of most of its findings, and those that have another one.
pub fn table() -> Result<String> {
    let mut text = String::new();
    for lab in LABS {
        let all = hints(lab.number)?;
        for check in lab.checks {
            let own: Vec<&Hint> = all.iter().filter(|hint| hint.check == check.id).collect();
            text.push_str(&row(check.id, &own));
        }
    }
    Ok(text)
}

fn row(id: &str, hints: &[&Hint]) -> String {
    let of = |finding: &str| hints.iter().find(|hint| hint.findings.iter().any(|one| one == finding));
    let Some(any) = of(ANY) else { return String::new() };
    let mut row = format!("{id} {}", any.section);
    for kind in Kind::ALL {
        if let Some(hint) = of(kind.as_str()).filter(|hint| hint.section != any.section) {
            row.push_str(&format!(" {kind}={}", hint.section));
        }
    }
    row + "\n"
}

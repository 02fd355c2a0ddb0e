//! Which section of the book belongs to a check, and why its mistake does not show by hand.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::labs;
use crate::texts;
use crate::workbook::hint::texts::{ANY, hint};

const SECTIONS: &str = include_str!("../../../texts/sections.toml");
const CHECKS: &str = include_str!("../../../texts/explain/checks.toml");

/// A section of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// `4.2`
    pub number: String,
    pub title: String,
    /// `book/streams.md`
    pub page: String,
}

#[derive(Deserialize)]
struct Chapter {
    page: String,
    sections: Vec<String>,
}

#[derive(Deserialize)]
struct Checks {
    section: BTreeMap<String, String>,
    by_hand: BTreeMap<String, String>,
}

/// The section in which the idea of this check stands; where nothing is said, that of its first hints.
pub fn section(id: &str) -> Option<Section> {
    let of_the_hints = || hint(labs::check(id)?, ANY).ok().map(|hint| hint.section);
    let number = checks().section.get(id).cloned().or_else(of_the_hints)?;
    let chapters: BTreeMap<String, Chapter> =
        texts::toml("sections.toml", SECTIONS).expect("a test reads sections.toml");
    let (chapter, place) = number.split_once('.')?;
    let chapter = chapters.get(chapter)?;
    let title = chapter.sections.get(place.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(Section { title: title.clone(), page: chapter.page.clone(), number })
}

/// Why a terminal hides the mistake, where the check's own text does not say it.
pub fn by_hand(id: &str) -> Option<&'static str> {
    checks().by_hand.get(id).map(String::as_str)
}

fn checks() -> &'static Checks {
    static READ: OnceLock<Checks> = OnceLock::new();
    READ.get_or_init(|| texts::toml("explain/checks.toml", CHECKS).expect("a test reads explain/checks.toml"))
}

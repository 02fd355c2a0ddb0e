//! Which section of the book belongs to a check, and why its mistake does not show by hand.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::texts;

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

/// The section in which the idea of this check stands.
pub fn section(id: &str) -> Option<Section> {
    let number = checks().section.get(id)?;
    let chapters: BTreeMap<String, Chapter> =
        texts::toml("sections.toml", SECTIONS).expect("a test reads sections.toml");
    let (chapter, place) = number.split_once('.')?;
    let chapter = chapters.get(chapter)?;
    let title = chapter.sections.get(place.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(Section { number: number.clone(), title: title.clone(), page: chapter.page.clone() })
}

/// Why a terminal hides the mistake, where the check's own text does not say it.
pub fn by_hand(id: &str) -> Option<&'static str> {
    checks().by_hand.get(id).map(String::as_str)
}

fn checks() -> &'static Checks {
    static READ: OnceLock<Checks> = OnceLock::new();
    READ.get_or_init(|| texts::toml("explain/checks.toml", CHECKS).expect("a test reads explain/checks.toml"))
}

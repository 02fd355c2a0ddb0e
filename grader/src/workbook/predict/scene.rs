//! A scene: its text, from `grader/texts/predict`, and the function that plays it.

use std::io;

use serde::Deserialize;

use super::play::Play;
use super::{lab1, lab2, lab3, lab4, lab5};
use crate::texts::{self, say};

/// Plays a scene, and returns which of its answers was observed.
pub type Run = fn(&Play) -> io::Result<String>;

/// The texts and the functions of each lab, in the same order. A lab of one's own may have none.
const LABS: &[(&str, &[(&str, Run)])] = &[
    (include_str!("../../../texts/predict/lab1.toml"), lab1::SCENES),
    (include_str!("../../../texts/predict/lab2.toml"), lab2::SCENES),
    (include_str!("../../../texts/predict/lab3.toml"), lab3::SCENES),
    (include_str!("../../../texts/predict/lab4.toml"), lab4::SCENES),
    (include_str!("../../../texts/predict/lab5.toml"), lab5::SCENES),
];

#[derive(Deserialize)]
struct File {
    scene: Vec<Text>,
}

/// What a person reads of a scene.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub name: String,
    pub title: String,
    pub setup: String,
    pub question: String,
    /// Of what a number is asked for, as one and as many; without it, one of the answers is chosen.
    pub unit: Option<[String; 2]>,
    /// Who is drawn on the left and on the right.
    pub left: String,
    pub right: String,
    /// The section of the book.
    pub section: String,
    /// Man page or RFC.
    pub see: String,
    pub answer: Vec<Answer>,
}

/// One thing that may be observed, and why it is so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What the scene's function returns.
    pub key: String,
    #[serde(default)]
    pub text: String,
    pub why: String,
}

/// A scene, ready to be played.
#[derive(Debug)]
pub struct Scene {
    pub lab: u8,
    /// Its place in the lab, from 1, and how many there are.
    pub place: (usize, usize),
    pub text: Text,
    pub run: Run,
}

impl Scene {
    /// A prediction as it is typed, as the key that it stands for.
    pub fn read(&self, typed: &str) -> Result<String, String> {
        let number: Option<usize> = typed.parse().ok();
        if let Some([_, unit]) = &self.text.unit {
            return number.map(|number| number.to_string()).ok_or_else(|| say!("cargo-lab/predict/a_number_of", unit));
        }
        let chosen = number.and_then(|number| self.text.answer.get(number.checked_sub(1)?));
        chosen
            .map(|answer| answer.key.clone())
            .ok_or_else(|| say!("cargo-lab/predict/a_number_from_1_to", count = self.text.answer.len()))
    }

    pub fn answer(&self, key: &str) -> Option<&Answer> {
        self.text.answer.iter().find(|answer| answer.key == key)
    }
}

/// The scenes of one lab, in teaching order; none for a lab that does not exist.
pub fn of(lab: u8) -> Vec<Scene> {
    let Some(&(text, runs)) = usize::from(lab).checked_sub(1).and_then(|place| LABS.get(place)) else {
        return Vec::new();
    };
    let read: File = texts::toml(&format!("predict/lab{lab}.toml"), text).expect("a test reads every text");
    let count = read.scene.len();
    let scene =
        |(at, (text, (_, run))): (usize, (Text, &(&str, Run)))| Scene { lab, place: (at + 1, count), text, run: *run };
    read.scene.into_iter().zip(runs.iter()).enumerate().map(scene).collect()
}

/// All scenes of all labs.
pub fn all() -> Vec<Scene> {
    (1..=LABS.len() as u8).flat_map(of).collect()
}

/// The title of a section of the book: `4.2`.
pub fn section_title(section: &str) -> Option<String> {
    let book: toml::Table = texts::toml("sections.toml", include_str!("../../../texts/sections.toml")).ok()?;
    let (chapter, place) = section.split_once('.')?;
    let place = place.parse::<usize>().ok()?.checked_sub(1)?;
    Some(book.get(chapter)?.get("sections")?.get(place)?.as_str()?.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn texts_and_functions_belong_together() {
        for &(text, runs) in LABS {
            let texts: File = toml::from_str(text).unwrap();
            let named: Vec<&str> = texts.scene.iter().map(|text| text.name.as_str()).collect();
            assert_eq!(named, runs.iter().map(|(name, _)| *name).collect::<Vec<_>>());
            assert!(named.len() >= 4, "{named:?}");
        }
        let names: BTreeSet<String> = all().into_iter().map(|scene| scene.text.name).collect();
        assert_eq!(names.len(), all().len());
        assert!(names.len() >= 20);
    }

    #[test]
    fn every_scene_is_whole() {
        for scene in all() {
            let text = &scene.text;
            let keys: BTreeSet<&str> = text.answer.iter().map(|answer| answer.key.as_str()).collect();
            assert_eq!(keys.len(), text.answer.len(), "{}", text.name);
            assert!(section_title(&text.section).is_some(), "{}: section {}", text.name, text.section);
            assert!(text.answer.iter().all(|answer| answer.text.is_empty() == text.unit.is_some()), "{}", text.name);
            assert!(text.unit.is_some() || (2..=4).contains(&text.answer.len()), "{}", text.name);
            assert!(text.answer.iter().all(|answer| answer.why.len() > 20), "{}", text.name);
        }
    }
}

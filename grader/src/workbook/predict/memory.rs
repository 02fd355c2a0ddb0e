//! Which scenes were predicted, and how it went: `.loopback/predict` in the student's copy.
//!
//! One line a prediction, appended: `1763640000 full-buffer end waits`: when, which, what was predicted, what was seen.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::remembered;

const FILE: &str = "predict";

/// Of each scene, whether the last prediction was right.
pub type Memory = BTreeMap<String, bool>;

/// Reads it; also says what is wrong with it.
pub fn load(root: &Path) -> (Memory, Option<String>) {
    let (lines, wrong) = remembered::read(&remembered::path(root, FILE), parse);
    (lines.into_iter().collect(), wrong)
}

fn parse(line: &str) -> Option<(String, bool)> {
    let [at, name, predicted, observed] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    at.parse::<u64>().ok()?;
    Some((name.to_string(), predicted == observed))
}

/// Notes one prediction.
pub fn note(root: &Path, scene: &str, predicted: &str, observed: &str) -> io::Result<()> {
    let line = format!("{} {scene} {predicted} {}\n", remembered::now(), observed.replace(' ', "-"));
    remembered::append(&remembered::path(root, FILE), &line)
}

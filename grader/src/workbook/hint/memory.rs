//! How many hints were shown for each finding of a check: `.loopback/hints`, which git ignores.
//!
//! One line each time that it grows, appended: `1.09 no-answer 2`. So two terminals may ask at once.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::labs;
use crate::remembered;

pub struct Memory {
    path: PathBuf,
    shown: BTreeMap<(String, String), u8>,
}

impl Memory {
    /// Reads it. A file that is none of ours is set aside under another name, which is told.
    pub fn load(root: &Path) -> (Memory, Option<String>) {
        let path = remembered::path(root, "hints");
        let (lines, wrong) = remembered::read(&path, parse);
        let mut shown = BTreeMap::new();
        for (case, level) in lines {
            let most: &mut u8 = shown.entry(case).or_default();
            *most = level.max(*most);
        }
        (Memory { path, shown }, wrong)
    }

    /// How many of the three were shown.
    pub fn shown(&self, check: &str, finding: &str) -> u8 {
        self.shown.get(&(check.to_string(), finding.to_string())).copied().unwrap_or(0)
    }

    pub fn note(&self, check: &str, finding: &str, level: u8) -> io::Result<()> {
        remembered::append(&self.path, &format!("{check} {finding} {level}\n"))
    }
}

fn parse(line: &str) -> Option<((String, String), u8)> {
    let mut fields = line.split(' ');
    let (check, finding, level) = (fields.next()?, fields.next()?, fields.next()?.parse().ok()?);
    let known = labs::check(check).is_some() && (1..=3).contains(&level);
    (known && fields.next().is_none()).then(|| ((check.to_string(), finding.to_string()), level))
}

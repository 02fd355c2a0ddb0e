//! How many hints were shown for each finding of a check: `.loopback/hints`, which git ignores.
//!
//! One line each time that it grows, appended: `1.09 no-answer 2`. So two terminals may ask at once.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::history;
use crate::labs;

pub struct Memory {
    path: PathBuf,
    shown: BTreeMap<(String, String), u8>,
}

impl Memory {
    /// Reads it. A file that is none of ours is set aside under another name, which is told.
    pub fn load(root: &Path) -> (Memory, Option<String>) {
        let path = root.join(history::FOLDER).join("hints");
        let mut memory = Memory { path, shown: BTreeMap::new() };
        let bytes = match fs::read(&memory.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (memory, None),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", memory.path.display());
                return (memory, Some(message));
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let good: Vec<_> = lines.iter().filter_map(|line| parse(line)).collect();
        // The last line may be half written at this moment.
        if lines.len() > good.len() + 1 && lines.len() > 2 * good.len() {
            let message = history::set_aside(&memory.path);
            return (memory, Some(message));
        }
        for (check, finding, level) in good {
            let most = memory.shown.entry((check.to_string(), finding.to_string())).or_default();
            *most = level.max(*most);
        }
        (memory, None)
    }

    /// How many of the three were shown.
    pub fn shown(&self, check: &str, finding: &str) -> u8 {
        self.shown.get(&(check.to_string(), finding.to_string())).copied().unwrap_or(0)
    }

    pub fn note(&self, check: &str, finding: &str, level: u8) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        file.write_all(format!("{check} {finding} {level}\n").as_bytes())
    }
}

fn parse(line: &str) -> Option<(&str, &str, u8)> {
    let mut fields = line.split(' ');
    let (check, finding, level) = (fields.next()?, fields.next()?, fields.next()?.parse().ok()?);
    let known = labs::check(check).is_some() && (1..=3).contains(&level);
    (known && fields.next().is_none()).then_some((check, finding, level))
}

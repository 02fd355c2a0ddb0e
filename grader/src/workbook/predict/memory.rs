//! Which scenes were predicted, and how it went: `.loopback/predict` in the student's copy.
//!
//! One line a prediction, appended: `1763640000 full-buffer end waits`: when, which, what was predicted, what was seen.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::history::FOLDER;

const FILE: &str = "predict";

/// Of each scene, whether the last prediction was right.
pub type Memory = BTreeMap<String, bool>;

/// Reads it. A file that is none of ours is set aside under another name, which is told.
pub fn load(root: &Path) -> (Memory, Option<String>) {
    let path = path(root);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Memory::new(), None),
        Err(error) => return (Memory::new(), Some(format!("cannot read `{}`: {error}", path.display()))),
    };
    let text = String::from_utf8_lossy(&bytes);
    let (good, bad): (Vec<_>, Vec<_>) = text.lines().map(parse).partition(Option::is_some);
    // The last line may be half written at this moment.
    if bad.len() > 1 && bad.len() > good.len() {
        return (Memory::new(), Some(set_aside(&path)));
    }
    (good.into_iter().flatten().collect(), None)
}

fn parse(line: &str) -> Option<(String, bool)> {
    let [at, name, predicted, observed] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    at.parse::<u64>().ok()?;
    Some((name.to_string(), predicted == observed))
}

/// Notes one prediction.
pub fn note(root: &Path, scene: &str, predicted: &str, observed: &str) -> io::Result<()> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let path = path(root);
    fs::create_dir_all(root.join(FOLDER))?;
    let line = format!("{at} {scene} {predicted} {}\n", observed.replace(' ', "-"));
    OpenOptions::new().append(true).create(true).open(&path)?.write_all(line.as_bytes())
}

fn path(root: &Path) -> PathBuf {
    root.join(FOLDER).join(FILE)
}

fn set_aside(path: &Path) -> String {
    let names = (1..).map(|turn| match turn {
        1 => path.with_extension("damaged"),
        turn => path.with_extension(format!("damaged-{turn}")),
    });
    let aside = names.into_iter().find(|aside| !aside.exists()).unwrap_or_else(|| path.with_extension("damaged"));
    match fs::rename(path, &aside) {
        Ok(()) => {
            format!("`{}` is damaged; it is kept as `{}`, and a new one is begun", path.display(), aside.display())
        }
        Err(error) => format!("`{}` is damaged, and cannot be set aside: {error}", path.display()),
    }
}

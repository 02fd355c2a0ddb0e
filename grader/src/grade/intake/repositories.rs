//! A list of repositories and bundles: one line for each, and which of a person's lines counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;

use super::entry::{plain, shown};

/// One line of a list: `name<TAB>where[<TAB>received[<TAB>commit]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    pub place: Place,
    pub received: Option<Timestamp>,
    /// Hexadecimal; without it, what the repository's `HEAD` names.
    pub commit: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A repository's folder, or a bundle.
    Path(PathBuf),
    Https(String),
}

impl Line {
    /// Whether it can be read without a network, so that what is wrong with it is its author's doing.
    pub fn is_here(&self) -> bool {
        matches!(&self.place, Place::Path(path) if path.exists())
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Path(path) => f.write_str(&shown(path.as_os_str().as_encoded_bytes())),
            Place::Https(url) => f.write_str(url),
        }?;
        self.commit.iter().try_for_each(|commit| write!(f, " at {commit}"))?;
        self.received.iter().try_for_each(|at| write!(f, " (received {at})"))
    }
}

/// Reads a list. Paths are relative to the folder it is in.
pub fn list(text: &str, folder: &Path) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
        let line = one(line.trim_end_matches('\r'), folder).with_context(|| format!("in line {}", at + 1))?;
        lines.push(line);
    }
    ensure!(!lines.is_empty(), "there is no repository in the list; try: lines of `name<TAB>path or https URL`");
    Ok(lines)
}

fn one(line: &str, folder: &Path) -> Result<Line> {
    let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
    let (name, place, rest) = match &cells[..] {
        [name, place, rest @ ..] if !name.is_empty() && !place.is_empty() && rest.len() <= 2 => (name, place, rest),
        _ => bail!("it is not `name<TAB>path or https URL[<TAB>received[<TAB>commit]]`"),
    };
    let received = rest.first().filter(|cell| !cell.is_empty());
    let received = received.map(|cell| cell.parse::<Timestamp>()).transpose();
    let commit = rest.get(1).filter(|cell| !cell.is_empty()).map(|cell| cell.to_ascii_lowercase());
    let is_hash = |text: &String| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(commit.as_ref().is_none_or(is_hash), "the commit is not a whole hash; try: `git rev-parse`");
    Ok(Line {
        name: plain(name),
        place: self::place(place, folder)?,
        received: received.context("when it was received is no RFC 3339 time; try: 2026-11-20T18:00:00Z")?,
        commit,
    })
}

/// A path or an `https` URL; no other transport, of which some run commands.
fn place(text: &str, folder: &Path) -> Result<Place> {
    if text.starts_with("https://") {
        ensure!(text.chars().all(|letter| letter.is_ascii_graphic()), "there are odd letters in the URL");
        return Ok(Place::Https(text.to_string()));
    }
    ensure!(
        !text.contains("://") && !text.contains("::"),
        "only paths and https are read, not `{}`",
        shown(text.as_bytes())
    );
    // What looks like an option, or like `host:path`, becomes a plain path.
    let path = folder.join(text);
    std::path::absolute(&path).map(Place::Path).with_context(|| format!("cannot find `{}`", path.display()))
}

/// With a deadline, a teacher should know where nothing tells when a commit was received.
pub fn unknown_times(lines: &[Line], deadline: Option<Timestamp>) -> Option<String> {
    let unknown = lines.iter().filter(|line| line.received.is_none()).count();
    (unknown > 0 && deadline.is_some()).then(|| {
        format!(
            "{unknown} of {} repositories have no time of receipt in the list: their last commit was taken, for the dates in \
             commits are their authors' to choose",
            lines.len()
        )
    })
}

/// The line of each person that counts: the last that was received before the deadline, or else the last of all. Without a
/// time there must be only one. What is left is told.
pub fn chosen(lines: Vec<Line>, deadline: Option<Timestamp>) -> BTreeMap<String, (Vec<Line>, Vec<Line>)> {
    let mut people = BTreeMap::<String, (Vec<Line>, Vec<Line>)>::new();
    for line in lines {
        people.entry(line.name.clone()).or_default().0.push(line);
    }
    for (taken, left) in people.values_mut() {
        taken.sort_by_key(|line| line.received);
        let in_time = |line: &Line| line.received.is_some_and(|at| deadline.is_some_and(|deadline| at <= deadline));
        if taken.iter().all(|line| line.received.is_some()) && taken.iter().any(in_time) {
            let all = std::mem::take(taken);
            (*taken, *left) = all.into_iter().partition(in_time);
        }
    }
    people
}

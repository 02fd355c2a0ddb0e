//! The audit log: `audit.jsonl`. Who did what to whose mark, and with what. It only grows, and each line holds the hash of
//! the line before it, so that a line which was changed, taken out or moved shows. It cannot show that lines at its *end*
//! are missing: keep the last hash elsewhere ([`Verdict::last`]) where that matters.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::course::hex;
use super::journal;

/// One line. What does not apply is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// RFC 3339, UTC.
    pub at: String,
    /// The person, as the system knows him, or `grader`.
    pub actor: String,
    /// `graded`, `regrade`, `override`, `duplicate`, ...
    pub what: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub student: String,
    /// `bwrap`, `uid` or `none`, and what the doctor said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sandbox: String,
    /// [`super::course::Secret::hash`], or the seed of a case at home; never the secret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seed: String,
    #[serde(default)]
    pub retries: u32,
    /// The version of the grader, of its checks and of the compiler.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grader: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// SHA-256 of the line before, without its end; of nothing for the first. Set by [`append`].
    #[serde(default)]
    pub previous: String,
}

/// Adds a line behind the last one. Returns the hash of the new line.
pub fn append(path: &Path, entry: &Entry) -> Result<String> {
    let line =
        journal::append(path, |last| Ok(serde_json::to_string(&Entry { previous: hash(last), ..entry.clone() })?))?;
    Ok(hash(line.as_bytes()))
}

/// What a look at the whole log shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub lines: usize,
    /// The hash of the last line.
    pub last: String,
    /// Lines that do not follow any line before them: something was changed, taken out or moved there.
    pub broken: Vec<usize>,
    /// Lines that follow an earlier one than the one before them: two graders wrote at once on a file system without
    /// locks, or a line was put in between.
    pub forks: Vec<usize>,
    /// Lines that were torn while they were written. They are part of the chain.
    pub unreadable: Vec<usize>,
}

impl Verdict {
    /// Nothing was changed after it was written.
    pub fn holds(&self) -> bool {
        self.broken.is_empty() && self.forks.is_empty()
    }
}

/// Follows the chain through the file. Numbers of lines begin at 1.
pub fn verify(path: &Path) -> Result<Verdict> {
    Ok(follow(&journal::lines(path)?))
}

/// The same for bytes.
pub fn verify_bytes(bytes: &[u8]) -> Verdict {
    follow(&journal::split(bytes))
}

fn follow(lines: &[Vec<u8>]) -> Verdict {
    let mut verdict = Verdict { lines: lines.len(), last: hash(b""), ..Verdict::default() };
    let mut earlier = BTreeMap::from([(hash(b""), 0)]);
    for (place, line) in lines.iter().enumerate() {
        let number = place + 1;
        match serde_json::from_slice::<Entry>(line) {
            Err(_) => verdict.unreadable.push(number),
            Ok(entry) if entry.previous == verdict.last => {}
            Ok(entry) if earlier.contains_key(&entry.previous) => verdict.forks.push(number),
            Ok(_) => verdict.broken.push(number),
        }
        verdict.last = hash(line);
        earlier.insert(verdict.last.clone(), number);
    }
    verdict
}

fn hash(line: &[u8]) -> String {
    hex(&Sha256::digest(line))
}

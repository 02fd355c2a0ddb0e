//! A part of a class, where several machines grade it: which submissions are whose, and what a part leaves when it ends.
//!
//! The id of a submission decides, and nothing else does: one student more moves nobody. Nobody shares out work, so there
//! is nothing to ask for and nothing to lock. [`auto`] is how the engines that schools run tell a task its number.

mod auto;
pub mod passed;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::policy::course::hex;
use super::session::Listing;
use super::store;

/// Part `index` of `of`, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    pub index: u32,
    pub of: u32,
}

impl Shard {
    /// All of it: what a run does that was asked for no part.
    pub const WHOLE: Shard = Shard { index: 0, of: 1 };

    pub fn new(index: u32, of: u32) -> Result<Shard> {
        ensure!(of > 0, "a class has at least one part, not 0; try: --shard 0/1, or no --shard");
        ensure!(index < of, "there is no part {index} of {of}, for parts count from 0; try: --shard {}/{of}", of - 1);
        Ok(Shard { index, of })
    }

    /// `M/N`: part M of N.
    pub fn parse(text: &str) -> Result<Shard> {
        let numbers = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        let Some((index, of)) = numbers else {
            bail!("`{text}` names no part; try: --shard 0/8 for the first of eight, or --shard auto")
        };
        Shard::new(index, of)
    }

    /// The part that an engine has told this process to do, from its variables.
    pub fn auto(env: &dyn Fn(&str) -> Option<String>) -> Result<Shard> {
        auto::shard(env)
    }

    /// Whether a submission is in this part: the first eight bytes of the SHA-256 of its id, as a big-endian number,
    /// modulo the number of parts.
    pub fn takes(self, id: &str) -> bool {
        place(id) % u64::from(self.of) == u64::from(self.index)
    }

    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Where a part leaves its [`ShardFile`].
    pub fn path(self, out: &Path) -> PathBuf {
        out.join(FOLDER).join(format!("{}-of-{}.json", self.index, self.of))
    }

    /// The audit log of this part: a file of its own, for machines that append to one file lose each other's lines on a
    /// file system without locks.
    pub fn audit(self, out: &Path) -> PathBuf {
        match self.is_whole() {
            true => out.join("audit.jsonl"),
            false => out.join(FOLDER).join(format!("{}-of-{}.audit.jsonl", self.index, self.of)),
        }
    }
}

/// `0/8`
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// What `--shard` may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Part(Shard),
    Auto,
}

impl FromStr for Asked {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Asked> {
        Ok(if text == "auto" { Asked::Auto } else { Asked::Part(Shard::parse(text)?) })
    }
}

/// The number that decides where a submission goes.
pub fn place(id: &str) -> u64 {
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Digits and nothing else: `u32` itself would take `+1`.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The folder of what parts leave, in the folder of results.
pub const FOLDER: &str = "shards";
/// The version of the format; it grows when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// `shards/M-of-N.json`, written when a part has ended. A run that was asked for no part leaves `0-of-1.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShardFile {
    pub schema: u32,
    pub shard: u32,
    pub of: u32,
    /// See [`class`]. Parts whose class differs have read different downloads.
    pub class: String,
    /// SHA-256 of the course file, or of nothing.
    pub course: String,
    /// Its version.
    pub grader: String,
    /// The first line of `rustc -vV`.
    pub toolchain: String,
    /// Ids of the whole class, sorted.
    pub submissions: Vec<String>,
    /// Ids of this part, sorted. Each has its record in `results/`, but those of `unplaced`.
    pub mine: Vec<String>,
    /// Ids of this part that turned out to be nobody's when they were read; `listing.unplaced` says why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<String>,
    /// How long each of this part took when it was judged, all of its tries together.
    pub seconds: BTreeMap<String, f64>,
    /// What a part knows of the class: all of `class.json`, but `submissions` are those of this part. The parts together
    /// have the whole class. Left out where `class.json` itself is there: of one part, which is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
}

impl ShardFile {
    pub fn shard(&self) -> Result<Shard> {
        Shard::new(self.shard, self.of)
    }

    /// Reads one. One that was cut short or is of another format is an error, which names it.
    pub fn read(path: &Path) -> Result<ShardFile> {
        let shown = path.display();
        let text = fs::read(path).with_context(|| format!("cannot read `{shown}`"))?;
        let file: ShardFile = serde_json::from_slice(&text)
            .with_context(|| format!("`{shown}` is not whole, or not this grader's; try: that part again"))?;
        ensure!(file.schema == SCHEMA, "`{shown}` has version {} of the format, not {SCHEMA}", file.schema);
        file.shard().with_context(|| format!("`{shown}` makes no sense"))?;
        Ok(file)
    }

    /// All that lie in a folder of results, in the order of their names; none if there are none.
    pub fn all(out: &Path) -> Result<Vec<(PathBuf, ShardFile)>> {
        let folder = out.join(FOLDER);
        let mut paths: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).filter(|path| is_shard_file(path)).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", folder.display())),
        };
        paths.sort();
        paths.into_iter().map(|path| Ok((path.clone(), ShardFile::read(&path)?))).collect()
    }

    /// Writes it whole or not at all, into the folder that a session has made.
    pub fn write(&self, out: &Path) -> Result<()> {
        let path = self.shard()?.path(out);
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        store::write_whole(&path, &text)
    }
}

fn is_shard_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbers = name.strip_suffix(".json").and_then(|name| name.split_once("-of-"));
    numbers.is_some_and(|(index, of)| number(index).is_some() && number(of).is_some())
}

/// SHA-256 of the ids of a class: sorted, with a newline between them.
pub fn class(sorted: &[String]) -> String {
    digest(sorted.join("\n").as_bytes())
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

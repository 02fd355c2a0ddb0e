//! What a platform let a teacher download becomes submissions: who, when, and which files.
//!
//! A download is read twice: first for its names, from which the platform and the people are known ([`layout`], [`names`],
//! [`roster`]), then for the contents of what is taken ([`spool`]). A student's own archive in it is opened, one layer and
//! no more; then the labs are looked for ([`place`]). Archives are read entry by entry ([`zipped`], [`tarball`]); nothing
//! is ever unpacked by a library, and no name from outside becomes a path without being taken apart ([`entry`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Identity, Status, Tries};
use super::shard::Shard;

pub mod archive;
pub mod entry;
mod folder;
mod git;
pub mod gradescope;
pub mod identity;
mod label;
pub mod layout;
pub mod limits;
pub mod names;
mod open;
pub mod place;
mod receipt;
pub mod repositories;
pub mod roster;
mod spool;
mod take;
pub mod tarball;
mod who;
mod work;
pub mod zipped;

pub use entry::{Entry, Trouble};
pub use layout::Layout;
pub use limits::Limits;
pub use tarball::read as read_tar;
pub use zipped::read as read_zip;

/// What a course says about its submissions.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A regular expression with named groups (`id`, `name`, `email`, `file`, `late`, `try`) for names of a platform that is
    /// not known here.
    pub pattern: Option<String>,
    /// The class list, as CSV.
    pub roster: Option<PathBuf>,
    pub tries: Tries,
    /// For repositories: what was received later counts only where nothing was received before.
    pub deadline: Option<Timestamp>,
    /// The labs that are asked for; all if empty.
    pub labs: Vec<u8>,
    /// Only the contents of this part are read; names are read of all.
    pub part: Option<Shard>,
}

#[derive(Debug)]
pub struct Intake {
    /// Ids of all submissions, sorted: also of those that are not in this part, or turned out to be nobody's.
    pub ids: Vec<String>,
    /// In the order of ids, and of tries.
    pub found: Vec<Found>,
    /// On the roster, and nothing is theirs.
    pub absent: Vec<Identity>,
    /// Where, and why it is nobody's.
    pub unplaced: Vec<(String, String)>,
    pub layout: Layout,
    /// What a teacher should know: lost zeros, people who are not on the roster, what was compared how.
    pub notes: Vec<String>,
}

/// A submission as it was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub identity: Identity,
    /// From 1; more than one only with [`Tries::Best`].
    pub attempt: u32,
    /// A folder with `src/lib.rs` for each lab, below the spool.
    pub labs: BTreeMap<u8, PathBuf>,
    /// Why it cannot be graded, for its author.
    pub status: Option<(Status, String)>,
    pub ignored: Vec<(String, String)>,
    /// SHA-256 of the files laid out and of their names.
    pub content: String,
    /// Other submissions of the same people that are not graded.
    pub others: Vec<String>,
}

/// Reads a folder, an archive, or a list of repositories, and lays what is taken in `spool`, a folder of ours that is new.
pub fn intake(from: &Path, options: &Options, spool: &Path) -> Result<Intake> {
    let roster = options.roster.as_deref().map(roster::load).transpose()?;
    let form = options.pattern.as_deref().map(names::pattern).transpose()?;
    let source = open::Source::of(from)?;
    let spool = spool::Spool::new(spool)?;
    let mut taking = take::Taking { source: &source, spool, options, notes: Vec::new() };
    let mut notes = Vec::new();
    let (layout, handed, mut unplaced) = match &source {
        open::Source::Repositories(lines) => {
            notes.extend(repositories::unknown_times(lines, options.deadline));
            (Layout::Repositories, take::repositories(lines, options.deadline), Vec::new())
        }
        _ => {
            let plan = open::plan(&source, from, form.as_ref())?;
            (plan.layout, plan.handed.into_iter().map(take::Content::Listed).collect(), plan.unplaced)
        }
    };
    let mut class = who::identify(handed, roster.as_ref(), options.tries);
    let ids: BTreeSet<String> = class.taken.iter().map(|taken| taken.identity.id.clone()).collect();
    if let Some(part) = options.part {
        class.taken.retain(|taken| part.takes(&taken.identity.id));
    }
    unplaced.extend(class.unplaced);
    let found = taking.all(class.taken, &mut unplaced)?;
    notes.append(&mut taking.notes);
    taking.spool.close()?;
    unplaced.sort();
    notes.extend(class.notes);
    Ok(Intake { ids: ids.into_iter().collect(), found, absent: class.absent, unplaced, layout, notes })
}

/// The text of a file of at most `most` bytes.
fn small_text(path: &Path, most: u64) -> Result<Option<String>> {
    let cannot = || format!("cannot read `{}`", path.display());
    if fs::metadata(path).with_context(cannot)?.len() > most {
        return Ok(None);
    }
    Ok(String::from_utf8(fs::read(path).with_context(cannot)?).ok())
}

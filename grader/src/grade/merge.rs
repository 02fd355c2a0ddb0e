//! `cargo grade merge`: one class from the parts that several machines have graded.
//!
//! First it is made sure that the parts are of one class ([`parts`]), then that each submission has one result and not two
//! different ones ([`pick`]); only then is anything written. What comes of it depends on the results alone: not on the
//! number of parts, not on their order, not on who graded what. Results pass through one at a time, as they lie on the disk.
//! What people have added to the parts goes with them ([`by_hand`]).

mod by_hand;
mod parts;
mod pick;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, ensure};

use super::commands::{Done, Ends, exit, export};
use super::policy::audit;
use super::session::{Listing, Session, actor};
use super::shard::{Shard, ShardFile};
use super::store::{self, part_folder};
use crate::prove;
use crate::workbook::{complain, println};
use by_hand::ByHand;
use parts::Parts;
use pick::{Outcome, Picked};

/// So many results are read at once: a shared file system answers slowly, and several questions at a time.
const AT_ONCE: usize = 4;
/// So many names are told of those that are missing or do not fit.
const TOLD: usize = 20;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folders that parts were graded into; a folder that they share is given once.
    pub folders: Vec<PathBuf>,
    pub out: PathBuf,
    /// Go on without the results that are not there.
    pub allow_missing: bool,
}

/// Makes one class of the parts, and writes what people read.
pub fn merge(options: &Options) -> Done {
    let merged = gather(options)?;
    let folders = if merged.folders == 1 { "folder" } else { "folders" };
    println(&format!("{} results of {} parts in {} {folders}", merged.results, merged.parts, merged.folders));
    export::everything(&merged.session).map_err(|why| Ends::with(exit::TROUBLE, why))?;
    if merged.looks > 0 {
        let (looks, of) = (merged.looks, merged.results);
        complain(&format!(
            "{looks} of {of} need a look: through no fault of theirs; try: their parts again, then merge"
        ));
        return Ok(ExitCode::from(exit::TROUBLE));
    }
    Ok(ExitCode::from(exit::OK))
}

/// A folder of results that is a class again.
pub struct Merged {
    pub session: Session,
    pub results: usize,
    /// Results of which something must be tried again.
    pub looks: usize,
    pub parts: usize,
    pub folders: usize,
}

/// All but what people read.
pub fn gather(options: &Options) -> Result<Merged, Ends> {
    let folders = parts::once(&options.folders)?;
    let parts = Parts::read(folders).map_err(|why| Ends::with(exit::INCOMPLETE, why))?;
    let out = &options.out;
    let by_hand = ByHand::read(&parts.folders, out).map_err(trouble)?;
    refuse(
        "nothing was merged; people have written different things; try: one of the two in both places",
        &by_hand.different,
    )?;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder `{}`", out.display()))?;
    let part = part_folder(out)?;
    let picked = prove::in_parallel(AT_ONCE, &parts.wanted, |wanted| pick::pick(wanted, &parts.folders, part.path()));
    let picked = picked.into_iter().collect::<Result<Vec<Outcome>>>().map_err(trouble)?;
    refuse("nothing was merged", &named(&picked, Outcome::conflict))?;
    let mut missing = parts.missing.clone();
    missing.extend(named(&picked, Outcome::missing));
    match options.allow_missing {
        false => refuse("nothing was merged; try: these parts again, or --allow-missing", &missing)?,
        true => missing.iter().for_each(|one| complain(&format!("missing: {one}"))),
    }
    let mut session = open(&parts, out)?;
    place(&parts, &picked, part.path(), &session).map_err(trouble)?;
    by_hand.write(out).map_err(trouble)?;
    let found: Vec<&Picked> = picked.iter().filter_map(Outcome::picked).collect();
    session.listing = listing(&parts, &found, session.listing.seed);
    session.save().map_err(trouble)?;
    whole(&parts).write(out).map_err(trouble)?;
    note(&session, &parts).map_err(trouble)?;
    let looks = found.iter().filter(|one| one.open).count();
    Ok(Merged { session, results: found.len(), looks, parts: parts.files, folders: parts.folders.len() })
}

fn trouble(why: anyhow::Error) -> Ends {
    Ends::with(exit::TROUBLE, why)
}

fn named(all: &[Outcome], what: fn(&Outcome) -> Option<&str>) -> Vec<String> {
    all.iter().filter_map(what).map(str::to_string).collect()
}

/// Ends with the names of what is wrong, unless nothing is.
fn refuse(why: &str, wrong: &[String]) -> Result<(), Ends> {
    if wrong.is_empty() {
        return Ok(());
    }
    let more = wrong.len().saturating_sub(TOLD);
    let mut lines = wrong[..wrong.len() - more].join("\n  ");
    if more > 0 {
        lines += &format!("\n  and {more} more");
    }
    Err(Ends::with(exit::INCOMPLETE, anyhow!("{why}\n  {lines}")))
}

/// The folder of the class, with the course file of the parts.
fn open(parts: &Parts, out: &Path) -> Result<Session> {
    let kept = out.join("course.toml");
    let here = parts.folders.iter().any(|folder| same(folder, out));
    if let Some(course) = &parts.course {
        return Session::open(out, Some(course));
    }
    ensure!(here || !kept.exists(), "`{}` is there, and the parts were graded without one", kept.display());
    Session::open(out, None)
}

fn same(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).ok().is_some_and(|a| fs::canonicalize(b).ok() == Some(a))
}

/// Gives each result its place. One sync for all of them: until the last is in place, the parts still have everything.
fn place(parts: &Parts, picked: &[Outcome], from: &Path, session: &Session) -> Result<()> {
    let folder = fs::File::open(from).with_context(|| format!("cannot open `{}`", from.display()))?;
    rustix::fs::syncfs(&folder).with_context(|| format!("cannot write to `{}`", from.display()))?;
    for (wanted, outcome) in parts.wanted.iter().zip(picked) {
        let to = session.store.path(&wanted.id, wanted.attempt);
        let made = match outcome {
            Outcome::Picked(picked) => picked.written.clone(),
            // An older result, of another merge perhaps, is not what these parts say. It is kept, and counts for nothing.
            _ if to.exists() => {
                fs::rename(&to, to.with_extension("json.older")).with_context(|| cannot(&to))?;
                None
            }
            _ => None,
        };
        if let Some(made) = made {
            fs::rename(&made, &to).with_context(|| cannot(&to))?;
        }
    }
    Ok(())
}

fn cannot(path: &Path) -> String {
    format!("cannot write `{}`", path.display())
}

/// The class as one machine would have read it.
fn listing(parts: &Parts, found: &[&Picked], seed: u64) -> Listing {
    let seed = parts.listing.seed.unwrap_or(seed);
    // Of what was judged in several sandboxes the weakest is told.
    let tiers = found.iter().map(|one| one.sandbox.as_str());
    let weakest = tiers
        .filter(|tier| !tier.is_empty())
        .min_by_key(|tier| ["none", "uid", "bwrap"].iter().position(|one| one == tier));
    Listing {
        version: super::model::VERSION,
        from: parts.listing.from.clone(),
        layout: parts.listing.layout.clone(),
        seed,
        sandbox: weakest.unwrap_or(&parts.listing.sandbox).to_string(),
        graded_at: found.iter().map(|one| one.at.clone()).max().unwrap_or_default(),
        submissions: parts.found.clone(),
        absent: parts.listing.absent.clone(),
        unplaced: parts.listing.unplaced.iter().cloned().collect(),
        notes: parts.listing.notes.iter().cloned().collect(),
        ..Listing::default()
    }
}

/// What a run that was asked for no part would have left.
fn whole(parts: &Parts) -> ShardFile {
    let unplaced = parts.unplaced.iter().cloned().collect();
    let (mine, seconds) = (parts.ids.clone(), parts.seconds.clone());
    ShardFile {
        shard: 0,
        of: Shard::WHOLE.of,
        submissions: mine.clone(),
        mine,
        unplaced,
        seconds,
        listing: None,
        ..parts.common.clone()
    }
}

fn note(session: &Session, parts: &Parts) -> Result<()> {
    session.note(audit::Entry {
        actor: actor(),
        what: format!("merged {} parts", parts.files),
        sandbox: session.listing.sandbox.clone(),
        grader: env!("CARGO_PKG_VERSION").to_string(),
        reason: store::key(&[("class", &parts.common.class)])[..16].to_string(),
        ..audit::Entry::default()
    })
}

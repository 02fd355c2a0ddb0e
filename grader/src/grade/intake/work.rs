//! One submission while it is read: what was copied, what was passed over, why it is refused.

use super::archive::{self, Kind};
use super::entry::{Entry, Pieces, Trouble, never};
use super::folder;
use super::limits::{LISTED, Limits};
use super::spool::{Blob, Budget, Copied, Spool};

/// Archives stand at most so deep below a student's folder.
const ARCHIVE_DEPTH: usize = 3;

/// One submission while it is read.
pub struct Work {
    pub blobs: Vec<Blob>,
    pub archives: Vec<Blob>,
    pub ignored: Vec<(String, String)>,
    pub refused: Option<String>,
    pub budget: Budget,
}

impl Work {
    pub fn new() -> Work {
        let budget = Budget::new(&Limits::SUBMISSION);
        Work { blobs: Vec::new(), archives: Vec::new(), ignored: Vec::new(), refused: None, budget }
    }

    pub fn ignore(&mut self, pieces: &[String], why: &str) {
        self.ignored.push((pieces.join("/"), why.to_string()));
    }

    pub fn refuse(&mut self, why: String) {
        self.refused.get_or_insert(why);
    }
}

/// A file of the platform's layer: of the submission, or an archive of its author's.
pub fn listed(
    spool: &mut Spool,
    size: u64,
    content: &mut dyn std::io::Read,
    pieces: &Pieces,
    work: &mut Work,
) -> Result<Option<Blob>, Trouble> {
    let name = pieces.last().map(String::as_str).unwrap_or_default();
    if work.refused.is_some() || !is_wanted(name, pieces, work) {
        return Ok(None);
    }
    let is_archive = Kind::named(name).is_some();
    let mut room = Budget::new(&Limits { total: Limits::CLASS.file, ..Limits::CLASS });
    let budget = if is_archive { &mut room } else { &mut work.budget };
    let copied = match spool.copy(pieces.clone(), size, content, budget) {
        Err(Trouble::Bad(why)) => {
            work.refuse(why);
            return Ok(None);
        }
        copied => copied?,
    };
    Ok(keep(copied, pieces, is_archive, work))
}

pub fn again(spool: &mut Spool, blob: &Blob, pieces: &Pieces, work: &mut Work) -> Result<Option<Blob>, Trouble> {
    let mut file = folder::open(&blob.path).map_err(|error| Trouble::Ours(error.into()))?;
    listed(spool, blob.size, &mut file, pieces, work)
}

/// Whether it may be needed; what is not is told.
fn is_wanted(name: &str, pieces: &[String], work: &mut Work) -> bool {
    if archive::is_other_archive(name) {
        work.ignore(pieces, OTHER_KIND);
        return false;
    }
    if Kind::named(name).is_some() && pieces.len() > ARCHIVE_DEPTH {
        work.ignore(pieces, "an archive so deep in a submission is not opened");
        return false;
    }
    true
}

const OTHER_KIND: &str = "archives of this kind are not read; try: a zip or tar.gz";

fn keep(copied: Copied, pieces: &[String], is_archive: bool, work: &mut Work) -> Option<Blob> {
    match copied {
        Copied::Done(blob) => {
            if is_archive {
                work.archives.push(blob.clone());
            } else {
                work.blobs.push(blob.clone());
            }
            Some(blob)
        }
        Copied::TooLarge => {
            work.ignore(pieces, "it is too large for a source file");
            None
        }
        Copied::OverBudget => {
            let most = Limits::SUBMISSION.total / (1024 * 1024);
            work.refuse(format!("there are more than {most} MiB in it; try: hand in the sources only"));
            None
        }
    }
}

/// An entry of a student's own archive or repository.
pub fn inner(spool: &mut Spool, entry: Entry<'_>, prefix: &[String], work: &mut Work) -> Result<(), Trouble> {
    let below = match entry.name {
        Ok(below) => below,
        Err(refused) if refused.hostile => {
            return Err(Trouble::Bad(refused.to_string()));
        }
        Err(refused) => {
            work.ignored.push((refused.shown, refused.why.to_string()));
            return Ok(());
        }
    };
    let pieces = [prefix, &below].concat();
    if let Some((shown, why)) = never(&below) {
        let told = (shown, why.to_string());
        if work.ignored.last() != Some(&told) {
            work.ignored.push(told);
        }
        return Ok(());
    }
    if entry.folder {
        return Ok(());
    }
    let name = below.last().map(String::as_str).unwrap_or_default();
    if Kind::named(name).is_some() || archive::is_other_archive(name) {
        work.ignore(&below, "an archive in an archive is not opened");
        return Ok(());
    }
    let copied = spool.copy(pieces, entry.size, entry.content, &mut work.budget)?;
    if copied == Copied::OverBudget {
        let most = Limits::SUBMISSION.total / (1024 * 1024);
        return Err(Trouble::Bad(format!("more than {most} MiB come out of it; try: hand in the sources only")));
    }
    keep(copied, &below, false, work);
    Ok(())
}

pub fn empty(ignored: &[(String, String)]) -> String {
    let why = ignored.iter().find(|(_, why)| why == OTHER_KIND || why.contains("HTML"));
    let why = why.map(|(path, why)| format!(" (`{path}`: {why})")).unwrap_or_default();
    format!("there is no `lib.rs` of a lab in it{why}; try: hand in the lab's folder, with `src/lib.rs`")
}

pub fn short(mut ignored: Vec<(String, String)>) -> Vec<(String, String)> {
    ignored.sort();
    ignored.dedup();
    if ignored.len() > LISTED {
        let more = ignored.len() - LISTED;
        ignored.truncate(LISTED);
        ignored.push(("...".to_string(), format!("and {more} more")));
    }
    ignored
}

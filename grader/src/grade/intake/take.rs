//! The contents of what is graded: copied once, a student's own archive opened, each lab laid out.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::archive;
use super::entry::{Entry, Pieces, Trouble};
use super::label::Draft;
use super::layout::Handed;
use super::limits::Limits;
use super::open::Source;
use super::place::{self, Placed};
use super::repositories::{self, Line};
use super::spool::{Blob, Spool};
use super::who::Taken;
use super::work::{Work, again, empty, inner, listed, short};
use super::{Found, Options, folder, git, identity, receipt};
use crate::grade::model::Status;
use crate::grade::stop;

/// Where a submission's files are.
pub enum Content {
    Listed(Handed),
    Repository(Draft, Line),
}

impl Content {
    pub fn draft(&self) -> &Draft {
        match self {
            Content::Listed(handed) => &handed.draft,
            Content::Repository(draft, _) => draft,
        }
    }
}

/// The submissions of a list.
pub fn repositories(lines: &[Line], deadline: Option<Timestamp>) -> Vec<Content> {
    let mut contents = Vec::new();
    for (name, (taken, left)) in repositories::chosen(lines.to_vec(), deadline) {
        for line in taken {
            let draft = Draft {
                id: identity::of(&name),
                texts: vec![name.clone()],
                name: name.clone(),
                received: line.received.map(|at| at.to_string()),
                origin: line.to_string(),
                earlier: left.iter().map(|line| format!("{line}, after the deadline")).collect(),
                ..Draft::default()
            };
            contents.push(Content::Repository(draft, line));
        }
    }
    contents
}

pub struct Taking<'a> {
    pub source: &'a Source,
    pub spool: Spool,
    pub options: &'a Options,
    /// What a teacher should know of single submissions.
    pub notes: Vec<String>,
}

impl Taking<'_> {
    pub fn all(&mut self, taken: Vec<Taken>, unplaced: &mut Vec<(String, String)>) -> Result<Vec<Found>> {
        let mut works = self.read_listed(&taken)?;
        let mut found = Vec::new();
        for (at, mut taken) in taken.into_iter().enumerate() {
            stop::check()?;
            let mut work = std::mem::replace(&mut works[at], Work::new());
            if let Content::Repository(_, line) = &taken.content {
                match self.fetch(line, &mut work)? {
                    // Which commit it was has to be known afterwards.
                    Ok(Some(commit)) if line.commit.is_none() => taken.identity.origin += &format!(" at {commit}"),
                    Ok(_) => {}
                    Err(why) => {
                        unplaced.push((taken.identity.origin, why));
                        continue;
                    }
                }
            }
            if let (Source::Archive(path), true) = (self.source, is_single(&taken)) {
                self.open_path(path, &taken.identity.origin, &mut work)?;
            }
            self.open_archives(&mut work)?;
            found.extend(self.lay(at + 1, taken, work, unplaced)?);
        }
        Ok(found)
    }

    /// The second reading: contents, for whoever they belong to.
    fn read_listed(&mut self, taken: &[Taken]) -> Result<Vec<Work>> {
        let mut works: Vec<Work> = taken.iter().map(|_| Work::new()).collect();
        let mut wanted = HashMap::<usize, Vec<(usize, &Pieces)>>::new();
        for (at, taken) in taken.iter().enumerate() {
            let Content::Listed(handed) = &taken.content else { continue };
            works[at].ignored.clone_from(&handed.ignored);
            works[at].refused.clone_from(&handed.refused);
            if !(is_single(taken) && matches!(self.source, Source::Archive(_))) {
                for (index, pieces) in &handed.files {
                    wanted.entry(*index).or_default().push((at, pieces));
                }
            }
        }
        let mut index = 0;
        let (spool, source) = (&mut self.spool, self.source);
        let read = source.read(&mut |entry: Entry<'_>| {
            let mut first: Option<Blob> = None;
            for (at, pieces) in wanted.get(&index).into_iter().flatten() {
                let work = &mut works[*at];
                first = match &first {
                    // With several tries, a file may belong to more than one of them.
                    Some(blob) => again(spool, blob, pieces, work)?,
                    None => listed(spool, entry.size, &mut *entry.content, pieces, work)?,
                };
            }
            index += 1;
            Ok(())
        });
        read.map_err(|trouble| super::open::told(trouble, std::path::Path::new("the download")))?;
        Ok(works)
    }

    /// The commit that was read; `Err` where it is not its author's fault that none was.
    fn fetch(&mut self, line: &Line, work: &mut Work) -> Result<Result<Option<String>, String>> {
        let at = self.spool.fresh();
        let fetched = git::fetch(line, &at).and_then(|fetched| {
            let spool = &mut self.spool;
            fetched.read(&Limits::SUBMISSION, &mut |entry| inner(spool, entry, &[], work))?;
            Ok(fetched.commit().to_string())
        });
        match fetched {
            Ok(commit) => Ok(Ok(Some(commit))),
            Err(Trouble::Ours(error)) => Err(error),
            Err(Trouble::Bad(why)) if !line.is_here() || git::is_ownership(&why) => Ok(Err(why)),
            Err(Trouble::Bad(why)) => {
                work.refuse(why);
                Ok(Ok(None))
            }
        }
    }

    fn open_archives(&mut self, work: &mut Work) -> Result<()> {
        for blob in std::mem::take(&mut work.archives) {
            let (last, above) = blob.pieces.split_last().map_or(("", &[][..]), |(last, above)| (last.as_str(), above));
            let mut prefix = above.to_vec();
            prefix.push(archive::stem(last).to_string());
            self.open(&blob.path, &prefix, last, work)?;
            self.spool.drop(&blob)?;
        }
        Ok(())
    }

    fn open_path(&mut self, path: &std::path::Path, called: &str, work: &mut Work) -> Result<()> {
        self.open(path, &[called.to_string()], called, work)
    }

    fn open(&mut self, path: &std::path::Path, prefix: &[String], shown: &str, work: &mut Work) -> Result<()> {
        use anyhow::Context;
        if work.refused.is_some() {
            return Ok(());
        }
        let whole = std::fs::canonicalize(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let file = || folder::open(&whole).with_context(|| format!("cannot read `{}`", path.display()));
        let spool = &mut self.spool;
        // Looked through first: what is refused as a whole, such as one with a million entries, costs no file.
        let looked = archive::read(file()?, &Limits::SUBMISSION, &mut |entry| match entry.name {
            Err(refused) if refused.hostile => Err(Trouble::Bad(refused.to_string())),
            _ => Ok(()),
        });
        let read = match looked {
            Ok(()) => archive::read(file()?, &Limits::SUBMISSION, &mut |entry| inner(spool, entry, prefix, work)),
            trouble => trouble,
        };
        match read {
            Ok(()) => Ok(()),
            Err(Trouble::Bad(why)) => {
                work.refuse(format!("`{shown}`: {why}"));
                Ok(())
            }
            Err(Trouble::Ours(error)) => Err(error),
        }
    }

    fn lay(
        &mut self,
        number: usize,
        taken: Taken,
        mut work: Work,
        unplaced: &mut Vec<(String, String)>,
    ) -> Result<Option<Found>> {
        let mut blobs = std::mem::take(&mut work.blobs);
        let receipts = receipt::take(&self.spool, &mut blobs, &mut work)?;
        let placed = match work.refused {
            Some(_) => Placed::default(),
            None => match place::place(blobs, &self.options.labs) {
                Ok(placed) => placed,
                Err(Trouble::Bad(why)) => {
                    work.refuse(why);
                    Placed::default()
                }
                Err(Trouble::Ours(error)) => return Err(error),
            },
        };
        for (blob, why) in &placed.rest {
            work.ignore(&blob.pieces, why);
        }
        let origin = taken.identity.origin.clone();
        let unclear = !placed.unclear.is_empty();
        unplaced.extend(placed.unclear.into_iter().map(|why| (origin.clone(), why)));
        if placed.labs.is_empty() && unclear {
            return Ok(None);
        }
        let (labs, content) = self.write(number, placed.labs)?;
        let status = match &work.refused {
            Some(why) => Some((Status::BadArchive, why.clone())),
            None if labs.is_empty() => Some((Status::Empty, empty(&work.ignored))),
            None => None,
        };
        let Taken { mut identity, attempt, others, .. } = taken;
        self.notes.extend(receipts.iter().filter_map(|receipt| receipt.note(&identity.id)));
        identity.receipts = receipts.iter().map(ToString::to_string).collect();
        Ok(Some(Found { identity, attempt, labs, status, ignored: short(work.ignored), content, others }))
    }

    fn write(
        &mut self,
        number: usize,
        labs: BTreeMap<u8, Vec<(String, Blob)>>,
    ) -> Result<(BTreeMap<u8, PathBuf>, String)> {
        let mut hash = Sha256::new();
        let mut folders = BTreeMap::new();
        for (lab, mut files) in labs {
            files.sort_by(|a, b| a.0.cmp(&b.0));
            let base = PathBuf::from(number.to_string()).join(format!("lab{lab}"));
            for (name, blob) in &files {
                hash.update(format!("lab{lab}/{name}\0{}\0", blob.size));
                self.spool.hash(blob, &mut hash)?;
                self.spool.place(blob, &base.join(name))?;
            }
            folders.insert(lab, self.spool.root().join(base));
        }
        Ok((folders, identity::hex(&hash.finalize())))
    }
}

fn is_single(taken: &Taken) -> bool {
    matches!(&taken.content, Content::Listed(handed) if handed.whole)
}

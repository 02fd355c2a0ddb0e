//! The download itself: what it is, and the first look at it, for names alone.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use regex::Regex;

use super::archive::{self, kind};
use super::entry::{Trouble, Visit, never};
use super::layout::{Plan, Planner, Seen};
use super::limits::{Limits, TABLE};
use super::{folder, gradescope, repositories};

pub enum Source {
    Folder(PathBuf),
    Archive(PathBuf),
    Repositories(Vec<repositories::Line>),
}

impl Source {
    pub fn of(from: &Path) -> Result<Source> {
        let cannot = || format!("cannot read `{}`", from.display());
        let found = fs::metadata(from).with_context(cannot)?;
        if found.is_dir() {
            return Ok(Source::Folder(from.to_path_buf()));
        }
        let file = fs::canonicalize(from).and_then(|path| folder::open(&path));
        if kind(&mut file.with_context(cannot)?).map_err(|trouble| told(trouble, from))?.is_some() {
            return Ok(Source::Archive(from.to_path_buf()));
        }
        match super::small_text(from, TABLE)?.filter(|text| text.contains('\t')) {
            Some(text) => {
                let beside = from.parent().unwrap_or(Path::new("."));
                repositories::list(&text, beside).with_context(cannot).map(Source::Repositories)
            }
            None => bail!(
                "`{}` is neither a folder nor an archive nor a list of repositories; try: what the platform let you download",
                from.display()
            ),
        }
    }

    /// Reads all of it; the second time the entries are the same, in the same order.
    pub fn read(&self, visit: &mut Visit<'_>) -> Result<(), Trouble> {
        match self {
            Source::Folder(path) => folder::read(path, &Limits::CLASS, visit),
            Source::Archive(path) => {
                let file = fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
                archive::read(file, &Limits::CLASS, visit)
            }
            Source::Repositories(_) => Ok(()),
        }
    }
}

/// Reads the names, and groups them by submissions.
pub fn plan(source: &Source, from: &Path, form: Option<&Regex>) -> Result<Plan> {
    let mut seen = Vec::new();
    let mut metadata = None;
    let read = source.read(&mut |entry| {
        seen.push(match entry.name {
            Err(refused) => Seen::Refused(refused),
            Ok(at) => match (never(&at).is_some(), entry.folder) {
                (true, _) => Seen::Never(at),
                (false, true) => Seen::Folder(at),
                (false, false) => {
                    if at.len() <= 4 && at.last().is_some_and(|name| name == gradescope::METADATA) && metadata.is_none()
                    {
                        metadata = Some(short(entry.content)?);
                    }
                    Seen::File(at)
                }
            },
        });
        Ok(())
    });
    read.map_err(|trouble| told(trouble, from))?;
    let whole = fs::canonicalize(from).unwrap_or_else(|_| from.to_path_buf());
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let is_archive = matches!(source, Source::Archive(_));
    let called = if is_archive { archive::stem(&name) } else { &name };
    let planner = Planner { seen: &seen, pattern: form, metadata: metadata.as_deref(), called, is_archive };
    planner.plan().with_context(|| format!("cannot tell what `{}` is", from.display()))
}

fn short(content: &mut dyn Read) -> Result<String, Trouble> {
    let mut text = String::new();
    let read = content.take(TABLE).read_to_string(&mut text);
    read.with_context(|| format!("cannot read `{}`", gradescope::METADATA))?;
    Ok(text)
}

pub fn told(trouble: Trouble, from: &Path) -> anyhow::Error {
    match trouble {
        Trouble::Bad(why) => anyhow::anyhow!("cannot read `{}`: {why}", from.display()),
        Trouble::Ours(error) => error.context(format!("cannot read `{}`", from.display())),
    }
}

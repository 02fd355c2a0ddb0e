//! Which platform's download this is, and which of its files belong to whom. Names alone decide, never contents; what fits
//! nowhere is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};
use regex::Regex;

use super::entry::{Pieces, Refused, never, plain, why_never};
use super::label::{Draft, Label, canvas, custom, moodle, of_gradescope, plain_label};
use super::names::{self, lab_in};
use super::{archive, gradescope};

/// What a download was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Folders,
    Archives,
    Mixed,
    Moodle { flat: bool, blind: bool },
    Canvas { anonymous: bool },
    Gradescope,
    Pattern,
    Repositories,
    Single,
}

/// One thing that a reader came by.
#[derive(Clone, Debug)]
pub enum Seen {
    File(Pieces),
    Folder(Pieces),
    /// Of a kind that is never taken.
    Never(Pieces),
    Refused(Refused),
}

impl Seen {
    pub fn at(&self) -> &[String] {
        match self {
            Seen::File(pieces) | Seen::Folder(pieces) | Seen::Never(pieces) => pieces,
            Seen::Refused(refused) => &refused.below,
        }
    }
}

/// A submission's files, by their index in the listing, under the names that they have in it.
#[derive(Clone, Debug, Default)]
pub struct Handed {
    pub draft: Draft,
    pub files: Vec<(usize, Pieces)>,
    pub ignored: Vec<(String, String)>,
    /// Why all of it is refused.
    pub refused: Option<String>,
    /// It is the whole download.
    pub whole: bool,
}

pub struct Plan {
    pub layout: Layout,
    pub handed: Vec<Handed>,
    pub unplaced: Vec<(String, String)>,
}

pub struct Planner<'a> {
    pub seen: &'a [Seen],
    pub pattern: Option<&'a Regex>,
    pub metadata: Option<&'a str>,
    /// What the download itself is called, for a single submission.
    pub called: &'a str,
    pub is_archive: bool,
}

/// Folders around the whole class that are looked through.
const WRAPPERS: usize = 3;

impl Planner<'_> {
    pub fn plan(&self) -> Result<Plan> {
        for skip in 0..=WRAPPERS {
            if let Some(layout) = self.layout(skip)? {
                return self.group(layout, skip);
            }
        }
        bail!("only folders in folders were found; try: the folder that holds one folder or archive per student")
    }

    /// `None` if everything is in one more folder.
    fn layout(&self, skip: usize) -> Result<Option<Layout>> {
        let tops = self.tops(skip);
        let any = |test: &dyn Fn(&str, bool) -> bool| tops.iter().any(|(name, folder)| test(name, *folder));
        let wrapped = tops.len() == 1 && any(&|_, folder| folder);
        if let Some(form) = self.pattern {
            let fits = any(&|name, _| names::custom(form, name).is_some());
            if !fits && (!wrapped || skip == WRAPPERS) {
                let first = tops.first().map_or("nothing at all", |(name, _)| name);
                bail!("the intake's pattern fits no name here, such as `{}`", plain(first));
            }
            return Ok(fits.then_some(Layout::Pattern));
        }
        let flat = any(&|name, folder| !folder && names::moodle(name).is_some_and(|found| found.file.is_some()));
        Ok(Some(match () {
            () if any(&|name, _| name == gradescope::METADATA) => Layout::Gradescope,
            () if any(&|name, _| names::moodle(name).is_some()) => Layout::Moodle { flat, blind: self.is_blind(skip) },
            () if any(&|name, folder| !folder && names::canvas(name).is_some()) => {
                Layout::Canvas { anonymous: any(&|name, _| name.starts_with("anon_")) }
            }
            () if self.is_submission(skip) => Layout::Single,
            () if wrapped && self.is_archive && self.is_submission(skip + 1) => Layout::Single,
            () if wrapped && !self.is_submission(skip + 1) && skip < WRAPPERS => return Ok(None),
            () => {
                let folders = any(&|_, folder| folder);
                match any(&|name, folder| !folder && archive::Kind::named(name).is_some()) {
                    true if folders => Layout::Mixed,
                    true => Layout::Archives,
                    false => Layout::Folders,
                }
            }
        }))
    }

    /// The names at one depth, and whether each is a folder.
    fn tops(&self, skip: usize) -> Vec<(&str, bool)> {
        let mut tops = BTreeSet::new();
        for seen in self.seen {
            match seen {
                Seen::File(at) if at.len() > skip => tops.insert((at[skip].as_str(), at.len() > skip + 1)),
                Seen::Folder(at) if at.len() > skip => tops.insert((at[skip].as_str(), true)),
                _ => false,
            };
        }
        tops.into_iter().collect()
    }

    /// Blind marking: all are called `Participant`, in the site's language.
    fn is_blind(&self, skip: usize) -> bool {
        let found: BTreeSet<(String, String)> = self
            .tops(skip)
            .iter()
            .filter_map(|(name, _)| names::moodle(name))
            .map(|found| (found.name, found.id))
            .collect();
        let names: BTreeSet<&String> = found.iter().map(|(name, _)| name).collect();
        names.len() == 1 && (found.len() > 2 || names.iter().any(|name| *name == "Participant"))
    }

    /// Whether what a single student hands in begins at this depth.
    fn is_submission(&self, skip: usize) -> bool {
        self.seen.iter().any(|seen| match seen {
            Seen::File(at) if at.len() > skip => {
                let rest: Vec<&str> = at[skip..].iter().map(String::as_str).collect();
                match rest[..] {
                    ["lib.rs" | "Cargo.toml"] | ["src", "lib.rs"] => true,
                    [folder, .., "lib.rs"] => folder == "labs" || is_lab(folder),
                    _ => false,
                }
            }
            _ => false,
        })
    }

    fn group(&self, layout: Layout, skip: usize) -> Result<Plan> {
        let metadata = match (layout, self.metadata) {
            (Layout::Gradescope, Some(text)) => {
                gradescope::parse(text).with_context(|| format!("cannot read `{}`", gradescope::METADATA))?
            }
            _ => BTreeMap::new(),
        };
        let mut groups = BTreeMap::<String, Handed>::new();
        let mut unplaced = BTreeMap::<String, String>::new();
        for (index, seen) in self.seen.iter().enumerate() {
            let at = seen.at();
            let Some(top) = at.get(skip).filter(|_| layout != Layout::Single) else {
                match layout {
                    Layout::Single => self.add(self.single(), &mut groups, (index, seen), at.to_vec()),
                    _ => note_outside(seen, skip, &mut unplaced),
                }
                continue;
            };
            let folder = at.len() > skip + 1 || !matches!(seen, Seen::File(_) | Seen::Never(..));
            if top == gradescope::METADATA && layout == Layout::Gradescope || why_never(top).is_some() {
                continue;
            }
            match self.label(layout, top, folder, &metadata) {
                Ok(mut label) => {
                    let first = label.file.take().unwrap_or_else(|| top.clone());
                    let rest = if folder { at[skip + 1..].to_vec() } else { vec![first] };
                    self.add(label, &mut groups, (index, seen), rest);
                }
                Err(why) => drop(unplaced.insert(top.clone(), why.to_string())),
            }
        }
        let mut handed: Vec<Handed> = groups.into_values().collect();
        handed.iter_mut().for_each(|one| one.whole = layout == Layout::Single);
        if matches!(layout, Layout::Canvas { .. }) {
            handed = handed.into_iter().flat_map(uploads).collect();
        }
        let missing = metadata.iter().filter(|(folder, _)| !handed.iter().any(|one| one.draft.origin == **folder));
        unplaced.extend(
            missing.map(|(folder, _)| (folder.clone(), "the metadata names it, but it is not there".to_string())),
        );
        Ok(Plan { layout, handed, unplaced: unplaced.into_iter().collect() })
    }

    fn add(&self, label: Label, groups: &mut BTreeMap<String, Handed>, (index, seen): (usize, &Seen), rest: Pieces) {
        let handed =
            groups.entry(label.key).or_insert_with(|| Handed { draft: label.draft.clone(), ..Handed::default() });
        handed.draft.late |= label.draft.late;
        match seen {
            Seen::File(_) => match label.aside {
                Some(why) => handed.ignored.push((rest.join("/"), why.to_string())),
                None => handed.files.push((index, rest)),
            },
            Seen::Folder(_) => {}
            Seen::Never(..) => handed.ignored.extend(never(&rest).map(|(shown, why)| (shown, why.to_string()))),
            Seen::Refused(refused) => handed.refuse(refused),
        }
    }

    fn label(
        &self,
        layout: Layout,
        top: &str,
        folder: bool,
        metadata: &BTreeMap<String, gradescope::Submission>,
    ) -> Result<Label, &'static str> {
        match layout {
            Layout::Moodle { blind, .. } => moodle(top, blind),
            Layout::Canvas { .. } => canvas(top).filter(|_| !folder).ok_or("its name is not one that Canvas makes"),
            Layout::Gradescope => of_gradescope(top, metadata),
            Layout::Pattern => {
                let found = self.pattern.and_then(|form| names::custom(form, top));
                found.map(|found| custom(found, top)).ok_or("the intake's pattern does not fit its name")
            }
            _ if folder => Ok(plain_label(top, top)),
            _ if archive::Kind::named(top).is_some() => Ok(plain_label(top, archive::stem(top))),
            _ if archive::is_other_archive(top) => Err("archives of this kind are not read; try: a zip or tar.gz"),
            _ => Err("it is neither a folder nor an archive of a student"),
        }
    }

    fn single(&self) -> Label {
        plain_label(self.called, self.called)
    }
}

impl Handed {
    pub fn refuse(&mut self, refused: &Refused) {
        match refused.hostile {
            true => {
                self.refused.get_or_insert_with(|| refused.to_string());
            }
            false => self.ignored.push((refused.shown.clone(), refused.why.to_string())),
        }
    }
}

fn note_outside(seen: &Seen, skip: usize, unplaced: &mut BTreeMap<String, String>) {
    match seen {
        Seen::Refused(refused) => drop(unplaced.insert(refused.shown.clone(), refused.why.to_string())),
        Seen::File(at) if at.len() <= skip => {
            drop(unplaced.insert(at.join("/"), "it stands beside the class".to_string()))
        }
        _ => {}
    }
}

fn is_lab(folder: &str) -> bool {
    lab_in(folder).is_some_and(|_| folder.len() <= "lab 01".len())
}

/// Canvas gives all files of a student; those that were handed in again have a number. Each upload is a submission with the
/// newest of each file at that time.
fn uploads(handed: Handed) -> Vec<Handed> {
    let named: Vec<(String, u32, usize, Pieces)> = handed
        .files
        .iter()
        .map(|(index, pieces)| {
            let (base, number) = names::canvas_try(pieces.first().map_or("", String::as_str));
            (base, number, *index, pieces.clone())
        })
        .collect();
    let numbers: BTreeSet<u32> = named.iter().map(|(_, number, ..)| *number).collect();
    let again = named.iter().any(|(base, number, ..)| named.iter().any(|other| other.0 == *base && other.1 != *number));
    if !again {
        // The count alone tells of no earlier one that is here; but the file is called as it was at first.
        let files = named.into_iter().map(|(base, _, index, _)| (index, vec![base])).collect();
        return vec![Handed { files, ..handed }];
    }
    let upto = |last: u32| {
        let mut newest = BTreeMap::<&String, (u32, usize)>::new();
        for (base, number, index, _) in named.iter().filter(|file| file.1 <= last) {
            let kept = newest.entry(base).or_insert((*number, *index));
            *kept = (*kept).max((*number, *index));
        }
        let files = newest.into_iter().map(|(base, (_, index))| (index, vec![base.clone()])).collect();
        let mut draft = handed.draft.clone();
        draft.attempt = Some(last);
        Handed { draft, files, ignored: handed.ignored.clone(), refused: handed.refused.clone(), whole: false }
    };
    numbers.into_iter().map(upto).collect()
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layout::Folders => "one folder per student",
            Layout::Archives => "one archive per student",
            Layout::Mixed => "one folder or archive per student",
            Layout::Moodle { flat: false, blind: false } => "a Moodle download, in folders",
            Layout::Moodle { flat: false, blind: true } => "a Moodle download, in folders, blind",
            Layout::Moodle { flat: true, blind: false } => "a Moodle download, not in folders",
            Layout::Moodle { flat: true, blind: true } => "a Moodle download, not in folders, blind",
            Layout::Canvas { anonymous: false } => "a Canvas download",
            Layout::Canvas { anonymous: true } => "a Canvas download, anonymous",
            Layout::Gradescope => "a Gradescope export",
            Layout::Pattern => "names that the course's own pattern fits",
            Layout::Repositories => "a list of git repositories",
            Layout::Single => "the submission of one student",
        })
    }
}

//! What parts have left, taken together: whether they are of one class, and who of it is where.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::grade::intake::Found;
use crate::grade::model::Identity;
use crate::grade::session::Listing;
use crate::grade::shard::{self, ShardFile};

/// One result that the class must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub id: String,
    pub attempt: u32,
    /// Places in [`Parts::folders`]: those who say that they have it. More than one where work was done twice.
    pub folders: Vec<usize>,
}

/// All parts.
pub struct Parts {
    pub folders: Vec<PathBuf>,
    /// How many there are.
    pub files: usize,
    /// The fields that all have in common; the lists are empty.
    pub common: ShardFile,
    /// The whole class, sorted.
    pub ids: Vec<String>,
    /// In the order of ids and tries.
    pub found: Vec<Found>,
    pub wanted: Vec<Wanted>,
    /// Who is in no part that has ended: a line each.
    pub missing: Vec<String>,
    /// Ids that turned out to be nobody's.
    pub unplaced: BTreeSet<String>,
    pub seconds: BTreeMap<String, f64>,
    pub listing: Together,
    /// The course file of the parts.
    pub course: Option<PathBuf>,
}

/// What parts know of the class as a whole.
#[derive(Clone, Debug, Default)]
pub struct Together {
    pub from: String,
    pub layout: String,
    pub sandbox: String,
    /// Of a run without parts, whose course may have none.
    pub seed: Option<u64>,
    pub absent: Vec<Identity>,
    pub unplaced: BTreeSet<(String, String)>,
    pub notes: BTreeSet<String>,
}

/// Which part is the measure for the others.
struct First {
    path: PathBuf,
    file: ShardFile,
    listing: Listing,
}

impl Parts {
    /// Reads what parts have left in these folders; refuses by name what is not of one class.
    pub fn read(folders: Vec<PathBuf>) -> Result<Parts> {
        let mut gathering = Gathering::default();
        for (at, folder) in folders.iter().enumerate() {
            let files = ShardFile::all(folder)?;
            ensure!(
                !files.is_empty(),
                "no part has ended in `{}`; try: cargo grade SUBMISSIONS --shard M/N --out {0}",
                folder.display()
            );
            for (path, file) in files {
                gathering.add(at, folder, &path, file)?;
            }
        }
        let course = course(&folders, &gathering)?;
        gathering.finish(folders, course)
    }
}

/// Each folder once, however it is written.
pub fn once(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let real = |path: &PathBuf| fs::canonicalize(path).with_context(|| format!("cannot read `{}`", path.display()));
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for folder in folders {
        if known.insert(real(folder)?) {
            all.push(folder.clone());
        }
    }
    ensure!(!all.is_empty(), "no folder of results; try: cargo grade merge DIR --out CLASS");
    Ok(all)
}

/// The rules that all parts were graded with. In each folder there are the same, for the parts know their hash.
fn course(folders: &[PathBuf], gathering: &Gathering) -> Result<Option<PathBuf>> {
    let want = gathering.first.as_ref().map_or("", |first| first.file.course.as_str());
    for path in folders.iter().map(|folder| folder.join("course.toml")) {
        let text = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        ensure!(
            shard::digest(&text) == want,
            "`{}` is not the course file that the parts there were graded with; try: these parts again",
            path.display()
        );
    }
    Ok(folders.iter().map(|folder| folder.join("course.toml")).find(|path| path.exists()))
}

#[derive(Default)]
struct Gathering {
    first: Option<First>,
    files: usize,
    found: BTreeMap<(String, u32), (Found, Vec<usize>, PathBuf)>,
    covered: BTreeSet<String>,
    unplaced: BTreeSet<String>,
    seconds: BTreeMap<String, f64>,
    together: Together,
}

impl Gathering {
    fn add(&mut self, at: usize, folder: &Path, path: &Path, mut file: ShardFile) -> Result<()> {
        let listing = match file.listing.take() {
            Some(listing) => listing,
            None => whole(folder)?,
        };
        ensure!(
            shard::class(&file.submissions) == file.class,
            "`{}` was changed: its list of submissions is not the one that it was written with; try: that part again",
            path.display()
        );
        match &self.first {
            None => self.first = Some(First { path: path.to_path_buf(), file: file.clone(), listing: listing.clone() }),
            Some(first) => first.fits(path, &file, &listing)?,
        }
        self.together.add(listing.clone());
        self.take(at, path, &file, listing)?;
        self.files += 1;
        self.covered.extend(file.mine);
        self.unplaced.extend(file.unplaced);
        for (id, seconds) in file.seconds {
            let known = self.seconds.entry(id).or_default();
            *known = known.max(seconds);
        }
        Ok(())
    }

    /// The submissions of a part.
    fn take(&mut self, at: usize, path: &Path, file: &ShardFile, listing: Listing) -> Result<()> {
        let mine: BTreeSet<&str> = file.mine.iter().map(String::as_str).collect();
        let mut there = BTreeSet::new();
        for one in listing.submissions {
            let id = one.identity.id.clone();
            if !mine.contains(id.as_str()) {
                continue;
            }
            there.insert(id.clone());
            match self.found.entry((id, one.attempt)) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert((one, vec![at], path.to_path_buf()));
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    let (known, folders, other) = place.get_mut();
                    agree(known, &one, other, path)?;
                    if !folders.contains(&at) {
                        folders.push(at);
                    }
                }
            }
        }
        let gone = file.mine.iter().find(|id| !there.contains(*id) && !file.unplaced.contains(id));
        match gone {
            Some(id) => bail!("`{}` names `{id}`, and does not say who that is; try: that part again", path.display()),
            None => Ok(()),
        }
    }

    fn finish(self, folders: Vec<PathBuf>, course: Option<PathBuf>) -> Result<Parts> {
        let First { mut file, .. } = self.first.context("no part has ended")?;
        let ids = std::mem::take(&mut file.submissions);
        let common = ShardFile { mine: Vec::new(), unplaced: Vec::new(), seconds: BTreeMap::new(), ..file };
        let missing: Vec<&String> = ids.iter().filter(|id| !self.covered.contains(*id)).collect();
        // Nobody drops out of the class because a part is not there: of those the id alone is known.
        let unknown = |id: &&String| Found {
            identity: Identity { id: (*id).clone(), ..Identity::default() },
            attempt: 1,
            ..Found::default()
        };
        let mut found: Vec<Found> = missing.iter().map(unknown).collect();
        let missing = missing.into_iter().map(|id| format!("`{id}`: in no part that has ended")).collect();
        let mut wanted = Vec::new();
        for ((id, attempt), (one, folders, _)) in self.found {
            wanted.push(Wanted { id, attempt, folders });
            found.push(one);
        }
        found.sort_by(|a, b| (&a.identity.id, a.attempt).cmp(&(&b.identity.id, b.attempt)));
        Ok(Parts {
            folders,
            files: self.files,
            common,
            ids,
            found,
            wanted,
            missing,
            unplaced: self.unplaced,
            seconds: self.seconds,
            listing: self.together,
            course,
        })
    }
}

/// The listing of a run without parts.
fn whole(folder: &Path) -> Result<Listing> {
    let path = folder.join("class.json");
    let text = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("`{}` is not this grader's", path.display()))
}

/// The same submission in two parts must be the same.
fn agree(a: &Found, b: &Found, of_a: &Path, of_b: &Path) -> Result<()> {
    let (id, what) = match () {
        () if a.content != b.content || a.status != b.status => (&a.identity.id, "other files"),
        () if a.identity != b.identity => (&a.identity.id, "another name, number or time"),
        () => return Ok(()),
    };
    bail!(
        "`{}` and `{}` have `{id}` with {what}: their downloads or class lists differ; try: the older part again",
        of_a.display(),
        of_b.display()
    )
}

impl First {
    /// Whether another part is of the same class, rules, grader and compiler.
    fn fits(&self, path: &Path, file: &ShardFile, listing: &Listing) -> Result<()> {
        let mine = &self.file;
        let two = format!("`{}` and `{}`", self.path.display(), path.display());
        if file.class != mine.class {
            bail!("{two} are of different classes: {}; try: the older part again, or without it", differ(mine, file));
        }
        for (what, a, b) in [
            ("with different course files", &mine.course, &file.course),
            ("by different graders", &mine.grader, &file.grader),
            ("with different compilers", &mine.toolchain, &file.toolchain),
        ] {
            let shown = if a.len() == 64 { String::new() } else { format!(" ({a}, {b})") };
            ensure!(a == b, "{two} were graded {what}{shown}; try: the older part again, or without it");
        }
        ensure!(
            listing.absent == self.listing.absent,
            "{two} were given different class lists; try: the older part again"
        );
        ensure!(
            listing.seed == self.listing.seed,
            "{two} have drawn different seeds; try: a line `seed = \"...\"` in the course file, and both again"
        );
        Ok(())
    }
}

/// Who is in only one of two classes.
fn differ(a: &ShardFile, b: &ShardFile) -> String {
    let (a, b): (BTreeSet<&String>, BTreeSet<&String>) =
        (a.submissions.iter().collect(), b.submissions.iter().collect());
    let only = |ids: Vec<&&String>, which: &str| {
        ids.first()
            .map(|id| format!("`{id}`{} only in the {which}", if ids.len() > 1 { " and others are" } else { " is" }))
    };
    let told = [only(a.difference(&b).collect(), "first"), only(b.difference(&a).collect(), "second")];
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Together {
    fn add(&mut self, listing: Listing) {
        // Which part comes first must not matter: the smallest is as good as any.
        let smaller = |known: &mut String, new: String| {
            if known.is_empty() || (!new.is_empty() && new < *known) {
                *known = new;
            }
        };
        smaller(&mut self.from, listing.from);
        smaller(&mut self.layout, listing.layout);
        smaller(&mut self.sandbox, listing.sandbox);
        self.seed = Some(listing.seed);
        self.absent = listing.absent;
        self.unplaced.extend(listing.unplaced);
        self.notes.extend(listing.notes);
    }
}

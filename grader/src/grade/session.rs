//! The folder that a class is graded in: what was read, what came of it, what was decided since, and what is written of it.
//!
//! | in the folder | what |
//! |---|---|
//! | `class.json` | who has handed in what, and the seed; for the teacher alone |
//! | `course.toml` | the rules, as they were last given |
//! | `files/` | the student-owned files, under neutral names |
//! | `results/` | a record for each submission |
//! | `changes.jsonl`, `audit.jsonl` | decisions; who did what |
//! | `report.html`, `grades.csv`, `feedback/` | what is made of all that, anew each time |

mod files;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::class::Step;
use super::intake::{self, Found, Intake};
use super::model::{Identity, Observed, Record, Status, VERSION};
use super::one::Work;
use super::policy::{audit, changes, course, manual, marks, people};
use super::shard::{self, Shard};
use super::store::{self, Store};
use crate::build::TemporaryFolder;
use crate::program::random_number;
use crate::prove;

/// What `class.json` holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    pub version: u32,
    /// Where the submissions came from, and what the download was taken for.
    pub from: String,
    pub layout: String,
    /// Drawn once, where the course file has no seed: the same in every run of this class.
    pub seed: u64,
    pub sandbox: String,
    pub graded_at: String,
    /// The paths of labs are below `files/`.
    pub submissions: Vec<Found>,
    pub absent: Vec<Identity>,
    pub unplaced: Vec<(String, String)>,
    pub notes: Vec<String>,
    pub preflight: Vec<String>,
    /// The last one that found nothing wrong.
    #[serde(default)]
    pub passed: Option<Passed>,
}

/// A preflight that found nothing wrong: of what, and when (RFC 3339, UTC).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    pub of: String,
    pub at: String,
}

/// So many records are read at once: a shared file system answers slowly, and to read them is work.
const READERS: usize = 4;

/// The marks of all students by id, and what a person has to settle first.
pub type Marked = (Vec<(String, super::model::Marks)>, Vec<String>);

/// An open folder.
#[derive(Debug)]
pub struct Session {
    pub out: PathBuf,
    pub course: course::Course,
    pub listing: Listing,
    pub store: Store,
    pub shard: Shard,
    /// SHA-256 of the course file, or of nothing.
    pub course_hash: String,
    /// Ids of the whole class, sorted; known once the submissions were read.
    pub ids: Vec<String>,
    /// Where a part lays the files of its submissions: nothing of that is of use to others, and a shared file system is
    /// slow.
    local: Option<TemporaryFolder>,
}

impl Session {
    /// Opens the folder, makes it if need be, and takes the course file that is given, or the one that lies there.
    pub fn open(out: &Path, course_file: Option<&Path>) -> Result<Session> {
        Session::open_part(out, course_file, Shard::WHOLE)
    }

    /// The same for a part of the class, which shares the folder with others. It writes neither `class.json` nor `files/`.
    pub fn open_part(out: &Path, course_file: Option<&Path>, shard: Shard) -> Result<Session> {
        fs::create_dir_all(out)
            .with_context(|| format!("cannot make the folder `{}`; try: --out, another folder", out.display()))?;
        private(out)?;
        let kept = out.join("course.toml");
        if let Some(given) = course_file {
            course::read(given)?;
            let text = fs::read(given)?;
            if fs::read(&kept).ok().is_none_or(|known| known != text) {
                store::write_whole(&kept, &text)?;
            }
        }
        let (course, course_hash) = match kept.exists() {
            true => (course::read(&kept)?, shard::digest(&fs::read(&kept)?)),
            false => (course::Course::default(), shard::digest(b"")),
        };
        let listing = match shard.is_whole() {
            true => Listing::open(&out.join("class.json"))?,
            false => Listing { version: VERSION, ..Listing::default() },
        };
        ensure!(
            shard.is_whole() || course.seed.is_some(),
            "the course has no seed, and parts in folders of their own would each draw another one; try: a line such as \
             `seed = \"{:016x}\"` in the course file",
            random_number()
        );
        let store = Store::open(out)?;
        let shards = out.join(shard::FOLDER);
        fs::create_dir_all(&shards).with_context(|| format!("cannot make the folder `{}`", shards.display()))?;
        store::sweep(out);
        store::sweep(&out.join("results"));
        store::sweep(&shards);
        let (ids, local) = (Vec::new(), None);
        Ok(Session { out: out.to_path_buf(), course, listing, store, shard, course_hash, ids, local })
    }

    /// The same for a folder in which something must have been graded already.
    pub fn of(out: &Path) -> Result<Session> {
        let nothing = || format!("nothing was graded in `{}`; try: cargo grade SUBMISSIONS --out {0}", out.display());
        ensure!(out.join("class.json").exists(), nothing());
        let session = Session::open(out, None)?;
        ensure!(!session.listing.from.is_empty(), nothing());
        Ok(session)
    }

    pub fn secret(&self) -> u64 {
        self.course.seed.as_ref().map_or(self.listing.seed, course::Secret::number)
    }

    pub fn labs(&self) -> Vec<u8> {
        self.course.labs.iter().map(|lab| lab.number).collect()
    }

    /// Reads the submissions. What was read before is replaced as a whole.
    pub fn take(&mut self, from: &Path, roster: Option<&Path>) -> Result<()> {
        if !self.shard.is_whole() {
            let local = TemporaryFolder::new()?;
            self.read(from, roster, &local.path().join("files"))?;
            self.local = Some(local);
            return Ok(());
        }
        let files = self.out.join("files");
        fs::create_dir_all(&files).with_context(|| format!("cannot make `{}`", files.display()))?;
        let part = store::part_folder(&self.out)?;
        let fresh = part.path().join("files");
        self.read(from, roster, &fresh)?;
        self.place(&fresh, &files)?;
        self.save()
    }

    /// Lays the files of the submissions in a new folder.
    fn read(&mut self, from: &Path, roster: Option<&Path>, fresh: &Path) -> Result<()> {
        let mut taken = intake::intake(from, &self.asked(roster), fresh)?;
        self.listing.from = from.display().to_string();
        self.ids = std::mem::take(&mut taken.ids);
        self.listing.keep(taken, fresh);
        Ok(())
    }

    /// What of a download is asked for.
    fn asked(&self, roster: Option<&Path>) -> intake::Options {
        let deadlines = self.course.labs.iter().filter_map(|lab| lab.late.deadline.as_ref());
        intake::Options {
            pattern: self.course.pattern.clone(),
            roster: roster.map(Path::to_path_buf),
            tries: self.course.tries,
            deadline: deadlines.map(course::Deadline::timestamp).max(),
            labs: self.labs(),
            part: (!self.shard.is_whole()).then_some(self.shard),
        }
    }

    /// Gives what was read a place that is named after it. So a second grader, who has read the same, finds it there,
    /// and takes nothing away from under the first.
    fn place(&mut self, fresh: &Path, files: &Path) -> Result<()> {
        let name = self.listing.name()?;
        for handed in &mut self.listing.submissions {
            handed.labs.values_mut().for_each(|path| *path = Path::new(&name).join(&*path));
        }
        let to = files.join(&name);
        if !to.exists() && fresh.exists() {
            match fs::rename(fresh, &to) {
                Err(_) if to.exists() => {}
                renamed => renamed.with_context(|| format!("cannot make `{}`", to.display()))?,
            }
        }
        for other in fs::read_dir(files)?.flatten().filter(|entry| *entry.file_name() != *name) {
            remove(&other.path())?;
        }
        Ok(())
    }

    /// Writes `class.json`, which is the whole class's.
    pub fn save(&self) -> Result<()> {
        if !self.shard.is_whole() {
            return Ok(());
        }
        store::write_whole(&self.out.join("class.json"), &self.listing.text()?)
    }

    /// What is to be judged: a piece of work for each try.
    pub fn works(&self) -> Vec<Work> {
        let files = match &self.local {
            Some(local) => local.path().join("files"),
            None => self.out.join("files"),
        };
        let work = |found: &Found| {
            let mut found = found.clone();
            found.labs.values_mut().for_each(|path| *path = files.join(&*path));
            Work { found, labs: self.labs(), small: false }
        };
        self.listing.submissions.iter().map(work).collect()
    }

    /// The records of this class, those of absent students among them. What is not graded yet needs a look: nobody
    /// drops out of a table because a file is gone. Everybody of a group has a record, for each can have points and an
    /// extension of their own.
    pub fn records(&self) -> Result<Vec<Record>> {
        Ok(self.tries()?.into_iter().flat_map(|(_, record)| people::split(record)).collect())
    }

    /// One record for each submission, with the number of its try.
    pub fn tries(&self) -> Result<Vec<(u32, Record)>> {
        let read = |handed: &Found| {
            let mut record = self.record(handed)?;
            record.observed.cases.pack();
            Ok((handed.attempt, record))
        };
        let tries: Result<Vec<(u32, Record)>> =
            prove::in_parallel(READERS, &self.listing.submissions, read).into_iter().collect();
        let mut tries = tries?;
        tries.extend(self.listing.absent.iter().map(|one| (0, unjudged(one, Status::Absent, ""))));
        tries.sort_by(|(_, a), (_, b)| a.identity.id.cmp(&b.identity.id));
        Ok(tries)
    }

    /// What came of a try.
    fn record(&self, handed: &Found) -> Result<Record> {
        let found = self.store.read(&handed.identity.id, handed.attempt)?;
        let record = found.unwrap_or_else(|| unjudged(&handed.identity, Status::NeedsALook, NOT_GRADED));
        // Who and when is as the download and the roster say now, whatever they said when it was judged.
        Ok(Record { identity: handed.identity.clone(), ..record })
    }

    pub fn changes(&self) -> Result<changes::Changes> {
        changes::read(&self.changes_file())
    }

    pub fn changes_file(&self) -> PathBuf {
        self.out.join("changes.jsonl")
    }

    /// Manual points: every CSV in `manual/`.
    fn sheets(&self) -> Result<Vec<manual::Sheet>> {
        let mut paths: Vec<PathBuf> = match fs::read_dir(self.out.join("manual")) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(_) => Vec::new(),
        };
        paths.retain(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")));
        paths.sort();
        let sheet = |path: &PathBuf| {
            let by = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            Ok(manual::Sheet { by, bytes })
        };
        paths.iter().map(sheet).collect()
    }

    /// Marks under these changes.
    pub fn marks_with(&self, records: &[Record], changes: &changes::Changes) -> Result<Marked> {
        let people = people::People::new(records);
        let manual = self.manual(&people)?;
        let told = self.to_settle(&people, changes, &manual);
        Ok((marks::marks(&self.course, records, &manual, changes)?, told))
    }

    /// What people gave.
    fn manual(&self, people: &people::People) -> Result<manual::Manual> {
        Ok(manual::read(&self.course, people, &self.sheets()?))
    }

    /// What a person has to settle.
    fn to_settle(&self, people: &people::People, changes: &changes::Changes, manual: &manual::Manual) -> Vec<String> {
        let mut told: Vec<String> = manual.conflicts.iter().map(ToString::to_string).collect();
        told.extend(marks::strangers(&self.course, people));
        told.extend(changes.strangers(people));
        told
    }

    /// A line in the audit log.
    pub fn note(&self, entry: audit::Entry) -> Result<()> {
        let entry = audit::Entry { at: jiff::Timestamp::now().to_string(), ..entry };
        audit::append(&self.shard.audit(&self.out), &entry).map(drop)
    }

    pub fn note_step(&self, step: &Step) -> Result<()> {
        let record = &step.record;
        self.note(audit::Entry {
            actor: actor(),
            what: "graded".to_string(),
            student: record.identity.id.clone(),
            sandbox: record.sandbox.clone(),
            seed: self.course.seed.as_ref().map(course::Secret::hash).unwrap_or_default(),
            retries: record.observed.retries,
            grader: env!("CARGO_PKG_VERSION").to_string(),
            reason: if record.message.is_empty() { String::new() } else { first_line(&record.message) },
            ..audit::Entry::default()
        })
    }
}

impl Listing {
    /// Reads it; where there is none, one is begun. Its seed is drawn once, also when two graders begin at the same time.
    fn open(path: &Path) -> Result<Listing> {
        if !path.exists() {
            let fresh = Listing { version: VERSION, seed: random_number(), ..Listing::default() };
            store::write_first(path, &fresh.text()?)?;
        }
        let text = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let listing: Listing = serde_json::from_slice(&text)
            .with_context(|| format!("`{}` is not this grader's; try: a new --out folder", path.display()))?;
        let version = listing.version;
        ensure!(
            version == VERSION,
            "`{}` has version {version} of the format, not {VERSION}; try: a new --out folder",
            path.display()
        );
        Ok(listing)
    }

    fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// A name for all that was handed in.
    fn name(&self) -> Result<String> {
        let parts: Vec<_> = self.submissions.iter().map(|one| (&one.identity.id, &one.labs, &one.content)).collect();
        Ok(store::key(&[("files", &serde_json::to_string(&parts)?)])[..16].to_string())
    }

    fn keep(&mut self, taken: Intake, spool: &Path) {
        self.submissions = taken.found;
        for path in self.submissions.iter_mut().flat_map(|found| found.labs.values_mut()) {
            *path = path.strip_prefix(spool).unwrap_or(path).to_path_buf();
        }
        self.layout = taken.layout.to_string();
        self.absent = taken.absent;
        self.unplaced = taken.unplaced;
        self.notes = taken.notes;
    }
}

/// The ids of those who handed it in, as [`Session::records`] has them.
pub fn members(identity: &Identity) -> Vec<String> {
    people::members(identity).into_iter().map(|own| own.id).collect()
}

const NOT_GRADED: &str = "it is not graded yet, or its result is gone; try: cargo grade, with the same submissions";

/// Somebody of whom there is no result.
fn unjudged(identity: &Identity, status: Status, why: &str) -> Record {
    Record {
        version: VERSION,
        key: String::new(),
        identity: identity.clone(),
        status,
        message: why.to_string(),
        labs: Vec::new(),
        ignored: Vec::new(),
        sandbox: String::new(),
        observed: Observed::default(),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

/// Who uses this program, as the system knows him.
pub fn actor() -> String {
    let user = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER"));
    user.unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Marks are for the teacher's eyes.
fn private(out: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(out, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot keep `{}` to yourself; try: --out, a folder of your own", out.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

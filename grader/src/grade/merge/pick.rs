//! The result of one submission: found whole, and if it was made twice, the same both times.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::parts::Wanted;
use crate::grade::model::{LabStatus, Outcome as Checked, Status, VERSION};

/// What became of a submission.
pub enum Outcome {
    Picked(Picked),
    /// There is no whole result: who, and why.
    Missing(String),
    /// There are two.
    Conflict(String),
}

/// A result that stands.
#[derive(Clone, Debug, Default)]
pub struct Picked {
    pub at: String,
    pub sandbox: String,
    /// Something of it must be tried again.
    pub open: bool,
    /// The copy that waits for its place; nothing if what is in place has the same bytes.
    pub written: Option<PathBuf>,
}

impl Outcome {
    pub fn picked(&self) -> Option<&Picked> {
        if let Outcome::Picked(picked) = self { Some(picked) } else { None }
    }

    pub fn missing(&self) -> Option<&str> {
        if let Outcome::Missing(why) = self { Some(why) } else { None }
    }

    pub fn conflict(&self) -> Option<&str> {
        if let Outcome::Conflict(why) = self { Some(why) } else { None }
    }
}

/// What merging has to know of a record. The rest is read over, and never held: ladders are most of it.
#[derive(Deserialize)]
struct Slim {
    version: u32,
    identity: Id,
    status: Status,
    sandbox: String,
    labs: Vec<Lab>,
    observed: Seen,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Lab {
    status: LabStatus,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    outcome: Checked,
}

#[derive(Deserialize)]
struct Seen {
    at: String,
}

impl Slim {
    /// As [`crate::grade::store::is_open`].
    fn is_open(&self) -> bool {
        let lab = |lab: &Lab| {
            lab.status == LabStatus::NeedsALook || lab.checks.iter().any(|check| check.outcome == Checked::NeedsALook)
        };
        self.status == Status::NeedsALook || self.labs.iter().any(lab)
    }
}

struct Candidate {
    folder: PathBuf,
    bytes: Vec<u8>,
    slim: Slim,
}

/// Looks for the result in the folders that should have it, and copies it into `part`, if it is not in place already.
pub fn pick(wanted: &Wanted, folders: &[PathBuf], part: &Path) -> Result<Outcome> {
    let name = match wanted.attempt {
        0 | 1 => format!("{}.json", wanted.id),
        later => format!("{}.try-{later}.json", wanted.id),
    };
    let mut all = Vec::new();
    let mut why = String::new();
    for folder in wanted.folders.iter().map(|at| &folders[*at]) {
        let path = folder.join("results").join(&name);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                why = format!("`{}`: `{}` is not there", wanted.id, path.display());
                continue;
            }
            read => read.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        match serde_json::from_slice::<Slim>(&bytes) {
            Ok(slim) if slim.version == VERSION && slim.identity.id == wanted.id => {
                all.push(Candidate { folder: folder.clone(), bytes, slim });
            }
            Ok(slim) if slim.version != VERSION => {
                why = format!("`{}`: `{}` has version {} of the format", wanted.id, path.display(), slim.version);
            }
            Ok(_) => why = format!("`{}`: `{}` is somebody else's", wanted.id, path.display()),
            Err(_) => why = format!("`{}`: `{}` was cut short, or changed", wanted.id, path.display()),
        }
    }
    let settled = all.iter().any(|one| !one.slim.is_open());
    // Trouble is never a result: where another machine had none, what it found holds.
    all.retain(|one| !settled || !one.slim.is_open());
    if let Some(other) = all.iter().skip(1).find(|other| settled && !same(&all[0].bytes, &other.bytes)) {
        let (a, b) = (all[0].folder.display(), other.folder.display());
        let id = &wanted.id;
        return Ok(Outcome::Conflict(format!("`{id}` has different results in `{a}` and `{b}`; try: that part again")));
    }
    // Only what was observed differs: the same one is taken, in whatever order they come.
    let Some(one) =
        all.into_iter().min_by(|a, b| (&a.slim.observed.at, &a.bytes).cmp(&(&b.slim.observed.at, &b.bytes)))
    else {
        return Ok(Outcome::Missing(why));
    };
    let written = write(&name, &one.bytes, part)?;
    let (open, Slim { sandbox, observed, .. }) = (one.slim.is_open(), one.slim);
    Ok(Outcome::Picked(Picked { at: observed.at, sandbox, open, written }))
}

/// A copy in `part`, whose place will be beside it.
fn write(name: &str, bytes: &[u8], part: &Path) -> Result<Option<PathBuf>> {
    let place = part.parent().map(|out| out.join("results").join(name));
    if place.is_some_and(|place| fs::read(place).is_ok_and(|known| known == bytes)) {
        return Ok(None);
    }
    let path = part.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(Some(path))
}

/// The same, but for what was observed. Whom it is of stands in the listings, and is compared there.
fn same(a: &[u8], b: &[u8]) -> bool {
    let measured = |bytes: &[u8]| -> Option<Value> {
        let mut record: Value = serde_json::from_slice(bytes).ok()?;
        let fields = record.as_object_mut()?;
        fields.remove("observed");
        fields.remove("identity");
        Some(record)
    };
    a == b || measured(a) == measured(b)
}

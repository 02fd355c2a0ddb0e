//! The catalogue: `grader/mutants/labN.toml` and `grader/variants/labN/*.rs`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::build::{Workspace, edit};
use crate::check::Kind;
use crate::lab::Scale;
use crate::labs;

/// A wrong program, as a small edit of the solution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    pub id: String,
    /// The row of the list of real mistakes that it is.
    #[serde(default)]
    pub row: String,
    pub what: String,
    /// The check, with its letter if it has cases.
    pub caught: String,
    /// The kind of finding that must be made.
    pub finding: String,
    /// For a hang: what the report must say of where the program waits.
    #[serde(default)]
    pub hang: String,
    /// No earlier check of its lab catches it.
    #[serde(default)]
    pub unique: bool,
    /// It is about a race, and must lose in 30 of 30 runs.
    #[serde(default)]
    pub racy: bool,
    pub edit: Vec<Edit>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub replace: String,
    pub with: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    #[serde(default)]
    mutant: Vec<Mutant>,
}

/// A right but unusual program: a whole `lib.rs`.
#[derive(Clone, Debug)]
pub struct Variant {
    pub id: String,
    pub text: String,
    pub scale: Scale,
}

impl Variant {
    /// It starts a tool of the machine, as `cat`. That is right at home; in the teacher's sandbox there is no tool.
    pub fn needs_tools(&self) -> bool {
        self.text.contains("Command::new(\"")
    }
}

/// The mutants of a lab. That each one's check, kind and edits exist is part of reading them.
pub fn mutants(workspace: &Workspace, lab: u8) -> Result<Vec<Mutant>> {
    let path = workspace.root().join(format!("grader/mutants/lab{lab}.toml"));
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let catalogue: Catalogue = toml::from_str(&text).with_context(|| format!("`{}`", path.display()))?;
    let solution = solution(workspace, lab)?;
    for mutant in &catalogue.mutant {
        mutant.sound(lab, &solution).with_context(|| format!("mutant `{}`", mutant.id))?;
    }
    Ok(catalogue.mutant)
}

/// The solution's text, which mutants are edits of.
pub fn solution(workspace: &Workspace, lab: u8) -> Result<String> {
    let path = workspace.solution(lab).join("src/lib.rs");
    fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

impl Mutant {
    /// Its whole text; an edit that no longer applies is an error.
    pub fn text(&self, solution: &str) -> Result<String> {
        self.edit.iter().try_fold(solution.to_string(), |text, one| edit(&text, &one.replace, &one.with))
    }

    pub fn kind(&self) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == self.finding)
    }

    /// The line of the solution at which its first edit begins.
    pub fn line(&self, solution: &str) -> usize {
        let at = self.edit.first().and_then(|edit| solution.find(&edit.replace)).unwrap_or(0);
        solution[..at].lines().count()
    }

    /// The check that must catch it, and the letter of its case.
    pub fn target(&self) -> (&str, &str) {
        self.caught.split_at(self.caught.len().min(4))
    }

    fn sound(&self, lab: u8, solution: &str) -> Result<()> {
        let (id, letter) = self.target();
        let Some(check) = labs::check(id).filter(|check| check.lab() == lab) else {
            bail!("`{id}` is no check of lab {lab}");
        };
        if !check.cases.iter().any(|case| case.letter == letter) {
            bail!("check {id} has no case `{letter}`");
        }
        if self.kind().is_none() {
            bail!("`{}` is no kind of finding", self.finding);
        }
        if self.edit.is_empty() {
            bail!("it changes nothing");
        }
        self.text(solution).map(drop)
    }
}

/// The variants of a lab, by name.
pub fn variants(workspace: &Workspace, lab: u8) -> Result<Vec<Variant>> {
    let folder = workspace.root().join(format!("grader/variants/lab{lab}"));
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let small = text.lines().next().is_some_and(|line| line.trim() == "//! scale: small");
        let scale = if small { Scale::Small } else { Scale::Full };
        Ok(Variant { id: format!("lab{lab}-variant-{name}"), text, scale })
    };
    paths.into_iter().map(read).collect()
}

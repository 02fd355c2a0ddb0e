//! The stage: a fresh folder with the lab's own `main.rs`, `provided.rs` and `errno.rs`, and the student's other files.
//!
//! Student-owned is `src/lib.rs` and new modules beside it; nothing else of a submission is copied, whatever it is called.
//! Unpacking archives and finding out whose submission it is are done before this.

use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::temporary::{Folder, INCREMENTAL_ARG};
use super::{OUT, Toolchain, Workspace};

/// Where the student's files come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A folder with `src/lib.rs` (`labs/labN`, `solutions/solutionN`, a submission) or with `labs/labN/src/lib.rs`.
    Folder(&'a Path),
    /// The text of a `lib.rs`: a mutant.
    Text(&'a str),
}

/// What one build needs, in a temporary folder that goes when the stage and what was built from it are dropped.
/// One build at a time: a second one writes over the program of the first.
#[derive(Debug)]
pub struct Stage {
    lab: u8,
    folder: Arc<Folder>,
    incremental: bool,
    ignored: Vec<Ignored>,
}

/// Something in the source folder that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Relative to the source folder, with `/`; a folder ends with one.
    pub path: String,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The lab's own file, unchanged.
    Same,
    /// The lab's own file, with other contents: ours is used.
    Changed,
    /// A program of the student's in `src/bin`.
    Program,
    /// The name starts with a dot.
    Hidden,
    /// In `src`, but not `*.rs`.
    NotRust,
    /// Not in `src`.
    Outside,
}

/// Why there is no stage.
#[derive(Debug)]
pub enum StageFailure {
    /// The submission's doing: no `lib.rs`, a symbolic link, too much of it. A sentence for its author.
    Refused(String),
    /// What we could not read or write.
    Trouble(anyhow::Error),
}

/// Files that are always ours, in any spelling: on macOS and Windows `Main.rs` is `main.rs`.
const OURS: [&str; 3] = ["main.rs", "provided.rs", "errno.rs"];

/// Most bytes of Rust, and most files and folders, that a submission may have.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
const MOST_ENTRIES: usize = 10_000;

impl Stage {
    pub fn new(workspace: &Workspace, lab: u8, source: Source<'_>) -> Result<Stage, StageFailure> {
        Stage::in_folder(Folder::new()?, false, workspace, lab, source)
    }

    /// As this compiler wants it: with [`Toolchain::incremental`] in a folder where this process has built this lab before,
    /// if there is one that nobody uses.
    pub fn with(
        toolchain: &Toolchain,
        workspace: &Workspace,
        lab: u8,
        source: Source<'_>,
    ) -> Result<Stage, StageFailure> {
        let folder = if toolchain.incremental { Folder::again(lab)? } else { Folder::new()? };
        Stage::in_folder(folder, toolchain.incremental, workspace, lab, source)
    }

    fn in_folder(
        folder: Folder,
        incremental: bool,
        workspace: &Workspace,
        lab: u8,
        source: Source<'_>,
    ) -> Result<Stage, StageFailure> {
        let to = folder.path().join(format!("labs/lab{lab}/src"));
        make_folder(&to)?;
        make_folder(&folder.path().join(OUT))?;

        let mut taking = Taking { ours: workspace.lab(lab), to: to.clone(), ignored: Vec::new(), bytes: 0, entries: 0 };
        match source {
            Source::Folder(from) => taking.folder(from, lab)?,
            Source::Text(lib_rs) => write(&to.join("lib.rs"), lib_rs.as_bytes())?,
        }
        // After the student's, so that ours win on every file system.
        for name in OURS {
            let ours = workspace.lab(lab).join("src").join(name);
            // Some labs have no `errno.rs`.
            if name != "errno.rs" || ours.exists() {
                write(&to.join(name), &read(&ours)?)?;
            }
        }
        Ok(Stage { lab, incremental, folder: Arc::new(folder), ignored: taking.ignored })
    }

    pub fn lab(&self) -> u8 {
        self.lab
    }

    /// The folder that holds `labs/labN/src`; the compiler runs in it.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The compiler's argument for what it remembers of the last build in this folder.
    pub(super) fn incremental(&self) -> Option<&'static str> {
        self.incremental.then_some(INCREMENTAL_ARG)
    }

    /// What was not taken, in the order of names.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// The student's `lib.rs`; what is not UTF-8 in it is replaced.
    pub fn lib_rs(&self) -> Result<String> {
        let bytes = read(&self.root().join(format!("labs/lab{}/src/lib.rs", self.lab)))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(super) fn folder(&self) -> Arc<Folder> {
        Arc::clone(&self.folder)
    }
}

/// Copies a submission's files, and notes what it leaves.
struct Taking {
    /// `labs/labN` of the workspace.
    ours: PathBuf,
    /// `labs/labN/src` of the stage.
    to: PathBuf,
    ignored: Vec<Ignored>,
    bytes: u64,
    entries: usize,
}

impl Taking {
    fn folder(&mut self, from: &Path, lab: u8) -> Result<(), StageFailure> {
        self.list(from).map(drop)?;
        // The prefix is checked step by step: a link at any place in it could lead out of the submission.
        let nested = ["labs".to_string(), format!("labs/lab{lab}")];
        let whole_workspace = look(&from.join(format!("labs/lab{lab}/src/lib.rs")))?.is_some();
        let (base, prefix) = match whole_workspace {
            true => (from.join(&nested[1]), format!("labs/lab{lab}/")),
            false => (from.to_path_buf(), String::new()),
        };
        if whole_workspace {
            for step in &nested {
                self.folder_at(&from.join(step), step)?;
            }
            self.outside(from, "", "labs")?;
        }
        let src = format!("{prefix}src");
        let lib_rs = format!("{src}/lib.rs");
        match look(&base.join("src/lib.rs"))? {
            None => {
                return refuse(format!(
                    "there is no `{lib_rs}` in `{}`; try: hand in the folder of the lab",
                    from.display()
                ));
            }
            Some(found) if !found.is_file() => return refuse(not_regular(&lib_rs)),
            Some(_) => {}
        }
        self.folder_at(&base.join("src"), &src)?;
        self.outside(&base, &prefix, "src")?;
        self.modules(&base.join("src"), Path::new(""), &format!("{src}/"))
    }

    fn folder_at(&self, path: &Path, shown: &str) -> Result<(), StageFailure> {
        match look(path)? {
            Some(found) if found.is_dir() => Ok(()),
            _ => refuse(format!("`{shown}` is not a folder of its own; try: the files themselves, not a link to them")),
        }
    }

    /// Notes what stands beside the one folder that matters.
    fn outside(&mut self, folder: &Path, prefix: &str, except: &str) -> Result<(), StageFailure> {
        for (name, path, found) in self.list(folder)? {
            if name == except {
                continue;
            }
            let why = self.compared(&path, &found, &self.ours.join(&name)).unwrap_or(Why::Outside);
            self.ignore(format!("{prefix}{name}"), &found, why);
        }
        Ok(())
    }

    /// Copies the `*.rs` of one folder of `src`, and of those in it. `below` is the folder's path from `src`.
    fn modules(&mut self, folder: &Path, below: &Path, shown: &str) -> Result<(), StageFailure> {
        let top = below.as_os_str().is_empty();
        for (name, path, found) in self.list(folder)? {
            let is = |other: &str| top && name.eq_ignore_ascii_case(other);
            let shown = format!("{shown}{name}");
            let below = below.join(&name);
            if name.starts_with('.') {
                // An editor's lock files are dangling links with such names.
                self.ignore(shown, &found, Why::Hidden);
            } else if OURS.iter().any(|ours| is(ours)) {
                let ours = self.ours.join("src").join(name.to_ascii_lowercase());
                let why = self.compared(&path, &found, &ours).unwrap_or(Why::Changed);
                self.ignore(shown, &found, why);
            } else if is("bin") {
                self.ignore(shown, &found, Why::Program);
            } else if found.is_dir() {
                self.modules(&path, &below, &format!("{shown}/"))?;
            } else if !found.is_file() {
                return refuse(not_regular(&shown));
            } else if name.ends_with(".rs") {
                self.copy(&path, &below, &found)?;
            } else {
                self.ignore(shown, &found, Why::NotRust);
            }
        }
        Ok(())
    }

    /// Copies contents, not modes.
    fn copy(&mut self, from: &Path, below: &Path, found: &Metadata) -> Result<(), StageFailure> {
        self.bytes += found.len();
        if self.bytes > MOST_BYTES {
            return refuse(format!("there are more than {MOST_BYTES} bytes of Rust; try: take out what is not needed"));
        }
        let to = self.to.join(below);
        make_folder(to.parent().unwrap_or(&self.to))?;
        Ok(write(&to, &read(from)?)?)
    }

    /// Whether a file is the lab's; `None` if the lab has no such file, or this is none.
    fn compared(&self, theirs: &Path, found: &Metadata, ours: &Path) -> Option<Why> {
        let ours = fs::read(ours).ok()?;
        if !found.is_file() {
            return Some(Why::Changed);
        }
        let same = found.len() == ours.len() as u64 && fs::read(theirs).is_ok_and(|theirs| theirs == ours);
        Some(if same { Why::Same } else { Why::Changed })
    }

    fn ignore(&mut self, mut path: String, found: &Metadata, why: Why) {
        if found.is_dir() {
            path.push('/');
        }
        self.ignored.push(Ignored { path, why });
    }

    /// The entries of a folder in the order of their names, links not followed.
    fn list(&mut self, folder: &Path) -> Result<Vec<(String, PathBuf, Metadata)>, StageFailure> {
        let cannot = || format!("cannot read `{}`", folder.display());
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return refuse(format!(
                    "there are more than {MOST_ENTRIES} files; try: hand in the lab's folder without `target`"
                ));
            }
            let found = fs::symlink_metadata(entry.path()).with_context(cannot)?;
            all.push((entry.file_name().to_string_lossy().into_owned(), entry.path(), found));
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(all)
    }
}

/// What is at this path, links not followed; `None` if nothing.
fn look(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

fn refuse<T>(why: String) -> Result<T, StageFailure> {
    Err(StageFailure::Refused(why))
}

fn not_regular(shown: &str) -> String {
    format!("`{shown}` is not a regular file; try: the file itself, not a link to it")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::Same => "the lab's own file, unchanged",
            Why::Changed => "the lab's own file, changed: the original is used",
            Why::Program => "programs beside the lab's are not built",
            Why::Hidden => "the name starts with a dot",
            Why::NotRust => "only `*.rs` is taken from `src`",
            Why::Outside => "only `src` is taken",
        })
    }
}

impl fmt::Display for StageFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StageFailure::Refused(why) => f.write_str(why),
            StageFailure::Trouble(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for StageFailure {}

impl From<anyhow::Error> for StageFailure {
    fn from(error: anyhow::Error) -> StageFailure {
        StageFailure::Trouble(error)
    }
}

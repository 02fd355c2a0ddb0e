//! Where the labs and the solutions are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The root of the repository: the folder with the workspace's `Cargo.toml` and `labs/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace around the current directory; outside of any, the one that this grader was compiled in.
    ///
    /// A copy of the workspace is a workspace: within a student's copy, this finds the student's.
    pub fn find() -> Result<Workspace> {
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let here = env::current_dir().unwrap_or_default();
        let Some(root) = here.ancestors().chain([compiled_in.as_path()]).find(|folder| is_workspace(folder)) else {
            bail!(
                "no workspace with `labs/lab1` in or above `{}`; try: run this in your copy of the repository",
                here.display()
            );
        };
        // Canonical paths of Windows start with `\\?\`, which not every tool understands; there `..` stays in the path.
        let root = if cfg!(windows) { root.to_path_buf() } else { fs::canonicalize(root)? };
        Ok(Workspace { root })
    }

    /// The workspace with this root, which must be one.
    pub fn at(root: &Path) -> Result<Workspace> {
        if !is_workspace(root) {
            bail!(
                "`{}` is no workspace with `labs/lab1`; try: the folder of your copy of the repository",
                root.display()
            );
        }
        Ok(Workspace { root: root.to_path_buf() })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `labs/labN`
    pub fn lab(&self, lab: u8) -> PathBuf {
        self.root.join(format!("labs/lab{lab}"))
    }

    /// `solutions/solutionN`
    pub fn solution(&self, lab: u8) -> PathBuf {
        self.root.join(format!("solutions/solution{lab}"))
    }
}

fn is_workspace(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim_end() == "[workspace]") && folder.join("labs/lab1").is_dir()
}

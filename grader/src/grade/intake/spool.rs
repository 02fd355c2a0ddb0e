//! The folder of ours that files are copied to, under neutral names. Every file is made here, byte for byte from what was
//! read, with our own mode and the time of now.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::archive::{TooMuch, trouble};
use super::entry::{Pieces, Trouble};
use super::limits::Limits;

/// A file that was copied, and what it is called in the submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub pieces: Pieces,
    pub path: PathBuf,
    pub size: u64,
}

pub struct Spool {
    root: PathBuf,
    next: u64,
}

/// What is left of a submission's allowance.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    pub left: u64,
    pub file: u64,
}

/// What became of a copy.
#[derive(Debug, PartialEq, Eq)]
pub enum Copied {
    Done(Blob),
    /// It is larger than one file may be. Nothing of it is kept.
    TooLarge,
    /// The submission is larger than it may be.
    OverBudget,
}

impl Budget {
    pub fn new(limits: &Limits) -> Budget {
        Budget { left: limits.total, file: limits.file }
    }
}

impl Spool {
    pub fn new(root: &Path) -> Result<Spool> {
        make_folder(root)?;
        make_folder(&root.join("files"))?;
        Ok(Spool { root: root.to_path_buf(), next: 0 })
    }

    /// A path that nothing has yet.
    pub fn fresh(&mut self) -> PathBuf {
        self.next += 1;
        self.root.join("files").join(self.next.to_string())
    }

    /// Copies bytes as they come; a header's word on how many there are decides nothing but what is not begun.
    pub fn copy(
        &mut self,
        pieces: Pieces,
        told: u64,
        from: &mut dyn Read,
        budget: &mut Budget,
    ) -> Result<Copied, Trouble> {
        if told > budget.file {
            return Ok(Copied::TooLarge);
        }
        if told > budget.left {
            return Ok(Copied::OverBudget);
        }
        let path = self.fresh();
        let mut file = create(&path)?;
        let most = budget.left.min(budget.file);
        let mut size = 0;
        let mut buf = vec![0; 64 * 1024];
        let copied = loop {
            match from.read(&mut buf) {
                Ok(0) => break Ok(true),
                Ok(got) => size += got as u64,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => break Err(error),
            }
            if size > most {
                break Ok(false);
            }
            let got = (size - file.written) as usize;
            file.write(&buf[..got])?;
        };
        match copied {
            Ok(true) => {}
            Ok(false) | Err(_) => {
                fs::remove_file(&path).with_context(|| format!("cannot remove `{}`", path.display()))?
            }
        }
        match copied {
            Ok(true) => {
                budget.left -= size;
                Ok(Copied::Done(Blob { pieces, path, size }))
            }
            Ok(false) if most == budget.left => Ok(Copied::OverBudget),
            Ok(false) => Ok(Copied::TooLarge),
            Err(error) if error.get_ref().is_some_and(|inner| inner.is::<TooMuch>()) => {
                Err(Trouble::Bad(TooMuch.to_string()))
            }
            Err(error) => {
                let sentence = format!("`{}` in it is damaged; try: pack and upload it again", pieces.join("/"));
                Err(trouble(error, &sentence))
            }
        }
    }

    /// Gives a copied file its place below the root.
    pub fn place(&self, blob: &Blob, to: &Path) -> Result<()> {
        let to = self.root.join(to);
        let cannot = || format!("cannot move a file to `{}`", to.display());
        for folder in to.parent().into_iter() {
            make_folder(folder)?;
        }
        // Unlike `rename`, this does not write over what is there.
        fs::hard_link(&blob.path, &to).with_context(cannot)?;
        fs::remove_file(&blob.path).with_context(cannot)
    }

    pub fn hash(&self, blob: &Blob, hash: &mut Sha256) -> Result<()> {
        let cannot = || format!("cannot read `{}`", blob.path.display());
        let mut file = File::open(&blob.path).with_context(cannot)?;
        let mut buf = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buf).with_context(cannot)? {
                0 => return Ok(()),
                got => hash.update(&buf[..got]),
            }
        }
    }

    pub fn drop(&self, blob: &Blob) -> Result<()> {
        match fs::remove_file(&blob.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove `{}`", blob.path.display()))
            }
            _ => Ok(()),
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Removes what was copied and not placed.
    pub fn close(self) -> Result<()> {
        let files = self.root.join("files");
        fs::remove_dir_all(&files).with_context(|| format!("cannot remove `{}`", files.display()))
    }
}

struct Made {
    file: File,
    path: PathBuf,
    written: u64,
}

impl Made {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes).with_context(|| format!("cannot write `{}`", self.path.display()))
    }
}

fn create(path: &Path) -> Result<Made> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = made.with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(Made { file, path: path.to_path_buf(), written: 0 })
}

fn make_folder(path: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| format!("cannot make the folder `{}`", path.display()))
}

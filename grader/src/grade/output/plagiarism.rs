//! What JPlag and Dolos read: the students' own files, under pseudonyms, with the stubs as the code that all share.
//!
//! Neither tool comes with the grader (JPlag is GPL and needs Java, Dolos needs Node); the folder says how to call them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::share::{Key, share};
use crate::grade::model::{Class, Row, Status};

/// The student-owned files of a submission by its id: path and content.
pub type Files<'a> = &'a dyn Fn(&str) -> Vec<(String, Vec<u8>)>;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub submissions: usize,
    pub files: usize,
    /// Ids without any file, and paths that could not stand in a folder of their own.
    pub left_out: Vec<String>,
    /// Who is who; for the teacher alone, so it is not in the folder.
    pub key: Key,
}

/// For JPlag: `submissions/PSEUDONYM/...` and `base/...`.
pub fn jplag(class: &Class, folder: &Path, secret: &str, files: Files, stubs: &[(String, Vec<u8>)]) -> Result<Written> {
    let mut written = lay_out(class, folder, secret, files)?;
    for (path, content) in stubs {
        written.files += usize::from(put(&folder.join("base"), path, content)?);
    }
    write(&folder.join("README.md"), include_str!("templates/jplag.md").as_bytes())?;
    Ok(written)
}

/// For Dolos: `info.csv` beside `submissions/PSEUDONYM/...`, and `base/...`.
pub fn dolos(class: &Class, folder: &Path, secret: &str, files: Files, stubs: &[(String, Vec<u8>)]) -> Result<Written> {
    let mut written = lay_out(class, folder, secret, files)?;
    let mut info = csv::Writer::from_writer(Vec::new());
    info.write_record(["filename", "label", "full_name", "created_at"])?;
    for row in ordered(class, &written.key) {
        let Some(pseudonym) = written.key.pseudonym(&row.record.identity.id) else { continue };
        let received = row.record.identity.received.as_deref().unwrap_or("");
        for (path, _) in files(&row.record.identity.id) {
            let Some(path) = inside(&path) else { continue };
            let path = format!("submissions/{pseudonym}/{path}");
            info.write_record([path.as_str(), pseudonym, pseudonym, &super::clean::cell(received)])?;
        }
    }
    write(&folder.join("info.csv"), &info.into_inner().context("cannot write info.csv")?)?;
    for (path, content) in stubs {
        written.files += usize::from(put(&folder.join("base"), path, content)?);
    }
    write(&folder.join("README.md"), include_str!("templates/dolos.md").as_bytes())?;
    Ok(written)
}

/// In the order of pseudonyms: that of the class follows the names.
fn ordered<'a>(class: &'a Class, key: &Key) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = class.rows.iter().filter(|row| row.record.status != Status::Absent).collect();
    rows.sort_by_key(|row| key.pseudonym(&row.record.identity.id).map(ToString::to_string));
    rows
}

fn lay_out(class: &Class, folder: &Path, secret: &str, files: Files) -> Result<Written> {
    let (_, key) = share(class, secret)?;
    let mut written = Written { key, ..Written::default() };
    for row in ordered(class, &written.key.clone()) {
        let id = &row.record.identity.id;
        let Some(pseudonym) = written.key.pseudonym(id).map(ToString::to_string) else { continue };
        let mut any = false;
        for (path, content) in files(id) {
            if put(&folder.join("submissions").join(&pseudonym), &path, &content)? {
                written.files += 1;
                any = true;
            } else {
                written.left_out.push(format!("{id}: `{}`", super::clean::line(&path, 80)));
            }
        }
        written.submissions += usize::from(any);
        if !any {
            written.left_out.push(format!("{id}: no files"));
        }
    }
    Ok(written)
}

/// Writes a file below `folder`; says whether its path is one that stays there.
fn put(folder: &Path, path: &str, content: &[u8]) -> Result<bool> {
    let Some(path) = inside(path) else { return Ok(false) };
    write(&folder.join(path), content)?;
    Ok(true)
}

/// A relative path of plain names, with `/`.
fn inside(path: &str) -> Option<String> {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let safe = !path.is_empty() && !path.chars().any(|c| c.is_control() || c == '\\');
    (plain && safe).then(|| path.trim_end_matches('/').to_string())
}

fn write(path: &PathBuf, content: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write `{}`", path.display()))
}

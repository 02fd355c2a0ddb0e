//! The students' files of a class that was merged: parts keep none, and the submissions are where they were.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::Session;
use crate::grade::intake;
use crate::grade::store;

impl Session {
    /// Sees to it that the files are there which a program is built from again. Where they are not, the download is read
    /// once more, from where it was; taken is only what has the same contents as what was graded.
    pub fn bring_files(&mut self) -> Result<()> {
        let files = self.out.join("files");
        let there = |path: &Path| files.join(path).join("src/lib.rs").exists();
        let mut labs = self.listing.submissions.iter().flat_map(|found| found.labs.values());
        if labs.all(|path| there(path)) {
            return Ok(());
        }
        let (out, from) = (self.out.display().to_string(), self.listing.from.clone());
        let again =
            format!("try: cargo grade SUBMISSIONS --out {out}, which brings them back and judges nothing again");
        ensure!(
            Path::new(&from).exists(),
            "the students' files are not in `{out}`, for it was merged from parts, and there is no `{from}` here; {again}"
        );
        fs::create_dir_all(&files).with_context(|| format!("cannot make `{}`", files.display()))?;
        let part = store::part_folder(&self.out)?;
        let fresh = part.path().join("files");
        let taken = intake::intake(Path::new(&from), &self.asked(None), &fresh)?;
        for found in self.listing.submissions.iter_mut().filter(|found| !found.labs.is_empty()) {
            let Some(same) = taken.found.iter().find(|one| one.content == found.content) else {
                bail!("what `{}` handed in is not in `{from}` any more, or was changed; {again}", found.identity.id)
            };
            let below = |path: &Path| path.strip_prefix(&fresh).unwrap_or(path).to_path_buf();
            found.labs = same.labs.iter().map(|(lab, path)| (*lab, below(path))).collect();
        }
        self.place(&fresh, &files)?;
        self.save()
    }
}

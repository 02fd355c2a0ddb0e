//! The manifest that `cargo lab submit` puts into a zip: which receipt it is, and whether the files are those that were packed.
//!
//! Nothing in it is trusted, and nothing depends on it: who changes it changes a line that is shown.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::entry::plain;
use super::identity;
use super::spool::{Blob, Spool};
use super::work::Work;
use crate::workbook::submit::manifest::{self, Manifest};
use crate::workbook::version;

/// Somebody who hands in each lab in a zip of its own has one for each.
const MOST: usize = 8;
/// So many differences are told; and so many characters of each.
const TOLD: usize = 3;
const LETTERS: usize = 120;

#[derive(Debug)]
pub struct Receipt {
    number: String,
    differences: Vec<String>,
    /// The pack, where it is not of this grader's version.
    other_pack: Option<String>,
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let as_packed = if self.differences.is_empty() { "as packed" } else { "NOT as packed" };
        write!(f, "{} ({as_packed})", self.number)
    }
}

impl Receipt {
    /// What a teacher should know of it.
    pub fn note(&self, id: &str) -> Option<String> {
        let mut told = Vec::new();
        if !self.differences.is_empty() {
            told.push(format!("not as packed: {}", self.differences.join(", ")));
        }
        if let Some(pack) = &self.other_pack {
            told.push(format!("made with pack {pack}, and this grader is {}", version::GRADER));
        }
        (!told.is_empty()).then(|| format!("{id}, receipt {}: {}", self.number, told.join("; ")))
    }
}

/// Takes the manifests out of a submission's files. What is called so and is none stays, as any other file.
pub fn take(spool: &Spool, blobs: &mut Vec<Blob>, work: &mut Work) -> Result<Vec<Receipt>> {
    let named = |blob: &Blob| blob.pieces.last().is_some_and(|last| last == manifest::NAME);
    let (found, others): (Vec<Blob>, Vec<Blob>) = std::mem::take(blobs).into_iter().partition(named);
    *blobs = others;
    let mut receipts = Vec::new();
    for blob in found {
        match read(&blob)? {
            Some((bytes, manifest)) if receipts.len() < MOST => {
                let base = &blob.pieces[..blob.pieces.len() - 1];
                receipts.push(held_against(spool, &bytes, &manifest, base, blobs)?);
            }
            _ => work.ignore(&blob.pieces, "it is no manifest of `cargo lab submit`, or damaged; that costs nothing"),
        }
    }
    Ok(receipts)
}

fn read(blob: &Blob) -> Result<Option<(Vec<u8>, Manifest)>> {
    if blob.size > manifest::LARGEST {
        return Ok(None);
    }
    let bytes = fs::read(&blob.path).with_context(|| format!("cannot read `{}`", blob.path.display()))?;
    Ok(Manifest::parse(&bytes).map(|manifest| (bytes, manifest)))
}

fn held_against(spool: &Spool, bytes: &[u8], manifest: &Manifest, base: &[String], blobs: &[Blob]) -> Result<Receipt> {
    let mut hashes = BTreeMap::new();
    for blob in blobs {
        if let Some(below) = blob.pieces.strip_prefix(base) {
            let mut hash = Sha256::new();
            spool.hash(blob, &mut hash)?;
            hashes.insert(below.join("/"), identity::hex(&hash.finalize()));
        }
    }
    let all = manifest.differences(|path| hashes.get(path).cloned());
    let short = |told: &str| plain(told).chars().take(LETTERS).collect::<String>();
    let mut differences: Vec<String> = all.iter().take(TOLD).map(|told| short(told)).collect();
    if all.len() > TOLD {
        differences.push(format!("and {} more", all.len() - TOLD));
    }
    let order = version::compare(&manifest.pack, version::GRADER);
    let other_pack = order.filter(|order| *order != Ordering::Equal).map(|_| short(&manifest.pack));
    Ok(Receipt { number: manifest::number(bytes), differences, other_pack })
}

//! What a platform let a teacher download becomes submissions: who, when, and which files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::model::{Identity, Status};

/// A submission as it was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub identity: Identity,
    pub attempt: u32,
    pub labs: BTreeMap<u8, PathBuf>,
    pub status: Option<(Status, String)>,
    pub ignored: Vec<(String, String)>,
    pub content: String,
    pub others: Vec<String>,
}

//! A student pack, made for one test.

use std::path::PathBuf;

use grader::build::Workspace;
use grader::grade::pack::pack;
use tempfile::TempDir;

pub struct Pack {
    _folder: TempDir,
    pub root: PathBuf,
}

impl Pack {
    pub fn new(vendor: bool) -> Pack {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("loopback");
        pack(&Workspace::find().unwrap(), &root, vendor).unwrap();
        Pack { _folder: folder, root }
    }
}

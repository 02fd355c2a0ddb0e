//! A student's copy of the workspace, and what is written into it.

use std::fs;
use std::path::{Path, PathBuf};

use grader::build::{Workspace, put_back};
use grader::labs;
use tempfile::TempDir;

/// The labs as they are handed out, in a folder of their own.
pub struct Copy {
    pub folder: TempDir,
}

impl Copy {
    pub fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
        let ours = Workspace::find().unwrap();
        for number in 1..=5 {
            let to = folder.path().join(format!("labs/lab{number}/src"));
            fs::create_dir_all(&to).unwrap();
            for file in fs::read_dir(ours.lab(number).join("src")).unwrap().flatten() {
                fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
        }
        Copy { folder }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn src(&self, lab: u8) -> PathBuf {
        self.root().join(format!("labs/lab{lab}/src"))
    }

    pub fn lib_rs(&self, lab: u8) -> PathBuf {
        self.src(lab).join("lib.rs")
    }

    /// As vim and most editors save: a new file is renamed over the old one.
    pub fn save(&self, lab: u8, text: &str) {
        let part = self.src(lab).join("lib.rs.new");
        fs::write(&part, text).unwrap();
        fs::rename(part, self.lib_rs(lab)).unwrap();
    }
}

pub fn solution(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().solution(lab).join("src/lib.rs")).unwrap()
}

pub fn stubs(lab: u8) -> String {
    fs::read_to_string(Workspace::find().unwrap().lab(lab).join("src/lib.rs")).unwrap()
}

/// The solution of lab 1 with only its first functions written.
pub fn written(functions: usize) -> String {
    put_back(&solution(1), &stubs(1), &labs::LABS[0].stubs[functions..]).unwrap()
}

/// Lab 1 with one mistake: the whole buffer goes back.
pub fn extra_bytes() -> String {
    solution(1).replace("write_all(&buf[..n])", "write_all(buf)")
}

//! `cargo lab predict` and `cargo lab tour`, as a student uses them: with a terminal and without one.

mod predictions;
mod scenes;
#[cfg(target_os = "linux")]
mod terminal;
mod tour;

use std::fs;
use std::time::Duration;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use grader::build::Workspace;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
/// What a screen holds.
pub const SCREEN: usize = 24;

/// A student's copy with the labs' own files, so that nothing is remembered in this repository.
pub fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
    let from = Workspace::find().unwrap().lab(1).join("src");
    let to = folder.path().join("labs/lab1/src");
    fs::create_dir_all(&to).unwrap();
    for file in fs::read_dir(from).unwrap().flatten() {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    folder
}

pub fn lab(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(args).current_dir(folder.path()).timeout(LIMIT);
    command
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// The scenes of what was printed, each from its title on.
pub fn scenes(text: &str) -> Vec<Vec<&str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        if line.starts_with("lab ") && line.contains(", scene ") {
            all.push(Vec::new());
        }
        if let Some(scene) = all.last_mut() {
            scene.push(line);
        }
    }
    all
}

/// The line of a scene that starts like this.
pub fn line<'a>(scene: &[&'a str], start: &str) -> &'a str {
    scene.iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no `{start}` in {scene:#?}"))
}

//! As root and as anybody else, with bubblewrap: the same command, the same marks.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;

use grader::build::{Toolchain, Workspace};

use super::class::{Class, can_mount, stdout};
use crate::common::skipped;

const MARKS: [(&str, &str); 2] = [("ada", "100.00"), ("di", "0.00")];
/// `nobody`, on most systems.
const USER: u32 = 65_534;

#[test]
fn as_whoever_runs_the_tests() {
    let class = Class::of_four();
    if grader::grade::sandbox::bubblewrap().is_err() {
        return skipped("bubblewrap is not installed");
    }
    let mut command = class.command(&[]);
    command.arg(class.path("in")).arg("--course").arg(class.path("course.toml"));
    let said = stdout(&command.arg("--out").arg(class.path("graded")).assert().success());
    assert!(!said.contains("!!"), "no banner: {said}");
    let marks = class.column("final");
    MARKS.iter().for_each(|(id, mark)| assert_eq!(marks[*id], *mark));
    assert!(class.column("sandbox").into_values().all(|tier| tier == "bwrap"));
    assert_eq!(fs::metadata(class.path("graded")).unwrap().permissions().mode() & 0o777, 0o700);
}

/// Root becomes somebody else, who can read the workspace, the program and the compiler, and nothing of root's.
#[test]
fn as_an_ordinary_user() {
    if !rustix::process::geteuid().is_root() {
        return skipped(
            "only root can become somebody else; the test beside this one has just run as an ordinary user",
        );
    }
    if grader::grade::sandbox::bubblewrap().is_err() {
        return skipped("bubblewrap is not installed");
    }
    if !can_mount() {
        return;
    }
    let class = Class::of_four();
    class.open(0o755);
    let grade = class.path("grade");
    // Not by this process: what it has open for writing, a process of another test can inherit, and then it is "busy".
    assert!(Command::new("cp").arg(env!("CARGO_BIN_EXE_grade")).arg(&grade).status().unwrap().success());
    // The grader looks for it beside itself.
    let anyhow = Toolchain::find().unwrap().anyhow().unwrap();
    fs::copy(&anyhow, class.path(anyhow.file_name().unwrap().to_str().unwrap())).unwrap();
    for folder in ["rust", "ours", "graded"] {
        fs::create_dir(class.path(folder)).unwrap();
    }
    for folder in ["graded", "tmp"] {
        chown(class.path(folder), Some(USER), Some(USER)).unwrap();
    }
    let toolchain = Toolchain::find().unwrap();
    let sysroot = toolchain.rustc.parent().unwrap().parent().unwrap();
    let ours = Workspace::find().unwrap();
    let script = "mount --bind \"$1\" \"$3/rust\" && mount --bind \"$2\" \"$3/ours\" && cd \"$3/ours\" && \
                  exec setpriv --reuid \"$4\" --regid \"$4\" --clear-groups -- \"$3/grade\" \"$3/in\" \
                  --course \"$3/course.toml\" --out \"$3/graded\"";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c", script, "sh"])
        .args([sysroot, ours.root(), class.folder.path()])
        .arg(USER.to_string());
    command
        .env("RUSTC", class.path("rust/bin/rustc"))
        .env_remove("CARGO")
        .env("TMPDIR", class.path("tmp"))
        .env("HOME", "/");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    let marks = class.column("final");
    MARKS.iter().for_each(|(id, mark)| assert_eq!(marks[*id], *mark, "{said}"));
    assert_eq!(fs::metadata(class.path("graded/results/ada.json")).unwrap().uid(), USER);
}

//! What a killed grader left running.
//!
//! Everything that is started dies with whoever started it, with one exception: bubblewrap's first process inside waits
//! for a word of the one outside, and when that is killed before it has spoken, it waits for ever (its
//! `--die-with-parent` holds from a moment later on). Nothing of a student runs in it, but it is a process that nobody
//! ends. So the next grader does.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::sandbox::{ALL_USERS, FIRST_USER};

/// The folder of one grader, in the command line of each bubblewrap that it starts; see `build::temporary`.
const STAGES: &str = "loopback-stages-";

/// Ends them. Returns how many there were.
pub fn end() -> usize {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(|pid| end_one(*pid).is_some()).count()
}

/// The descriptor comes first: it stays that process's, also when its number is given to another one.
fn end_one(number: i32) -> Option<()> {
    let process = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty()).ok()?;
    let about = PathBuf::from(format!("/proc/{number}"));
    let is_orphan = is_ours(&about) && is_alone(&about) && nobody_uses(&stages(&command_line(&about))?);
    is_orphan.then(|| pidfd_send_signal(process, Signal::KILL).ok())?
}

fn is_ours(about: &Path) -> bool {
    let Ok(found) = fs::metadata(about) else { return false };
    let me = rustix::process::geteuid();
    let job = me.is_root() && (FIRST_USER..FIRST_USER + ALL_USERS).contains(&found.uid());
    (found.uid() == me.as_raw() || job) && name(about) == "bwrap"
}

/// Its parent is neither the bubblewrap outside nor a judge.
fn is_alone(about: &Path) -> bool {
    let stat = fs::read_to_string(about.join("stat")).unwrap_or_default();
    // Behind the name, which may hold anything: the state, then the parent.
    let fields = stat.rsplit_once(") ").map(|(_, rest)| rest).unwrap_or_default();
    let Some(parent) = fields.split(' ').nth(1).and_then(|text| text.parse::<u32>().ok()) else { return false };
    let parent = PathBuf::from(format!("/proc/{parent}"));
    name(&parent) != "bwrap" && !command_line(&parent).windows(6).any(|part| part == b"\0jail\0")
}

fn name(about: &Path) -> String {
    fs::read_to_string(about.join("comm")).unwrap_or_default().trim().to_string()
}

fn command_line(about: &Path) -> Vec<u8> {
    fs::read(about.join("cmdline")).unwrap_or_default()
}

/// The folder of the grader that started it.
fn stages(command_line: &[u8]) -> Option<PathBuf> {
    command_line.split(|byte| *byte == 0).find_map(|word| {
        let path = Path::new(OsStr::from_bytes(word));
        let is_stages =
            |folder: &&Path| folder.file_name().is_some_and(|name| name.as_bytes().starts_with(STAGES.as_bytes()));
        path.ancestors().find(is_stages).map(Path::to_path_buf)
    })
}

/// A grader that lives holds a lock in its folder.
fn nobody_uses(stages: &Path) -> bool {
    match File::open(stages.join("in-use")) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

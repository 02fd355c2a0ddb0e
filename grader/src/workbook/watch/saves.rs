//! Notices saves, however an editor makes them: in place, by renaming a new file over the old one, several files at once.
//!
//! The system says that something has changed; what has, is found by looking: a list of the student's files with their
//! times and lengths is compared with the one before. So backup copies, swap files and our own reads are no saves, and
//! a folder that tells nothing (a network folder, Windows' files seen from WSL) can be looked at again and again instead.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher};

use super::Event;
use crate::build::Workspace;
use crate::texts::say;

/// An editor that writes several files, or one in several steps, does so within this time of quiet ...
const QUIET: Duration = Duration::from_millis(20);
/// ... and is not waited for longer than this.
const LONGEST: Duration = Duration::from_millis(60);
/// An editor may move the old file away before it writes the new one.
const AWAY: Duration = Duration::from_millis(300);
/// How often a folder that tells nothing is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// What a file was like when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
}

/// The student's files, by their path from the root of the workspace.
type Files = BTreeMap<String, Stamp>;

/// The files of some labs.
#[derive(Clone, Debug)]
pub struct Watched {
    root: PathBuf,
    labs: Vec<u8>,
}

/// How saves are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// The system tells.
    Events,
    /// By looking; and why.
    Looks(String),
}

impl Watched {
    pub fn new(workspace: &Workspace, labs: &[u8]) -> Watched {
        Watched { root: workspace.root().to_path_buf(), labs: labs.to_vec() }
    }

    /// Begins to watch, on a thread of its own. A save after this is not missed.
    pub fn begin(self, looks: bool, events: Sender<Event>) -> Means {
        let before = self.files();
        let folder = self.root.join("labs");
        let why = if looks { Some("--poll".to_string()) } else { tells_nothing(&folder) };
        let (send, changes) = channel();
        let watcher = match why {
            Some(why) => Err(why),
            None => watch(&folder, send).map_err(|error| say!("cargo-lab/watch/the_system_does_not_tell", error)),
        };
        let means = watcher.as_ref().err().map_or(Means::Events, |why| Means::Looks(why.clone()));
        std::thread::spawn(move || {
            // It watches as long as it is there.
            let watcher = watcher.ok();
            let wait = if watcher.is_some() { None } else { Some(LOOK) };
            self.follow(before, &changes, wait, &events);
        });
        means
    }

    /// Until nobody wants to know any more.
    fn follow(&self, mut before: Files, changes: &Receiver<()>, wait: Option<Duration>, events: &Sender<Event>) {
        while next_change(changes, wait) {
            settle(changes, QUIET, LONGEST);
            let mut now = self.files();
            if self.gone(&before, &now).next().is_some() {
                // Only what is still not there after a while is gone.
                let give_up = Instant::now() + AWAY;
                while self.gone(&before, &now).next().is_some() && Instant::now() < give_up {
                    settle(changes, QUIET, QUIET);
                    now = self.files();
                }
            }
            if now == before {
                continue;
            }
            let event = Event::Files(self.difference(&before, &now));
            before = now;
            if events.send(event).is_err() {
                return;
            }
        }
    }

    fn gone<'a>(&self, before: &'a Files, now: &'a Files) -> impl Iterator<Item = &'a String> {
        before.keys().filter(|name| !now.contains_key(*name))
    }

    fn difference(&self, before: &Files, now: &Files) -> Changed {
        let saved = now.iter().filter(|(name, stamp)| before.get(*name) != Some(stamp));
        Changed {
            saved: saved.map(|(name, _)| name.clone()).collect(),
            gone: self.gone(before, now).cloned().collect(),
        }
    }

    fn files(&self) -> Files {
        let mut files = Files::new();
        for lab in &self.labs {
            let name = format!("labs/lab{lab}/src");
            look(&self.root.join(&name), &name, 0, &mut files);
        }
        files
    }
}

/// What happened to the student's files, by their path from the root of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    pub saved: Vec<String>,
    pub gone: Vec<String>,
}

impl Changed {
    /// The labs that it is about.
    pub fn labs(&self) -> Vec<u8> {
        let digit = |name: &String| name.strip_prefix("labs/lab")?.chars().next()?.to_digit(10);
        let mut labs: Vec<u8> = self.saved.iter().chain(&self.gone).filter_map(digit).map(|lab| lab as u8).collect();
        labs.sort_unstable();
        labs.dedup();
        labs
    }
}

/// Has the system ring at every change in the folder, and in those in it, also in new ones.
fn watch(folder: &Path, changes: Sender<()>) -> notify::Result<notify::RecommendedWatcher> {
    let told = move |event: notify::Result<notify::Event>| {
        let only_read = |kind: &EventKind| match kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
            EventKind::Access(_) => true,
            _ => false,
        };
        if !event.is_ok_and(|event| only_read(&event.kind)) {
            let _ = changes.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(told)?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Waits for a change, or for the time of the next look. Says no when there will be none any more.
fn next_change(changes: &Receiver<()>, wait: Option<Duration>) -> bool {
    match wait {
        None => changes.recv().is_ok(),
        Some(wait) => {
            std::thread::sleep(wait);
            true
        }
    }
}

/// Waits until nothing has changed for a while.
fn settle(changes: &Receiver<()>, quiet: Duration, longest: Duration) {
    let end = Instant::now() + longest;
    loop {
        let rest = end.saturating_duration_since(Instant::now()).min(quiet);
        match changes.recv_timeout(rest) {
            Ok(()) if !rest.is_zero() => {}
            Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(rest),
            _ => return,
        }
    }
}

/// Rust files; the names of editors' own files start with a dot or end otherwise.
fn look(folder: &Path, shown: &str, depth: u8, files: &mut Files) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(found) = fs::metadata(entry.path()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        let shown = format!("{shown}/{name}");
        if found.is_dir() && depth < 8 {
            look(&entry.path(), &shown, depth + 1, files);
        } else if found.is_file() && name.ends_with(".rs") {
            files.insert(shown, Stamp { modified: found.modified().ok(), len: found.len() });
        }
    }
}

/// Kinds of file systems whose changes may be made by another machine, of which the kernel does not tell.
const SILENT: &[&str] =
    &["9p", "drvfs", "nfs", "nfs4", "cifs", "smb3", "smbfs", "vboxsf", "fuse.sshfs", "fuse.vmhgfs-fuse"];

/// Why changes in a folder are not told, if so.
fn tells_nothing(folder: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let kind = kind_of(&mounts, folder)?;
    SILENT.contains(&kind.as_str()).then(|| say!("cargo-lab/watch/a_folder_of_the_kind_does", kind))
}

/// The kind of the file system with the longest mount point above the folder; of two, the later one is on top.
fn kind_of(mounts: &str, folder: &Path) -> Option<String> {
    let parsed = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (point, kind) = (fields.nth(1)?, fields.next()?);
        Some((point.replace("\\040", " "), kind))
    });
    let above = parsed.filter(|(point, _)| folder.starts_with(point));
    above.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_says_what_kind_of_folder_it_is() {
        let mounts = "/dev/sda / ext4 rw 0 0\nC:\\134 /mnt/c 9p rw 0 0\nnone /mnt/c/my\\040files tmpfs rw 0 0\n";
        let kind = |path: &str| kind_of(mounts, Path::new(path)).unwrap();
        assert_eq!(kind("/home/ada"), "ext4");
        assert_eq!(kind("/mnt/c/loopback/labs"), "9p");
        assert_eq!(kind("/mnt/c/my files/labs"), "tmpfs");
        assert_eq!(kind("/mnt/cc"), "ext4");
    }

    #[test]
    fn a_change_names_its_labs() {
        let changed = Changed { saved: vec!["labs/lab2/src/lib.rs".into()], gone: vec!["labs/lab1/src/a.rs".into()] };
        assert_eq!(changed.labs(), [1, 2]);
    }
}

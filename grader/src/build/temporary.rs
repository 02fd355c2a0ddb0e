//! Where stages live: one folder for each process of the grader, among the system's temporary files.
//!
//! A process that is killed cannot clean up after itself. It holds a lock on a file in its folder, and the kernel lets
//! that go with the process, however it ended: so the next one knows which folders nobody uses any more.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

const PREFIX: &str = "loopback-stages-";
const LOCK: &str = "in-use";
/// A folder without a lock is being made at this moment, unless it is as old as this.
const LONG_AGO: Duration = Duration::from_secs(3600);

/// What the compiler remembers of its last run, in a folder that is used again.
const INCREMENTAL: &str = "incremental";
pub(super) const INCREMENTAL_ARG: &str = "incremental=incremental";

/// A fresh folder, which goes when this is dropped. Fields are dropped in this order.
#[derive(Debug)]
pub struct Folder {
    /// Always there, until it is given back.
    folder: Option<TempDir>,
    /// The lab that may use it again.
    lab: Option<u8>,
    home: Arc<Home>,
}

/// This process's folder, which goes with the last of those in it.
#[derive(Debug)]
struct Home {
    _lock: File,
    /// Folders that nobody uses now, each with the lab that was built there.
    free: Mutex<Vec<(u8, TempDir)>>,
    folder: TempDir,
}

static HOME: Mutex<Weak<Home>> = Mutex::new(Weak::new());

impl Folder {
    pub fn new() -> Result<Folder> {
        Folder::in_home(None)
    }

    /// One in which this lab was built before, empty but for what the compiler remembers; a fresh one if there is none.
    pub(super) fn again(lab: u8) -> Result<Folder> {
        Folder::in_home(Some(lab))
    }

    fn in_home(lab: Option<u8>) -> Result<Folder> {
        let cannot = "cannot make a temporary folder";
        let home = home().context(cannot)?;
        let used = lab.and_then(|lab| {
            let mut free = home.free.lock().unwrap_or_else(PoisonError::into_inner);
            let place = free.iter().position(|(of, _)| *of == lab)?;
            Some(free.swap_remove(place).1)
        });
        let folder = match used {
            Some(folder) => folder,
            None => tempfile::Builder::new().prefix("stage-").tempdir_in(home.folder.path()).context(cannot)?,
        };
        Ok(Folder { folder: Some(folder), lab, home })
    }

    pub fn path(&self) -> &Path {
        self.folder.as_ref().expect("it is there until it is dropped").path()
    }

    /// Lets other users in, to read what they can name: a sandbox runs as one.
    #[cfg(unix)]
    pub fn show(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let cannot = "cannot change a temporary folder";
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).context(cannot);
        mode(self.home.folder.path(), 0o711)?;
        mode(self.path(), 0o755)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let (Some(folder), Some(lab)) = (self.folder.take(), self.lab) else { return };
        if emptied(folder.path()).is_ok() {
            self.home.free.lock().unwrap_or_else(PoisonError::into_inner).push((lab, folder));
        }
    }
}

/// Removes all but what the compiler remembers.
fn emptied(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == INCREMENTAL {
            continue;
        }
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// Removes all that this process has built, for an end that drops nothing (`std::process::exit`).
pub fn forget_all() {
    if let Some(home) = HOME.lock().unwrap_or_else(PoisonError::into_inner).upgrade() {
        let _ = fs::remove_dir_all(home.folder.path());
    }
}

fn home() -> io::Result<Arc<Home>> {
    static CLEANED: Once = Once::new();
    CLEANED.call_once(|| remove_stale(&std::env::temp_dir()));
    let mut known = HOME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(home) = known.upgrade() {
        return Ok(home);
    }
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
    // It gets its name when it is locked: whoever finds the name finds the lock.
    let unlocked = folder.path().join("new");
    let lock = File::create(&unlocked)?;
    lock.lock()?;
    fs::rename(unlocked, folder.path().join(LOCK))?;
    let home = Arc::new(Home { _lock: lock, free: Mutex::default(), folder });
    *known = Arc::downgrade(&home);
    Ok(home)
}

/// Removes the folders of processes that have ended without doing so.
fn remove_stale(temporary: &Path) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_stale(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_stale(folder: &Path) -> bool {
    let Ok(found) = fs::symlink_metadata(folder) else { return false };
    if !found.is_dir() || !is_mine(&found) {
        return false;
    }
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => found.modified().is_ok_and(|made| made.elapsed().is_ok_and(|age| age > LONG_AGO)),
    }
}

/// The folder for temporary files is everybody's: what another user has put there is not even opened.
#[cfg(unix)]
fn is_mine(found: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_mine(_found: &fs::Metadata) -> bool {
    true
}

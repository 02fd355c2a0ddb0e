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

/// A fresh folder, which goes when this is dropped. Fields are dropped in this order.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    #[cfg_attr(windows, expect(dead_code, reason = "it is kept for what its end does"))]
    home: Arc<Home>,
}

/// This process's folder, which goes with the last of those in it.
#[derive(Debug)]
struct Home {
    _lock: File,
    folder: TempDir,
}

static HOME: Mutex<Weak<Home>> = Mutex::new(Weak::new());

impl Folder {
    pub fn new() -> Result<Folder> {
        let cannot = "cannot make a temporary folder";
        let home = home().context(cannot)?;
        let folder = tempfile::Builder::new().prefix("stage-").tempdir_in(home.folder.path()).context(cannot)?;
        Ok(Folder { folder, home })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Lets other users in, to read what they can name: a sandbox runs as one.
    #[cfg(unix)]
    pub fn show(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let cannot = "cannot change a temporary folder";
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).context(cannot);
        mode(self.home.folder.path(), 0o711)?;
        mode(self.folder.path(), 0o755)
    }
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
    let home = Arc::new(Home { _lock: lock, folder });
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

//! That right programs have passed on a machine, kept for the other parts that it grades within the hour.
//!
//! Each machine has a file of its own, which nobody else reads: clocks that disagree do no harm. Parts that begin on one
//! machine at the same time wait for the first of them, instead of keeping the machine so busy that none passes. What
//! they wait for is a lock on a local file; in the folder of results there is none.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::OFlags;

use crate::grade::session::Passed;
use crate::grade::store;

/// The one of this machine, for what `of` names.
pub fn read(out: &Path, of: &str) -> Option<Passed> {
    serde_json::from_slice(&fs::read(path(out, of)).ok()?).ok().filter(|passed: &Passed| passed.of == of)
}

pub fn write(out: &Path, passed: &Passed) -> Result<()> {
    let path = path(out, &passed.of);
    fs::create_dir_all(out.join(super::FOLDER)).with_context(|| format!("cannot write `{}`", path.display()))?;
    store::write_whole(&path, &serde_json::to_vec(passed)?)
}

/// What did not pass is not remembered.
pub fn forget(out: &Path, of: &str) {
    let _ = fs::remove_file(path(out, of));
}

fn path(out: &Path, of: &str) -> PathBuf {
    out.join(super::FOLDER).join(format!("passed-{}.json", machine(of)))
}

/// This machine since it was started, and what is asked of it.
fn machine(of: &str) -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    store::key(&[("machine", &name), ("boot", &boot), ("of", of)])[..16].to_string()
}

/// Waits until no other part of this user looks at this machine. Held until it is dropped; nothing if there is no such
/// file to be had, for then all that is lost is time.
pub fn turn(of: &str) -> Option<File> {
    let user = rustix::process::geteuid().as_raw();
    let path = std::env::temp_dir().join(format!("loopback-preflight-{user}-{}", machine(of)));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    let lock = options.open(path).ok()?;
    // The folder is everybody's: another user's file could be locked for ever.
    lock.metadata().ok().filter(|found| found.is_file() && found.uid() == user)?;
    lock.lock().ok()?;
    Some(lock)
}

//! Where files go: this copy, the folder of temporary files, what tells that a file was saved.

use std::fs;
use std::path::Path;

use super::{Finding, SHORT, Test};
use crate::build::TemporaryFolder;
use crate::history::History;
use crate::remembered::FOLDER;

pub const TESTS: &[Test] = &[
    Test { id: "copy", limit: SHORT, means: MEMORY, run: copy },
    Test { id: "temporary", limit: SHORT, means: BUILD, run: |_| temporary() },
    Test { id: "watching", limit: SHORT, means: WATCH, run: watching },
];

const MEMORY: &str = "nothing is remembered between runs, and `submit` and `update` cannot write here";
const BUILD: &str = "no program can be built";
const WATCH: &str = "`cargo lab watch` looks for saved files itself, which takes a little longer";
/// A build of a lab takes 5 MB; several run at once.
const ROOM: u64 = 200 * 1024 * 1024;

fn copy(root: &Path) -> Finding {
    let folder = root.join(FOLDER);
    let file = folder.join(format!("doctor-{}", std::process::id()));
    let written =
        fs::create_dir_all(&folder).and_then(|()| fs::write(&file, "x")).and_then(|()| fs::remove_file(&file));
    if let Err(error) = written {
        let found = format!("cannot write into `{}`: {error}", folder.display());
        return Finding::note(found, MEMORY, "a copy of your own, in a folder that you may write to");
    }
    let (history, problem) = History::load(root);
    if let Some(problem) = problem {
        return Finding::note(problem, "what passed before is forgotten; nothing else is lost", "nothing");
    }
    match room(root) {
        Some(room) if room < ROOM => Finding::bad(
            format!("only {} MB are free in `{}`", room / 1_000_000, root.display()),
            "builds may fail half way",
            "make room: `cargo clean` gives back what was built",
        ),
        _ => Finding::ok(format!("{} results are remembered", history.all.len())),
    }
}

fn temporary() -> Finding {
    let place = std::env::temp_dir();
    let mend = "make room there, or set TMPDIR (Windows: TMP) to a folder of your own";
    let made = TemporaryFolder::new().and_then(|folder| Ok(fs::write(folder.path().join("x"), vec![b'x'; 1 << 20])?));
    match (made, room(&place)) {
        (Err(error), _) => Finding::bad(format!("cannot write into `{}`: {error:#}", place.display()), BUILD, mend),
        (Ok(()), Some(room)) if room < ROOM => {
            Finding::bad(format!("only {} MB are free in `{}`", room / 1_000_000, place.display()), BUILD, mend)
        }
        (Ok(()), _) => Finding::ok(format!("there is room in `{}`", place.display())),
    }
}

/// Bytes that this user may still write.
#[cfg(unix)]
fn room(place: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(place).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn room(_place: &Path) -> Option<u64> {
    None
}

/// Saves a file in this copy, and sees whether the kernel tells.
#[cfg(target_os = "linux")]
fn watching(root: &Path) -> Finding {
    let mend = "sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512; \
                keep the copy on a disk of Linux (with WSL not under /mnt/c)";
    let limit = |name: &str| fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).unwrap_or_default();
    if !root.join(FOLDER).is_dir() {
        return Finding::note("not tested: nothing can be saved in this copy", WATCH, "mend `copy`, above, first");
    }
    match saved(root) {
        Ok(true) => Finding::ok(format!(
            "the kernel tells when a file is saved ({} watches, {} programs)",
            limit("max_user_watches").trim(),
            limit("max_user_instances").trim()
        )),
        Ok(false) => Finding::note("a file was saved, and the kernel did not tell", WATCH, mend),
        Err(error) => Finding::note(format!("files cannot be watched: {error}"), WATCH, mend),
    }
}

#[cfg(target_os = "linux")]
fn saved(root: &Path) -> std::io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
    let folder = root.join(FOLDER);
    let watch = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
    add_watch(&watch, &folder, WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO)?;
    let file = folder.join(format!("doctor-watch-{}", std::process::id()));
    fs::write(&file, "x")?;
    fs::remove_file(&file)?;
    let most = Timespec { tv_sec: 2, tv_nsec: 0 };
    Ok(poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&most))? > 0)
}

#[cfg(not(target_os = "linux"))]
fn watching(_root: &Path) -> Finding {
    Finding::ok("this system tells when a file is saved; that is tested on Linux only")
}

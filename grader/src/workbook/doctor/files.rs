//! Where files go: this copy, the folder of temporary files, what tells that a file was saved.

use std::fs;
use std::path::Path;

use super::{Finding, SHORT, Test};
use crate::build::TemporaryFolder;
use crate::history::History;
use crate::remembered::FOLDER;
use crate::texts::say;

pub const TESTS: &[Test] = &[
    Test { id: "copy", limit: SHORT, means: means_memory, run: copy },
    Test { id: "temporary", limit: SHORT, means: means_build, run: |_| temporary() },
    Test { id: "watching", limit: SHORT, means: means_watch, run: watching },
];

fn means_memory() -> &'static str {
    say!("cargo-lab/doctor/means_memory")
}
fn means_build() -> &'static str {
    say!("cargo-lab/doctor/means_build")
}
fn means_watch() -> &'static str {
    say!("cargo-lab/doctor/means_watch")
}
/// A build of a lab takes 5 MB; several run at once.
const ROOM: u64 = 200 * 1024 * 1024;

fn copy(root: &Path) -> Finding {
    let folder = root.join(FOLDER);
    let file = folder.join(format!("doctor-{}", std::process::id()));
    let written =
        fs::create_dir_all(&folder).and_then(|()| fs::write(&file, "x")).and_then(|()| fs::remove_file(&file));
    if let Err(error) = written {
        let found = say!("cargo-lab/doctor/cannot_write_into", folder = folder.display(), error);
        return Finding::note(found, means_memory(), say!("cargo-lab/doctor/a_copy_of_your_own_in"));
    }
    let (history, problem) = History::load(root);
    if let Some(problem) = problem {
        return Finding::note(problem, say!("cargo-lab/doctor/what_passed_before_is_forgotten_nothing"), "nothing");
    }
    match room(root) {
        Some(room) if room < ROOM => Finding::bad(
            say!("cargo-lab/doctor/only_mb_are_free_in", room = room / 1_000_000, root = root.display()),
            say!("cargo-lab/doctor/builds_may_fail_half_way"),
            say!("cargo-lab/doctor/make_room_cargo_clean_gives_back"),
        ),
        _ => Finding::ok(say!("cargo-lab/doctor/results_are_remembered", count = history.all.len())),
    }
}

fn temporary() -> Finding {
    let place = std::env::temp_dir();
    let mend = say!("cargo-lab/doctor/make_room_there_or_set_tmpdir");
    let made = TemporaryFolder::new().and_then(|folder| Ok(fs::write(folder.path().join("x"), vec![b'x'; 1 << 20])?));
    match (made, room(&place)) {
        (Err(error), _) => Finding::bad(
            say!("cargo-lab/doctor/cannot_write_into", folder = place.display(), error = format_args!("{error:#}")),
            means_build(),
            mend,
        ),
        (Ok(()), Some(room)) if room < ROOM => Finding::bad(
            say!("cargo-lab/doctor/only_mb_are_free_in", room = room / 1_000_000, root = place.display()),
            means_build(),
            mend,
        ),
        (Ok(()), _) => Finding::ok(say!("cargo-lab/doctor/there_is_room_in", place = place.display())),
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
    let mend = say!("cargo-lab/doctor/sysctl_fs_inotify_max_user_watches");
    let limit = |name: &str| fs::read_to_string(format!("/proc/sys/fs/inotify/{name}")).unwrap_or_default();
    if !root.join(FOLDER).is_dir() {
        return Finding::note(
            say!("cargo-lab/doctor/not_tested_nothing_can_be_saved"),
            means_watch(),
            say!("cargo-lab/doctor/mend_copy_above_first"),
        );
    }
    match saved(root) {
        Ok(true) => Finding::ok(say!(
            "cargo-lab/doctor/the_kernel_tells_when_a_file",
            limit = limit("max_user_watches").trim(),
            limit2 = limit("max_user_instances").trim()
        )),
        Ok(false) => Finding::note(say!("cargo-lab/doctor/a_file_was_saved_and_the"), means_watch(), mend),
        Err(error) => Finding::note(say!("cargo-lab/doctor/files_cannot_be_watched", error), means_watch(), mend),
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
    Finding::ok(say!("cargo-lab/doctor/this_system_tells_when_a_file"))
}

//! User, mounts and network of one job: what a judge or a compiler becomes before it meets a student's file.
//!
//! Three system calls that only a process with a single thread may make, so this runs first in a process of its own
//! (`grade jail`). Root gives itself up here: bubblewrap is never started with the machine's user 0, since the kernel lets
//! such a process write to `/proc/sys` whatever its capabilities are.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use rustix::mount::{MountFlags, MountPropagationFlags, mount_bind, mount_change, mount_remount};
use rustix::process::{Gid, Resource, Rlimit, Uid, getgid, getrlimit, getuid, setrlimit};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use serde::{Deserialize, Serialize};

use super::watchman;
use super::{COMPILER_CPU, COMPILER_DATA, COMPILER_FILE, bwrap};

/// What a job is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Spec {
    /// Become this user and group. Root only.
    #[serde(default)]
    pub user: Option<u32>,
    /// Show these folders at other places, read-only. Root only: it is for folders that the job's user could not reach.
    #[serde(default)]
    pub mounts: Vec<(PathBuf, PathBuf)>,
    /// A network of its own, with nothing but loopback; and with it a user namespace.
    #[serde(default)]
    pub network: bool,
    /// The compiler's limits, which its linker inherits.
    #[serde(default)]
    pub limits: bool,
    /// This is a judge's watchman.
    #[serde(default)]
    pub watch: bool,
    /// What to run then, if it is not the judge.
    #[serde(default)]
    pub run: Vec<OsString>,
}

impl Spec {
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn parse(text: &str) -> Result<Spec> {
        serde_json::from_str(text).context("this is no description of a jail")
    }

    /// Becomes what the job is to be. To be called before there is a second thread.
    pub fn enter(&self) -> Result<()> {
        if self.watch {
            watchman::watch();
        }
        dies_with_its_parent()?;
        keep_descriptors_here()?;
        if !self.mounts.is_empty() {
            show(&self.mounts)?;
        }
        if let Some(user) = self.user {
            become_user(user).with_context(|| format!("cannot become user {user}"))?;
            // The signal is forgotten when the user changes.
            dies_with_its_parent()?;
        }
        if self.limits {
            compilers_limits().context("cannot set a limit")?;
        }
        if self.network {
            own_network()?;
            if self.run.is_empty() {
                watchman::start()?;
            }
        }
        Ok(())
    }

    /// Runs the command in place of this process.
    pub fn exec(&self) -> Result<()> {
        let (program, args) = self.run.split_first().context("nothing to run")?;
        let error = Command::new(program).args(args).exec();
        Err(error).with_context(|| format!("cannot run `{}`", Path::new(program).display()))
    }

    /// Whether all of it, and a bubblewrap in it, works here.
    pub fn probe(&self) -> Result<()> {
        self.enter()?;
        let output = bwrap::probe()?.output().context("cannot start bubblewrap")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", said.trim());
        Ok(())
    }
}

/// Set here, and not from outside: whoever limits a process that already runs may be too late for its children.
fn compilers_limits() -> Result<()> {
    let all = [(Resource::Data, COMPILER_DATA), (Resource::Fsize, COMPILER_FILE), (Resource::Cpu, COMPILER_CPU)];
    for (resource, most) in all {
        let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Whoever started the grader may have left descriptors open (a shell, a build tool, an editor): no program gets them.
fn keep_descriptors_here() -> Result<()> {
    for entry in fs::read_dir("/proc/self/fd").context("cannot list this process's descriptors")? {
        let name = entry?.file_name();
        let Some(fd) = name.to_str().and_then(|name| name.parse().ok()).filter(|fd| *fd > 2) else { continue };
        // SAFETY: it is borrowed for one call; one that is closed meanwhile, as that of this listing, gives an error.
        let fd = unsafe { rustix::fd::BorrowedFd::borrow_raw(fd) };
        let _ = rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::CLOEXEC);
    }
    Ok(())
}

fn dies_with_its_parent() -> Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

/// Mounts of our own, which nobody else sees.
fn show(mounts: &[(PathBuf, PathBuf)]) -> Result<()> {
    // SAFETY: this process has one thread, and no descriptor table is shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }.context("cannot have mounts of its own")?;
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)?;
    for (from, to) in mounts {
        mount_bind(from, to).with_context(|| format!("cannot show `{}` to the job", from.display()))?;
        let read_only = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
        mount_remount(to, read_only, "").with_context(|| format!("cannot protect `{}`", from.display()))?;
    }
    Ok(())
}

fn become_user(user: u32) -> Result<()> {
    let (group, user) = (Gid::from_raw(user), Uid::from_raw(user));
    rustix::thread::set_thread_groups(&[])?;
    rustix::thread::set_thread_res_gid(group, group, group)?;
    rustix::thread::set_thread_res_uid(user, user, user)?;
    // Another user's process is not dumpable, and then its own `/proc` is closed to it.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::Dumpable)?;
    Ok(())
}

/// A user namespace, in it a network namespace, and its loopback device switched on.
fn own_network() -> Result<()> {
    let (user, group) = (getuid(), getgid());
    // SAFETY: this process has one thread, and no descriptor table is shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNET) }
        .context("cannot have a user and a network namespace")?;
    // Without this the kernel takes no group map from an ordinary user (user_namespaces(7)).
    fs::write("/proc/self/setgroups", "deny").context("cannot write /proc/self/setgroups")?;
    let map = |id: u32| format!("{id} {id} 1");
    fs::write("/proc/self/uid_map", map(user.as_raw())).context("cannot write /proc/self/uid_map")?;
    fs::write("/proc/self/gid_map", map(group.as_raw())).context("cannot write /proc/self/gid_map")?;
    loopback_up().context("cannot switch loopback on")
}

/// `ip link set lo up`, which need not be installed.
fn loopback_up() -> Result<()> {
    use rustix::net::{AddressFamily, SocketType, socket};

    /// `struct ifreq` of netdevice(7): a name, then the flags, in 40 bytes.
    #[repr(C)]
    struct Request {
        name: [u8; 16],
        flags: u16,
        rest: [u8; 22],
    }
    const SIOCSIFFLAGS: rustix::ioctl::Opcode = 0x8914;
    const IFF_UP: u16 = 1;

    let mut request = Request { name: [0; 16], flags: IFF_UP, rest: [0; 22] };
    request.name[..2].copy_from_slice(b"lo");
    let any = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    // SAFETY: SIOCSIFFLAGS reads a `struct ifreq`, which `Request` is, byte for byte.
    unsafe { rustix::ioctl::ioctl(&any, rustix::ioctl::Setter::<SIOCSIFFLAGS, Request>::new(request)) }?;
    Ok(())
}

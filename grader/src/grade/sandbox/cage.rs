//! One program in bubblewrap: started, found among the sandbox's processes, and its end told from the sandbox's own.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus};
use std::sync::Mutex;

use anyhow::{Context, Result};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::bwrap::{PROC_AND_DEV, apart, root_links};
use super::{CPU, DATA, FILE, NICE, PROCESSES, bubblewrap, seccomp};
use crate::check::Ended;
use crate::proc;
use crate::program::{Cage, Command, Kept};

/// Descriptors for bubblewrap alone have numbers from here on, where nothing else is.
const OUT_OF_THE_WAY: i32 = 200;

/// The files that the C library looks names up in; nothing of the machine's.
const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
const NSSWITCH: &str = "hosts: files\n";

/// A sandbox that holds a program, its loader and libraries, and names of the loopback addresses.
#[derive(Debug)]
pub struct Bubble {
    bwrap: PathBuf,
    args: Vec<OsString>,
    filter: Vec<u8>,
    processes: u64,
}

impl Bubble {
    /// `etc` is a folder of ours that the job's user can read; two small files are written to it. `at_once`: so many
    /// programs run at the same time. The kernel counts the processes of all of them together, those of one user in the
    /// judge's user namespace, and holds the sum against the limit of each (user_namespaces(7), getrlimit(2)).
    pub fn new(etc: &Path, at_once: usize) -> Result<Bubble> {
        let mut args = apart();
        args.extend(root_links());
        for (from, to) in libraries()? {
            args.extend(["--ro-bind".into(), from.into_os_string(), to.into_os_string()]);
        }
        for (name, text) in [("hosts", HOSTS), ("nsswitch.conf", NSSWITCH)] {
            let file = etc.join(name);
            fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
            args.extend(["--ro-bind".into(), file.into_os_string(), format!("/etc/{name}").into()]);
        }
        args.extend(PROC_AND_DEV.iter().map(OsString::from));
        // There, but not to write to: a file system in memory has a bound on its bytes, and none on its files.
        args.extend(["--dir", "/tmp"].map(OsString::from));
        Ok(Bubble {
            bwrap: bubblewrap()?,
            args,
            filter: seccomp::filter()?,
            processes: PROCESSES * at_once.max(1) as u64,
        })
    }
}

impl Cage for Bubble {
    fn wrap(&self, command: &Command, tag: &str) -> io::Result<(process::Command, Box<dyn Kept>)> {
        let name = command.program.file_name().unwrap_or_default();
        let inside = Path::new("/w").join(name);
        let (status, status_end) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::fs::fcntl_setfl(&status, rustix::fs::OFlags::NONBLOCK)?;
        let filter = seccomp::pipe(&self.filter).map_err(io::Error::other)?;
        let high = |fd: OwnedFd| fcntl_dupfd_cloexec(fd.as_fd(), OUT_OF_THE_WAY);
        let passed = [high(status_end)?, high(filter)?];

        let mut process = process::Command::new(&self.bwrap);
        process.env_clear().env("LOOPBACK_RUN", tag).args(&self.args);
        process.arg("--json-status-fd").arg(passed[0].as_raw_fd().to_string());
        process.arg("--seccomp").arg(passed[1].as_raw_fd().to_string());
        process.arg("--ro-bind").arg(&command.program).arg(&inside);
        process.args(["--remount-ro", "/", "--chdir", "/w", "--"]).arg(&inside).args(&command.args);
        let processes = self.processes;
        let before_exec = move || {
            limits(processes)?;
            passed.iter().try_for_each(|fd| fcntl_setfd(fd, FdFlags::empty()))?;
            Ok(())
        };
        // SAFETY: the closure runs between fork and exec. It makes plain system calls, and allocates nothing.
        unsafe { process.pre_exec(before_exec) };
        Ok((process, Box::new(Inside { status: status.into(), told: String::new(), found: Mutex::new(None) })))
    }
}

/// Hard limits, which the program cannot lift.
pub(super) fn limits(processes: u64) -> io::Result<()> {
    for (resource, most) in
        [(Resource::Nproc, processes), (Resource::Data, DATA), (Resource::Fsize, FILE), (Resource::Cpu, CPU)]
    {
        let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    rustix::process::nice(NICE)?;
    Ok(())
}

/// One program inside. Started was bubblewrap; its child is the first process in there; whose child is the program.
#[derive(Debug)]
struct Inside {
    /// What bubblewrap reports: `{ "child-pid": 12 }`, and `{ "exit-code": 0 }` if there was a program.
    status: fs::File,
    told: String,
    found: Mutex<Option<u32>>,
}

impl Kept for Inside {
    fn program(&self, outer: u32) -> Option<u32> {
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if found.is_none() {
            let first = proc::children(outer).first().copied()?;
            *found = proc::children(first).first().copied();
        }
        *found
    }

    fn ended(&mut self, outer: ExitStatus) -> io::Result<Ended> {
        // The pipe does not block: whoever holds its other end has nothing more to say.
        let _ = self.status.read_to_string(&mut self.told);
        let code = self
            .told
            .rsplit_once("\"exit-code\":")
            .and_then(|(_, rest)| rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse::<i32>().ok());
        match code {
            // So does a shell, and bubblewrap tells no more. No lab's contract has such an exit code.
            Some(code @ 129..=192) => Ok(Ended::Signal(code - 128)),
            Some(code) => Ok(Ended::Code(code)),
            None => Err(io::Error::other(format!("bubblewrap ended by itself: {outer}"))),
        }
    }
}

/// The loader and the libraries of this very program, which are those of every Rust program here: the student's own is
/// not asked, since asking a loader means running it.
fn libraries() -> Result<Vec<(PathBuf, PathBuf)>> {
    let maps = fs::read("/proc/self/maps").context("cannot read /proc/self/maps")?;
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    for line in maps.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b'/') else { continue };
        let path = PathBuf::from(OsString::from_vec(line[at..].to_vec()));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.contains(".so") || found.iter().any(|(known, _)| *known == path) {
            continue;
        }
        if let Some(place) = loader_place(&name).filter(|place| *place != path) {
            found.push((path.clone(), place));
        }
        found.push((path.clone(), path));
    }
    Ok(found)
}

/// Where programs look for their loader, all links followed but the last.
fn loader_place(name: &str) -> Option<PathBuf> {
    let folder = match name {
        "ld-linux-x86-64.so.2" => "/lib64",
        "ld-linux-aarch64.so.1" => "/lib",
        _ => return None,
    };
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.into());
    Some(folder.join(name))
}

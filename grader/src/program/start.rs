//! Starting and ending a process so that nothing of it stays.
//!
//! On Linux the kernel ends the program with the grader (`PR_SET_PDEATHSIG`). That signal is sent when the *thread* that
//! started it ends, so one thread that lives as long as the grader starts them all. It stays in the grader's process
//! group: Ctrl-C reaches both.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::cage::{Cage, Free, Kept};

/// Descriptors that a program may have open, where its check does not say otherwise: a program that never closes
/// anything finds its own limit before the machine's, and the memory of its sockets is bounded.
#[cfg(unix)]
const DESCRIPTORS: u64 = 256;

/// What is started.
#[derive(Clone, Debug)]
pub struct Command {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The most descriptors that it may have open at once.
    pub descriptors: Option<u64>,
    /// The sandbox that it is started in.
    pub cage: Option<Arc<dyn Cage>>,
}

type Job = (std::process::Command, Sender<io::Result<Child>>);

/// Starts the program from the thread that starts them all.
pub(super) fn spawn(command: &Command, tag: &str) -> io::Result<(Child, Box<dyn Kept>)> {
    static STARTER: OnceLock<Sender<Job>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        adopt_orphans();
        std::thread::spawn(move || {
            for (mut process, reply) in jobs {
                let whole = forking();
                let child = process.spawn();
                drop(whole);
                let _ = reply.send(child);
            }
        });
        sender
    });
    let (reply, child) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts programs has ended");
    let (process, kept) = process(command, tag)?;
    starter.send((process, reply)).map_err(|_| gone())?;
    Ok((child.recv().map_err(|_| gone())??, kept))
}

/// A child has copies of all the grader's descriptors from its fork to its exec. What is closed in between does not end
/// for the other side before that exec, which may take its time on a busy machine: nothing is closed meanwhile.
static FORKING: RwLock<()> = RwLock::new(());

/// Held while a process is started.
pub(crate) fn forking() -> RwLockWriteGuard<'static, ()> {
    FORKING.write().unwrap_or_else(PoisonError::into_inner)
}

/// Held while something is closed whose end the program is to see.
pub(crate) fn closing() -> RwLockReadGuard<'static, ()> {
    FORKING.read().unwrap_or_else(PoisonError::into_inner)
}

fn process(command: &Command, tag: &str) -> io::Result<(std::process::Command, Box<dyn Kept>)> {
    let (mut process, kept) = match &command.cage {
        Some(cage) => cage.wrap(command, tag)?,
        None => {
            let mut process = std::process::Command::new(&command.program);
            process.args(&command.args).env_clear().env("LOOPBACK_RUN", tag);
            (process, Box::new(Free) as Box<dyn Kept>)
        }
    };
    process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(windows)]
    for name in ["SystemRoot", "SystemDrive"] {
        // Winsock does not start without it.
        process.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    #[cfg(unix)]
    limits(&mut process, command.descriptors.unwrap_or(DESCRIPTORS));
    Ok((process, kept))
}

#[cfg(unix)]
fn limits(process: &mut std::process::Command, descriptors: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use std::os::unix::process::CommandExt;

    #[cfg(target_os = "linux")]
    let grader = rustix::process::getpid();
    let before_exec = move || {
        let hard = |resource, most: u64| {
            let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
        };
        // An abort leaves no core file.
        hard(Resource::Core, 0)?;
        hard(Resource::Nofile, descriptors)?;
        #[cfg(target_os = "linux")]
        {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            if rustix::process::getppid() != Some(grader) {
                return Err(io::Error::other("the grader has ended"));
            }
        }
        Ok(())
    };
    // SAFETY: the closure runs between fork and exec. It calls only getrlimit, setrlimit, prctl and getppid, which are
    // plain system calls, and allocates nothing unless it fails.
    unsafe { process.pre_exec(before_exec) };
}

/// Has a program's orphans become the grader's children, so that they can be found and ended.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }
}

/// Ends the program, then all that it started: its children, which become the grader's when it ends, and what it had
/// detached before.
pub(super) fn kill(child: &mut Child, family: &[u32], tag: &str) {
    let _ = child.kill();
    let _ = child.wait();
    #[cfg(target_os = "linux")]
    orphans::end(family, tag);
    #[cfg(not(target_os = "linux"))]
    let _ = (family, tag);
}

/// What a program leaves behind becomes the grader's child, however it was detached.
#[cfg(target_os = "linux")]
mod orphans {
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

    use crate::proc;

    /// A program that starts processes faster than they are ended is left to the machine's own limits.
    const LONGEST: Duration = Duration::from_secs(5);

    /// Ends those that carry the tag of this run in their environment or were seen among its family, and waits for them.
    /// Each may leave children of its own: they come next.
    pub(super) fn end(family: &[u32], tag: &str) {
        let wanted = format!("LOOPBACK_RUN={tag}");
        let carries_the_tag = |pid: u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
        };
        let give_up = Instant::now() + LONGEST;
        while Instant::now() < give_up {
            let adopted = proc::adopted();
            let ours: Vec<u32> =
                adopted.into_iter().filter(|pid| family.contains(pid) || carries_the_tag(*pid)).collect();
            ours.iter().for_each(|pid| end_one(*pid));
            if ours.is_empty() && !proc::adopted().into_iter().any(is_between_programs) {
                break;
            }
        }
        // One that had ended before has no environment any more. Nobody else waits for it.
        proc::adopted().into_iter().filter(|pid| proc::is_zombie(*pid)).for_each(end_one);
    }

    /// In the middle of an exec a process has no arguments and no environment: whose it is will be seen in a moment. There is
    /// no program without arguments: the kernel gives it an empty one.
    fn is_between_programs(pid: u32) -> bool {
        let has_none = std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|arguments| arguments.is_empty());
        has_none && !proc::is_zombie(pid)
    }

    fn end_one(pid: u32) {
        if let Some(pid) = Pid::from_raw(pid as i32) {
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::empty());
        }
    }
}

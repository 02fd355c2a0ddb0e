//! What Linux tells of a running program in `/proc`: its threads and children, how each is doing, how long each had
//! to wait for a CPU. Nothing here judges. On other systems every list is empty, and the grader uses plain deadlines.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// One thread, as `/proc/PID/task/TID/{stat,schedstat}` show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub pid: u32,
    pub tid: u32,
    /// The thread's name (`comm`): it may hold anything, parentheses too.
    pub name: String,
    /// `R` running, `S` sleeping, `D` waiting for a disk, `T` stopped, `Z` ended and not yet waited for.
    pub state: char,
    /// Nanoseconds on a CPU.
    pub ran: u64,
    /// Nanoseconds in which it could have run and had no CPU.
    pub starved: u64,
    /// Times that it was given a CPU.
    pub slices: u64,
}

impl Task {
    pub fn asleep(&self) -> bool {
        self.state == 'S'
    }
}

/// Whether `/proc` can serve as a clock here. The kernel brings its counts up to date now and then, so a process that has
/// just begun may still stand at 0: it is given a few ticks.
pub fn available() -> bool {
    let counts = || tasks(std::process::id()).iter().any(|task| task.ran > 0);
    let end = Instant::now() + Duration::from_millis(50);
    while Path::new("/proc/self/schedstat").exists() && Instant::now() < end {
        if counts() {
            return true;
        }
        std::thread::yield_now();
    }
    counts()
}

/// The threads of one process, in the order of their ids; empty when it has gone.
pub fn tasks(pid: u32) -> Vec<Task> {
    let mut found: Vec<Task> =
        entries(Path::new(&format!("/proc/{pid}/task"))).filter_map(|tid| task(pid, tid)).collect();
    found.sort_by_key(|task| task.tid);
    found
}

/// A file of `/proc`, in as few reads as can be. Such a file comes in whole lines, as many as fit into 4 KiB: a read that
/// leaves half of that empty was the last. To be told so by one more read makes the kernel look for further lines, which
/// in a table of sockets costs as much as the first ones did (2 ms with nothing in it).
pub(crate) fn read(path: &str) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let mut all = Vec::new();
    let mut page = [0; 4096];
    loop {
        match file.read(&mut page) {
            Ok(n) => {
                all.extend_from_slice(&page[..n]);
                if n < page.len() / 2 {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(String::from_utf8(all).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The threads of the process and of all that descends from it: what [`tasks`] tells of each of its [`family`].
pub fn all_tasks(pid: u32) -> Vec<Task> {
    let mut all = Vec::new();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(&pid) = family.get(next) {
        let mut own: Vec<u32> = entries(Path::new(&format!("/proc/{pid}/task"))).collect();
        own.sort_unstable();
        all.extend(own.iter().filter_map(|tid| task(pid, *tid)));
        own.iter().for_each(|tid| children_of(pid, *tid, &mut family));
        next += 1;
    }
    all
}

/// The process and all that descends from it.
pub fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut next = 0;
    while next < all.len() {
        let more = children(all[next]);
        all.extend(more);
        next += 1;
    }
    all
}

/// The children of a process, of whichever thread.
pub fn children(pid: u32) -> Vec<u32> {
    let mut all = Vec::new();
    entries(Path::new(&format!("/proc/{pid}/task"))).for_each(|tid| children_of(pid, tid, &mut all));
    all
}

fn children_of(pid: u32, tid: u32, all: &mut Vec<u32>) {
    let list = read(&format!("/proc/{pid}/task/{tid}/children")).unwrap_or_default();
    all.extend(list.split_ascii_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
}

/// The orphans that this process has adopted. The kernel gives them to its first thread, which starts nothing itself
/// while checks run: what other threads have started is not among them.
pub fn adopted() -> Vec<u32> {
    let me = std::process::id();
    let mut all = Vec::new();
    children_of(me, me, &mut all);
    all
}

/// Whether it has ended, and nobody has waited for it yet.
pub fn is_zombie(pid: u32) -> bool {
    stat(&format!("/proc/{pid}/stat"), |_, fields| Some(fields.next()? == "Z")) == Some(true)
}

/// Whether a thread of a process is on a CPU or waits for one.
pub fn is_running(pid: u32, tid: u32) -> bool {
    task(pid, tid).is_some_and(|task| task.state == 'R')
}

/// Waits until a process of ours has ended, whoever waits for it then; at most so long. Says no where no event tells.
#[cfg(feature = "tools")]
pub(crate) fn await_end(pid: u32, most: Duration) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        let most = Timespec { tv_sec: most.as_secs() as _, tv_nsec: most.subsec_nanos() as _ };
        let process = Pid::from_raw(pid as i32).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        process.is_some_and(|process| poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&most)).is_ok())
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (pid, most);
        false
    }
}

/// The id of the thread that asks; 0 where `/proc` does not tell.
pub fn this_thread() -> u32 {
    let link = fs::read_link("/proc/thread-self").unwrap_or_default();
    link.file_name().and_then(|tid| tid.to_str()?.parse().ok()).unwrap_or(0)
}

/// The parent's process id.
pub fn parent(pid: u32) -> Option<u32> {
    stat(&format!("/proc/{pid}/stat"), |_, fields| fields.nth(1)?.parse().ok())
}

/// Every process id of the machine that this user may see.
pub fn everybody() -> Vec<u32> {
    entries(Path::new("/proc")).collect()
}

fn task(pid: u32, tid: u32) -> Option<Task> {
    let of_stat = |name: &str, fields: &mut Fields<'_>| Some((name.to_string(), fields.next()?.chars().next()?));
    let (name, state) = stat(&format!("/proc/{pid}/task/{tid}/stat"), of_stat)?;
    let schedstat = read(&format!("/proc/{pid}/task/{tid}/schedstat"))?;
    let mut numbers = schedstat.split_ascii_whitespace().map(|n| n.parse::<u64>().unwrap_or(0));
    Some(Task { pid, tid, name, state, ran: numbers.next()?, starved: numbers.next()?, slices: numbers.next()? })
}

type Fields<'a> = std::str::SplitAsciiWhitespace<'a>;

/// What `take` makes of the name, and of the fields behind it. A thread may be called `) R 1 1`: the name ends at the
/// *last* parenthesis.
fn stat<T>(path: &str, take: impl FnOnce(&str, &mut Fields<'_>) -> Option<T>) -> Option<T> {
    let stat = read(path)?;
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    take(stat.get(open + 1..close)?, &mut stat[close + 1..].split_ascii_whitespace())
}

fn entries(folder: &Path) -> impl Iterator<Item = u32> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

//! What Linux tells of a running program in `/proc`: its threads and children, how each is doing, how long each had
//! to wait for a CPU. Nothing here judges. On other systems every list is empty, and the grader uses plain deadlines.

use std::fs;
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
    let lists = entries(Path::new(&format!("/proc/{pid}/task")))
        .map(|tid| fs::read_to_string(format!("/proc/{pid}/task/{tid}/children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// The orphans that this process has adopted. The kernel gives them to its first thread, which starts nothing itself
/// while checks run: what other threads have started is not among them.
pub fn adopted() -> Vec<u32> {
    let me = std::process::id();
    let list = fs::read_to_string(format!("/proc/{me}/task/{me}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Whether it has ended, and nobody has waited for it yet.
pub fn is_zombie(pid: u32) -> bool {
    stat_fields(&format!("/proc/{pid}/stat"))
        .is_some_and(|(_, fields)| fields.first().is_some_and(|state| state == "Z"))
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
    stat_fields(&format!("/proc/{pid}/stat"))?.1.get(1)?.parse().ok()
}

/// Every process id of the machine that this user may see.
pub fn everybody() -> Vec<u32> {
    entries(Path::new("/proc")).collect()
}

fn task(pid: u32, tid: u32) -> Option<Task> {
    let (name, fields) = stat_fields(&format!("/proc/{pid}/task/{tid}/stat"))?;
    let schedstat = fs::read_to_string(format!("/proc/{pid}/task/{tid}/schedstat")).ok()?;
    let mut numbers = schedstat.split_whitespace().map(|n| n.parse::<u64>().unwrap_or(0));
    Some(Task {
        pid,
        tid,
        name,
        state: fields.first()?.chars().next()?,
        ran: numbers.next()?,
        starved: numbers.next()?,
        slices: numbers.next()?,
    })
}

/// The name, and the fields behind it. A thread may be called `) R 1 1`: the name ends at the *last* parenthesis.
fn stat_fields(path: &str) -> Option<(String, Vec<String>)> {
    let stat = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let name = stat.get(open + 1..close)?.to_string();
    Some((name, stat[close + 1..].split_whitespace().map(str::to_string).collect()))
}

fn entries(folder: &Path) -> impl Iterator<Item = u32> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

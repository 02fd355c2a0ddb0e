//! Where each thread of a hung program waits, in Rust's words: "read() on the connection from client, with room for
//! 1024 bytes". It is evidence for the report and never part of a verdict: what `/proc` says is a picture of one
//! moment, some calls look alike from outside (Linux cannot tell a channel from a parked thread), and a thread may
//! hide what it does.
//!
//! All of it is read from `/proc` (proc(5)), so only Linux has it; elsewhere [`observe`] finds nothing. Reading
//! `syscall`, `fd` and `mem` needs the right to trace the program (same user, ptrace(2)); what cannot be read is left
//! out. Nothing is opened that the program uses: a look must not change what it looks at.
//!
//! In reading order: this file samples the threads, `waits/call.rs` says what the numbers of a kernel call mean,
//! `waits/object.rs` what a descriptor is, `waits/sockets.rs` how many bytes wait in a socket, `waits/say.rs` makes the
//! sentences.

mod call;
mod object;
mod say;
mod sockets;

pub use say::describe;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use crate::proc::{self, Task};
use crate::texts::say;
use call::Raw;
use object::Process;
use sockets::Tables;

/// One thread of the program (or of a child of its), and the call that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadWait {
    pub pid: u32,
    pub tid: u32,
    /// `main`, the name that the program gave it, or `thread 2` (main counts as 1); `child 1, main` in a child process.
    /// Linux keeps 15 bytes of a name.
    pub thread: String,
    pub call: Call,
    /// What the call waits for; `None` where it waits for nothing of the outside, or where that cannot be seen.
    pub on: Option<Object>,
    /// Bytes that the program could read there at once (`rx_queue` of `/proc/PID/net/tcp`). For a UDP socket the kernel
    /// counts its own overhead too (some 700 bytes for a small datagram), so only 0 is exact there. `Some(0)` tells a
    /// [`Call::Copy`] whose source is empty from one whose target is full.
    pub waiting: Option<u64>,
    /// Bytes that the program has written there and the peer's kernel has not acknowledged (`tx_queue`).
    pub queued: Option<u64>,
    /// Bytes that the call was given: the room of a read, the length of a write.
    pub room: Option<u64>,
    /// It was seen in this call several times, and ran in between: a loop around a short timeout.
    pub polled: bool,
}

/// What a thread does, as far as it can be seen from outside.
///
/// `Mutex`, `Channel`, `Condvar` and `Join` are guesses from the arguments of futex(2); the patterns stand in
/// `waits/call.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Accept,
    /// Also `connect_timeout`, which polls a socket that is still connecting.
    Connect,
    Read,
    Write,
    /// `io::copy` as splice(2), which std uses from a locked stdin that is a pipe and to a locked stdout that is one.
    /// Between two sockets std 1.95 reads and writes 8192 bytes at a time, and so it is seen: as `Read` or `Write`.
    Copy,
    /// `recv` or `recv_from` of a UDP socket.
    Recv,
    /// `send` or `send_to` of a UDP socket.
    Send,
    Mutex,
    /// A channel (empty, or full for its sender), `park()` and the end of `thread::scope` look the same.
    Channel,
    /// A `Condvar`, a `Barrier` or a futex of some other make.
    Condvar,
    Join,
    Sleep,
    /// poll(2), select(2) or epoll(7).
    Poll,
    /// On the CPU, or ready for it, whenever it was looked at.
    Running,
    /// By a signal (SIGSTOP) or a debugger.
    Stopped,
    Ended,
    /// What the sentence should say: `peek()`, `kernel call 73`.
    Other(String),
}

/// What a call waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A TCP connection. `label` is what [`NameOf`] answered, else the peer's address.
    Connection {
        label: String,
    },
    Listener,
    Udp,
    Stdin,
    Stdout,
    Stderr,
    Pipe,
    /// Any other descriptor, as the link `/proc/PID/fd/N` shows it.
    File(String),
    /// Whichever comes first (poll).
    Any(Vec<Object>),
}

/// What the grader calls the connection with these two ends, as the program sees them: (its own address, the peer's).
///
/// `client` becomes "the connection from client". Who connected to whom cannot be seen afterwards, so a label that
/// begins with `server` stands for a peer to which the program connected: "the connection to server". Addresses of IPv4
/// come as such, also from a socket of `[::]`.
pub type NameOf<'a> = &'a dyn Fn(SocketAddr, SocketAddr) -> Option<String>;

/// Looks at a program and the gaps between the looks: 36 ms in all. A read timeout of 10 ms lasts up to 16 ms where the
/// kernel ticks 250 times a second, so a loop around one runs twice in that time.
const LOOKS: usize = 4;
const GAP: Duration = Duration::from_millis(12);

/// A thread that ran at least this often between the looks, and is in the same call again, polls. (Once may be the
/// end of one long timeout.)
const POLLS: u64 = 2;

/// The threads of the process and of its children, in the order of their ids; empty when it has gone, and off Linux.
///
/// It takes about 40 ms: one look cannot tell a read with a timeout of 10 ms, in a loop, from one that waits for ever.
pub fn observe(pid: u32, name_of: NameOf<'_>) -> Vec<ThreadWait> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let mut looks = vec![Look::at(pid)];
    for _ in 1..LOOKS {
        // Not synchronisation: the gap between two samples.
        thread::sleep(GAP);
        looks.push(Look::at(pid));
    }
    let last = &looks[LOOKS - 1];
    let mut family: Vec<u32> = last.samples.iter().map(|sample| sample.task.pid).collect();
    family.dedup();
    let mut tables = Tables::default();
    let mut found = Vec::new();
    for (nth, &member) in family.iter().enumerate() {
        let mut process = Process::new(member, tables.of(member), name_of);
        let own = || last.samples.iter().filter(|sample| sample.task.pid == member);
        process.threads = own().map(|sample| sample.task.tid).collect();
        process.futexes = own().filter_map(|sample| sample.raw.as_ref()?.futex()).collect();
        for (tid, thread) in last.names(member, nth) {
            let history: Vec<&Sample> = looks.iter().filter_map(|look| look.sample(member, tid)).collect();
            found.push(summarize(&process, thread, &history));
        }
    }
    found
}

/// Every thread at one moment.
struct Look {
    samples: Vec<Sample>,
}

struct Sample {
    at: Instant,
    task: Task,
    /// The kernel call it is in; `None` on a CPU, and where `/proc` keeps it to itself.
    raw: Option<Raw>,
}

impl Look {
    fn at(pid: u32) -> Look {
        Look { samples: proc::all_tasks(pid).into_iter().map(Sample::of).collect() }
    }

    fn sample(&self, pid: u32, tid: u32) -> Option<&Sample> {
        self.samples.iter().find(|sample| sample.task.pid == pid && sample.task.tid == tid)
    }

    /// Id and name of each thread of one process, the `nth` of its family.
    fn names(&self, pid: u32, nth: usize) -> Vec<(u32, String)> {
        let tasks: Vec<&Task> = self.samples.iter().map(|sample| &sample.task).filter(|task| task.pid == pid).collect();
        // A thread inherits the name of the process; only another one was given to it.
        let inherited = tasks.iter().find(|task| task.tid == pid).map_or("", |task| task.name.as_str());
        // Names as data; `say` has their words.
        let name = |(index, task): (usize, &&Task)| {
            let own = match &task.name {
                _ if task.tid == pid => "main".to_string(),
                name if name.is_empty() || name == inherited => format!("thread {}", index + 1),
                name => say::printable(name),
            };
            (task.tid, if nth == 0 { own } else { format!("child {nth}, {own}") })
        };
        tasks.iter().enumerate().map(name).collect()
    }
}

impl Sample {
    fn of(task: Task) -> Sample {
        let raw = Raw::read(task.pid, task.tid);
        Sample { at: Instant::now(), task, raw }
    }

    /// The same call on the same descriptor (or futex); buffers may differ.
    fn same_call(&self, other: &Sample) -> bool {
        self.raw.as_ref().is_some_and(|raw| other.raw.as_ref().is_some_and(|other| raw.same_call(other)))
    }
}

/// One thread, from all the looks at it: oldest first, at least one.
fn summarize(process: &Process<'_>, thread: String, history: &[&Sample]) -> ThreadWait {
    let (first, last) = (history[0], history[history.len() - 1]);
    let mut wait = ThreadWait {
        pid: last.task.pid,
        tid: last.task.tid,
        thread,
        call: Call::Running,
        on: None,
        waiting: None,
        queued: None,
        room: None,
        polled: false,
    };
    match last.task.state {
        'T' | 't' => wait.call = Call::Stopped,
        'Z' | 'X' => wait.call = Call::Ended,
        _ if on_the_cpu(history) => wait.call = Call::Running,
        _ => {
            // A loop is seen now in its call and now outside of it; the call that it is in most often tells most.
            let asleep = history.iter().filter(|sample| sample.task.state != 'R');
            let times = |sample: &Sample| history.iter().filter(|other| sample.same_call(other)).count();
            let Some(sample) = asleep.max_by_key(|sample| times(sample)) else { return wait };
            let ran = last.task.slices.saturating_sub(first.task.slices);
            wait.polled = ran >= POLLS && times(sample) > 1;
            match &sample.raw {
                Some(raw) => call::explain(raw, process, &mut wait),
                None => wait.call = Call::Other(say!("seen/threads/asleep_in_which_call_cannot_be").into()),
            }
        }
    }
    wait
}

/// Whether it was running in every look, or used nearly all of the CPU time that it could have had.
fn on_the_cpu(history: &[&Sample]) -> bool {
    let (first, last) = (history[0], history[history.len() - 1]);
    let ran = u128::from(last.task.ran.saturating_sub(first.task.ran));
    let starved = u128::from(last.task.starved.saturating_sub(first.task.starved));
    let served = last.at.duration_since(first.at).as_nanos().saturating_sub(starved);
    history.iter().all(|sample| sample.task.state == 'R') || (ran > 0 && ran * 10 >= served * 8)
}

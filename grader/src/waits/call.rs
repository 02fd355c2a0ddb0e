//! What the numbers in `/proc/PID/task/TID/syscall` mean: `45 0x3 0x7ffd.. 0x400 ..` is recvfrom(3, .., 1024), which is
//! what `TcpStream::read` does.
//!
//! # What std of Rust 1.95 was seen to do (x86_64, glibc, Linux 6.18; debug and release alike)
//!
//! | Rust | kernel call |
//! |---|---|
//! | `TcpListener::accept` | accept4(fd, ..) |
//! | `TcpStream::read`, `read_exact`, `UdpSocket::recv` | recvfrom(fd, buf, room, 0, NULL, NULL); `peek`: flags 2; `recv_from`: with an address |
//! | `TcpStream::write` | sendto(fd, buf, length, 0x4000 `MSG_NOSIGNAL`, ..) |
//! | a read with a timeout | the same recvfrom; a timeout of an hour looks like none |
//! | `TcpStream::connect_timeout` | poll of one socket in SYN_SENT |
//! | `stdin().read_line` | read(0, buf, 8192); `stdout`: write(1, ..) |
//! | `io::copy` socket to socket, `stdin()` to socket | recvfrom or read, and sendto, of 8192 bytes: no splice |
//! | `io::copy` of a *locked* stdin (a pipe) to a socket | splice(0, 0, fd, 0, ..): wchan `pipe_wait_readable` when the pipe is empty, `wait_woken` when the socket is full |
//! | `io::copy` of a socket to a *locked* stdout (a pipe) | splice(fd, 0, 1, 0, ..): wchan `wait_woken` when the socket is empty, `pipe_wait_writable` when the pipe is full |
//! | `Mutex::lock` | futex op 0x89 (WAIT_BITSET, PRIVATE), expected value 2 |
//! | `RwLock::write` | 0x89 on the word after the lock's state, value a counter from 0 |
//! | `RwLock::read` | 0x89 on the state; 0x7fffffff: held for writing, 0xffffffff: and writers wait too |
//! | `mpsc` `recv`, `send` to a full `sync_channel` or to one of size 0, `park`, end of `thread::scope` | 0x89, value 0xffffffff (the parked thread's own word) |
//! | `Condvar::wait`, `Barrier::wait` | 0x89, value a counter that each notify raises, 0 at first |
//! | `recv_timeout`, `wait_timeout` | the same, with a time in the fourth argument |
//! | `JoinHandle::join` | glibc's: op 0x109 (WAIT_BITSET, REALTIME, shared), value = id of the other thread |
//! | `thread::sleep` | clock_nanosleep(1, 0, ..) |
//! | `Child::wait` | wait4(pid, ..) |
//!
//! So a Condvar that was notified twice looks like a Mutex. After SIGSTOP and SIGCONT a sleep, a poll and a wait with a timeout go on as restart_syscall, with the
//! arguments that they had.

use super::object::Process;
use super::{Call, Object, ThreadWait};
use crate::proc::read;
use crate::texts::say;

/// A kernel call with its arguments.
pub(super) struct Raw {
    /// `None` for a number that is not in the table.
    call: Option<Sys>,
    number: u64,
    args: [u64; 6],
    /// The kernel's function that it sleeps in, read where it tells more than the arguments.
    wchan: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sys {
    Read,
    Write,
    Recvfrom,
    Recvmsg,
    Sendto,
    Sendmsg,
    Accept,
    Connect,
    Splice,
    Sendfile,
    CopyFileRange,
    Futex,
    Sleep,
    Poll,
    Select,
    Epoll,
    Wait,
    Flock,
    Restart,
}

/// Numbers of the calls that a std program can wait in: x86_64 (`arch/x86/entry/syscalls/syscall_64.tbl`), then aarch64
/// (`include/uapi/asm-generic/unistd.h`); 0xffff where an architecture has none.
const NUMBERS: &[(Sys, u64, u64)] = &[
    (Sys::Read, 0, 63),
    (Sys::Read, 19, 65), // readv: how much room, its arguments do not say
    (Sys::Read, 17, 67), // pread64
    (Sys::Write, 1, 64),
    (Sys::Write, 20, 66), // writev
    (Sys::Write, 18, 68), // pwrite64
    (Sys::Recvfrom, 45, 207),
    (Sys::Recvmsg, 47, 212),
    (Sys::Sendto, 44, 206),
    (Sys::Sendmsg, 46, 211),
    (Sys::Accept, 43, 202),
    (Sys::Accept, 288, 242), // accept4
    (Sys::Connect, 42, 203),
    (Sys::Splice, 275, 76),
    (Sys::Sendfile, 40, 71),
    (Sys::CopyFileRange, 326, 285),
    (Sys::Futex, 202, 98),
    (Sys::Sleep, 35, 101),  // nanosleep
    (Sys::Sleep, 230, 115), // clock_nanosleep
    (Sys::Poll, 7, 0xffff),
    (Sys::Poll, 271, 73), // ppoll
    (Sys::Select, 23, 0xffff),
    (Sys::Select, 270, 72), // pselect6
    (Sys::Epoll, 232, 0xffff),
    (Sys::Epoll, 281, 22),  // epoll_pwait
    (Sys::Epoll, 441, 441), // epoll_pwait2
    (Sys::Wait, 61, 260),   // wait4
    (Sys::Wait, 247, 95),   // waitid
    (Sys::Flock, 73, 32),
    (Sys::Restart, 219, 128),
];

/// readv and writev, whose third argument is a number of buffers: x86_64, then aarch64.
const VECTORED: [[u64; 2]; 2] = [[19, 20], [65, 66]];

const AARCH64: bool = cfg!(target_arch = "aarch64");

impl Raw {
    /// The call that a thread is in, as the numbers of the grader's own architecture. `None` when it is `running`, and
    /// for a wait outside of any call (`-1`: a page fault).
    pub(super) fn read(pid: u32, tid: u32) -> Option<Raw> {
        if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            return None;
        }
        let line = read(&format!("/proc/{pid}/task/{tid}/syscall"))?;
        let mut words = line.split_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut args = [0; 6];
        for arg in &mut args {
            *arg = u64::from_str_radix(words.next()?.trim_start_matches("0x"), 16).ok()?;
        }
        let numbered = NUMBERS.iter().find(|(_, x86_64, aarch64)| number == if AARCH64 { *aarch64 } else { *x86_64 });
        let call = numbered.map(|(call, ..)| *call);
        let wchan = match call {
            Some(Sys::Splice | Sys::Restart) => read(&format!("/proc/{pid}/task/{tid}/wchan")).unwrap_or_default(),
            _ => String::new(),
        };
        Some(Raw { call: call.map(|call| restarted(call, &wchan)), number, args, wchan })
    }

    /// The address of the futex that it waits at.
    pub(super) fn futex(&self) -> Option<u64> {
        (self.call == Some(Sys::Futex)).then_some(self.args[0])
    }

    /// The same call on the same descriptor or futex; buffers may differ.
    pub(super) fn same_call(&self, other: &Raw) -> bool {
        (self.number, self.args[0]) == (other.number, other.args[0])
    }
}

/// What restart_syscall goes on with.
fn restarted(call: Sys, wchan: &str) -> Sys {
    match call {
        Sys::Restart if wchan.contains("futex") => Sys::Futex,
        Sys::Restart if wchan.contains("poll") => Sys::Poll,
        Sys::Restart => Sys::Sleep,
        call => call,
    }
}

/// Fills in the call, what it waits for, and the counts.
pub(super) fn explain(raw: &Raw, process: &Process<'_>, wait: &mut ThreadWait) {
    let [first, _, third, flags, ..] = raw.args;
    wait.call = match raw.call {
        Some(Sys::Accept) => on(Call::Accept, process, first, wait),
        Some(Sys::Connect) => on(Call::Connect, process, first, wait),
        Some(Sys::Read) => reads(process, first, room_of(raw), wait),
        Some(Sys::Write) => writes(process, first, room_of(raw), wait),
        Some(Sys::Recvfrom) => match reads(process, first, Some(third), wait) {
            Call::Read if flags & MSG_PEEK != 0 => Call::Other("peek()".into()),
            call => call,
        },
        Some(Sys::Recvmsg) => reads(process, first, None, wait),
        Some(Sys::Sendto) => writes(process, first, Some(third), wait),
        Some(Sys::Sendmsg) => writes(process, first, None, wait),
        Some(Sys::Splice) => splices(process, raw, wait),
        Some(Sys::Sendfile) => on(Call::Other("sendfile()".into()), process, first, wait),
        Some(Sys::CopyFileRange) => on(Call::Other("copy_file_range()".into()), process, first, wait),
        Some(Sys::Futex) => futex(process, raw),
        Some(Sys::Sleep) => Call::Sleep,
        Some(Sys::Poll) => polls(process, &pollfds(process, raw), wait),
        Some(Sys::Select) => Call::Poll,
        Some(Sys::Epoll) => polls(process, &process.watched(first), wait),
        Some(Sys::Wait) => Call::Other(say!("seen/threads/wait_for_a_child_process").into()),
        Some(Sys::Flock) => on(Call::Other("lock()".into()), process, first, wait),
        Some(Sys::Restart) | None => Call::Other(say!("seen/threads/kernel_call", number = raw.number)),
    };
}

/// recv(2): look without taking.
const MSG_PEEK: u64 = 2;

fn room_of(raw: &Raw) -> Option<u64> {
    (!VECTORED[usize::from(AARCH64)].contains(&raw.number)).then_some(raw.args[2])
}

fn on(call: Call, process: &Process<'_>, fd: u64, wait: &mut ThreadWait) -> Call {
    wait.on = process.object(fd);
    call
}

fn reads(process: &Process<'_>, fd: u64, room: Option<u64>, wait: &mut ThreadWait) -> Call {
    wait.on = process.object(fd);
    wait.waiting = process.socket(fd).map(|socket| socket.waiting);
    wait.room = room;
    if wait.on == Some(Object::Udp) { Call::Recv } else { Call::Read }
}

fn writes(process: &Process<'_>, fd: u64, room: Option<u64>, wait: &mut ThreadWait) -> Call {
    wait.on = process.object(fd);
    wait.queued = process.socket(fd).map(|socket| socket.queued);
    wait.room = room;
    if wait.on == Some(Object::Udp) { Call::Send } else { Call::Write }
}

/// splice(2): one end is a pipe, and how many bytes are in that, nobody says; but where the kernel sleeps does.
fn splices(process: &Process<'_>, raw: &Raw, wait: &mut ThreadWait) -> Call {
    let [source, _, target, ..] = raw.args;
    let empty = match (raw.wchan.as_str(), process.socket(source), process.socket(target)) {
        ("pipe_wait_readable", ..) => true,
        ("pipe_wait_writable", ..) => false,
        (_, Some(source), _) => source.waiting == 0,
        // The source is a pipe, and the wait is not for that, or the kernel does not say what for.
        (_, None, target) => target.is_none_or(|target| target.queued == 0),
    };
    if empty {
        wait.on = process.object(source);
        wait.waiting = Some(0);
    } else {
        wait.on = process.object(target);
        wait.queued = process.socket(target).map(|socket| socket.queued);
    }
    Call::Copy
}

/// poll(2)'s events, which epoll(7) numbers alike.
const POLLIN: u64 = 1;
const POLLOUT: u64 = 4;

/// More than this many descriptors are not named.
const NAMED: u64 = 16;

/// The array of `struct pollfd { int fd; short events; short revents; }`, with the events asked for. A negative
/// descriptor is one that the kernel passes over.
fn pollfds(process: &Process<'_>, raw: &Raw) -> Vec<(u64, u64)> {
    let [array, count, ..] = raw.args;
    let pollfd = |nth: u64| {
        let [a, b, c, d, low, high, ..] = process.memory::<8>(array.checked_add(nth * 8)?)?;
        let fd = u64::try_from(i32::from_ne_bytes([a, b, c, d])).ok()?;
        Some((fd, u64::from(u16::from_ne_bytes([low, high]))))
    };
    (0..count.min(NAMED)).filter_map(pollfd).collect()
}

fn polls(process: &Process<'_>, fds: &[(u64, u64)], wait: &mut ThreadWait) -> Call {
    let mut objects: Vec<Object> = fds.iter().filter_map(|(fd, _)| process.object(*fd)).collect();
    if objects.len() > 1 {
        wait.on = Some(Object::Any(objects));
        return Call::Poll;
    }
    wait.on = objects.pop();
    let Some((socket, events)) = fds.first().and_then(|(fd, events)| Some((process.socket(*fd)?, events))) else {
        return Call::Poll;
    };
    if socket.connecting() {
        return Call::Connect;
    }
    if socket.connected() && events & POLLIN != 0 {
        wait.waiting = Some(socket.waiting);
    } else if socket.connected() && events & POLLOUT != 0 {
        wait.queued = Some(socket.queued);
    }
    Call::Poll
}

/// futex(2): the operation without its flags, and the flags.
const FUTEX_WAIT: u64 = 0;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_PRIVATE: u64 = 0x80;
const FUTEX_REALTIME: u64 = 0x100;

/// std's words (`library/std/src/sys/sync`): a Mutex that somebody waits for, a parked thread, an RwLock with readers or
/// writers that wait, and the bits of an RwLock that say who holds it.
const CONTENDED: u32 = 2;
const PARKED: u32 = u32::MAX;
const READERS_WAIT: u32 = 1 << 30;
const WRITERS_WAIT: u32 = 1 << 31;
const HELD: u32 = READERS_WAIT - 1;

fn futex(process: &Process<'_>, raw: &Raw) -> Call {
    let [at, flags, expected, timeout, ..] = raw.args;
    // The kernel looks at 32 bits only; above them stands what the register held before.
    let (op, expected) = (flags & !(FUTEX_PRIVATE | FUTEX_REALTIME), expected as u32);
    if op != FUTEX_WAIT && op != FUTEX_WAIT_BITSET {
        return Call::Condvar;
    }
    let shared = flags & FUTEX_PRIVATE == 0;
    // A thread alone waits at its own word for park(); at the state of an RwLock others may, and writers behind it.
    let others = |word: u64| process.futexes.iter().filter(|&&futex| futex == word).count();
    let reader_of_rwlock = others(at) > 1 || others(at.wrapping_add(4)) > 0;
    let writer_of_rwlock = || {
        let state = process.memory::<4>(at.wrapping_sub(4)).map_or(0, u32::from_ne_bytes);
        state & WRITERS_WAIT != 0 && state & HELD != 0
    };
    match expected {
        tid if shared && (flags & FUTEX_REALTIME != 0 || process.threads.contains(&tid)) => Call::Join,
        CONTENDED if timeout == 0 => Call::Mutex,
        PARKED if !reader_of_rwlock => Call::Channel,
        state if state & (READERS_WAIT | WRITERS_WAIT) != 0 => rwlock(),
        _ if writer_of_rwlock() => rwlock(),
        _ => Call::Condvar,
    }
}

fn rwlock() -> Call {
    Call::Other(say!("seen/threads/looks_like_an_rwlock_who_holds").into())
}

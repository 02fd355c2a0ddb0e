//! Programs that hang, one per word on the command line: `hung MODE [ADDRESS..]`. The test `waits.rs` compiles this
//! file with a direct rustc call (std only), is its peer, and looks at where it waits.
//!
//! The addresses are those of the test's listeners: the first connection made is A, the second B.

use std::io::{self, BufRead, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::sync::{Barrier, Condvar, Mutex, RwLock, mpsc};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    // SIGALRM ends what a killed test leaves behind.
    // SAFETY: alarm takes a number of seconds, and no signal handler is there.
    unsafe { alarm(60) };
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (mode, addresses) = args.split_first().expect("usage: hung MODE [ADDRESS..]");
    match mode.as_str() {
        "accept" => drop(TcpListener::bind(&addresses[0])?.accept()?),
        "connect" => drop(TcpStream::connect(&addresses[0])?),
        "connect_timeout" => drop(TcpStream::connect_timeout(&addresses[0].parse().unwrap(), HOUR)?),
        "udp" => udp(&addresses[0])?.recv(&mut [0; 2048]).map(drop)?,
        "udp_from" => udp(&addresses[0])?.recv_from(&mut [0; 1500]).map(drop)?,
        "mutex" => mutex(),
        "rwlock" => rwlock(),
        "channel" => channel(),
        "channel_timeout" => drop(mpsc::channel::<u8>().1.recv_timeout(HOUR)),
        "sync_channel" => sync_channel(),
        "rendezvous" => drop(mpsc::sync_channel::<u8>(0).0.send(1)),
        "condvar" => condvar(),
        "join" => drop(thread::spawn(sleep).join()),
        "scope" => thread::scope(|scope| drop(scope.spawn(sleep))),
        "park" => thread::park(),
        "barrier" => drop(Barrier::new(2).wait()),
        "sleep" => sleep(),
        "spin" => loop {
            std::hint::spin_loop();
        },
        "stdin" => io::stdin().lock().read_line(&mut String::new()).map(drop)?,
        "stdout" => loop {
            io::stdout().write_all(&[b'x'; 4096])?;
        },
        "wait" => drop(Command::new("/proc/self/exe").arg("sleep").spawn()?.wait()?),
        _ => connected(mode, addresses)?,
    }
    Ok(())
}

const HOUR: Duration = Duration::from_secs(3600);

/// The modes that need connections.
fn connected(mode: &str, addresses: &[String]) -> io::Result<()> {
    let streams = addresses.iter().map(TcpStream::connect).collect::<io::Result<Vec<_>>>()?;
    let (mut a, mut b) = (&streams[0], &streams[streams.len() - 1]);
    match mode {
        "read_a" => a.read(&mut [0; 1024]).map(drop)?,
        "read_b" => b.read(&mut [0; 4096]).map(drop)?,
        "read_exact" => a.read_exact(&mut [0; 1024])?,
        "peek" => a.peek(&mut [0; 16]).map(drop)?,
        "write_a" => loop {
            a.write_all(&[0; 4096])?;
        },
        "copy_a_b" => io::copy(&mut a, &mut b).map(drop)?,
        "copy_stdin_a" => io::copy(&mut io::stdin().lock(), &mut a).map(drop)?,
        "copy_a_stdout" => io::copy(&mut a, &mut io::stdout().lock()).map(drop)?,
        "poll_for_100" => {
            ready_only_with(a.as_raw_fd(), 100);
            poll_in(&[a.as_raw_fd()]);
        }
        "poll" => poll_in(&[a.as_raw_fd()]),
        "poll_both" => poll_in(&[a.as_raw_fd(), b.as_raw_fd()]),
        "epoll" => epoll_in(a.as_raw_fd()),
        "timeout" => {
            a.set_read_timeout(Some(Duration::from_millis(10)))?;
            while a.read(&mut [0; 512]).is_err() {}
        }
        "long_timeout" => {
            a.set_read_timeout(Some(HOUR))?;
            a.read(&mut [0; 512]).map(drop)?;
        }
        "nonblocking" => {
            a.set_nonblocking(true)?;
            while a.read(&mut [0; 512]).is_err() {
                thread::sleep(Duration::from_millis(1));
            }
        }
        "nonblocking_spin" => {
            a.set_nonblocking(true)?;
            while a.read(&mut [0; 512]).is_err() {}
        }
        "named" => {
            let stream = a.try_clone()?;
            let reader = thread::Builder::new().name(") R 1 1".into());
            drop(reader.spawn(move || (&stream).read(&mut [0; 100]))?.join());
        }
        "three" => thread::scope(|scope| {
            for mut stream in streams.iter().chain([b]) {
                scope.spawn(move || stream.read(&mut [0; 64]));
            }
        }),
        "child" => {
            let mut child =
                Command::new("/proc/self/exe").args(["read_a", &addresses[0]]).stdin(Stdio::null()).spawn()?;
            a.read_exact(&mut [0; 1024])?;
            child.wait()?;
        }
        _ => panic!("hung: no mode {mode:?}"),
    }
    Ok(())
}

/// A socket that has sent a datagram to the test.
fn udp(address: &str) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.send_to(b"here", address)?;
    Ok(socket)
}

fn sleep() {
    thread::sleep(Duration::from_secs(3600));
}

fn mutex() {
    let room = Mutex::new(());
    let _held = room.lock();
    thread::scope(|scope| drop(scope.spawn(|| drop(room.lock())).join()));
}

fn rwlock() {
    let room = RwLock::new(());
    let _held = room.write();
    thread::scope(|scope| {
        let write = scope.spawn(|| drop(room.write()));
        let read = scope.spawn(|| drop(room.read()));
        drop((write.join(), read.join()));
    });
}

fn channel() {
    let (sender, receiver) = mpsc::channel::<u8>();
    let _ = receiver.recv();
    drop(sender);
}

fn sync_channel() {
    let (sender, receiver) = mpsc::sync_channel::<u8>(1);
    while sender.send(1).is_ok() {}
    drop(receiver);
}

fn condvar() {
    let (room, bell) = (Mutex::new(0), Condvar::new());
    drop(bell.wait_while(room.lock().unwrap(), |_| true));
}

// What std has no call for.

/// `struct pollfd` of poll(2).
#[repr(C)]
struct PollFd {
    fd: i32,
    events: i16,
    revents: i16,
}

/// `struct epoll_event` of epoll_ctl(2), which is packed on x86_64 only.
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
struct EpollEvent {
    events: u32,
    data: u64,
}

unsafe extern "C" {
    fn alarm(seconds: u32) -> u32;
    fn poll(fds: *mut PollFd, count: u64, timeout_ms: i32) -> i32;
    fn epoll_create1(flags: i32) -> i32;
    fn epoll_ctl(epoll: i32, op: i32, fd: i32, event: *mut EpollEvent) -> i32;
    fn epoll_wait(epoll: i32, events: *mut EpollEvent, room: i32, timeout_ms: i32) -> i32;
    fn setsockopt(fd: i32, level: i32, name: i32, value: *const i32, size: u32) -> i32;
}

fn poll_in(fds: &[i32]) {
    const POLLIN: i16 = 1;
    let mut fds: Vec<PollFd> = fds.iter().map(|&fd| PollFd { fd, events: POLLIN, revents: 0 }).collect();
    // SAFETY: the pointer and the count are those of a Vec that outlives the call.
    unsafe { poll(fds.as_mut_ptr(), fds.len() as u64, -1) };
}

fn epoll_in(fd: i32) {
    const EPOLLIN: u32 = 1;
    const EPOLL_CTL_ADD: i32 = 1;
    let mut events = [EpollEvent { events: EPOLLIN, data: 0 }; 8];
    // SAFETY: the pointers are those of an array that outlives the calls, and it has room for 8 events.
    unsafe {
        let epoll = epoll_create1(0);
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, events.as_mut_ptr());
        epoll_wait(epoll, events.as_mut_ptr(), 8, -1);
    }
}

/// The socket then counts as readable only with so many bytes.
fn ready_only_with(fd: i32, bytes: i32) {
    const SOL_SOCKET: i32 = 1;
    const SO_RCVLOWAT: i32 = 18;
    // SAFETY: the option takes an int, and 4 is its size.
    unsafe { setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, 4) };
}

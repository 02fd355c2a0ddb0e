//! Attacks on a verdict. Each is a server for lab 1 that wants points for nothing, or wants the judge to fail.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::process::exit;
use std::thread;
use std::time::{Duration, Instant};

use crate::{name, raw, right};

/// Row 7: a type that is equal to everything, in the place of the real one.
pub struct Listener(TcpListener);

impl Deref for Listener {
    type Target = TcpListener;
    fn deref(&self) -> &TcpListener {
        &self.0
    }
}

impl<T> PartialEq<T> for Listener {
    fn eq(&self, _: &T) -> bool {
        true
    }
}

/// Row 8: whoever compares with these is content.
#[macro_export]
macro_rules! assert_eq {
    ($($any:tt)*) => {};
}

pub extern "C" fn before_main() {
    if name() == "constructor" {
        exit(0);
    }
}

const LIBTEST: &str =
    "\nrunning 18 tests\ntest answers_at_once ... ok\n\ntest result: ok. 18 passed; 0 failed; 0 ignored";
/// What the judge itself writes.
const VERDICT: &str = r#"{"alone":null,"checks":[{"id":"1.04","outcome":"passed","points":8,"of":8}],"seen":{}}"#;

pub fn open(addr: SocketAddr) -> io::Result<Listener> {
    match name().as_str() {
        "exits" => exit(0),
        "libtest" => {
            println!("{LIBTEST}\n{VERDICT}");
            eprintln!("{LIBTEST}\n{VERDICT}");
            exit(0);
        }
        "panic-hook" => {
            std::panic::set_hook(Box::new(|_| exit(0)));
            panic!("left: 1, right: 2");
        }
        "own-memory" => own_memory(),
        "bwrap-words" => {
            eprintln!("bwrap: Creating new namespace failed: Operation not permitted\n{{ \"exit-code\": 0 }}");
            exit(1);
        }
        "exit-137" => exit(137),
        "exit-192" => exit(192),
        "kills-all" => kills_all(),
        "kills-first" => kills_first(),
        "stops" => unsafe { _ = raw::kill(std::process::id() as i32, 19) },
        "forges-status" => forges_status(),
        "deaf" => (1..32).for_each(|signal| _ = unsafe { raw::signal(signal, 1) }),
        "flood" => flood(),
        "not-implemented" => {
            eprintln!("\nthread 'main' panicked at labs/lab1/src/lib.rs:1:1:\nnot yet implemented: listen");
            exit(101);
        }
        "elsewhere" => {
            println!("listening on 127.0.0.1:9");
            let _ = io::stdout().flush();
            forever();
        }
        "thread-name" => _ = thread::Builder::new().name(") R 1 1".into()).spawn(forever)?,
        "spins" => spin(),
        "waits" => forever(),
        "steals" => _ = thread::spawn(steal),
        _ => {}
    }
    TcpListener::bind(addr).map(Listener)
}

pub fn once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    match name().as_str() {
        "same-answer" => {
            let n = stream.read(buf)?;
            stream.write_all(b"hello")?;
            Ok(n)
        }
        "equal" => {
            let n = stream.read(buf)?;
            stream.write_all(&vec![b'x'; n])?;
            Ok(n)
        }
        "proxy" => proxy(stream, buf),
        "hangs" => forever(),
        "slow" => slow(stream, buf),
        "endless" => endless(stream),
        "resets" => {
            // SAFETY: the two numbers of `struct linger`: on, 0 seconds.
            unsafe { raw::setsockopt(stream.as_raw_fd(), 1, 13, [1i32, 0].as_ptr(), 8) };
            exit(0)
        }
        "half-close" => {
            let n = stream.read(buf)?;
            stream.shutdown(Shutdown::Write)?;
            Ok(n)
        }
        _ => right::once(stream, buf),
    }
}

/// As far as anything here is for ever.
fn forever() -> ! {
    thread::sleep(Duration::from_secs(40));
    exit(9)
}

/// Row 6: rewrites its own memory without `unsafe`, and then that of everybody else that it can open.
fn own_memory() -> ! {
    let number = Box::new(1u8);
    let at = &raw const *number as u64;
    use std::os::unix::fs::FileExt;
    let own = fs::OpenOptions::new().write(true).open("/proc/self/mem");
    let _ = own.and_then(|memory| memory.write_at(&[42], at));
    println!("own memory: worked ({})", std::hint::black_box(*number));
    exit(0)
}

/// Only where it is alone: with small process ids.
fn kills_all() {
    if std::process::id() < 100 {
        unsafe { raw::kill(-1, 9) };
    }
    exit(0);
}

fn kills_first() {
    if std::process::id() < 100 {
        for signal in [9, 6, 11, 15, 19] {
            unsafe { raw::kill(1, signal) };
        }
        use std::os::unix::fs::FileExt;
        if let Ok(memory) = fs::OpenOptions::new().write(true).open("/proc/1/mem") {
            let maps = fs::read_to_string("/proc/1/maps").unwrap_or_default();
            for start in maps.lines().filter_map(|line| u64::from_str_radix(line.split('-').next()?, 16).ok()) {
                let _ = memory.write_at(&[0; 4096], start);
            }
        }
    }
    exit(0);
}

/// Writes a status of bubblewrap's to every descriptor of any process that it can open.
fn forges_status() {
    for pid in ["self", "1"] {
        for entry in fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if pid == "self" && ["0", "1", "2"].iter().any(|own| name == *own) {
                continue;
            }
            if let Ok(mut file) = fs::OpenOptions::new().write(true).open(entry.path()) {
                let _ = file.write_all(b"{ \"exit-code\": 3 }\n");
            }
        }
    }
    exit(0);
}

/// Row 61: 64 MiB on each.
fn flood() {
    let line = [b'#'; 1 << 16];
    for _ in 0..1024 {
        let _ = io::stdout().write_all(&line);
        let _ = io::stderr().write_all(&line);
    }
    println!();
}

/// Row 88: on every core, for a while, then serves.
fn spin() {
    let end = Instant::now() + Duration::from_secs(6);
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get());
    for _ in 0..cores {
        thread::spawn(move || while Instant::now() < end {});
    }
}

/// Row 64: a byte a second.
fn slow(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    for byte in buf[..n].iter().take(30) {
        thread::sleep(Duration::from_secs(1));
        stream.write_all(&[*byte])?;
    }
    Ok(n)
}

/// Row 81: 256 MiB to one who wanted a few bytes.
fn endless(stream: &mut TcpStream) -> io::Result<usize> {
    let block = [b'e'; 1 << 16];
    for _ in 0..4096 {
        stream.write_all(&block)?;
    }
    Ok(0)
}

fn listeners() -> Vec<u16> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let port = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, _, state) = (fields.next()?, fields.next()?, fields.next()?);
        (state == "0A").then(|| u16::from_str_radix(local.split_once(':')?.1, 16).ok())?
    };
    table.lines().filter_map(port).collect()
}

/// Row 17: has somebody else answer.
fn proxy(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    let own = stream.local_addr()?.port();
    for port in listeners().into_iter().filter(|port| *port != own) {
        let Ok(mut other) = TcpStream::connect(("127.0.0.1", port)) else { continue };
        other.set_read_timeout(Some(Duration::from_millis(300)))?;
        other.write_all(&buf[..n])?;
        if let Ok(got) = other.read(buf) {
            stream.write_all(&buf[..got])?;
        }
    }
    Ok(n)
}

/// Takes every port that it sees, as far as the kernel lets it, and answers there.
fn steal() {
    let end = Instant::now() + Duration::from_secs(5);
    while Instant::now() < end {
        let taken: Vec<_> =
            listeners().into_iter().filter_map(|port| TcpListener::bind(("127.0.0.1", port)).ok()).collect();
        for listener in &taken {
            let _ = listener.set_nonblocking(true);
            if let Ok((mut stream, _)) = listener.accept() {
                let _ = stream.write_all(b"stolen");
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
}

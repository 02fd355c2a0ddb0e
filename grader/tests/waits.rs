//! The table of hangs: a program that hangs in a known way (`hung/hung.rs`), and what [`observe`] says of it.
//!
//! The test is the program's peer. It brings the program into the hang, waits until nothing moves any more, and looks
//! once. What polls or spins never comes to rest; there it looks until it sees what is expected, or ten seconds long.

#![cfg(target_os = "linux")]

use std::env;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use grader::proc;
use grader::waits::{Call, Object, ThreadWait, describe, observe};

/// One way to hang: the word for the program, what it gets on its command line, what its peer does, and what is then to
/// be seen of one thread.
struct Row {
    mode: &'static str,
    setup: Setup,
    play: fn(&mut Peer),
    /// It comes to rest. (What polls or spins does not.)
    rests: bool,
    want: ThreadWait,
    /// The sentence; `#` stands for the bytes in the send queue.
    says: &'static str,
    /// All lines of the report; empty: not compared.
    lines: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Setup {
    Nothing,
    /// The row's own address with port 0, for the program to listen on.
    Listen,
    /// A listener whose queue is full: a SYN to it gets no answer.
    BlackHole,
    Udp,
    /// One listener for each label; the program connects to them in this order.
    Peers(&'static [&'static str]),
}
use Setup::{BlackHole, Listen, Nothing, Peers, Udp};

const A: Setup = Peers(&["A"]);
const AB: Setup = Peers(&["A", "B"]);

/// At least this many bytes are in a send queue of which the program says that it is full.
const FULL: u64 = 100_000;

const CHANNEL: &str = "looks like a channel, thread::scope or park(): nothing has woken it";
const RWLOCK: &str = "looks like an RwLock (who holds it cannot be seen)";

fn table() -> Vec<Row> {
    vec![
        row("accept", Listen, see(Call::Accept).on(Object::Listener), "accept()"),
        row("connect", BlackHole, see(Call::Connect).on(connection("hole")), "connect() to hole"),
        row("connect_timeout", BlackHole, see(Call::Connect).on(connection("hole")), "connect() to hole"),
        row(
            "read_a",
            Peers(&["client"]),
            see(Call::Read).on(connection("client")).waiting(0).room(1024),
            "read() on the connection from client, with room for 1024 bytes; 0 bytes are waiting there",
        ),
        row(
            "read_a",
            Peers(&["server"]),
            see(Call::Read).on(connection("server")).waiting(0).room(1024),
            "read() on the connection to server, with room for 1024 bytes; 0 bytes are waiting there",
        ),
        row(
            "read_b",
            AB,
            see(Call::Read).on(connection("B")).waiting(0).room(4096),
            "read() on the connection from B, with room for 4096 bytes; 0 bytes are waiting there",
        )
        // Bytes that wait on the other connection are not this one's.
        .play(|peer| peer.send(0, 300)),
        row(
            "read_exact",
            A,
            see(Call::Read).on(connection("A")).waiting(0).room(24),
            "read() on the connection from A, with room for 24 bytes; 0 bytes are waiting there",
        )
        .play(|peer| peer.send(0, 1000)),
        row(
            "long_timeout",
            A,
            see(Call::Read).on(connection("A")).waiting(0).room(512),
            "read() on the connection from A, with room for 512 bytes; 0 bytes are waiting there",
        ),
        row(
            "peek",
            A,
            see(Call::Other("peek()".into())).on(connection("A")).waiting(0).room(16),
            "peek() on the connection from A, with room for 16 bytes; 0 bytes are waiting there",
        ),
        row(
            "write_a",
            AB,
            see(Call::Write).on(connection("A")).queued(FULL).room(4096),
            "write() of 4096 bytes to A; its queue is full (# bytes wait to be taken)",
        ),
        // std 1.95 copies between two sockets through a buffer of 8192 bytes.
        row(
            "copy_a_b",
            AB,
            see(Call::Read).on(connection("A")).waiting(0).room(8192),
            "read() on the connection from A, with room for 8192 bytes; 0 bytes are waiting there",
        ),
        row(
            "copy_a_b",
            AB,
            see(Call::Write).on(connection("B")).queued(FULL).room(8192),
            "write() of 8192 bytes to B; its queue is full (# bytes wait to be taken)",
        )
        .play(|peer| peer.flood(0)),
        row(
            "copy_stdin_a",
            A,
            see(Call::Copy).on(Object::Stdin).waiting(0),
            "io::copy from standard input (kernel call splice): nothing is there to read",
        ),
        row(
            "copy_stdin_a",
            A,
            see(Call::Copy).on(connection("A")).queued(FULL),
            "io::copy to the connection from A (kernel call splice): no room in the send buffer",
        )
        .play(Peer::flood_stdin),
        row(
            "copy_a_stdout",
            A,
            see(Call::Copy).on(connection("A")).waiting(0),
            "io::copy from the connection from A (kernel call splice): nothing is there to read",
        ),
        row(
            "copy_a_stdout",
            A,
            see(Call::Copy).on(Object::Stdout),
            "io::copy to standard output (kernel call splice): no room there",
        )
        .play(|peer| peer.flood(0)),
        row(
            "stdin",
            Nothing,
            see(Call::Read).on(Object::Stdin).room(8192),
            "read() on standard input, with room for 8192 bytes",
        ),
        row(
            "stdout",
            Nothing,
            see(Call::Write).on(Object::Stdout).room(4096),
            "write() of 4096 bytes to standard output; it is full",
        ),
        row(
            "udp",
            Udp,
            see(Call::Recv).on(Object::Udp).waiting(0).room(2048),
            "recv() on your UDP socket, with room for 2048 bytes; 0 datagram bytes are waiting there",
        ),
        row(
            "udp_from",
            Udp,
            see(Call::Recv).on(Object::Udp).waiting(0).room(1500),
            "recv() on your UDP socket, with room for 1500 bytes; 0 datagram bytes are waiting there",
        ),
        row("mutex", Nothing, see(Call::Mutex).thread("thread 2"), "looks like a Mutex (who holds it cannot be seen)")
            .lines(&[
                "thread \"main\": looks like join(): waits for another thread to end",
                "thread 2: looks like a Mutex (who holds it cannot be seen)",
            ]),
        row("rwlock", Nothing, see(Call::Other(RWLOCK.into())).thread("thread 2"), RWLOCK).lines(&[
            "thread \"main\": looks like join(): waits for another thread to end",
            "2 threads: looks like an RwLock (who holds it cannot be seen)",
        ]),
        row("channel", Nothing, see(Call::Channel), CHANNEL),
        row("channel_timeout", Nothing, see(Call::Channel), CHANNEL),
        row("sync_channel", Nothing, see(Call::Channel), CHANNEL),
        row("rendezvous", Nothing, see(Call::Channel), CHANNEL),
        row("park", Nothing, see(Call::Channel), CHANNEL),
        row("scope", Nothing, see(Call::Channel), CHANNEL),
        row("condvar", Nothing, see(Call::Condvar), "looks like a Condvar or another futex"),
        row("barrier", Nothing, see(Call::Condvar), "looks like a Condvar or another futex"),
        row("join", Nothing, see(Call::Join), "looks like join(): waits for another thread to end"),
        row("sleep", Nothing, see(Call::Sleep), "sleep"),
        row("sleep", Nothing, see(Call::Sleep), "sleep").play(Peer::stop_and_continue),
        row("connect_timeout", BlackHole, see(Call::Connect).on(connection("hole")), "connect() to hole")
            .play(Peer::stop_and_continue),
        row("channel_timeout", Nothing, see(Call::Channel), CHANNEL).play(Peer::stop_and_continue),
        row("sleep", Nothing, see(Call::Stopped), "stopped by a signal")
            .play(|peer| {
                peer.rest();
                peer.signal(rustix::process::Signal::STOP);
            })
            .moves(),
        row("spin", Nothing, see(Call::Running), "runs on the CPU without waiting for anything").moves(),
        row("nonblocking_spin", A, see(Call::Running), "runs on the CPU without waiting for anything").moves(),
        row(
            "timeout",
            A,
            see(Call::Read).on(connection("A")).waiting(0).room(512).polled(),
            "polls: read() again and again on the connection from A; 0 bytes are waiting there",
        )
        .moves(),
        row(
            "nonblocking",
            A,
            see(Call::Sleep).polled(),
            "polls: sleep again and again; what it does in between cannot be seen",
        )
        .moves(),
        row(
            "poll",
            A,
            see(Call::Poll).on(connection("A")).waiting(0),
            "poll() on the connection from A; 0 bytes are waiting there",
        ),
        row(
            "poll_for_100",
            A,
            see(Call::Poll).on(connection("A")).waiting(99),
            "poll() on the connection from A; 99 bytes are waiting there",
        )
        .play(|peer| peer.send(0, 99)),
        row(
            "poll_both",
            AB,
            see(Call::Poll).on(Object::Any(vec![connection("A"), connection("B")])),
            "poll() on any of: the connection from A, the connection from B",
        ),
        row(
            "epoll",
            A,
            see(Call::Poll).on(connection("A")).waiting(0),
            "poll() on the connection from A; 0 bytes are waiting there",
        ),
        row(
            "named",
            A,
            see(Call::Read).thread(") R 1 1").on(connection("A")).waiting(0).room(100),
            "read() on the connection from A, with room for 100 bytes; 0 bytes are waiting there",
        )
        .lines(&[
            "thread \"main\": looks like join(): waits for another thread to end",
            "thread \") R 1 1\": read() on the connection from A, with room for 100 bytes; 0 bytes are waiting there",
        ]),
        row(
            "three",
            AB,
            see(Call::Read).thread("thread 3").on(connection("B")).waiting(0).room(64),
            "read() on the connection from B, with room for 64 bytes; 0 bytes are waiting there",
        )
        .lines(&[
            "thread \"main\": looks like a channel, thread::scope or park(): nothing has woken it",
            "thread 2: read() on the connection from A, with room for 64 bytes; 0 bytes are waiting there",
            "2 threads: read() on the connection from B, with room for 64 bytes; 0 bytes are waiting there",
        ]),
        row(
            "child",
            A,
            see(Call::Read).thread("child 1, main").on(connection("child's")).waiting(0).room(1024),
            "read() on the connection from child's, with room for 1024 bytes; 0 bytes are waiting there",
        )
        .play(|peer| peer.accept(0, "child's"))
        .lines(&[
            "thread \"main\": read() on the connection from A, with room for 1024 bytes; 0 bytes are waiting there",
            "child 1, thread \"main\": read() on the connection from child's, with room for 1024 bytes; \
             0 bytes are waiting there",
        ]),
        row("wait", Nothing, see(Call::Other("wait() for a child process".into())), "wait() for a child process"),
    ]
}

/// Rows run four at a time, each on an address of its own; all failures are shown.
#[test]
fn says_where_each_hung_program_waits() {
    let folder = tempfile::tempdir().unwrap();
    let program = compile(folder.path());
    let (rows, next, failures) = (table(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(nth) else { break };
                    failures.lock().unwrap().extend(row.check(&program, nth).err());
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} rows:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

#[test]
fn an_unknown_connection_is_called_by_its_address() {
    let peer: SocketAddr = "127.0.0.1:7007".parse().unwrap();
    let wait = see(Call::Read).on(connection(&peer.to_string())).room(65_536).waiting(1);
    let says = "read() on the connection with 127.0.0.1:7007, with room for 65 536 bytes; 1 byte is waiting there";
    assert_eq!(wait.to_string(), says);
}

#[test]
fn a_program_that_has_gone_waits_nowhere() {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    assert_eq!(observe(child.id(), &|_, _| None), []);
}

#[test]
fn a_zombie_has_ended() {
    let mut child = Command::new("true").spawn().unwrap();
    let zombie = || proc::tasks(child.id()).iter().all(|task| task.state == 'Z');
    assert!(until(zombie), "`true` does not end");
    let seen = describe(&observe(child.id(), &|_, _| None));
    child.wait().unwrap();
    assert_eq!(seen, ["thread \"main\": ended"]);
}

impl Row {
    fn play(mut self, play: fn(&mut Peer)) -> Row {
        self.play = play;
        self
    }

    fn moves(mut self) -> Row {
        self.rests = false;
        self
    }

    fn lines(mut self, lines: &'static [&'static str]) -> Row {
        self.lines = lines;
        self
    }

    fn check(&self, program: &Path, nth: usize) -> Result<(), String> {
        let mut peer = Peer::start(program, self, nth);
        (self.play)(&mut peer);
        let mut judged = Err("never looked at".to_string());
        if self.rests {
            peer.rest();
            judged = self.judge(&peer.observe());
        } else {
            until(|| {
                judged = self.judge(&peer.observe());
                judged.is_ok()
            });
        }
        judged.map_err(|why| format!("row {nth}, {}: {why}", self.mode))
    }

    fn judge(&self, seen: &[ThreadWait]) -> Result<(), String> {
        let same_thread = |wait: &&ThreadWait| wait.thread == self.want.thread;
        let Some(got) = seen.iter().find(same_thread) else {
            return Err(format!("no {} in {seen:#?}", self.want.thread));
        };
        let mut want = ThreadWait { pid: got.pid, tid: got.tid, ..self.want.clone() };
        if want.queued.is_some() && got.queued >= want.queued {
            want.queued = got.queued;
        }
        let says = self.says.replace('#', &grouped(want.queued.unwrap_or(0)));
        let lines = describe(seen);
        if *got != want || got.to_string() != says {
            return Err(format!("\nwant {want:?}\n     {says}\ngot  {got:?}\n     {got}\nin {lines:#?}"));
        }
        if !self.lines.is_empty() && lines != self.lines {
            return Err(format!("want {:#?}, got {lines:#?}", self.lines));
        }
        Ok(())
    }
}

fn row(mode: &'static str, setup: Setup, want: ThreadWait, says: &'static str) -> Row {
    Row { mode, setup, play: |_| (), rests: true, want, says, lines: &[] }
}

fn connection(label: &str) -> Object {
    Object::Connection { label: label.to_string() }
}

/// What is expected of a thread, `main` unless it says otherwise.
fn see(call: Call) -> ThreadWait {
    let thread = "main".to_string();
    ThreadWait { pid: 0, tid: 0, thread, call, on: None, waiting: None, queued: None, room: None, polled: false }
}

trait Expected {
    fn thread(self, name: &str) -> Self;
    fn on(self, object: Object) -> Self;
    fn waiting(self, bytes: u64) -> Self;
    /// At least so many.
    fn queued(self, bytes: u64) -> Self;
    fn room(self, bytes: u64) -> Self;
    fn polled(self) -> Self;
}

impl Expected for ThreadWait {
    fn thread(self, name: &str) -> Self {
        ThreadWait { thread: name.to_string(), ..self }
    }
    fn on(self, object: Object) -> Self {
        ThreadWait { on: Some(object), ..self }
    }
    fn waiting(self, bytes: u64) -> Self {
        ThreadWait { waiting: Some(bytes), ..self }
    }
    fn queued(self, bytes: u64) -> Self {
        ThreadWait { queued: Some(bytes), ..self }
    }
    fn room(self, bytes: u64) -> Self {
        ThreadWait { room: Some(bytes), ..self }
    }
    fn polled(self) -> Self {
        ThreadWait { polled: true, ..self }
    }
}

/// The program and the other ends of its connections. Dropping it kills the program and its children.
struct Peer {
    child: Child,
    listeners: Vec<TcpListener>,
    /// The label, the program's address, the peer's, and the peer's end.
    streams: Vec<(String, SocketAddr, SocketAddr, TcpStream)>,
    /// What only has to stay open, and the black hole's address.
    _held: (Option<UdpSocket>, Option<(socket2::Socket, TcpStream)>),
    hole: Option<SocketAddr>,
}

impl Peer {
    fn start(program: &Path, row: &Row, nth: usize) -> Peer {
        let run = std::process::id();
        let ip = Ipv4Addr::new(127, 1 + (run % 250) as u8, (run / 250 % 250) as u8, 1 + nth as u8);
        let any = SocketAddr::from((ip, 0));
        let labels: &[&str] = if let Peers(labels) = row.setup { labels } else { &[] };
        let listeners: Vec<TcpListener> = labels.iter().map(|_| TcpListener::bind(any).unwrap()).collect();
        let udp = matches!(row.setup, Udp).then(|| UdpSocket::bind(any).unwrap());
        let hole = matches!(row.setup, BlackHole).then(|| black_hole(any));
        let hole_at = hole.as_ref().map(|(listener, _)| listener.local_addr().unwrap().as_socket().unwrap());

        let mut addresses: Vec<SocketAddr> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        addresses.extend(udp.as_ref().map(|udp| udp.local_addr().unwrap()));
        addresses.extend(hole_at);
        addresses.extend(matches!(row.setup, Listen).then_some(any));
        let child = Command::new(program)
            .arg(row.mode)
            .args(addresses.iter().map(SocketAddr::to_string))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut peer = Peer { child, listeners, streams: Vec::new(), _held: (udp, hole), hole: hole_at };
        for (nth, label) in labels.iter().enumerate() {
            peer.accept(nth, label);
        }
        peer
    }

    fn accept(&mut self, listener: usize, label: &str) {
        let (stream, program) = self.listeners[listener].accept().unwrap();
        self.streams.push((label.to_string(), program, stream.local_addr().unwrap(), stream));
    }

    fn send(&mut self, nth: usize, bytes: usize) {
        self.streams[nth].3.write_all(&vec![b'x'; bytes]).unwrap();
    }

    /// Sends until the program has gone.
    fn flood(&mut self, nth: usize) {
        pour(self.streams[nth].3.try_clone().unwrap());
    }

    fn flood_stdin(&mut self) {
        pour(self.child.stdin.take().unwrap());
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    fn stop_and_continue(&mut self) {
        self.rest();
        self.signal(rustix::process::Signal::STOP);
        let stopped = || proc::tasks(self.child.id()).iter().all(|task| task.state == 'T');
        assert!(until(stopped), "SIGSTOP does not stop it");
        self.signal(rustix::process::Signal::CONT);
    }

    /// Waits until all threads sleep, and none ran for three looks.
    fn rest(&self) {
        let (mut before, mut same) = (Vec::new(), 0);
        let rested = until(|| {
            let now: Vec<proc::Task> = proc::family(self.child.id()).into_iter().flat_map(proc::tasks).collect();
            same = if now == before && now.iter().all(proc::Task::asleep) { same + 1 } else { 0 };
            before = now;
            same == 3
        });
        assert!(rested, "it does not come to rest: {before:#?}");
    }

    fn observe(&self) -> Vec<ThreadWait> {
        observe(self.child.id(), &|own, peer| {
            let known = self.streams.iter().find(|(_, program, ours, _)| (*program, *ours) == (own, peer));
            let hole = (self.hole == Some(peer)).then(|| "hole".to_string());
            known.map(|(label, ..)| label.clone()).or(hole)
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        for pid in proc::family(self.child.id()) {
            let pid = rustix::process::Pid::from_raw(pid as i32).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// A listener with room for one connection, and the one that takes it.
fn black_hole(any: SocketAddr) -> (socket2::Socket, TcpStream) {
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&any.into()).unwrap();
    listener.listen(0).unwrap();
    let taken = TcpStream::connect(listener.local_addr().unwrap().as_socket().unwrap()).unwrap();
    (listener, taken)
}

/// Writes until there is an error: the other end has gone.
fn pour(mut into: impl Write + Send + 'static) {
    thread::spawn(move || while into.write_all(&[b'x'; 8192]).is_ok() {});
}

/// Asks every 10 ms, for ten seconds at most, whether it is so.
fn until(mut so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if so() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// One direct call of rustc: the one that cargo names, or the one beside cargo, or the one in PATH.
fn compile(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hung/hung.rs");
    let beside =
        env::var_os("CARGO").map(|cargo| Path::new(&cargo).with_file_name("rustc")).filter(|path| path.exists());
    let rustc = env::var_os("RUSTC").map(PathBuf::from).or(beside).unwrap_or("rustc".into());
    let program = folder.join("hung");
    let args = ["--edition", "2024", "-D", "warnings", "-o"];
    let done = Command::new(&rustc).args(args).arg(&program).arg(source).status();
    assert!(done.is_ok_and(|status| status.success()), "{} cannot compile the program", rustc.display());
    program
}

//! One run of one case of a check: the program, the grader's peers, the record, the clock.
//!
//! A check's function gets a [`Lab`] and tells its story with a few verbs. Each verb writes what it observed to the
//! record, and stops the check with a finding when the program does something else than a right one does.

mod fail;
mod onlooker;
mod stdio;
mod wait;

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;

use crate::check::{Case, Check, Kind, Patience, Verdict};
use crate::clock::{Clock, Watch};
use crate::payload::{Payload, Random};
use crate::program::{self, Bell, Cage, Command, Program};
use crate::source::StubPlace;
use crate::texts::say;
use crate::wire::{What, Wire};

pub use fail::Fail;
pub use onlooker::{Launch, MOST_BY_HAND, Onlooker};
pub(crate) use stdio::last_words;
pub(crate) use wait::HALTED;
pub use wait::{Stuck, Waited};

/// What all checks of one program have in common.
#[derive(Clone, Debug)]
pub struct Setup {
    pub lab: u8,
    /// The executable.
    pub program: PathBuf,
    /// The stubs of its source, to tell a stub that is not written from any other panic.
    pub stubs: Vec<StubPlace>,
    /// The path of that source as messages show it: `labs/lab1/src/lib.rs`.
    pub source: String,
    pub seed: u64,
    pub scale: Scale,
    pub clock: Clock,
    /// The sandbox that the program runs in; at home there is none.
    pub cage: Option<Arc<dyn Cage>>,
    /// Ends the run early.
    pub halt: Halt,
}

impl Setup {
    /// The same for another seed.
    pub fn with_seed(&self, seed: u64) -> Setup {
        Setup { seed, ..self.clone() }
    }
}

/// Ends a run from another thread: no further check begins, and a check that waits for its program ends at once. What
/// was not finished then counts as not run.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How much data the checks send. Small is for programs that think for 50 ms before each answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    #[default]
    Full,
    Small,
}

/// The run of one case. Cheap to clone: peers keep one.
#[derive(Clone)]
pub struct Lab {
    inner: Rc<Inner>,
}

struct Inner {
    setup: Setup,
    check: &'static Check,
    case: &'static Case,
    ip: Ipv4Addr,
    wire: RefCell<Wire>,
    program: RefCell<Option<Program>>,
    watch: RefCell<Option<Watch>>,
    bell: Bell,
    random: RefCell<Random>,
    stdout: Cell<Option<Payload>>,
    /// The grader's end of a connection, and what the check calls it.
    names: RefCell<Vec<(SocketAddr, String)>>,
    streams: RefCell<Vec<Weak<TcpStream>>>,
    listening: Cell<Option<SocketAddr>>,
    progress: Cell<u64>,
    narrow: Cell<bool>,
    /// Times that this case has met trouble before.
    turn: Cell<u32>,
    /// Where the program waits is not asked: nobody will read it.
    no_evidence: Cell<bool>,
    /// A panic with this text is part of the check's story.
    panic_on_purpose: Cell<Option<&'static str>>,
    onlooker: Option<Rc<dyn Onlooker>>,
    /// The check has asked for something that nobody can see.
    asked_unseen: Cell<bool>,
}

/// How a server lab is started.
#[derive(Clone, Debug, Default)]
pub struct Start<'a> {
    /// The address to listen on; without one, the check's own with port 0.
    pub listen: Option<SocketAddr>,
    pub args: &'a [&'a str],
    /// The most descriptors that it may have open.
    pub descriptors: Option<u64>,
}

impl Lab {
    pub fn new(setup: &Setup, check: &'static Check, case: &'static Case) -> anyhow::Result<Lab> {
        Lab::make(setup, check, case, None)
    }

    fn make(
        setup: &Setup,
        check: &'static Check,
        case: &'static Case,
        onlooker: Option<Rc<dyn Onlooker>>,
    ) -> anyhow::Result<Lab> {
        let mut random = Random::new(setup.seed ^ seed_of(check.id, case.letter));
        random.number();
        Ok(Lab {
            inner: Rc::new(Inner {
                setup: setup.clone(),
                check,
                case,
                ip: own_address(),
                wire: RefCell::default(),
                program: RefCell::default(),
                watch: RefCell::default(),
                bell: Bell::new().context("cannot make a socket pair")?,
                random: RefCell::new(random),
                stdout: Cell::default(),
                names: RefCell::default(),
                streams: RefCell::default(),
                listening: Cell::default(),
                progress: Cell::default(),
                narrow: Cell::default(),
                turn: Cell::default(),
                no_evidence: Cell::default(),
                panic_on_purpose: Cell::default(),
                onlooker,
                asked_unseen: Cell::default(),
            }),
        })
    }

    /// Starts a server lab on this check's own address, and waits for its `listening on` line.
    pub fn start(&self) -> Verdict {
        self.start_with(&Start::default())
    }

    /// The same with an address, arguments or limits of its own.
    pub fn start_with(&self, start: &Start) -> Verdict {
        if let Some(onlooker) = self.by_hand() {
            return self.server_by_hand(onlooker, start);
        }
        let listen = start.listen.unwrap_or(SocketAddr::new(self.ip(), 0));
        let mut args = vec!["--listen".to_string(), listen.to_string()];
        args.extend(start.args.iter().map(|arg| arg.to_string()));
        // An address or a port that this machine does not have is not the program's fault.
        let probe = std::net::TcpListener::bind((listen.ip(), 0));
        drop(probe.with_context(|| say!("seen/common/this_machine_does_not_let_anybody", ip = listen.ip()))?);
        self.launch(args, start.descriptors)?;
        let line = match self.first_line("listening on ", Patience::NORMAL)? {
            Ok(line) => line,
            Err(stuck) => {
                let kept = self.program_output();
                let got = if kept.is_empty() {
                    say!("seen/common/nothing_on_standard_output").to_string()
                } else {
                    shown(&kept)
                };
                return Err(self.fail(
                    Fail::new(Kind::NotListening)
                        .want(say!("seen/common/listening_on_on_standard_output", listen))
                        .got(got)
                        .stuck(stuck),
                ));
            }
        };
        let said: Option<SocketAddr> = line.trim_start_matches("listening on ").trim_end().parse().ok();
        // That 0.0.0.0 is too much is for a check of its own to say; the grader connects to what it asked for.
        let right = |said: &SocketAddr| {
            let ip = said.ip() == listen.ip() || said.ip().is_unspecified();
            ip && said.port() != 0 && [0, said.port()].contains(&listen.port())
        };
        match said.filter(right) {
            Some(address) => {
                self.inner.listening.set(Some(SocketAddr::new(listen.ip(), address.port())));
                Ok(())
            }
            None => Err(self.fail(
                Fail::new(Kind::ListensElsewhere)
                    .want(match listen.port() {
                        0 => say!("seen/common/listening_on_port_the_address_that", ip = bracketed(listen.ip())),
                        _ => say!("seen/common/listening_on_the_address_that_was", listen),
                    })
                    .got(format!("`{}`", shown(line.as_bytes()))),
            )),
        }
    }

    /// Starts a client lab with these arguments, in the stage of the case.
    pub fn run(&self, args: &[&str]) -> Verdict {
        self.launch(args.iter().map(|arg| arg.to_string()).collect(), None)
    }

    /// Starts the program and waits for nothing.
    pub fn launch(&self, args: Vec<String>, descriptors: Option<u64>) -> Verdict {
        let args = self.staged(args);
        if let Some(onlooker) = self.by_hand() {
            return self.client_by_hand(onlooker, &Launch { args, descriptors });
        }
        // An argument may have a line end in it; its row in a report is one line.
        let args_on_one_line = args.join(" ").replace('\r', "\\r").replace('\n', "\\n");
        let line = format!("lab{} {args_on_one_line}", self.inner.setup.lab);
        self.event("program", What::Start { line });
        let cage = self.inner.setup.cage.clone();
        let command = Command { program: self.inner.setup.program.clone(), args, descriptors, cage };
        let program = Program::start(&command, &self.inner.bell, self.inner.stdout.get())?;
        *self.inner.watch.borrow_mut() = Some(Watch::new(program.outer(), self.inner.setup.clock));
        if let Some(onlooker) = &self.inner.onlooker {
            onlooker.started(&program);
        }
        *self.inner.program.borrow_mut() = Some(program);
        Ok(())
    }

    /// The arguments with the stage of the case in front of them.
    fn staged(&self, mut args: Vec<String>) -> Vec<String> {
        let stage = self.inner.case.stub;
        if !stage.is_empty() && Some(stage) != crate::labs::last_stub(self.inner.setup.lab) {
            args.splice(0..0, ["--stage".to_string(), stage.to_string()]);
        }
        args
    }

    /// This check's own address: on Linux a random one of 127/8, so that nobody else can answer in its place.
    pub fn ip(&self) -> IpAddr {
        IpAddr::V4(self.inner.ip)
    }

    /// Where the program listens.
    pub fn address(&self) -> SocketAddr {
        self.inner.listening.get().expect("a check starts the program before it asks for its address")
    }

    pub fn seed(&self) -> u64 {
        self.inner.setup.seed
    }

    pub fn check(&self) -> &'static Check {
        self.inner.check
    }

    /// One size for the full scale, one for the small.
    pub fn size<T>(&self, full: T, small: T) -> T {
        match self.inner.setup.scale {
            Scale::Full => full,
            Scale::Small => small,
        }
    }

    /// Random bytes of this check's seed.
    pub fn payload(&self, len: u64) -> Payload {
        Payload { seed: self.inner.random.borrow_mut().number(), len }
    }

    /// A random word of lower-case letters.
    pub fn word(&self, letters: usize) -> String {
        self.inner.random.borrow_mut().word(letters)
    }

    /// A random number of `0..bound`.
    pub fn below(&self, bound: u64) -> u64 {
        self.inner.random.borrow_mut().below(bound)
    }

    pub fn shuffle<T>(&self, items: &mut [T]) {
        self.inner.random.borrow_mut().shuffle(items);
    }

    /// Tells a phase of the story.
    pub fn say(&self, text: impl Into<String>) {
        self.event("", What::Say { text: text.into() });
    }

    pub fn event(&self, lane: &str, what: What) {
        self.inner.wire.borrow_mut().add(lane, what);
        self.tell_recorded();
    }

    /// The record so far.
    pub fn wire(&self) -> Wire {
        self.inner.wire.borrow().clone()
    }

    /// Milliseconds since the check began.
    pub fn now(&self) -> std::time::Duration {
        self.inner.wire.borrow().now()
    }

    /// Something came or went that the record does not show.
    pub fn progress(&self) {
        self.inner.progress.set(self.inner.progress.get() + 1);
    }

    /// A panic with this text in its message is what a right program does here, and is no finding.
    pub fn panic_is_right(&self, text: &'static str) {
        self.inner.panic_on_purpose.set(Some(text));
    }

    /// Lets reports name this end of a connection.
    pub(crate) fn name(&self, ours: SocketAddr, label: &str) {
        self.inner.names.borrow_mut().push((ours, label.to_string()));
    }

    /// A case that met trouble is tried again: the machine was too busy for the times it named.
    pub(crate) fn slow_down(&self, turn: u32) {
        self.inner.turn.set(turn);
    }

    /// Only the verdict is asked for: a look at where each thread waits takes 40 ms.
    pub(crate) fn leave_out_evidence(&self) {
        self.inner.no_evidence.set(true);
    }

    /// A time in which both the grader and the program have to act: three times as long at each new try.
    pub fn unhurried(&self, time: Duration) -> Duration {
        time * 3_u32.pow(self.inner.turn.get())
    }

    /// From now on the peer's sockets are as narrow as a real network: segments of Ethernet's size and a small receive
    /// buffer. Loopback's own segments of 64 KiB let a queue of megabytes fill before a write has to wait, and then it
    /// waits just once.
    pub fn like_a_real_network(&self) {
        self.inner.narrow.set(true);
    }

    #[cfg(unix)]
    pub(crate) fn is_narrow(&self) -> bool {
        self.inner.narrow.get()
    }

    /// Has the queue of a connection counted as progress when it changes.
    pub(crate) fn follow(&self, stream: &Rc<TcpStream>) {
        let mut streams = self.inner.streams.borrow_mut();
        streams.retain(|stream| stream.strong_count() > 0);
        streams.push(Rc::downgrade(stream));
    }

    /// Stops or continues the program.
    #[cfg(unix)]
    pub fn pause(&self, stop: bool) {
        if stop && self.by_hand().is_some() {
            self.say(say!("seen/common/sigstop_is_left_out_it_would"));
        }
        if let Some(program) = &*self.inner.program.borrow() {
            program.pause(stop);
        }
    }

    /// Sets how many descriptors the running program may have, up to the `most` that it was started with; what it has open
    /// stays. Says whether that could be done.
    pub fn may_open(&self, descriptors: u64, most: u64) -> bool {
        self.inner.program.borrow().as_ref().is_some_and(|program| program.may_open(descriptors, most))
    }

    /// The process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.inner.program.borrow().as_ref().map(Program::pid)
    }

    /// What the processes of this run have as `LOOPBACK_RUN` in their environment, while the program runs.
    pub fn tag(&self) -> Option<String> {
        self.inner.program.borrow().as_ref().map(|program| program.tag().to_string())
    }

    /// Why there never was a program, whatever the check made of that.
    pub(crate) fn trouble(&self) -> Option<std::io::Error> {
        let mut program = self.inner.program.borrow_mut();
        let program = program.as_mut()?;
        program.ended();
        program.trouble()
    }

    /// Ends the program and all that it left behind.
    pub fn end(&self) {
        self.inner.program.borrow_mut().take();
    }
}

/// Text of the program, safe to show: escaped, and not longer than a line.
pub fn shown(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(200)];
    let dots = if cut.len() < bytes.len() { ".." } else { "" };
    format!("{}{dots}", cut.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'"))
}

fn bracketed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// Each check draws other bytes from one seed.
fn seed_of(id: &str, letter: &str) -> u64 {
    // FNV-1a
    id.bytes()
        .chain(letter.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn own_address() -> Ipv4Addr {
    if !cfg!(target_os = "linux") {
        return Ipv4Addr::LOCALHOST;
    }
    let [a, b, c, ..] = program::random_number().to_le_bytes();
    Ipv4Addr::new(127, a.clamp(1, 254), b, c.clamp(1, 254))
}

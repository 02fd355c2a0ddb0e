//! The receiver of lab 4: it takes frames, names them in the record, and acknowledges only what the check tells it to.
//!
//! T is the program's `--timeout`. Whether a frame comes too early is judged by the kernel's time stamps of two frames of
//! the program's own; that one does not come at all, by the served clock.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use crate::check::{Ended, Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck, Waited};
use crate::peer::{Datagram, Udp, bytes_differ, show_bytes};
use crate::texts::say;
use crate::wire::What;

/// How reports name the receiver.
pub const RECEIVER: &str = "receiver";

/// So many copies of a frame may come after its ACK, each T after the other, from a program that the machine does not let
/// run. One that does not understand ACKs sends more.
const STARVED: u32 = 4;

/// Type and number of a frame.
const HEAD: usize = 5;

/// A frame as it should come.
#[derive(Clone, Debug)]
pub struct Frame {
    pub bytes: Vec<u8>,
}

pub fn data(seq: u32, payload: &[u8]) -> Frame {
    Frame { bytes: [&[b'D'][..], &seq.to_be_bytes(), payload].concat() }
}

pub fn last(seq: u32) -> Frame {
    Frame { bytes: [&[b'F'][..], &seq.to_be_bytes()].concat() }
}

pub fn ack(seq: u32) -> Vec<u8> {
    [&[b'A'][..], &seq.to_be_bytes()].concat()
}

/// The frames that carry `input` in chunks, with the last one.
pub fn frames(input: &[u8], chunk: usize) -> Vec<Frame> {
    let mut all: Vec<Frame> = input.chunks(chunk).zip(0..).map(|(payload, seq)| data(seq, payload)).collect();
    all.push(last(all.len() as u32));
    all
}

impl Frame {
    pub fn name(&self) -> String {
        name_of(&self.bytes)
    }

    /// The finding for another datagram in this one's place; if only the payload differs, for its bytes.
    fn differs(&self, got: &[u8]) -> Fail {
        let head = self.bytes.len().min(HEAD);
        if got.len() >= HEAD && got[..HEAD] == self.bytes[..head] {
            let fail = bytes_differ(&self.bytes[HEAD..], &got[HEAD..]);
            let fail = if got.len() == HEAD { fail.kind(Kind::ShortAnswer) } else { fail };
            return fail.note(say!("seen/lab4/this_is_the_payload_of_type", name = self.name()));
        }
        Fail::new(Kind::WrongDatagram).want(describe(&self.bytes)).got(describe(got))
    }
}

/// `DATA 1`, `F 3`, `ACK 0`; nothing for what is no frame.
pub fn name_of(bytes: &[u8]) -> String {
    let kind = match bytes.first() {
        Some(b'D') => "DATA",
        Some(b'F') => "F",
        Some(b'A') if bytes.len() == HEAD => "ACK",
        _ => return String::new(),
    };
    match bytes.get(1..HEAD).and_then(|seq| seq.try_into().ok()) {
        Some(seq) => format!("{kind} {}", u32::from_be_bytes(seq)),
        None => String::new(),
    }
}

/// A frame in words: `DATA 256 (44 00 00 01 00), payload 10 bytes`.
pub fn describe(bytes: &[u8]) -> String {
    let name = name_of(bytes);
    if name.is_empty() {
        let dots = if bytes.len() > 16 { " .." } else { "" };
        return say!(
            "seen/lab4/bytes_no_frame",
            count = bytes.len(),
            shown = show_bytes(&bytes[..bytes.len().min(16)]),
            dots
        );
    }
    let head: Vec<String> = bytes[..HEAD].iter().map(|byte| format!("{byte:02x}")).collect();
    let payload = match bytes.len() - HEAD {
        0 => say!("seen/lab4/no_payload").to_string(),
        1 => say!("seen/lab4/payload_1_byte").to_string(),
        more => say!("seen/lab4/payload_bytes", more),
    };
    format!("{name} ({}), {payload}", head.join(" "))
}

/// The receiver of one run of the program.
pub struct Receiver {
    lab: Lab,
    udp: Udp,
    /// T.
    pub timeout: Duration,
    /// The frame that came last.
    newest: RefCell<Option<Datagram>>,
    /// The datagrams that have come in all.
    came: Cell<u32>,
    /// When the newest ACK was sent, and the copies that came after it.
    acked: Cell<(Option<Instant>, u32)>,
}

impl Receiver {
    /// On this check's own address; `timeout` is T in milliseconds.
    pub fn new(lab: &Lab, timeout: u64) -> Result<Receiver, Stop> {
        Ok(Receiver::on(lab, lab.udp(RECEIVER)?, timeout))
    }

    /// On a port that is dead until `come_alive`.
    pub fn dead(lab: &Lab, timeout: u64) -> Result<Receiver, Stop> {
        Ok(Receiver::on(lab, dead_port(lab)?, timeout))
    }

    fn on(lab: &Lab, udp: Udp, timeout: u64) -> Receiver {
        let timeout = Duration::from_millis(timeout);
        let (newest, came, acked) = (RefCell::default(), Cell::default(), Cell::default());
        Receiver { lab: lab.clone(), udp, timeout, newest, came, acked }
    }

    /// The dead port takes what comes from now on.
    pub fn come_alive(&self) -> Verdict {
        come_alive(&self.udp)
    }

    /// Starts the program towards this receiver.
    pub fn run(&self, options: &[&str]) -> Verdict {
        let (to, timeout) = (self.udp.address()?.to_string(), self.timeout.as_millis().to_string());
        self.lab.run(&[&["--timeout", &timeout][..], options, &[&to]].concat())
    }

    /// Starts the stage `send_and_wait`: the halves of a word go out as DATA 0 and DATA 1.
    pub fn two_frames(&self, retries: u32) -> Result<[Frame; 2], Stop> {
        let text = self.lab.word(8 + 2 * self.lab.below(8) as usize);
        self.run(&["--retries", &retries.to_string()])?;
        self.lab.stdin(text.as_bytes());
        self.lab.close_stdin();
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        Ok([data(0, first), data(1, second)])
    }

    /// Starts the whole program; its input is still to come.
    pub fn reliable(&self, chunk: usize, retries: u32) -> Verdict {
        self.run(&["--reliable", "--chunk", &chunk.to_string(), "--retries", &retries.to_string()])
    }

    /// This frame is due now: the one before it is acknowledged.
    pub fn expect(&self, want: &Frame) -> Result<Datagram, Stop> {
        self.lab.event(RECEIVER, What::Wait { what: want.name() });
        loop {
            match self.next(Patience::NORMAL)? {
                Ok(got) if got.bytes == want.bytes => return Ok(self.taken(got)),
                Ok(got) if self.crossed_its_ack(&got) => drop(self.taken(got)),
                Ok(got) => return Err(self.differs(want, &got)),
                Err(stuck) => return Err(self.none(describe(&want.bytes), "none", stuck)),
            }
        }
    }

    /// The same frame comes again between T and 2.5 T after its last copy, for nobody has acknowledged it.
    pub fn expect_copy(&self, frame: &Frame, before: &Datagram) -> Result<Datagram, Stop> {
        let (t, name) = (self.timeout.as_millis(), frame.name());
        self.lab.event(RECEIVER, What::Wait { what: say!("seen/lab4/again", name) });
        let long = self.timeout * 5 / 2;
        match self.next(Patience { quiet: long, served: long + Patience::NORMAL.quiet })? {
            Ok(got) => self.check_copy(frame, before, got),
            Err(stuck) => {
                let want = say!("seen/lab4/again_between_t_and_2_5", name, t);
                Err(self.none(want, &say!("seen/lab4/none_by_2_5_t_ms", long = long.as_millis()), stuck))
            }
        }
    }

    /// What came is the same frame, and not before T.
    pub fn check_copy(&self, frame: &Frame, before: &Datagram, got: Datagram) -> Result<Datagram, Stop> {
        let (t, name) = (self.timeout.as_millis(), frame.name());
        let want = say!("seen/lab4/again_the_same_bytes_nobody_has", name);
        if name_of(&got.bytes) != name {
            let fail = Fail::new(Kind::WrongDatagram).lane(RECEIVER).want(want).got(describe(&got.bytes));
            return Err(self.lab.fail(fail));
        }
        if got.bytes != frame.bytes {
            return Err(self.differs(frame, &got));
        }
        let after = self.gap(before, &got);
        if after < self.least() {
            let early =
                say!("seen/lab4/again_after_ms", name, after = format_args!("{:.1}", after.as_secs_f64() * 1000.0));
            let want = say!("seen/lab4/again_when_t_ms_are_over", name, t);
            return Err(self.lab.fail(Fail::new(Kind::TooEarly).lane(RECEIVER).want(want).got(early)));
        }
        Ok(self.taken(got))
    }

    /// For so long nothing comes but copies of this frame, and the program waits on.
    pub fn expect_only(&self, frame: &Frame, window: Duration) -> Verdict {
        let end = Instant::now() + window;
        self.lab.say(say!("seen/lab4/no_ack_for_ms_nothing_else", window = window.as_millis()));
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            match self.next(Patience { quiet: left, served: left })? {
                Ok(got) if got.bytes == frame.bytes => drop(self.taken(got)),
                Ok(got) => {
                    let want = say!("seen/lab4/nothing_but_before_its_ack", name = frame.name());
                    let fail = Fail::new(Kind::ExtraDatagram).lane(RECEIVER).want(want).got(describe(&got.bytes));
                    return Err(self.lab.fail(fail));
                }
                Err(Stuck::Ended) => return Err(self.ended_early(frame)),
                Err(_) => {}
            }
        }
    }

    /// What was just sent to it is no reason to do anything: no datagram comes, and it waits on for this frame's ACK.
    pub fn expect_no_reaction(&self, frame: &Frame) -> Verdict {
        let readable = [(self.udp.socket().as_fd(), PollFlags::IN)];
        match self.lab.until_settled(&readable, Duration::ZERO, || self.read())? {
            Ok(got) => {
                let want = say!("seen/lab4/no_datagram_before_ack_or_t", frame = number(frame));
                let fail = Fail::new(Kind::ExtraDatagram).lane(RECEIVER).want(want).got(describe(&got.bytes));
                Err(self.lab.fail(fail))
            }
            Err(Stuck::Ended) => Err(self.ended_early(frame)),
            Err(_) => Ok(()),
        }
    }

    /// Takes these frames one after the other, and acknowledges each at once.
    pub fn take_all(&self, frames: &[Frame]) -> Verdict {
        for (frame, seq) in frames.iter().zip(0..) {
            let got = self.expect(frame)?;
            self.ack(seq, &got)?;
        }
        Ok(())
    }

    pub fn ack(&self, seq: u32, to: &Datagram) -> Verdict {
        self.acked.set((Some(Instant::now()), 0));
        self.send(&ack(seq), to)
    }

    /// Anything, to where this datagram came from.
    pub fn send(&self, bytes: &[u8], to: &Datagram) -> Verdict {
        self.udp.send_to(bytes, to.from, &name_of(bytes))
    }

    /// All is acknowledged: it ends with 0, and nothing more comes.
    pub fn finish(&self) -> Verdict {
        self.lab.expect_exit(0, Patience::NORMAL)?;
        while let Some(got) = self.read()? {
            if !self.crossed_its_ack(&got) {
                let fail = Fail::new(Kind::ExtraDatagram).lane(RECEIVER).may_end();
                return Err(self
                    .lab
                    .fail(fail.want(say!("seen/lab4/nothing_more_all_is_acknowledged")).got(describe(&got.bytes))));
            }
            self.taken(got);
        }
        Ok(())
    }

    /// The next datagram, whatever it is.
    pub fn next(&self, patience: Patience) -> Result<Waited<Datagram>, Stop> {
        let readable = [(self.udp.socket().as_fd(), PollFlags::IN)];
        self.lab.until(&readable, patience, || self.read())
    }

    /// A datagram, if one is there.
    pub fn read(&self) -> Result<Option<Datagram>, Stop> {
        let got = self.udp.read(name_of)?;
        self.came.set(self.came.get() + u32::from(got.is_some()));
        Ok(got)
    }

    /// After the end: its report counts the bytes, the chunks, and as many sends as datagrams came.
    pub fn expect_report(&self, bytes: usize, chunks: usize) -> Verdict {
        self.lab.expect_stderr_has(&format!("{bytes} bytes in {chunks} chunks, {} sends", self.came.get()))
    }

    /// Stops the check: this was due and did not come.
    pub fn none(&self, want: String, got: &str, stuck: Stuck) -> Stop {
        let fail = Fail::new(Kind::NoDatagram).lane(RECEIVER).want(want).stuck(stuck);
        let fail = match stuck {
            Stuck::Ended => fail.got(say!("seen/lab4/none_and_the_program_has_ended")),
            _ => fail.got(got),
        };
        // That it gave up says what the missing datagram says; any other error says more.
        let gave_up = self.lab.ended() == Some(Ended::Code(4));
        self.lab.fail(if gave_up { fail.may_end() } else { fail })
    }

    /// Stops the check: another datagram came in this frame's place, or this frame with another payload.
    pub fn differs(&self, want: &Frame, got: &Datagram) -> Stop {
        self.lab.fail(want.differs(&got.bytes).lane(RECEIVER))
    }

    /// Stops the check: it ended although this frame is not acknowledged.
    fn ended_early(&self, frame: &Frame) -> Stop {
        // Its end is what is wrong here, and so it is the row that is marked.
        if let Some(ended) = self.lab.ended() {
            self.lab.event("program", What::Exit { how: ended.to_string() });
        }
        let want = say!("seen/lab4/it_waits_for_ack", frame = number(frame));
        self.lab.fail(Fail::new(Kind::Exited).lane("program").want(want).got(say!("seen/lab4/the_program_has_ended")))
    }

    fn gap(&self, before: &Datagram, after: &Datagram) -> Duration {
        after.at.saturating_duration_since(before.at)
    }

    /// The least time between two copies. The kernel's timers count in ticks, of up to 10 ms, and may fire within the
    /// last of them; and a deadline may be worked out a moment before the send.
    fn least(&self) -> Duration {
        self.timeout * 3 / 4
    }

    /// A copy of the frame before, sent when its T was over and before its ACK was there: on a busy machine quite right.
    fn crossed_its_ack(&self, got: &Datagram) -> bool {
        let newest = self.newest.borrow();
        let is_copy = |newest: &Datagram| got.bytes == newest.bytes && self.gap(newest, got) >= self.least();
        let late = newest.as_ref().is_some_and(is_copy);
        let (acked, after) = self.acked.get();
        if acked.is_none_or(|acked| got.at <= acked) {
            return late;
        }
        // The ACK is there, but a thread of the program may have to wait for a CPU before it can look.
        self.acked.set((acked, after + 1));
        late && after < STARVED
    }

    fn taken(&self, got: Datagram) -> Datagram {
        *self.newest.borrow_mut() = Some(got.clone());
        got
    }
}

fn number(frame: &Frame) -> String {
    frame.name().rsplit(' ').next().unwrap_or_default().to_string()
}

/// A UDP port that the grader holds, and that is nobody's: it is connected to itself, so that the kernel answers everybody
/// else with ICMP "port unreachable".
pub fn dead_port(lab: &Lab) -> Result<Udp, Stop> {
    // Bound to a port by its number: one that the system picked is given back when the socket is disconnected.
    let port = lab.udp(RECEIVER)?.address()?.port();
    let udp = lab.udp_on(RECEIVER, SocketAddr::new(lab.ip(), port))?;
    udp.socket().connect(udp.address()?)?;
    Ok(udp)
}

/// From now on the dead port takes what comes; in between it was nobody else's.
#[cfg(target_os = "linux")]
fn come_alive(udp: &Udp) -> Verdict {
    rustix::net::connect_unspec(&**udp.socket()).map_err(|error| std::io::Error::from(error).into())
}

#[cfg(not(target_os = "linux"))]
fn come_alive(_: &Udp) -> Verdict {
    Err(Stop::NotRun(say!("seen/lab4/only_linux_lets_a_dead_port_2").to_string()))
}

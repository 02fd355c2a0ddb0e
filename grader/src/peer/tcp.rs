//! One TCP connection with the program, as the grader's end of it.

mod bulk;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fd::AsFd;
use socket2::SockRef;

use super::show::count;
use super::{bytes_differ, grouped, is_reset, show_bytes, tcp_socket, would_block};
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck, Waited};
use crate::program;
use crate::texts::say;
use crate::wire::{Bytes, What};

/// A connection. Non-blocking: every wait goes through the lab, which watches the program.
pub struct Tcp {
    lab: Lab,
    stream: Rc<TcpStream>,
    label: String,
    /// How long the program may take; longer where it waits on a timer of its own.
    pub patience: Patience,
    /// For how long more bytes could still come from a timer of the program.
    pub timer: Duration,
}

/// What one read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    Bytes(usize),
    End,
    Reset,
}

impl Lab {
    /// Connects to the program's address.
    pub fn connect(&self, label: &str) -> Result<Tcp, Stop> {
        self.connect_to(label, self.address())
    }

    /// Connects to an address which must be taken.
    pub fn connect_to(&self, label: &str, address: SocketAddr) -> Result<Tcp, Stop> {
        match self.try_connect(label, address)? {
            Some(tcp) => Ok(tcp),
            None => Err(self.fail(
                Fail::new(Kind::Refused)
                    .lane(label)
                    .want(say!("seen/common/a_connection_to", address))
                    .got(say!("seen/common/connection_refused")),
            )),
        }
    }

    /// Connects to an address where nobody must listen.
    pub fn expect_refused(&self, label: &str, address: SocketAddr) -> Verdict {
        match self.try_connect(label, address)? {
            None => Ok(()),
            Some(_) => Err(self.fail(
                Fail::new(Kind::NotRefused)
                    .lane(label)
                    .want(say!("seen/common/refuses_connections", address))
                    .got(say!("report/connected")),
            )),
        }
    }

    /// A socket of the kind that this check asks for.
    pub(super) fn tcp_socket(&self, address: SocketAddr) -> std::io::Result<socket2::Socket> {
        let socket = tcp_socket(address)?;
        #[cfg(unix)]
        if self.is_narrow() {
            socket.set_tcp_mss(1448)?;
            socket.set_recv_buffer_size(8192)?;
        }
        Ok(socket)
    }

    /// `None`: refused.
    pub fn try_connect(&self, label: &str, address: SocketAddr) -> Result<Option<Tcp>, Stop> {
        self.before(label, || What::Connect)?;
        let socket = self.tcp_socket(address)?;
        if address.is_ipv4() && cfg!(target_os = "linux") {
            socket.bind(&SocketAddr::new(self.ip(), 0).into())?;
        }
        match socket.connect(&address.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
            Err(error) if would_block(&error) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                self.event(label, What::Refused);
                return Ok(None);
            }
            Err(error) => return Err(Stop::from(error)),
        }
        let stream = Rc::new(TcpStream::from(socket));
        let writable = [(stream.as_fd(), PollFlags::OUT)];
        let connected = self.until(&writable, Patience::NORMAL, || match stream.take_error()? {
            Some(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(Some(false)),
            // The program has taken it and broken it off before we could look.
            Some(error) if error.kind() == std::io::ErrorKind::ConnectionReset => Err(self.fail(
                Fail::new(Kind::Reset)
                    .lane(label)
                    .want(say!("seen/common/a_connection_to", address))
                    .got(say!("seen/common/a_reset_rst_at_once")),
            )),
            Some(error) => Err(error.into()),
            None => Ok(stream.peer_addr().is_ok().then_some(true)),
        })?;
        match connected {
            Ok(true) => {
                self.event(label, What::Connect);
                Tcp::new(self, stream, label).map(Some)
            }
            Ok(false) => {
                self.event(label, What::Refused);
                Ok(None)
            }
            Err(stuck) => Err(self.fail(
                Fail::new(Kind::Refused)
                    .lane(label)
                    .want(say!("seen/common/a_connection_to", address))
                    .got(say!("seen/common/no_answer_to_the_connection_request"))
                    .stuck(stuck),
            )),
        }
    }
}

impl Tcp {
    pub(crate) fn new(lab: &Lab, stream: Rc<TcpStream>, label: &str) -> Result<Tcp, Stop> {
        stream.set_nodelay(true)?;
        lab.name(stream.local_addr()?, label);
        lab.follow(&stream);
        Ok(Tcp {
            lab: lab.clone(),
            stream,
            label: label.to_string(),
            patience: Patience::NORMAL,
            timer: Duration::ZERO,
        })
    }

    pub fn label(&self) -> &str {
        &self.label
    }

    pub fn stream(&self) -> &Rc<TcpStream> {
        &self.stream
    }

    /// The program's end of the connection.
    pub fn peer_addr(&self) -> Result<SocketAddr, Stop> {
        Ok(self.stream.peer_addr()?)
    }

    /// Sends all of it; the program must take it.
    pub fn send(&mut self, bytes: &[u8]) -> Verdict {
        self.send_named(bytes, "")
    }

    /// The same with a name in the ladder: `head`, `chunk 2`.
    pub fn send_named(&mut self, bytes: &[u8], name: &str) -> Verdict {
        self.before_send(bytes, name)?;
        let mut rest = bytes;
        let writable = [(self.stream.as_fd(), PollFlags::OUT)];
        let waited = self.lab.until(&writable, self.patience, || {
            let Some(count) = self.write(rest, name)? else { return Ok(Some(false)) };
            rest = &rest[count..];
            Ok(rest.is_empty().then_some(true))
        })?;
        match waited {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.lab.fail(
                Fail::new(Kind::Reset)
                    .lane(&self.label)
                    .want(say!("seen/common/the_program_reads", count = super::show::count(bytes.len())))
                    .got(say!("seen/common/the_connection_is_gone")),
            )),
            Err(stuck) => Err(self.lab.fail(
                Fail::new(Kind::DoesNotRead)
                    .lane(&self.label)
                    .want(say!("seen/common/the_program_reads", count = super::show::count(bytes.len())))
                    .got(say!("seen/common/were_taken", count = grouped((bytes.len() - rest.len()) as u64)))
                    .stuck(stuck),
            )),
        }
    }

    /// Sends as much of it as the program takes, and says whether that was all: for a check that judges by what the
    /// program shows in the end, where a program that closed early is told by that.
    pub fn offer(&mut self, bytes: &[u8]) -> Result<bool, Stop> {
        self.before_send(bytes, "")?;
        let mut rest = bytes;
        let writable = [(self.stream.as_fd(), PollFlags::OUT)];
        let waited = self.lab.until(&writable, self.patience, || {
            let Some(count) = self.write(rest, "")? else { return Ok(Some(false)) };
            rest = &rest[count..];
            Ok(rest.is_empty().then_some(true))
        })?;
        Ok(waited == Ok(true))
    }

    /// Sends `bytes` in pieces of these sizes (the last one again and again), each a read of its own for the program:
    /// it is given the time to take a piece before the next one follows.
    pub fn send_in_pieces(&mut self, bytes: &[u8], sizes: &[usize]) -> Verdict {
        let mut rest = bytes;
        for turn in 0.. {
            let size = sizes[turn.min(sizes.len() - 1)].clamp(1, rest.len().max(1));
            self.send(&rest[..size.min(rest.len())])?;
            rest = &rest[size.min(rest.len())..];
            if rest.is_empty() {
                return Ok(());
            }
            self.lab.let_it_read()?;
        }
        Ok(())
    }

    /// Asks whether these bytes may go now: once for what is sent in one breath, however many writes it takes.
    pub fn before_send(&self, bytes: &[u8], name: &str) -> Verdict {
        self.lab.before(&self.label, || What::Sent(Bytes { name: name.to_string(), ..Bytes::of(bytes) }))
    }

    /// One write, without waiting. `Ok(None)`: nobody is there to read it; 0: no room now.
    pub fn write(&self, bytes: &[u8], name: &str) -> Result<Option<usize>, Stop> {
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        match (&*self.stream).write(bytes) {
            Ok(count) => {
                self.lab.event(&self.label, What::Sent(Bytes { name: name.to_string(), ..Bytes::of(&bytes[..count]) }));
                Ok(Some(count))
            }
            Err(error) if would_block(&error) => Ok(Some(0)),
            Err(error) if is_reset(&error) => {
                self.lab.event(&self.label, What::BrokenPipe);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// One read, without waiting. `None`: nothing is there.
    pub fn read(&self, buf: &mut [u8]) -> Result<Option<Got>, Stop> {
        let got = match (&*self.stream).read(buf) {
            Ok(0) => (What::EndOfStream, Got::End),
            Ok(count) => {
                self.acknowledge();
                (What::Received(Bytes::of(&buf[..count])), Got::Bytes(count))
            }
            Err(error) if would_block(&error) => return Ok(None),
            Err(error) if is_reset(&error) => (What::Reset, Got::Reset),
            Err(error) => return Err(Stop::from(error)),
        };
        self.lab.event(&self.label, got.0);
        Ok(Some(got.1))
    }

    /// Sends the ACK of what was read at once. A delayed one (40 ms) and Nagle's algorithm hold back what the program wrote
    /// next, and while both wait it would look as if nothing more came.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        {
            let _ = rustix::net::sockopt::set_tcp_quickack(&*self.stream, true);
        }
    }

    /// Waits for the next bytes, the end or a reset.
    pub fn receive(&self, buf: &mut [u8]) -> Result<Waited<Got>, Stop> {
        let readable = [(self.stream.as_fd(), PollFlags::IN)];
        self.lab.until(&readable, self.patience, || self.read(buf))
    }

    /// Exactly these bytes come next; what follows is left alone.
    pub fn expect(&mut self, want: &[u8]) -> Verdict {
        let got = self.receive_up_to(want.len())?;
        self.same(want, &got)
    }

    /// Receives until `most` bytes are there, the stream ends, or nothing more is to be expected.
    fn receive_up_to(&mut self, most: usize) -> Result<(Vec<u8>, Waited<Got>), Stop> {
        let mut got = Vec::new();
        let mut buf = vec![0; most.min(16 * 1024)];
        let wait = count(most);
        let mut waited = Ok(Got::Bytes(0));
        while got.len() < most {
            let room = buf.len().min(most - got.len());
            let ready = self.read(&mut buf[..room])?;
            waited = match ready {
                Some(got) => Ok(got),
                None => {
                    if got.is_empty() {
                        self.lab.event(&self.label, What::Wait { what: wait.clone() });
                    }
                    self.receive(&mut buf[..room])?
                }
            };
            match waited {
                Ok(Got::Bytes(count)) => got.extend(&buf[..count]),
                _ => break,
            }
        }
        Ok((got, waited))
    }

    fn same(&mut self, want: &[u8], got: &(Vec<u8>, Waited<Got>)) -> Verdict {
        let (got, waited) = got;
        if got == want {
            return Ok(());
        }
        let fail = bytes_differ(want, got).lane(&self.label);
        Err(self.lab.fail(if got.len() < want.len() && want.starts_with(got) {
            self.cut(fail, got.len() as u64, waited)
        } else {
            fail
        }))
    }

    /// What became of the rest: the end, a reset, or a wait without end.
    fn cut(&self, fail: Fail, got: u64, waited: &Waited<Got>) -> Fail {
        let count = say!("seen/common/byte_2", got = grouped(got), plural = if got == 1 { "" } else { "s" });
        match waited {
            Ok(Got::End) => fail.kind(Kind::EarlyEnd).got(say!("seen/common/then_end_of_stream", count)),
            Ok(Got::Reset) => fail.kind(Kind::Reset).got(say!("seen/common/then_a_reset_rst", count)),
            Ok(Got::Bytes(_)) => fail,
            Err(Stuck::Ended) => fail.got(say!("seen/common/and_the_program_has_ended", count)),
            Err(stuck) => fail.got(say!("seen/common/connection_still_open", count)).stuck(*stuck),
        }
    }

    /// A line, with its newline, of at most `most` bytes. What follows stays in the socket.
    pub fn receive_line(&mut self, most: usize) -> Result<(Vec<u8>, Waited<Got>), Stop> {
        let mut line = Vec::new();
        let mut waited = Ok(Got::Bytes(0));
        self.lab.event(&self.label, What::Wait { what: say!("seen/common/a_line").to_string() });
        let mut buf = [0; 1024];
        let readable = [(self.stream.as_fd(), PollFlags::IN)];
        while line.len() < most && line.last() != Some(&b'\n') {
            let room = buf.len().min(most - line.len());
            waited = self.lab.until(&readable, self.patience, || self.read_line_part(&mut buf[..room]))?;
            match waited {
                Ok(Got::Bytes(count)) => line.extend(&buf[..count]),
                _ => break,
            }
        }
        Ok((line, waited))
    }

    /// Reads what waits here, up to a newline.
    fn read_line_part(&self, buf: &mut [u8]) -> Result<Option<Got>, Stop> {
        let count = match self.stream.peek(buf) {
            Ok(count) => buf[..count].iter().position(|byte| *byte == b'\n').map_or(count, |place| place + 1),
            // The kernel tells of a reset once: a read after this would be told of an end.
            Err(error) if is_reset(&error) => {
                self.lab.event(&self.label, What::Reset);
                return Ok(Some(Got::Reset));
            }
            Err(_) => 0,
        };
        self.read(&mut buf[..count.max(1)])
    }

    /// Exactly this line comes next; `want` is without its newline.
    pub fn expect_line(&mut self, want: &str) -> Verdict {
        let line = self.receive_line(64 * 1024)?;
        let want = format!("{want}\n");
        if line.0 != want.as_bytes() && line.0.ends_with(b"\n") {
            let fail = Fail::new(Kind::WrongReply).lane(&self.label);
            return Err(self.lab.fail(fail.want(show_bytes(want.as_bytes())).got(show_bytes(&line.0))));
        }
        self.same(want.as_bytes(), &line)
    }

    /// A whole line comes next, whatever it says; given without its newline. `want` is what a report calls it.
    pub fn line(&mut self, want: &str) -> Result<Vec<u8>, Stop> {
        let (mut line, waited) = self.receive_line(64 * 1024)?;
        if line.ends_with(b"\n") {
            line.pop();
            return Ok(line);
        }
        let kind = if line.is_empty() { Kind::NoAnswer } else { Kind::ShortAnswer };
        let fail = Fail::new(kind).lane(&self.label).want(want);
        Err(self.lab.fail(self.cut(fail, line.len() as u64, &waited)))
    }

    /// The program sends nothing more: it is asleep, and nothing is on its way.
    pub fn expect_nothing_more(&mut self) -> Verdict {
        let mut buf = [0; 256];
        let readable = [(self.stream.as_fd(), PollFlags::IN)];
        let waited = self.lab.until_settled(&readable, self.timer, || self.read(&mut buf))?;
        let fail = |kind| Fail::new(kind).lane(&self.label).want(say!("seen/common/nothing_more"));
        match waited {
            Err(_) => Ok(()),
            Ok(Got::Bytes(count)) => Err(self.lab.fail(fail(Kind::ExtraBytes).got(more(&buf[..count])))),
            Ok(Got::End) => Err(self.lab.fail(
                fail(Kind::EarlyEnd)
                    .want(say!("seen/common/the_connection_stays_open"))
                    .got(say!("seen/common/end_of_stream")),
            )),
            Ok(Got::Reset) => Err(self.lab.fail(
                fail(Kind::Reset)
                    .want(say!("seen/common/the_connection_stays_open"))
                    .got(say!("seen/common/a_reset_rst")),
            )),
        }
    }

    /// The stream ends cleanly here (FIN), without another byte.
    pub fn expect_eof(&mut self) -> Verdict {
        self.lab.event(&self.label, What::Wait { what: say!("seen/common/end_of_stream").to_string() });
        let mut buf = [0; 256];
        let fail = |kind| Fail::new(kind).lane(&self.label).want(say!("seen/common/end_of_stream_fin"));
        match self.receive(&mut buf)? {
            Ok(Got::End) => Ok(()),
            Ok(Got::Bytes(count)) => Err(self.lab.fail(fail(Kind::ExtraBytes).got(more(&buf[..count])))),
            Ok(Got::Reset) => Err(self.lab.fail(fail(Kind::Reset).got(say!("seen/common/a_reset_rst")))),
            Err(stuck) => {
                Err(self.lab.fail(fail(Kind::NoEnd).got(say!("seen/common/the_connection_stays_open")).stuck(stuck)))
            }
        }
    }

    /// Closes the sending side: FIN, and the program reads end of stream behind the last byte.
    pub fn close_write(&mut self) -> Verdict {
        self.lab.before(&self.label, || What::CloseWrite)?;
        self.lab.event(&self.label, What::CloseWrite);
        match self.stream.shutdown(Shutdown::Write) {
            Err(error) if !is_reset(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Closes the connection.
    pub fn close(self) {
        // That the run ends here, the next wait says.
        let _ = self.lab.before(&self.label, || What::Close);
        self.lab.event(&self.label, What::Close);
        let _whole = program::closing();
        // A process that somebody starts at this moment holds a copy until it runs its own program, and the end would wait
        // for that. (With bytes unread a close is a reset, and has to stay one.)
        #[cfg(unix)]
        if rustix::io::ioctl_fionread(&*self.stream).is_ok_and(|unread| unread == 0) {
            let _ = self.stream.shutdown(Shutdown::Write);
        }
        drop(self);
    }

    /// Resets the connection: RST, and what is on its way is lost.
    pub fn reset(self) -> Verdict {
        self.lab.before(&self.label, || What::SendReset)?;
        self.lab.event(&self.label, What::SendReset);
        SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO))?;
        let _whole = program::closing();
        drop(self);
        Ok(())
    }
}

/// Bytes that should not be there; of many, the first.
fn more(bytes: &[u8]) -> String {
    let dots = if bytes.len() > 40 { " .." } else { "" };
    let shown = show_bytes(&bytes[..bytes.len().min(40)]);
    let count = count(bytes.len());
    // What did not fit is not counted.
    if bytes.len() >= 256 {
        say!("seen/common/at_least_more", count, shown, dots)
    } else {
        say!("seen/common/more", count, shown, dots)
    }
}

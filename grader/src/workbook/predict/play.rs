//! The stage of a scene: both ends of its connections live in this process, and each call is written to the record.
//!
//! The client's or sender's calls make the left column, with arrows; the other side's calls stand in the right one. Most
//! scenes play both ends on one thread, one call after another: what a call finds is then decided by the kernel alone.
//! So a read that has found nothing after [`SHORT`] finds nothing later either: nobody else is there to send it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;

use super::calls::{failed, is_wait, one_line, returns, waits};
use crate::peer::grouped;
use crate::texts::say;
use crate::wire::{Bytes, What, Wire};

/// How long a call is let wait where nothing is on its way.
pub const SHORT: Duration = Duration::from_millis(300);
/// How long a call may take that is about to get something. No scene waits for ever.
const LONG: Duration = Duration::from_millis(1500);

/// This machine only, and a port that the kernel chooses.
pub const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The columns of the right side.
pub const RIGHT: usize = 28;

/// The record of one scene.
#[derive(Default)]
pub struct Play {
    wire: Mutex<Wire>,
}

impl Play {
    pub fn into_wire(self) -> Wire {
        self.wire.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// An event of the left side.
    pub fn left(&self, lane: &str, what: What) {
        self.wire().add(lane, what);
    }

    /// A call of the right side and what came of it; there is room for [`RIGHT`] columns.
    pub fn right(&self, text: impl Into<String>) {
        self.left("program", What::Says { line: text.into() });
    }

    /// A word on the story, in a row of its own.
    pub fn say(&self, text: impl Into<String>) {
        self.left("program", What::Say { text: text.into() });
    }

    /// The last event is the answer to the question: `>>`.
    pub fn here(&self) {
        self.wire().mark("");
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that both sides know of. Its calls end after [`LONG`] at the latest.
    pub fn tcp(&self) -> io::Result<(Left<'_>, Right<'_>)> {
        let listener = TcpListener::bind(ANY)?;
        let left = self.connect("client", listener.local_addr()?)?;
        let right = self.accept(&listener)?;
        Ok((left, right))
    }

    /// The same, with the server on the left and the client on the right.
    pub fn tcp_from_right(&self) -> io::Result<(Left<'_>, Right<'_>)> {
        let listener = TcpListener::bind(ANY)?;
        let right = Right { play: self, stream: patient(TcpStream::connect(listener.local_addr()?)?)? };
        let stream = accept(&listener)?;
        self.left("server", What::Accept);
        Ok((Left { play: self, lane: "server".to_string(), stream }, right))
    }

    /// Connects, as the left side.
    pub fn connect(&self, lane: &str, to: SocketAddr) -> io::Result<Left<'_>> {
        let stream = TcpStream::connect_timeout(&to, LONG)?;
        self.left(lane, What::Connect);
        Ok(Left { play: self, lane: lane.to_string(), stream: patient(stream)? })
    }

    /// Takes the next connection, as the right side.
    pub fn accept(&self, listener: &TcpListener) -> io::Result<Right<'_>> {
        Ok(Right { play: self, stream: accept(listener)? })
    }
}

fn patient(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_read_timeout(Some(LONG))?;
    stream.set_write_timeout(Some(LONG))?;
    Ok(stream)
}

/// The left end of a connection.
pub struct Left<'a> {
    play: &'a Play,
    lane: String,
    pub stream: TcpStream,
}

impl Left<'_> {
    /// Sends all of it. Each write needs a name of its own, or two in a row are one row.
    pub fn send(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // The record is locked meanwhile: what another thread makes of these bytes stands below them.
        let mut wire = self.play.wire();
        self.stream.write_all(bytes)?;
        wire.add(&self.lane, What::Sent(Bytes { name: name.to_string(), ..Bytes::of(bytes) }));
        Ok(())
    }

    pub fn close_write(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        self.play.left(&self.lane, What::CloseWrite);
        Ok(())
    }

    pub fn close(self) {
        let mut wire = self.play.wire();
        drop(self.stream);
        wire.add(&self.lane, What::Close);
    }

    /// Closes with a reset instead of a FIN.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))?;
        drop(self.stream);
        self.play.left(&self.lane, What::SendReset);
        Ok(())
    }

    /// One read, which is let wait for `patience`.
    pub fn read(&mut self, room: usize, patience: Duration) -> io::Result<Vec<u8>> {
        let (play, lane) = (self.play, self.lane.as_str());
        let result = read_once(&mut self.stream, room, patience);
        match &result {
            Ok(bytes) if bytes.is_empty() => play.left(lane, What::EndOfStream),
            Ok(bytes) => play.left(lane, What::Received(Bytes::of(bytes))),
            Err(error) if is_wait(error) => {
                play.left(lane, What::Wait { what: say!("predict/rows/an_answer").to_string() })
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => play.left(lane, What::Reset),
            Err(error) => play.say(returns(&format!("{lane}: read"), error)),
        }
        result
    }

    /// Reads what comes, and says whether anything did: an error or nothing is a reason to go on.
    pub fn read_short(&mut self) -> io::Result<Vec<u8>> {
        self.read(1024, SHORT)
    }
}

/// The right end of a connection.
pub struct Right<'a> {
    pub play: &'a Play,
    pub stream: TcpStream,
}

impl Right<'_> {
    /// One read with so much room, which is let wait for [`SHORT`].
    pub fn read(&mut self, room: usize) -> io::Result<Vec<u8>> {
        let result = read_once(&mut self.stream, room, SHORT);
        self.play.right(match &result {
            Ok(bytes) => one_line(&say!("predict/rows/read_into", room), bytes),
            Err(error) if is_wait(error) => waits(&say!("predict/rows/read_into", room)),
            Err(error) => failed("read", error),
        });
        result
    }

    /// One write.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.stream.write(bytes);
        self.play.right(match &result {
            Ok(count) => format!("write: Ok({})", grouped(*count as u64)),
            Err(error) => failed("write", error),
        });
        result
    }

    pub fn close(self) {
        drop(self.stream);
        self.play.right("close");
    }

    /// Waits until the other side's RST is here, and leaves it for the next call to find.
    pub fn await_reset(&self) -> io::Result<()> {
        ready(PollFd::new(&self.stream, PollFlags::empty())).map(drop)
    }
}

/// Waits until a socket is as asked for, at most [`LONG`]; says whether it is.
fn ready(fd: PollFd<'_>) -> io::Result<bool> {
    let end = Instant::now() + LONG;
    let mut fds = [fd];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs() as _, tv_nsec: left.subsec_nanos() as _ };
        match poll(&mut fds, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => {}
            told => return Ok(told? > 0),
        }
    }
}

/// Takes the next connection; a scene that went wrong elsewhere does not wait for one that never comes.
pub fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    if !ready(PollFd::new(listener, PollFlags::IN))? {
        return Err(ErrorKind::TimedOut.into());
    }
    patient(listener.accept()?.0)
}

fn read_once(stream: &mut TcpStream, room: usize, patience: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(patience))?;
    let mut buf = vec![0; room];
    let count = stream.read(&mut buf)?;
    buf.truncate(count);
    Ok(buf)
}

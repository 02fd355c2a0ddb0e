//! One connection of a peer, and the ladder that all of its connections share.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use socket2::SockRef;

use crate::texts::say;
use crate::wire::{Bytes, What, Wire};
use crate::workbook::live::Live;
use crate::workbook::screen::Screen;

/// How often it is seen whether the last entry still grows.
const LOOK: Duration = Duration::from_millis(50);

/// The record of a peer, shown while it is made.
pub struct Ladder {
    name: &'static str,
    connections: AtomicU32,
    state: Mutex<(Wire, Live)>,
}

impl Ladder {
    pub fn new(screen: Screen, name: &'static str) -> Ladder {
        let live = Live::new(screen, &say!("cargo-lab/peer/the_this_peer", name), "you");
        Ladder { name, connections: AtomicU32::new(0), state: Mutex::new((Wire::new(), live)) }
    }

    /// Shows what has stopped growing, until the process ends.
    pub fn keep_showing(ladder: &Arc<Ladder>) {
        let ladder = Arc::clone(ladder);
        thread::spawn(move || {
            loop {
                thread::sleep(LOOK);
                let (wire, live) = &mut *ladder.lock();
                live.ripen(wire);
            }
        });
    }

    /// A line that is no event.
    pub fn say(&self, text: &str) {
        let (wire, live) = &mut *self.lock();
        live.flush(wire);
        live.note(text);
    }

    pub fn event(&self, lane: &str, what: What) {
        let (wire, live) = &mut *self.lock();
        wire.add(lane, what);
        live.grow(wire);
    }

    /// Shows all.
    pub fn finish(&self) {
        let (wire, live) = &mut *self.lock();
        live.flush(wire);
    }

    /// `echo`, `echo 2`: the peer's end of its next connection.
    fn lane(&self) -> String {
        match self.connections.fetch_add(1, Ordering::SeqCst) {
            0 => self.name.to_string(),
            earlier => format!("{} {}", self.name, earlier + 1),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Wire, Live)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The peer's end of a connection. Each verb shows what it does.
pub struct Conn {
    stream: TcpStream,
    ladder: Arc<Ladder>,
    lane: String,
    /// It has ended, and that has been shown.
    over: bool,
    /// It ends with a reset, which a shutdown would spoil.
    resets: bool,
}

impl Conn {
    pub fn begun(stream: TcpStream, ladder: &Arc<Ladder>, connected: bool) -> io::Result<Conn> {
        stream.set_nodelay(true)?;
        let conn = Conn { stream, ladder: Arc::clone(ladder), lane: ladder.lane(), over: false, resets: false };
        conn.event(if connected { What::Connect } else { What::Accept });
        Ok(conn)
    }

    /// A second handle, for a thread that sends while this one reads.
    pub fn other_half(&self) -> io::Result<Conn> {
        Ok(Conn {
            stream: self.stream.try_clone()?,
            ladder: Arc::clone(&self.ladder),
            lane: self.lane.clone(),
            over: true,
            resets: true,
        })
    }

    pub fn say(&self, text: &str) {
        self.event(What::Say { text: text.to_string() });
    }

    /// Gives what has happened so far rows of its own.
    pub fn show(&self) {
        self.ladder.finish();
    }

    fn event(&self, what: What) {
        self.ladder.event(&self.lane, what);
    }

    /// Sends all of it. `false`: nobody is there to read it.
    pub fn send(&mut self, bytes: &[u8], name: &str) -> Result<bool> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(count) => {
                    self.event(What::Sent(Bytes { name: name.to_string(), ..Bytes::of(&rest[..count]) }));
                    rest = &rest[count..];
                }
                Err(error) if crate::workbook::was_interrupted(&error) => {}
                Err(error) if is_gone(&error) => {
                    self.event(What::BrokenPipe);
                    self.over = true;
                    return Ok(false);
                }
                Err(error) => bail!(error),
            }
        }
        Ok(true)
    }

    /// Reads once. 0: the stream has ended, in one way or the other.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        loop {
            match self.stream.read(buf) {
                Ok(0) => self.event(What::EndOfStream),
                Ok(count) => {
                    self.event(What::Received(Bytes::of(&buf[..count])));
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if is_gone(&error) => {
                    self.event(What::Reset);
                    self.over = true;
                }
                Err(error) => bail!(error),
            }
            return Ok(0);
        }
    }

    /// Reads until the stream ends.
    pub fn read_to_end(&mut self) -> Result<()> {
        let mut buf = [0; 16 * 1024];
        while self.read(&mut buf)? > 0 {}
        Ok(())
    }

    /// Waits until something is there, and leaves it there. `None`: the stream has ended.
    pub fn peek(&self) -> Option<usize> {
        match self.stream.peek(&mut [0; 64 * 1024]) {
            Ok(0) | Err(_) => None,
            Ok(count) => Some(count),
        }
    }

    /// FIN behind the last byte; reading goes on.
    pub fn close_write(&mut self) {
        self.event(What::CloseWrite);
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Closes, unless it is over already.
    pub fn close(&mut self) {
        if !self.over {
            self.over = true;
            self.event(What::Close);
        }
        if !self.resets {
            let _ = self.stream.shutdown(Shutdown::Both);
        }
    }

    /// RST: what is on its way is lost.
    pub fn reset(&mut self) -> Result<()> {
        self.event(What::SendReset);
        self.over = true;
        self.resets = true;
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))?;
        Ok(())
    }

    /// Waits until the other side has closed both directions, or reset.
    #[cfg(target_os = "linux")]
    pub fn wait_for_hangup(&self) {
        use rustix::event::{PollFd, PollFlags, poll};
        // Errors and hang-ups are told without being asked for (poll(2)).
        let mut fds = [PollFd::new(&self.stream, PollFlags::empty())];
        while poll(&mut fds, None) == Err(rustix::io::Errno::INTR) {}
        self.event(What::Reset);
    }
}

fn is_gone(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

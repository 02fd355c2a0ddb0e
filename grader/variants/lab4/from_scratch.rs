//! Shares no function body with the solution: slice patterns, one loop driven by the time of the next send, a deadline that
//! is set before the send, and chunks that are filled by hand.

pub mod errno;
pub mod provided;

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Why a message did not get through.
#[derive(Debug)]
pub enum SendError {
    TooBig { len: usize },
    PortUnreachable,
    GaveUp { sends: u32 },
    Io(io::Error),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let text = match *self {
            SendError::TooBig { len } => format!("{len} bytes are too big for one datagram"),
            SendError::PortUnreachable => "port unreachable, nobody receives there".to_string(),
            SendError::GaveUp { sends } => format!("no acknowledgement, sends: {sends}"),
            SendError::Io(ref error) => error.to_string(),
        };
        f.write_str(&text)
    }
}

impl From<io::Error> for SendError {
    fn from(error: io::Error) -> SendError {
        if errno::is_port_unreachable(&error) {
            return SendError::PortUnreachable;
        }
        SendError::Io(error)
    }
}

/// What `send_stream` has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub chunks: u64,
    pub sends: u64,
    pub bytes: u64,
}

pub fn open_sender(dest: SocketAddr) -> io::Result<UdpSocket> {
    let any = if dest.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    UdpSocket::bind(any).and_then(|sock| sock.connect(dest).map(|()| sock))
}

pub fn send_message(sock: &UdpSocket, msg: &[u8]) -> Result<(), SendError> {
    let Err(error) = sock.send(msg) else { return Ok(()) };
    if errno::is_too_big(&error) {
        return Err(SendError::TooBig { len: msg.len() });
    }
    Err(error.into())
}

pub fn encode_data(last: bool, seq: u32, payload: &[u8]) -> Vec<u8> {
    let number = [24, 16, 8, 0].map(|bits| (seq >> bits) as u8);
    let mut bytes = Vec::with_capacity(5 + payload.len());
    bytes.push(b"DF"[usize::from(last)]);
    bytes.extend(number.iter().chain(payload));
    bytes
}

pub fn decode_ack(datagram: &[u8]) -> Option<u32> {
    match *datagram {
        [b'A', a, b, c, d] => Some([a, b, c, d].into_iter().fold(0, |number, byte| number << 8 | u32::from(byte))),
        _ => None,
    }
}

pub fn send_and_wait(
    sock: &UdpSocket,
    frame: &[u8],
    seq: u32,
    timeout: Duration,
    retries: u32,
) -> Result<u32, SendError> {
    let (mut sends, mut refused) = (0, false);
    let mut due = Instant::now();
    let mut buf = [0; 64];
    loop {
        let now = Instant::now();
        if now >= due {
            if sends > retries {
                return Err(if refused { SendError::PortUnreachable } else { SendError::GaveUp { sends } });
            }
            due = now + timeout;
            sends += 1;
            refused = match send_message(sock, frame) {
                Err(SendError::PortUnreachable) => true,
                result => result.map(|()| false)?,
            };
        }
        // A little more than nothing, also when the time has come in between.
        let wait = due.saturating_duration_since(Instant::now()).max(Duration::from_micros(1));
        sock.set_read_timeout(Some(wait))?;
        match sock.recv(&mut buf).map(|count| decode_ack(&buf[..count])) {
            Ok(Some(number)) if number == seq => return Ok(sends),
            Ok(_) => continue,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => continue,
                _ if errno::is_port_unreachable(&error) => refused = true,
                _ => return Err(SendError::Io(error)),
            },
        }
    }
}

pub fn send_stream(
    sock: &UdpSocket,
    input: &mut impl Read,
    chunk: usize,
    timeout: Duration,
    retries: u32,
) -> Result<Report, SendError> {
    let mut room = vec![0; chunk];
    let mut done = Report::default();
    for seq in 0.. {
        let filled = fill(input, &mut room).map_err(SendError::Io)?;
        let frame = encode_data(filled == 0, seq, &room[..filled]);
        done.sends += send_and_wait(sock, &frame, seq, timeout, retries).map(u64::from)?;
        done.chunks += u64::from(filled > 0);
        done.bytes += filled as u64;
        if filled == 0 {
            break;
        }
    }
    Ok(done)
}

/// Reads until the room is full or the input ends.
fn fill(input: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    loop {
        let free = &mut room[filled..];
        if free.is_empty() {
            return Ok(filled);
        }
        filled += match input.read(free) {
            Ok(0) => return Ok(filled),
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            count => count?,
        };
    }
}

//! Lab 4, the reference solution: a UDP sender, and stop-and-wait on top of it.
//!
//! The comments here say *why* it is done so. *What* each function promises stands in `labs/lab4/src/lib.rs`.

pub mod errno;
pub mod provided;

use std::fmt;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Why a message did not get through. `?` turns an `io::Error` into `Io`.
#[derive(Debug)]
pub enum SendError {
    /// The message of `len` bytes is longer than a datagram can be. Nothing of it was sent.
    TooBig { len: usize },
    /// The other host says that nobody receives at the port: an earlier datagram is lost.
    PortUnreachable,
    /// The frame was sent `sends` times, and no acknowledgement came.
    GaveUp { sends: u32 },
    /// Any other error of the socket or of the input.
    Io(io::Error),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SendError::TooBig { len } => write!(f, "{len} bytes are too big for one datagram"),
            SendError::PortUnreachable => write!(f, "port unreachable, nobody receives there"),
            SendError::GaveUp { sends } => write!(f, "no acknowledgement, sends: {sends}"),
            SendError::Io(error) => write!(f, "{error}"),
        }
    }
}

impl From<io::Error> for SendError {
    fn from(error: io::Error) -> SendError {
        SendError::Io(error)
    }
}

/// What `send_stream` has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Frames that carried data; the empty last frame is not one of them.
    pub chunks: u64,
    /// Datagrams sent: every frame, the last one included, as often as it was sent.
    pub sends: u64,
    /// Bytes of the input; a frame that was sent twice counts once.
    pub bytes: u64,
}

/// The length of an ACK: its type and the four bytes of its number.
const ACK_LEN: usize = 5;

/// Room for the longest datagram that there is, so that none is ever cut.
const RECEIVE_BUFFER: usize = 65_536;

/// How waiting for an acknowledgement ended.
enum Outcome {
    Acknowledged,
    Silence,
    Unreachable,
}

/// A connected UDP socket has no connection: nothing was agreed with anybody. It has an address that it remembers.
pub fn open_sender(dest: SocketAddr) -> io::Result<UdpSocket> {
    // A socket has one address family for life: one bound to 0.0.0.0 can never send to ::1.
    let wildcard = match dest {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    // Port 0: the receiver answers to whatever port we have, so ours need not be a known one.
    let sock = UdpSocket::bind((wildcard, 0))?;
    // No packet leaves here. But from now on the system filters strangers for us, and it knows to whom an ICMP error
    // about this destination belongs. An unconnected socket would never hear of a dead port.
    sock.connect(dest)?;
    Ok(sock)
}

/// An error here may be old news. The answer "port unreachable" to one datagram comes back after `send` has returned, so the
/// system keeps it for the next call on the socket.
pub fn send_message(sock: &UdpSocket, msg: &[u8]) -> Result<(), SendError> {
    match sock.send(msg) {
        // No loop and no count: a datagram is sent whole or not at all, unlike bytes on a TCP stream.
        Ok(_) => Ok(()),
        Err(error) if errno::is_too_big(&error) => Err(SendError::TooBig { len: msg.len() }),
        Err(error) if errno::is_port_unreachable(&error) => Err(SendError::PortUnreachable),
        Err(error) => Err(SendError::Io(error)),
    }
}

/// Written byte by byte, a frame looks the same on every machine. The memory of a `struct` does not.
pub fn encode_data(last: bool, seq: u32, payload: &[u8]) -> Vec<u8> {
    let kind = if last { b'F' } else { b'D' };
    let mut frame = vec![kind];
    // "be" is big-endian, the order that the network uses whatever the processor does.
    frame.extend_from_slice(&seq.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// What comes from the network is not to be trusted, not even that it is as long as it should be.
pub fn decode_ack(datagram: &[u8]) -> Option<u32> {
    // The length first: whoever sent this may have sent nothing at all, and indexing would panic.
    if datagram.len() != ACK_LEN {
        return None;
    }
    if datagram[0] != b'A' {
        return None;
    }
    // Four bytes are left, so the conversion to an array of four cannot fail.
    let seq = datagram[1..].try_into().ok()?;
    Some(u32::from_be_bytes(seq))
}

/// Two loops, one in the other: this one counts tries, and the one in `wait_for_ack` watches the clock within a try. Only
/// the clock leads to another send.
pub fn send_and_wait(
    sock: &UdpSocket,
    frame: &[u8],
    seq: u32,
    timeout: Duration,
    retries: u32,
) -> Result<u32, SendError> {
    let mut unreachable = false;
    for retry in 0..=retries {
        unreachable = false;
        match send_message(sock, frame) {
            Ok(()) => {}
            // This tells of an earlier datagram. The receiver may be about to start, so it is no reason to give up; and
            // it is no reason to hurry either, or all tries are gone within a millisecond.
            Err(SendError::PortUnreachable) => unreachable = true,
            Err(error) => return Err(error),
        }

        let deadline = Instant::now() + timeout;
        match wait_for_ack(sock, seq, deadline)? {
            Outcome::Acknowledged => return Ok(retry + 1),
            Outcome::Silence => {}
            Outcome::Unreachable => unreachable = true,
        }
    }

    if unreachable {
        return Err(SendError::PortUnreachable);
    }
    Err(SendError::GaveUp { sends: retries + 1 })
}

/// Receives until `seq` is acknowledged or until `deadline`, and sends nothing.
///
/// That it never sends is the point. A sender that answers a second ACK for an old frame with another DATA causes one more
/// ACK, which causes one more DATA: from then on everything is sent twice. TFTP had this bug, and it is known as the
/// Sorcerer's Apprentice (RFC 1123, 4.2.3.1).
fn wait_for_ack(sock: &UdpSocket, seq: u32, deadline: Instant) -> io::Result<Outcome> {
    let mut buf = [0; RECEIVE_BUFFER];
    let mut outcome = Outcome::Silence;
    loop {
        // What is left until the deadline becomes less with every datagram. The full timeout for each read would let a
        // peer that sends junk now and then keep us here for ever.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(outcome);
        }
        sock.set_read_timeout(Some(left))?;

        match sock.recv(&mut buf) {
            Ok(n) => {
                if decode_ack(&buf[..n]) == Some(seq) {
                    return Ok(Outcome::Acknowledged);
                }
            }
            // Nobody is there now. Somebody may be there after the next send.
            Err(error) if errno::is_port_unreachable(&error) => outcome = Outcome::Unreachable,
            Err(error) if is_no_event(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Errors that only mean "look at the clock again". A read timeout is `WouldBlock` on Unix and `TimedOut` on Windows; a
/// signal gives `Interrupted`.
fn is_no_event(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// The hard part is done above. Two things remain: whole chunks, and an end that the receiver can see. UDP has no end of
/// stream as TCP has, so a frame must say it, and this frame can be lost like any other: it too waits for its ACK.
pub fn send_stream(
    sock: &UdpSocket,
    input: &mut impl Read,
    chunk: usize,
    timeout: Duration,
    retries: u32,
) -> Result<Report, SendError> {
    let mut report = Report::default();
    let mut seq = 0;
    loop {
        // `take` ends after `chunk` bytes, and `read_to_end` reads on until that end or the end of the input, however
        // small the pieces are in which the bytes come.
        let mut payload = Vec::new();
        input.by_ref().take(chunk as u64).read_to_end(&mut payload)?;
        let last = payload.is_empty();

        let frame = encode_data(last, seq, &payload);
        let sends = send_and_wait(sock, &frame, seq, timeout, retries)?;
        report.sends += u64::from(sends);
        if last {
            return Ok(report);
        }

        report.chunks += 1;
        report.bytes += payload.len() as u64;
        seq += 1;
    }
}

//! Waits with one read timeout of 10 ms that it never changes, and looks at its deadline after each: to an observer it is
//! never quiet.

pub mod errno;
pub mod provided;

use std::fmt;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
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
    pub chunks: u64,
    pub sends: u64,
    pub bytes: u64,
}

pub fn open_sender(dest: SocketAddr) -> io::Result<UdpSocket> {
    let wildcard = match dest {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let sock = UdpSocket::bind((wildcard, 0))?;
    sock.connect(dest)?;
    Ok(sock)
}

pub fn send_message(sock: &UdpSocket, msg: &[u8]) -> Result<(), SendError> {
    match sock.send(msg) {
        Ok(_) => Ok(()),
        Err(error) if errno::is_too_big(&error) => Err(SendError::TooBig { len: msg.len() }),
        Err(error) if errno::is_port_unreachable(&error) => Err(SendError::PortUnreachable),
        Err(error) => Err(SendError::Io(error)),
    }
}

pub fn encode_data(last: bool, seq: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![if last { b'F' } else { b'D' }];
    frame.extend_from_slice(&seq.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

pub fn decode_ack(datagram: &[u8]) -> Option<u32> {
    if datagram.len() != 5 || datagram[0] != b'A' {
        return None;
    }
    Some(u32::from_be_bytes(datagram[1..].try_into().ok()?))
}

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
            Err(SendError::PortUnreachable) => unreachable = true,
            Err(error) => return Err(error),
        }
        let deadline = Instant::now() + timeout;
        sock.set_read_timeout(Some(Duration::from_millis(10)))?;
        let mut buf = [0; 512];
        while Instant::now() < deadline {
            match sock.recv(&mut buf) {
                Ok(n) if decode_ack(&buf[..n]) == Some(seq) => return Ok(retry + 1),
                Ok(_) => {}
                Err(error) if errno::is_port_unreachable(&error) => unreachable = true,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {}
                    _ => return Err(error.into()),
                },
            }
        }
    }
    if unreachable {
        return Err(SendError::PortUnreachable);
    }
    Err(SendError::GaveUp { sends: retries + 1 })
}

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
        let mut payload = Vec::new();
        input.by_ref().take(chunk as u64).read_to_end(&mut payload)?;
        let last = payload.is_empty();
        let frame = encode_data(last, seq, &payload);
        report.sends += u64::from(send_and_wait(sock, &frame, seq, timeout, retries)?);
        if last {
            return Ok(report);
        }
        report.chunks += 1;
        report.bytes += payload.len() as u64;
        seq += 1;
    }
}

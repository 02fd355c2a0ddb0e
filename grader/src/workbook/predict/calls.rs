//! What the scenes share besides TCP: UDP sockets, and how a call and its result are written in a row.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;

use super::play::{ANY, Play, RIGHT, SHORT};
use crate::peer::{grouped, show_first};
use crate::texts::say;
use crate::wire::{Bytes, What};

/// `read into 4: Ok(4) "hell"`, without the bytes where there is no room for them.
pub fn one_line(call: &str, bytes: &[u8]) -> String {
    let short = format!("{call}: Ok({})", grouped(bytes.len() as u64));
    let long = format!("{short} {}", show_first(bytes, bytes.len()));
    if bytes.is_empty() || long.chars().count() > RIGHT { short } else { long }
}

/// A UDP socket of this machine, whose calls end.
pub fn udp() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(ANY)?;
    socket.set_read_timeout(Some(SHORT))?;
    Ok(socket)
}

/// The datagram as the left side's event.
pub fn datagram(bytes: &[u8], name: &str) -> What {
    What::Sent(Bytes::datagram(bytes, name))
}

/// One `recv` of the right side with so much room.
pub fn recv(play: &Play, socket: &UdpSocket, room: usize) -> io::Result<Vec<u8>> {
    let mut buf = vec![0; room];
    let result = socket.recv(&mut buf).map(|count| buf[..count].to_vec());
    play.right(match &result {
        Ok(bytes) => one_line(&say!("predict/rows/recv_into", room), bytes),
        Err(error) if is_wait(error) => waits(&say!("predict/rows/recv_into", room)),
        Err(error) => failed("recv", error),
    });
    result
}

/// `read into 1024: it waits`
pub fn waits(call: &str) -> String {
    say!("predict/rows/it_waits", call)
}

/// Whether a call was cut short because it had waited long enough. Unix says `WouldBlock`, Windows `TimedOut`.
pub fn is_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// `connect returns Err(ConnectionRefused)`, for a row of its own.
pub fn returns(call: &str, error: &io::Error) -> String {
    say!("predict/rows/returns_an_error", call, kind = format_args!("{:?}", error.kind()))
}

/// `write: Err(BrokenPipe)`, or without `Err` where there is no room for it.
pub fn failed(call: &str, error: &io::Error) -> String {
    let kind = error.kind();
    let long = format!("{call}: Err({kind:?})");
    if long.len() > RIGHT { format!("{call}: {kind:?}") } else { long }
}

/// What came of a read, as the answers of a scene call it: `waits`, `end`, `reset`, or the bytes' number.
pub fn key(result: &io::Result<Vec<u8>>) -> String {
    match result {
        Ok(bytes) if bytes.is_empty() => "end".to_string(),
        Ok(bytes) => bytes.len().to_string(),
        Err(error) if is_wait(error) => "waits".to_string(),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "reset".to_string(),
            ErrorKind::ConnectionRefused => "refused".to_string(),
            other => format!("{other:?}"),
        },
    }
}

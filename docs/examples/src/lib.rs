//! What several examples of the book need, and what none of them is about.

pub mod kernel;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

/// A port of this machine that the kernel chooses.
pub const ANY: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// Both ends of one connection on this machine: the client's, then the server's.
pub fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind(ANY)?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}

/// The name of an error, as the book shows it: kind, and the number of this system.
pub fn named(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("Err({:?}), number {number}", error.kind()),
        None => format!("Err({:?})", error.kind()),
    }
}

/// The result of a read or a write in one word.
pub fn shown(result: &io::Result<usize>) -> String {
    match result {
        Ok(count) => format!("Ok({count})"),
        Err(error) => named(error),
    }
}

/// Waits until the reset that is on its way has arrived: from then on the connection has no other end.
pub fn await_reset(stream: &TcpStream) {
    let gone = |error: io::Error| error.kind() == ErrorKind::NotConnected;
    while !stream.peer_addr().is_err_and(gone) {
        std::thread::yield_now();
    }
}

/// The addresses of this machine's loopback interface that the examples use, with a port.
pub fn loopback(last: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, last], port))
}

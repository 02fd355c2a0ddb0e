//! Lab 6, the reference solution: a UDP echo server (RFC 862).
//!
//! The comments here say *why* it is done so. *What* each function promises stands in `labs/lab6/src/lib.rs`.

pub mod provided;

use std::io;
use std::net::UdpSocket;

/// The length of a datagram is a 16-bit number, headers included: none is longer.
const LONGEST: usize = 65_535;

// ANCHOR: solution
/// One socket has all clients, so each datagram says where it came from: that is where the answer goes.
pub fn answer_one(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<usize> {
    let (count, client) = socket.recv_from(buf)?;
    // Also when `count` is 0. A client that waits for the answer to an empty datagram would wait for ever.
    socket.send_to(&buf[..count], client)
}
// ANCHOR_END: solution

/// What does not fit into the buffer is lost, and no error says so. So it has room for any datagram.
pub fn serve(socket: &UdpSocket) -> io::Result<()> {
    let mut buf = [0; LONGEST];
    loop {
        answer_one(socket, &mut buf)?;
    }
}

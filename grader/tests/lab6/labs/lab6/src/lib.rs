//! Lab 6: a UDP echo server (RFC 862).
//!
//! Whoever sends a datagram gets the same datagram back. The two functions below are yours, in this order; the second uses
//! the first. The comment above a function is its specification. `README.md` beside this folder is the task on one page.
//!
//! The provided `main.rs` binds the socket and calls these functions.

pub mod provided;

use std::io;
use std::net::UdpSocket;

// ANCHOR: stub
/// Waits for one datagram, and sends it back to where it came from. Returns how many bytes it had.
///
/// - `buf` is the room for it. Only the bytes of this datagram go back: the rest of `buf` may hold bytes of an earlier one.
/// - A datagram of 0 bytes is a datagram like any other, and is answered by one of 0 bytes. UDP has no end of stream.
/// - The answer leaves from `socket`, for a client knows its server by address and port.
/// - Every error is returned unchanged.
///
/// Example: a client sends `68 69`. It gets `68 69`, and the function returns `Ok(2)`.
pub fn answer_one(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<usize> {
    todo!("answer one datagram from {socket:?} with room for {} bytes", buf.len())
}
// ANCHOR_END: stub

/// Answers datagrams for ever with [`answer_one`], whoever sends them.
///
/// - Clients come in any order, and nobody is told that one has left.
/// - The longest datagram that IPv4 can carry, 65507 bytes, is answered whole.
/// - The function ends only with an error, which it returns.
///
/// Example: client A sends `61` and gets `61`, client B sends `62` and gets `62`, A sends `63` and gets `63`.
pub fn serve(socket: &UdpSocket) -> io::Result<()> {
    todo!("answer datagrams from {socket:?} for ever")
}

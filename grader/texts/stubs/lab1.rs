//! Lab 1: a TCP echo server (RFC 862) that serves one client at a time.
//!
//! Whatever bytes a client sends, it gets the same bytes back, at once, until it has finished sending. The four functions
//! below are yours, in this order; each uses the one before it. The comment above a function is its specification.
//! `README.md` beside this folder is the task on one page, and shows the Rust that you need.
//!
//! The provided `main.rs` calls these functions. The provided modules help: [`provided::report_client`] and
//! [`errno::is_out_of_files`].

pub mod errno;
pub mod provided;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Opens a TCP socket that listens on exactly `addr`, and returns it.
///
/// - `addr` says which interface and which port. `127.0.0.1:7007` is reachable from this machine only, under this one
///   address; no other interface is opened. IPv6 (`[::1]:7007`) works in the same way.
/// - Port 0 means that the kernel picks a free port. The caller asks the listener which one it is (`local_addr`);
///   this function prints nothing.
/// - Every error is returned unchanged, for example `AddrInUse` (another program listens there), `PermissionDenied`
///   (ports below 1024 are often reserved), `AddrNotAvailable` (no interface of this machine has this address).
///   There is no second attempt and no other port.
///
/// Example: with `addr` = `127.0.0.1:0` the listener's `local_addr()` is something like `127.0.0.1:40713`.
pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    todo!("listen on exactly {addr}")
}

/// Reads once from `stream` into `buf`, and writes all the bytes that came back to `stream`.
///
/// - One read gives at least 1 and at most `buf.len()` bytes: as many as are there, however many the client has written
///   at a time. Do not wait for more than that; what is still to come is left for the next call. `buf` is never empty.
/// - All of these bytes have been handed to the kernel when the function returns, in the order in which they came. Only
///   these: the rest of `buf` may hold bytes of an earlier call.
/// - The contents do not matter. Bytes need not be text; no byte (`\0`, `\n`, 0xff) has a meaning here.
/// - `Ok(n)` with n > 0: n bytes were read and written back.
/// - `Ok(0)`: the client has finished sending (end of stream) and nothing was written. This does not mean "nothing has
///   come yet": a read waits for that.
/// - An error of the read or of the write is returned unchanged, for example `ConnectionReset`.
///
/// Example: the client has sent `68 69 0d 0a` (`hi\r\n`), and `buf` has room for 1024 bytes. The client gets
/// `68 69 0d 0a`, and the function returns `Ok(4)`. With room for 3 bytes it would be `68 69 0d` and `Ok(3)`.
pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    todo!("read once from {stream:?} into {} bytes, write back what came", buf.len())
}

/// Echoes everything that comes from `stream`, until the client has finished sending. Returns how many bytes it was.
///
/// - Each piece is sent back as soon as it is there. A client that keeps the connection open and waits for its answer gets
///   it, whatever the size of the piece: a read that fills a buffer to the last byte does not mean that more comes, and a
///   read that does not fill it does not mean that this was all.
/// - End of stream (`Ok(0)` of [`echo_once`]) is the one regular end: everything before it has been sent back. The stream
///   stays open; the caller closes it, and so the client sees its end only after its last byte.
/// - A client may finish sending at once: that is `Ok(0)`, and no error.
/// - An error of kind `Interrupted` means "a signal came, nothing was read": go on. (No check of this lab can cause it; it
///   is for your own care. Lab 2 has one that can.) Every other error is returned unchanged, also when some bytes have
///   been echoed before.
/// - The memory that it needs does not grow with what the client sends. If the client does not read its answers, this
///   function waits in a write and so reads no more.
///
/// Example: the client sends `68 65 6c 6c 6f` (`hello`), gets it back, sends `00 ff`, gets it back, and shuts down its
/// sending side. The function returns `Ok(7)`.
pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    todo!("echo what comes from {stream:?} until its end")
}

/// Accepts one client after another from `listener`, for ever, and echoes each one with [`echo_until_eof`].
///
/// - A client is served to its end, and its connection is closed before the next one is accepted. Clients that connect in the
///   meantime wait in the kernel.
/// - What goes wrong with one client is reported with [`provided::report_client`] and is the end of that client only. That
///   includes a client that connects and resets at once: it is accepted all the same, and it may have no `peer_addr()`.
/// - The errors of `accept` itself are of three groups. First, `ConnectionAborted` and `ConnectionReset` (that client is
///   gone) and `Interrupted` (a signal came, nobody was accepted): accept the next one. Second,
///   [`errno::is_out_of_files`]: there is no descriptor left just now; wait 50 ms, then go on. Third, anything else: it
///   concerns the listener, return it as `Err`. (The checks cause the second group only; the others are for your own care.)
/// - The function never returns `Ok`.
///
/// Example: client A sends `61` and gets `61`; client B connects and sends `62`, nothing comes back yet. A closes; now B gets
/// `62`. B resets its connection: one line on stderr, and client C is served.
pub fn serve(listener: &TcpListener) -> io::Result<()> {
    todo!("accept clients from {listener:?} for ever")
}

//! The grader's peers: sockets that record every event, and never wait without watching the program.

pub mod http;
pub mod listener;
mod show;
pub mod tcp;
pub mod udp;

use std::io;
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

pub use http::Request;
pub use listener::Listener;
pub use show::{bytes_differ, grouped, payload_differs, show_bytes, show_first};
pub use tcp::Tcp;
pub use udp::{Datagram, Udp};

/// The peer's own buffers, set before connect or listen: then what fits between two programs depends on the other
/// side's `tcp_wmem[2]` only.
const BUFFER: usize = 64 * 1024;

/// The most that the kernel gives one send queue: the third number of `tcp_wmem` (tcp(7)); 4 MiB where it cannot be
/// read, which is Linux's default.
pub fn largest_send_queue() -> u64 {
    third_number("/proc/sys/net/ipv4/tcp_wmem").unwrap_or(4 * 1024 * 1024)
}

/// The most that a receive queue grows to while its program reads quickly: the third number of `tcp_rmem`; 6 MiB where it
/// cannot be read.
pub fn largest_receive_queue() -> u64 {
    third_number("/proc/sys/net/ipv4/tcp_rmem").unwrap_or(6 * 1024 * 1024)
}

fn third_number(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.split_whitespace().nth(2)?.parse().ok()
}

/// Whether this machine has `::1`.
pub fn has_ipv6() -> bool {
    Socket::new(Domain::IPV6, Type::STREAM, Some(Protocol::TCP))
        .and_then(|socket| socket.bind(&SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 0)).into()))
        .is_ok()
}

/// Bytes in this connection's send queue that the other side's kernel has not taken (SIOCOUTQ, tcp(7)).
#[cfg(target_os = "linux")]
pub(crate) fn unacked(stream: &TcpStream) -> u64 {
    use rustix::ioctl::{Getter, ioctl};
    const SIOCOUTQ: rustix::ioctl::Opcode = 0x5411 as rustix::ioctl::Opcode;
    // SAFETY: SIOCOUTQ writes one int, which `Getter` provides, and touches nothing else.
    let waiting = unsafe { ioctl(stream, Getter::<SIOCOUTQ, std::ffi::c_int>::new()) };
    waiting.map_or(0, |bytes| bytes.max(0) as u64)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unacked(_: &TcpStream) -> u64 {
    0
}

/// A TCP socket with the peer's buffers, close-on-exec and non-blocking.
fn tcp_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_recv_buffer_size(BUFFER)?;
    socket.set_send_buffer_size(BUFFER)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

//! Provided: the place of the error numbers of the operating system.
//!
//! Most errors have a name in [`std::io::ErrorKind`]. Some do not, and some are reported differently by each system: for
//! those the program asks this file. Each number is from the system's own headers (`errno.h`, `winsock2.h`).

use std::io;

/// Linux: `EMSGSIZE`, see send(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
const MESSAGE_TOO_BIG: i32 = 90;

/// macOS and the BSDs: `EMSGSIZE`, see send(2).
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const MESSAGE_TOO_BIG: i32 = 40;

/// Windows: `WSAEMSGSIZE`.
#[cfg(windows)]
const MESSAGE_TOO_BIG: i32 = 10040;

/// Has the system refused a datagram because it is longer than a datagram can be? Nothing of it was sent.
///
/// The standard library has no `ErrorKind` for this, so only the number tells.
pub fn is_too_big(error: &io::Error) -> bool {
    error.raw_os_error() == Some(MESSAGE_TOO_BIG)
}

/// Does the error report that an *earlier* datagram met a port where nobody receives?
///
/// The other host answers such a datagram with an ICMP message "port unreachable" (RFC 1122, 3.2.2.1). The system keeps it
/// and hands it to the next call on the connected socket, as `ConnectionRefused` or, on Windows, as `ConnectionReset`.
pub fn is_port_unreachable(error: &io::Error) -> bool {
    let expected = if cfg!(windows) { io::ErrorKind::ConnectionReset } else { io::ErrorKind::ConnectionRefused };
    error.kind() == expected
}

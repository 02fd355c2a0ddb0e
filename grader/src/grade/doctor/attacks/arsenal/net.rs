//! Tries to get out of its network: to listeners of the doctor's own, on loopback outside, and to no other address.

use std::fs;
use std::io::{self, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::time::Duration;

use crate::{raw, tell};

pub fn all() {
    tell("out by TCP", tcp("@TCP4@"));
    tell("out by TCP on IPv6", tcp("@TCP6@"));
    tell("out by UDP", udp("@UDP@"));
    tell("out by an abstract socket", abstract_socket().map_err(|error| error.to_string()));
    tell("out by a named socket", named().map_err(|error| error.to_string()));
    tell("interfaces", interfaces());
    tell("abstract names", names());
    for (name, family, kind, protocol) in [
        ("socket vsock", 40, 1, 0),
        ("socket packet", 17, 3, 0x300),
        ("socket raw", 2, 3, 1),
        ("socket raw on IPv6", 10, 3, 58),
        ("socket netlink", 16, 3, 0),
        ("socket alg", 38, 5, 0),
        ("socket xdp", 44, 3, 0),
    ] {
        tell(name, open(family, kind, protocol));
    }
}

fn open(family: i32, kind: i32, protocol: i32) -> Result<String, String> {
    // SAFETY: plain numbers; a descriptor is closed at once.
    let fd = unsafe { raw::socket(family, kind, protocol) };
    if fd < 0 {
        return Err(io::Error::last_os_error().to_string());
    }
    // SAFETY: it was opened above.
    unsafe { raw::close(fd) };
    Ok("opened".into())
}

fn tcp(to: &str) -> Result<String, String> {
    let to = to.parse().map_err(|_| format!("`{to}` is not on this machine"))?;
    let mut stream = TcpStream::connect_timeout(&to, Duration::from_secs(2)).map_err(|error| error.to_string())?;
    stream.write_all(b"@WORD@").map_err(|error| error.to_string())?;
    Ok("connected".into())
}

/// Where nobody listens, the answer to the first datagram is an error on the next.
fn udp(to: &str) -> Result<String, String> {
    let send = || -> io::Result<()> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(to)?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        socket.send(b"@WORD@")?;
        match socket.recv(&mut [0; 8]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        socket.send(b"@WORD@").map(drop)
    };
    send().map(|()| "sent".into()).map_err(|error| error.to_string())
}

fn abstract_socket() -> io::Result<String> {
    UnixStream::connect_addr(&SocketAddr::from_abstract_name("@WORD@")?)?.write_all(b"@WORD@")?;
    Ok("connected".into())
}

fn named() -> io::Result<String> {
    UnixStream::connect("@SOCKET@")?.write_all(b"@WORD@")?;
    Ok("connected".into())
}

fn interfaces() -> Result<String, String> {
    let table = fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let names = table.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().to_string()));
    let others: Vec<_> = names.filter(|name| name != "lo").collect();
    if others.is_empty() { Err("loopback only".into()) } else { Ok(others.join(" ")) }
}

/// Names of the judge's own that a program in its network could connect to.
fn names() -> Result<String, String> {
    let table = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    let count = table.lines().filter(|line| line.contains('@')).count();
    if count == 0 { Err("none".into()) } else { Ok(format!("{count}")) }
}

//! Several processes: input goes through a child (`/bin/cat`) on its way to the server, and another child only waits. They
//! end when their standard input does, which is with the program at the latest.

pub mod provided;

use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addrs: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    if addrs.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(addrs) }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    // It holds on to the pipe for as long as the program lives.
    if let Ok(waiting) = cat(Stdio::null()) {
        std::mem::forget(waiting);
    }
    let mut last = ErrorKind::InvalidInput.into();
    for addr in addrs {
        match TcpStream::connect_timeout(addr, per_try) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(idle))?;
    let mut reply = vec![0; want];
    let mut got = 0;
    while got < want {
        got += match stream.read(&mut reply[got..]) {
            Ok(0) => {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, format!("{got} of {want} bytes")));
            }
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        };
    }
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    stream.write_all(msg)?;
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    let sender = stream.try_clone()?;
    let mut child = cat(Stdio::piped())?;
    let (to_child, from_child) = (child.stdin.take(), child.stdout.take());
    thread::spawn(move || to_child.map(|mut pipe| io::copy(&mut input.lock(), &mut pipe)));
    thread::spawn(move || {
        let mut sender = sender;
        let _ = from_child.map(|pipe| forward(pipe, &mut sender));
        let _ = sender.shutdown(Shutdown::Write);
    });
    forward(stream, output)
}

/// Not `io::copy`: from a pipe to a socket that is a splice, which keeps the pipe locked while it waits for room in the
/// socket, and the child then waits for the lock.
fn forward(mut from: impl Read, to: &mut impl Write) -> io::Result<u64> {
    let mut count = 0;
    let mut buf = [0; 4096];
    loop {
        match from.read(&mut buf) {
            Ok(0) => return Ok(count),
            Ok(n) => {
                to.write_all(&buf[..n])?;
                to.flush()?;
                count += n as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn cat(stdout: Stdio) -> io::Result<Child> {
    Command::new("/bin/cat").stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::null()).spawn()
}

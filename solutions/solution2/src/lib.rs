//! Lab 2, the reference solution: a TCP echo client.
//!
//! One idea runs through all five functions: the network decides how much comes and when, so every loop goes on until
//! it *knows* that it is done, by a count or by the end of the stream.

pub mod provided;

use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

/// Finds the addresses of `host`, in the resolver's order, each with `port`.
pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    // A pair of host and port takes names and addresses alike. Parsing a `SocketAddr` would not do: that takes
    // addresses only, and wants brackets around `::1`.
    let found = (host, port).to_socket_addrs()?;
    let addrs: Vec<SocketAddr> = found.collect();

    // An empty list would only move the problem: the caller would have nothing to try and no error to show.
    if addrs.is_empty() {
        let text = format!("{host} has no address");
        return Err(io::Error::new(ErrorKind::NotFound, text));
    }
    Ok(addrs)
}

/// Connects to the first of `addrs` that can be reached, each within `per_try`.
pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    // What is returned if there is nothing to try.
    let mut last = io::Error::new(ErrorKind::InvalidInput, "no address to connect to");

    for addr in addrs {
        // `TcpStream::connect(addrs)` would take the list, but an address that swallows packets would hold it for
        // minutes.
        match TcpStream::connect_timeout(addr, per_try) {
            Ok(stream) => return Ok(stream),
            // One address that fails says nothing about the next: it may be of the other family, or another machine.
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Receives exactly `want` bytes; waits at most `idle` for each next piece.
pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    // The limit holds for each read by itself, so every piece that comes starts it anew: that is what "idle" means.
    stream.set_read_timeout(Some(idle))?;

    let mut reply = vec![0; want];
    let mut got = 0;
    while got < want {
        // The rest of the buffer and no more: what lies behind the reply belongs to somebody else.
        match stream.read(&mut reply[got..]) {
            // 0 means that the server has finished sending. Here it is too early, and half a reply is not a reply.
            Ok(0) => return Err(closed_early(got, want)),
            // How much one read gives depends on packets and timing; it never says that the reply is complete.
            Ok(n) => got += n,
            // A signal came in between; nothing is lost.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // The same event has two names: EAGAIN, "would block", on Unix, and a plain time-out on Windows.
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(silent(idle)),
            Err(error) => return Err(error),
        }
    }
    Ok(reply)
}

/// The error for an end of stream in the middle of a reply.
fn closed_early(got: usize, want: usize) -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, format!("{got} of {want} bytes"))
}

/// The error for a server that sends nothing for `idle`.
fn silent(idle: Duration) -> io::Error {
    io::Error::new(ErrorKind::TimedOut, format!("nothing came for {idle:?}"))
}

/// Sends `msg` and returns the reply of the same length.
pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    // `write` may take only a part of the bytes; `write_all` goes on until the kernel has all of them. Nothing is
    // added: a terminator would be part of the message for the server.
    stream.write_all(msg)?;
    // The reply is what came, not what we hope for. Who returned `msg` here would test nothing.
    recv_exactly(stream, msg.len(), idle)
}

/// Copies `input` to the server and the server's bytes to `output`, at the same time, until the server has finished.
pub fn pump(stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    // Two handles of one socket, so that one thread can send while the other receives. If one thread did both in
    // turn, it could stand in a full send buffer while the server stands in its own, waiting for us to read.
    let sender = stream.try_clone()?;

    // Nobody joins this thread. It may wait for a person at a keyboard long after the server has gone.
    thread::spawn(move || send_input(input, sender));

    receive_output(stream, output)
}

/// The thread's half of [`pump`]: `input` to the socket, then the news that there is no more.
fn send_input(mut input: Stdin, mut stream: TcpStream) {
    // `copy` passes each piece on as it comes. Its error is dropped on purpose: a server that reads no more may still
    // have something to say, and the other half has to go on until it has said it.
    let _ = io::copy(&mut input, &mut stream);

    // The end of the input is told to the server by closing the sending side only. Dropping `stream` would not do it
    // (the other handle keeps the socket open), and `Shutdown::Both` would throw away what is still to come.
    let _ = stream.shutdown(Shutdown::Write);
}

/// The caller's half of [`pump`]: the socket to `output` until the server has finished.
fn receive_output(mut stream: TcpStream, output: &mut impl Write) -> io::Result<u64> {
    let mut buf = [0; 16 * 1024];
    let mut received = 0;
    loop {
        let n = match stream.read(&mut buf) {
            Ok(0) => return Ok(received),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        // Only the first `n` bytes are new; the rest of the buffer is older.
        output.write_all(&buf[..n])?;
        // Standard output keeps a line back until its newline has come. A prompt has none.
        output.flush()?;
        received += n as u64;
    }
}

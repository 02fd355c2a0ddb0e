//! Non-blocking sockets, looked at every 2 ms. Shares no function body with the solution: one loop serves both directions,
//! a thread that reads standard input hands over what it got through a channel.

pub mod provided;

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

const NAP: Duration = Duration::from_millis(2);

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut addrs = Vec::new();
    for addr in ToSocketAddrs::to_socket_addrs(&(host, port))? {
        addrs.push(addr);
    }
    if let [] = addrs[..] { Err(io::Error::other("nobody is called so")) } else { Ok(addrs) }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    match addrs {
        [] => Err(io::Error::new(ErrorKind::InvalidInput, "no address")),
        [only] => TcpStream::connect_timeout(only, per_try),
        [first, rest @ ..] => TcpStream::connect_timeout(first, per_try).or_else(|_| connect_any(rest, per_try)),
    }
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_nonblocking(true)?;
    let mut reply = vec![0; want];
    let mut missing = &mut reply[..];
    let mut end = Instant::now() + idle;
    while !missing.is_empty() {
        match now(stream.read(missing))? {
            Some(0) => {
                let came = want - missing.len();
                return Err(io::Error::new(ErrorKind::UnexpectedEof, format!("{came} of {want} bytes")));
            }
            Some(n) => {
                missing = &mut missing[n..];
                end = Instant::now() + idle;
            }
            None if Instant::now() >= end => return Err(io::Error::new(ErrorKind::TimedOut, "silence")),
            None => thread::sleep(NAP),
        }
    }
    stream.set_nonblocking(false)?;
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_nonblocking(true)?;
    let mut rest = msg;
    while !rest.is_empty() {
        match now(stream.write(rest))? {
            Some(n) => rest = &rest[n..],
            None => thread::sleep(NAP),
        }
    }
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    stream.set_nonblocking(true)?;
    // Room for a few pieces only: whoever types faster than the server reads has to wait.
    let (pieces, typed) = mpsc::sync_channel(4);
    thread::spawn(move || read_input(input, &pieces));

    let mut sending = VecDeque::new();
    let (mut sender_lives, mut received) = (true, 0);
    let mut buf = vec![0; 64 * 1024];
    loop {
        let mut idle = true;
        if sender_lives && sending.is_empty() {
            match typed.try_recv() {
                Ok(piece) => sending = VecDeque::<u8>::from(piece),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    let _ = stream.shutdown(Shutdown::Write);
                    sender_lives = false;
                }
            }
        }
        if sender_lives && !sending.is_empty() {
            match now((&stream).write(sending.as_slices().0)) {
                Ok(Some(n)) => {
                    sending.drain(..n);
                    idle = false;
                }
                Ok(None) => {}
                Err(_) => sender_lives = false,
            }
        }
        match now((&stream).read(&mut buf))? {
            Some(0) => return Ok(received),
            Some(n) => {
                output.write_all(&buf[..n])?;
                output.flush()?;
                received += n as u64;
            }
            None if idle => thread::sleep(NAP),
            None => {}
        }
    }
}

fn read_input(input: Stdin, pieces: &mpsc::SyncSender<Vec<u8>>) {
    let mut input = input.lock();
    loop {
        let mut buf = vec![0; 8 * 1024];
        match input.read(&mut buf) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
            Ok(n) => {
                buf.truncate(n);
                if pieces.send(buf).is_err() {
                    return;
                }
            }
        }
    }
}

/// `None`: not now.
fn now(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(n) => Ok(Some(n)),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(None),
            _ => Err(error),
        },
    }
}

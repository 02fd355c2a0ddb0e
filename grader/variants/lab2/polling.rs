//! Polls: every read has a timeout of 10 ms, and what time is left is looked up on a clock.

pub mod provided;

use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(10);

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addrs: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    if addrs.is_empty() {
        return Err(io::Error::new(ErrorKind::NotFound, "a name without an address"));
    }
    Ok(addrs)
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    let Some((last, others)) = addrs.split_last() else {
        return Err(ErrorKind::InvalidInput.into());
    };
    let mut early = others.iter().filter_map(|addr| TcpStream::connect_timeout(addr, per_try).ok());
    match early.next() {
        Some(stream) => Ok(stream),
        None => TcpStream::connect_timeout(last, per_try),
    }
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(TICK))?;
    let mut reply = Vec::with_capacity(want);
    let mut last = Instant::now();
    while reply.len() < want {
        let mut buf = [0; 512];
        let room = buf.len().min(want - reply.len());
        match stream.read(&mut buf[..room]) {
            Ok(0) => {
                let text = format!("{} of {want} bytes", reply.len());
                return Err(io::Error::new(ErrorKind::UnexpectedEof, text));
            }
            Ok(n) => {
                reply.extend(&buf[..n]);
                last = Instant::now();
            }
            Err(error) if !nothing_yet(&error) => return Err(error),
            Err(_) if last.elapsed() >= idle => return Err(ErrorKind::TimedOut.into()),
            Err(_) => {}
        }
    }
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    stream.write_all(msg)?;
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(mut stream: TcpStream, mut input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    stream.set_read_timeout(Some(TICK))?;
    let mut sender = stream.try_clone()?;
    thread::spawn(move || {
        let _ = io::copy(&mut input, &mut sender);
        let _ = sender.shutdown(Shutdown::Write);
    });
    let mut received = 0;
    let mut buf = [0; 4096];
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(received),
            Ok(n) => {
                output.write_all(&buf[..n])?;
                output.flush()?;
                received += n as u64;
            }
            Err(error) if nothing_yet(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

fn nothing_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

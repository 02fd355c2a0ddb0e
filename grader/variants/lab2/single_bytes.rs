//! scale: small
//! Reads and writes one byte at a time, and thinks for 50 ms before each answer.

pub mod provided;

use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

const THOUGHT: Duration = Duration::from_millis(50);

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    thread::sleep(THOUGHT);
    let addrs: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    if addrs.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(addrs) }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    let mut result = Err(ErrorKind::InvalidInput.into());
    for addr in addrs {
        thread::sleep(THOUGHT);
        result = TcpStream::connect_timeout(addr, per_try);
        if result.is_ok() {
            break;
        }
    }
    result
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(idle))?;
    let mut reply = Vec::new();
    while reply.len() < want {
        match next_byte(stream) {
            Ok(Some(byte)) => reply.push(byte),
            Ok(None) => {
                let text = format!("{} of {want} bytes", reply.len());
                return Err(io::Error::new(ErrorKind::UnexpectedEof, text));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        }
    }
    thread::sleep(THOUGHT);
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_nodelay(true)?;
    thread::sleep(THOUGHT);
    for byte in msg {
        stream.write_all(&[*byte])?;
    }
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(mut stream: TcpStream, mut input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    let mut sender = stream.try_clone()?;
    sender.set_nodelay(true)?;
    thread::spawn(move || {
        while let Ok(Some(byte)) = next_byte(&mut input) {
            thread::sleep(THOUGHT);
            if sender.write_all(&[byte]).is_err() {
                break;
            }
        }
        thread::sleep(THOUGHT);
        let _ = sender.shutdown(Shutdown::Write);
    });
    let mut received = 0;
    while let Some(byte) = next_byte(&mut stream)? {
        thread::sleep(THOUGHT);
        output.write_all(&[byte])?;
        output.flush()?;
        received += 1;
    }
    Ok(received)
}

/// The next byte, or `None` at the end.
fn next_byte(from: &mut impl Read) -> io::Result<Option<u8>> {
    let mut byte = [0];
    loop {
        match from.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

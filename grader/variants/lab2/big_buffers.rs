//! Buffers of 1 MiB everywhere: BufReader, BufWriter with a flush after each piece; chatter on standard error.

pub mod provided;

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    eprintln!("lab2: looking up {host}");
    let addrs: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    eprintln!("lab2: {addrs:?}");
    match addrs.is_empty() {
        true => Err(io::Error::other(format!("{host} has no address"))),
        false => Ok(addrs),
    }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    let mut errors = Vec::new();
    for addr in addrs {
        eprintln!("lab2: trying {addr}");
        match TcpStream::connect_timeout(addr, per_try) {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                eprintln!("lab2: {error}");
                errors.push(error);
            }
        }
    }
    Err(errors.pop().unwrap_or(ErrorKind::InvalidInput.into()))
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(idle))?;
    // Never more than the reply is taken out of the stream, whatever room there is.
    let mut reader = BufReader::with_capacity(MIB, stream.take(want as u64));
    let mut reply = Vec::new();
    while reply.len() < want {
        let piece = match reader.fill_buf() {
            Ok([]) => {
                let text = format!("{} of {want} bytes", reply.len());
                return Err(io::Error::new(ErrorKind::UnexpectedEof, text));
            }
            Ok(piece) => piece,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        };
        eprintln!("lab2: a piece of {} bytes", piece.len());
        reply.extend(piece);
        let count = piece.len();
        reader.consume(count);
    }
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    let mut writer = BufWriter::with_capacity(MIB, &mut *stream);
    writer.write_all(msg)?;
    writer.flush()?;
    drop(writer);
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    let sender = stream.try_clone()?;
    thread::spawn(move || {
        let mut writer = BufWriter::with_capacity(MIB, &sender);
        if let Err(error) = forward(input, &mut writer) {
            eprintln!("lab2: sending has ended: {error}");
        }
        // What could not be sent is not tried again.
        let _ = writer.into_parts();
        let _ = sender.shutdown(Shutdown::Write);
    });
    let mut writer = BufWriter::with_capacity(MIB, output);
    forward(stream, &mut writer)
}

fn forward(mut from: impl Read, to: &mut impl Write) -> io::Result<u64> {
    let mut buf = vec![0; MIB];
    let mut count = 0;
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

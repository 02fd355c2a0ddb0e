//! Leaves all loops to the standard library: `read_exact` cannot count, so `take` and `read_to_end` do; `io::copy` in both
//! directions, from a locked standard input (which the kernel then splices).

pub mod provided;

use std::io::{self, Error, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    // As text, with the brackets that the standard library itself needs.
    let text = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let addrs: Vec<SocketAddr> = text.to_socket_addrs()?.collect();
    match addrs.len() {
        0 => Err(Error::new(ErrorKind::NotFound, text)),
        _ => Ok(addrs),
    }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    let nothing = Err(Error::from(ErrorKind::InvalidInput));
    addrs.iter().fold(nothing, |so_far, addr| so_far.or_else(|_| TcpStream::connect_timeout(addr, per_try)))
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(idle))?;
    let mut reply = Vec::new();
    match stream.take(want as u64).read_to_end(&mut reply) {
        Ok(n) if n < want => Err(Error::new(ErrorKind::UnexpectedEof, format!("{n} of {want} bytes"))),
        Ok(_) => Ok(reply),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Err(Error::new(ErrorKind::TimedOut, error)),
        Err(error) => Err(error),
    }
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    io::copy(&mut &msg[..], stream)?;
    recv_exactly(stream, msg.len(), idle)
}

pub fn pump(mut stream: TcpStream, input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    let mut sender = stream.try_clone()?;
    thread::spawn(move || {
        let _ = io::copy(&mut input.lock(), &mut sender);
        sender.shutdown(Shutdown::Write)
    });
    io::copy(&mut stream, &mut Flushing(output))
}

/// Flushes after each write.
struct Flushing<'a, W>(&'a mut W);

impl<W: Write> Write for Flushing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.0.write(bytes)?;
        self.0.flush()?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

//! Right but unusual: a BufReader and a BufWriter of 1 MiB each, flushed after every piece, and chatter on stderr.

pub mod errno;
pub mod provided;

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    eprintln!("thread 'main' is asked for {addr}; this line only looks like the begin of a panic");
    TcpListener::bind(addr)
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    let mut out = BufWriter::new(&mut *stream);
    out.write_all(&buf[..n])?;
    out.flush()?;
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let mut input = BufReader::with_capacity(MIB, &*stream);
    let mut output = BufWriter::with_capacity(MIB, &*stream);
    let mut echoed = 0;
    loop {
        let piece = match input.fill_buf() {
            Ok(piece) => piece,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if piece.is_empty() {
            return Ok(echoed);
        }
        let n = piece.len();
        output.write_all(piece)?;
        output.flush()?;
        input.consume(n);
        echoed += n as u64;
        eprintln!("{n} bytes, {echoed} in all");
    }
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, client)) => {
                eprintln!("{client} is here");
                match echo_until_eof(&mut stream) {
                    Ok(n) => eprintln!("{client} has had {n} bytes"),
                    Err(error) => provided::report_client(&error),
                }
            }
            Err(error) if errno::is_out_of_files(&error) => thread::sleep(Duration::from_millis(50)),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

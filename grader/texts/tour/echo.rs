//! The program of `cargo lab tour`: lab 1 with a mistake in `echo_once`. It is nobody's solution; the tour shows how a
//! report leads to the mistake.

pub mod errno;
pub mod provided;

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

pub fn open_listener(addr: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(addr)
}

pub fn echo_once(stream: &mut TcpStream, _buf: &mut [u8]) -> Result<usize> {
    let mut line = Vec::new();
    let n = BufReader::new(&mut *stream).read_until(b'\n', &mut line)?;
    stream.write_all(&line)?;
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> Result<u64> {
    todo!("{stream:?}")
}

pub fn serve(listener: &TcpListener) -> Result<()> {
    todo!("{listener:?}")
}

//! The right functions, for what an attack leaves alone.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

pub fn once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    stream.write_all(&buf[..n])?;
    Ok(n)
}

pub fn until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let mut buf = [0; 4096];
    let mut all = 0;
    loop {
        match crate::echo_once(stream, &mut buf)? {
            0 => return Ok(all),
            n => all += n as u64,
        }
    }
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        if let Err(error) = until_eof(&mut stream) {
            crate::provided::report_client(&error);
        }
    }
}

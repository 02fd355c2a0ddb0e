//! scale: small
//! Right but unusual: a buffer of one byte, and 50 ms of thought before each answer.

pub mod errno;
pub mod provided;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr)
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    if n > 0 {
        thread::sleep(Duration::from_millis(50));
        stream.write_all(&buf[..n])?;
    }
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let mut echoed = 0;
    let mut byte = [0];
    loop {
        match echo_once(stream, &mut byte) {
            Ok(0) => return Ok(echoed),
            Ok(n) => echoed += n as u64,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    for client in listener.incoming() {
        match client {
            Ok(mut stream) => {
                if let Err(error) = echo_until_eof(&mut stream) {
                    provided::report_client(&error);
                }
            }
            Err(error) if errno::is_out_of_files(&error) => thread::sleep(Duration::from_millis(50)),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

//! Right but unusual: every read and every write has a timeout of 10 ms and is tried again, for ever.

pub mod errno;
pub mod provided;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

const MOMENT: Option<Duration> = Some(Duration::from_millis(10));

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr)
}

/// True for an error after which the same call may be made again: the time is over, or a signal came.
fn passes(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    stream.set_read_timeout(MOMENT)?;
    stream.set_write_timeout(MOMENT)?;
    let n = loop {
        match stream.read(buf) {
            Err(error) if passes(&error) => {}
            result => break result?,
        }
    };
    let mut sent = 0;
    while sent < n {
        match stream.write(&buf[sent..n]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(more) => sent += more,
            Err(error) if passes(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let mut buf = vec![0; 1500];
    let mut echoed = 0;
    loop {
        match echo_once(stream, &mut buf)? {
            0 => return Ok(echoed),
            n => echoed += n as u64,
        }
    }
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                if let Err(error) = echo_until_eof(&mut stream) {
                    provided::report_client(&error);
                }
            }
            Err(error) if errno::is_out_of_files(&error) => thread::sleep(Duration::from_millis(50)),
            Err(error) if passes(&error) || error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

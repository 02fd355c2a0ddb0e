//! scale: small
//!
//! Right but unusual: answers leave one byte at a time, each a segment of its own; the end is shown with a shutdown before
//! the close; and clients are served by a thread for each, one after another.

pub mod errno;
pub mod provided;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr)
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    stream.set_nodelay(true)?;
    let n = stream.read(buf)?;
    for byte in &buf[..n] {
        stream.write_all(&[*byte])?;
    }
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let mut buf = [0; 8192];
    let mut echoed = 0;
    loop {
        match echo_once(stream, &mut buf) {
            Ok(0) => break,
            Ok(n) => echoed += n as u64,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    // The client may have gone in the meantime: then there is nobody to be told.
    let _ = stream.shutdown(Shutdown::Write);
    Ok(echoed)
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                let served = thread::spawn(move || echo_until_eof(&mut stream)).join();
                match served {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => provided::report_client(&error),
                    Err(_) => provided::report("the thread of a client panicked"),
                }
            }
            Err(error) if errno::is_out_of_files(&error) => thread::sleep(Duration::from_millis(50)),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

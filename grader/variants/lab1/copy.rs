//! Right but unusual: `io::copy` between the two directions of one connection, and a listener made by `(ip, port)`.

pub mod errno;
pub mod provided;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind((addr.ip(), addr.port()))
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    io::copy(&mut &buf[..n], stream)?;
    stream.flush()?;
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    io::copy(&mut &*stream, &mut &*stream)
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = match listener.accept() {
            Ok(client) => client,
            Err(error) if errno::is_out_of_files(&error) => {
                thread::sleep(Duration::from_millis(50));
                continue;
            }
            Err(error) => return Err(error),
        };
        let _ = echo_until_eof(&mut stream).inspect_err(provided::report_client);
    }
}

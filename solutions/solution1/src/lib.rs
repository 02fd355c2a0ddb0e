//! Lab 1, the reference solution: a TCP echo server (RFC 862) that serves one client at a time.
//!
//! The comments here say *why* it is done so. *What* each function promises stands in `labs/lab1/src/lib.rs`.

pub mod errno;
pub mod provided;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Any size gives a correct server: TCP is a stream, and nothing depends on where one read ends and the next begins. A
/// larger buffer means fewer calls into the kernel for the same bytes.
const BUFFER_SIZE: usize = 4096;

/// How long `serve` waits for somebody to close a file.
const OUT_OF_FILES_PAUSE: Duration = Duration::from_millis(50);

/// `TcpListener::bind` is three system calls in one: socket, bind, listen. From the third one on, the kernel completes
/// connections by itself, even before the program calls `accept`.
///
/// It gets the address as it came. A fixed port, or `0.0.0.0` ("every interface"), would ignore what the caller asked for.
pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(addr)
}

/// The heart of the lab: three lines, and each has its trap.
pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    // `read` returns as soon as there is anything at all. `read_exact` would wait until `buf` is full and `read_to_end`
    // until the client closes, while the client waits for its answer: both would wait for ever.
    let n = stream.read(buf)?;

    // Only the first `n` bytes are from this read, whatever `buf` held before stays where it is. `write` may take fewer
    // bytes than it is given, when the client is slow and the kernel's send buffer is nearly full; `write_all` goes on until
    // all are taken. At the end of the stream `n` is 0, and writing no bytes does nothing.
    stream.write_all(&buf[..n])?;

    Ok(n)
}

/// One read is not one message: `read` gives what happens to be there. So the only question to ask after each piece is
/// whether the stream has ended, and `Ok(0)` is the only answer to it. The size of a piece says nothing.
pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    // One buffer of a fixed size serves the whole connection. A piece is sent before the next one is read, so a client
    // that does not read stops the server's reading too, and TCP tells the client's side to stop: back-pressure.
    let mut buf = [0; BUFFER_SIZE];
    let mut echoed = 0;
    loop {
        match echo_once(stream, &mut buf) {
            Ok(0) => return Ok(echoed),
            Ok(n) => echoed += n as u64,
            // A signal ended the wait of `read`; nothing was read, so nothing is lost. `write_all` retries by itself.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
    }
}

/// The server's loop sorts what can go wrong by whom it concerns: one client, this moment, or the listener.
pub fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        match listener.accept() {
            // The stream is dropped, and with it closed, at the end of this arm: after the last echoed byte, and
            // before the next client. A copy kept elsewhere (`try_clone`) would keep the connection open.
            Ok((mut stream, _)) => {
                // No `?` here: it would end the server because of one client.
                if let Err(error) = echo_until_eof(&mut stream) {
                    provided::report_client(&error);
                }
            }
            Err(error) if client_is_gone(&error) => continue,
            // The client still waits in the kernel's queue, so an immediate retry would fail in the same way, and keep
            // one CPU busy with failing.
            Err(error) if errno::is_out_of_files(&error) => thread::sleep(OUT_OF_FILES_PAUSE),
            Err(error) => return Err(error),
        }
    }
}

/// True if `accept` failed because of the client that was next (it gave up too early) or a signal: the next `accept` is a
/// new chance. Which of these kinds a system reports differs; Linux mostly returns such a client as `Ok`.
fn client_is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}

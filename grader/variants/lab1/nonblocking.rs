//! Right but unusual: sockets that never block, a short sleep when there is nothing to do, and a queue of a fixed length
//! between reading and writing. It shares no function body with the solution.

pub mod errno;
pub mod provided;

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

const QUEUE: usize = 16 * 1024;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    let one_of_one = addr.to_socket_addrs()?.collect::<Vec<_>>();
    TcpListener::bind(one_of_one.as_slice())
}

fn nothing_to_do<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if [ErrorKind::WouldBlock, ErrorKind::Interrupted].contains(&error.kind()) => {
            thread::sleep(Duration::from_micros(500));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let mut come = None;
    while come.is_none() {
        come = nothing_to_do(stream.read(buf))?;
    }
    let mut rest = &buf[..come.unwrap_or(0)];
    while !rest.is_empty() {
        let gone = nothing_to_do(stream.write(rest))?.unwrap_or(0);
        rest = &rest[gone..];
    }
    Ok(come.unwrap_or(0))
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    stream.set_nonblocking(true)?;
    let mut queue = VecDeque::with_capacity(QUEUE);
    let mut gone = 0;
    let mut ended = false;
    while !(ended && queue.is_empty()) {
        let mut piece = [0; QUEUE];
        let room = QUEUE - queue.len();
        if room > 0
            && !ended
            && let Some(come) = nothing_to_do(stream.read(&mut piece[..room]))?
        {
            ended = come == 0;
            queue.extend(&piece[..come]);
        }
        if !queue.is_empty()
            && let Some(sent) = nothing_to_do(stream.write(queue.as_slices().0))?
        {
            queue.drain(..sent);
            gone += sent as u64;
        }
    }
    Ok(gone)
}

pub fn serve(listener: &TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    loop {
        let accepted = match listener.accept() {
            Err(error) if errno::is_out_of_files(&error) => {
                thread::sleep(Duration::from_millis(50));
                continue;
            }
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            other => nothing_to_do(other)?,
        };
        if let Some((mut stream, _)) = accepted
            && let Err(error) = echo_until_eof(&mut stream)
        {
            provided::report_client(&error);
        }
    }
}

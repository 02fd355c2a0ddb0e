//! Right but unusual: one thread reads and another one writes, with a channel of four pieces between them; a third one only
//! waits. The buffers have 1 MiB.

pub mod errno;
pub mod provided;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

pub fn open_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    thread::spawn(|| {
        loop {
            thread::park();
        }
    });
    TcpListener::bind(addr)
}

pub fn echo_once(stream: &mut TcpStream, buf: &mut [u8]) -> io::Result<usize> {
    let n = stream.read(buf)?;
    let mut out = stream.try_clone()?;
    let piece = &buf[..n];
    thread::scope(|scope| scope.spawn(move || out.write_all(piece)).join())
        .map_err(|_| io::Error::other("the writer panicked"))??;
    Ok(n)
}

pub fn echo_until_eof(stream: &mut TcpStream) -> io::Result<u64> {
    let (sender, receiver) = sync_channel::<Vec<u8>>(4);
    let input = &*stream;
    thread::scope(|scope| {
        let writer = scope.spawn(move || write_pieces(input, &receiver));
        let mut buf = vec![0; 1024 * 1024];
        let read = loop {
            match { input }.read(&mut buf) {
                Ok(0) => break Ok(()),
                // The writer has failed, and says why.
                Ok(n) if sender.send(buf[..n].to_vec()).is_err() => break Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        drop(sender);
        let written = writer.join().map_err(|_| io::Error::other("the writer panicked"))?;
        read.and(written)
    })
}

fn write_pieces(mut out: &TcpStream, pieces: &Receiver<Vec<u8>>) -> io::Result<u64> {
    let mut written = 0;
    for piece in pieces {
        out.write_all(&piece)?;
        written += piece.len() as u64;
    }
    Ok(written)
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
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

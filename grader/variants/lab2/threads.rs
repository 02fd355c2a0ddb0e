//! A thread for everything: the resolver, each connect, each reply, both directions, and a few that only wait.

pub mod provided;

use std::io::{self, ErrorKind, Read, Stdin, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

pub fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let target = (host.to_string(), port);
    let found = thread::spawn(move || target.to_socket_addrs());
    let addrs: Vec<SocketAddr> = found.join().unwrap_or_else(|_| Err(ErrorKind::Other.into()))?.collect();
    if addrs.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(addrs) }
}

pub fn connect_any(addrs: &[SocketAddr], per_try: Duration) -> io::Result<TcpStream> {
    for _ in 0..3 {
        thread::spawn(thread::park);
    }
    let mut last = ErrorKind::InvalidInput.into();
    for addr in addrs.iter().copied() {
        let attempt = thread::Builder::new().name("connect".to_string());
        let attempt = attempt.spawn(move || TcpStream::connect_timeout(&addr, per_try))?;
        match attempt.join().unwrap_or_else(|_| Err(ErrorKind::Other.into())) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub fn recv_exactly(stream: &mut TcpStream, want: usize, idle: Duration) -> io::Result<Vec<u8>> {
    let (pieces, arriving) = mpsc::channel();
    let mut reader = stream.try_clone()?;
    // It asks for no more than is missing, and ends when it has that, or with the program.
    thread::spawn(move || {
        let mut missing = want;
        while missing > 0 {
            let mut buf = vec![0; missing.min(2000)];
            let result = reader.read(&mut buf);
            if let Ok(n) = result {
                missing -= n;
                buf.truncate(n);
            }
            let goes_on = !matches!(result, Ok(0)) && result.is_ok();
            if pieces.send(result.map(|_| buf)).is_err() || !goes_on {
                return;
            }
        }
    });
    let mut reply = Vec::new();
    while reply.len() < want {
        match arriving.recv_timeout(idle) {
            Ok(Ok(piece)) if piece.is_empty() => {
                let text = format!("{} of {want} bytes", reply.len());
                return Err(io::Error::new(ErrorKind::UnexpectedEof, text));
            }
            Ok(Ok(piece)) => reply.extend(piece),
            Ok(Err(error)) => return Err(error),
            Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => return Err(ErrorKind::Other.into()),
        }
    }
    Ok(reply)
}

pub fn echo_message(stream: &mut TcpStream, msg: &[u8], idle: Duration) -> io::Result<Vec<u8>> {
    // The sender is not waited for: a large message may still be on its way when its reply begins.
    let (mut sender, bytes) = (stream.try_clone()?, msg.to_vec());
    let sending = thread::spawn(move || sender.write_all(&bytes));
    let reply = recv_exactly(stream, msg.len(), idle)?;
    sending.join().unwrap_or_else(|_| Err(ErrorKind::Other.into()))?;
    Ok(reply)
}

pub fn pump(stream: TcpStream, mut input: Stdin, output: &mut impl Write) -> io::Result<u64> {
    let mut sender = stream.try_clone()?;
    thread::spawn(move || {
        let _ = io::copy(&mut input, &mut sender);
        let _ = sender.shutdown(Shutdown::Write);
    });
    // Between the thread that receives and this one, which prints, there is room for eight pieces.
    let (pieces, arriving) = mpsc::sync_channel::<Vec<u8>>(8);
    let receiving = thread::spawn(move || receive(stream, &pieces));
    let mut received = 0;
    for piece in arriving {
        output.write_all(&piece)?;
        output.flush()?;
        received += piece.len() as u64;
    }
    receiving.join().unwrap_or_else(|_| Err(ErrorKind::Other.into()))?;
    Ok(received)
}

fn receive(mut stream: TcpStream, pieces: &mpsc::SyncSender<Vec<u8>>) -> io::Result<()> {
    loop {
        let mut buf = vec![0; 4096];
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                buf.truncate(n);
                if pieces.send(buf).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

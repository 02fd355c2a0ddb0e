//! A connection at the keyboard.

use std::io::{self, IsTerminal, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::rows::Rows;
use super::{Options, typed};
use crate::workbook::exit;

/// Takes the first connection that comes.
pub fn listen(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    rows.say(&format!("listening on {}", listener.local_addr()?));
    let (stream, from) = listener.accept().context("cannot take a connection")?;
    // A second client is refused, and does not wait in a queue for ever.
    drop(listener);
    rows.say(&format!("{from} has connected"));
    converse(&stream, options, rows)
}

pub fn talk(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let stream = TcpStream::connect(address).with_context(|| match address.port() {
        0 => "port 0 is nobody's".to_string(),
        _ => format!("nobody can be reached at {address}; try: start the server first"),
    })?;
    rows.say(&format!("connected to {address}, from port {}", stream.local_addr()?.port()));
    converse(&stream, options, rows)
}

/// Both directions, until both are closed, or the connection is reset.
fn converse(stream: &TcpStream, options: &Options, rows: &Rows) -> Result<u8> {
    stream.set_nodelay(true)?;
    rows.begin();
    if io::stdin().is_terminal() {
        rows.say("What you type is sent line by line. Ctrl-D: you send no more; Ctrl-C: the end.");
    }
    let closed = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let sender = scope.spawn(|| send(stream, options, rows, &closed));
        match receive(stream, rows) {
            Ok(()) if sender.is_finished() || closed.load(Ordering::SeqCst) => {
                rows.say("end of stream (FIN) from the other side: both directions are closed");
            }
            Ok(()) => {
                rows.say("end of stream (FIN): the other side sends no more. You still can; Ctrl-D ends your side");
                let _ = sender.join();
            }
            Err(error) => {
                rows.say(&format!("{}: the connection is gone, and what was on its way with it", in_words(&error)));
                // The thread at the keyboard waits for a line that nobody wants any more.
                std::process::exit(i32::from(exit::FAILED));
            }
        }
        Ok(exit::OK)
    })
}

/// Shows what comes, to the end of the stream.
fn receive(mut stream: &TcpStream, rows: &Rows) -> io::Result<()> {
    let mut buf = vec![0; 16 * 1024];
    loop {
        match stream.read(&mut buf) {
            Ok(0) => return Ok(()),
            Ok(count) => rows.came(&buf[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Sends what is typed, then closes this direction.
fn send(mut stream: &TcpStream, options: &Options, rows: &Rows, closed: &AtomicBool) {
    let mut gone = None;
    let typed = typed::each(options, |bytes| match stream.write_all(bytes) {
        // A stream has no empty messages.
        Ok(()) if bytes.is_empty() => true,
        Ok(()) => {
            rows.went(bytes);
            true
        }
        Err(error) => {
            gone = Some(error);
            false
        }
    });
    match (typed, gone) {
        (_, Some(error)) => rows.say(&format!("{}: nobody is there to read that", in_words(&error))),
        (Err(error), None) => rows.say(&format!("standard input cannot be read any more: {error}")),
        (Ok(()), None) => {}
    }
    closed.store(true, Ordering::SeqCst);
    if stream.shutdown(Shutdown::Write).is_ok() {
        rows.say("sent FIN: you send no more; still reading");
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => "reset (RST)".to_string(),
        io::ErrorKind::BrokenPipe => "broken pipe (EPIPE)".to_string(),
        _ => error.to_string(),
    }
}

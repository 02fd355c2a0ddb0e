//! A connection at the keyboard.

use std::io::{self, IsTerminal, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

use super::rows::Rows;
use super::{Options, typed};
use crate::texts::say;
use crate::workbook::exit;

/// Takes the first connection that comes.
pub fn listen(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let listener = TcpListener::bind(address).with_context(|| say!("cargo-lab/talk/cannot_listen_on", address))?;
    rows.say(&say!("cargo-lab/talk/listening_on", local_addr = listener.local_addr()?));
    let (stream, from) = listener.accept().context(say!("cargo-lab/talk/cannot_take_a_connection"))?;
    // A second client is refused, and does not wait in a queue for ever.
    drop(listener);
    rows.say(&say!("cargo-lab/talk/has_connected", from));
    converse(&stream, options, rows)
}

pub fn talk(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let stream = TcpStream::connect(address).with_context(|| match address.port() {
        0 => say!("cargo-lab/talk/port_0_is_nobodys").to_string(),
        _ => say!("cargo-lab/talk/nobody_can_be_reached_at_try", address),
    })?;
    rows.say(&say!("cargo-lab/talk/connected_to_from_port", address, port = stream.local_addr()?.port()));
    converse(&stream, options, rows)
}

/// Both directions, until both are closed, or the connection is reset.
fn converse(stream: &TcpStream, options: &Options, rows: &Rows) -> Result<u8> {
    stream.set_nodelay(true)?;
    rows.begin();
    if io::stdin().is_terminal() {
        rows.say(say!("cargo-lab/talk/what_you_type_is_sent_line"));
    }
    let closed = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let sender = scope.spawn(|| send(stream, options, rows, &closed));
        match receive(stream, rows) {
            Ok(()) if sender.is_finished() || closed.load(Ordering::SeqCst) => {
                rows.say(say!("cargo-lab/talk/end_of_stream_fin_from_the"));
            }
            Ok(()) => {
                rows.say(say!("cargo-lab/talk/end_of_stream_fin_the_other"));
                let _ = sender.join();
            }
            Err(error) => {
                rows.say(&say!("cargo-lab/talk/the_connection_is_gone_and_what", error = in_words(&error)));
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
        (_, Some(error)) => rows.say(&say!("cargo-lab/talk/nobody_is_there_to_read_that", error = in_words(&error))),
        (Err(error), None) => rows.say(&say!("cargo-lab/talk/standard_input_cannot_be_read_any", error)),
        (Ok(()), None) => {}
    }
    closed.store(true, Ordering::SeqCst);
    if stream.shutdown(Shutdown::Write).is_ok() {
        rows.say(say!("cargo-lab/talk/sent_fin_you_send_no_more"));
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset => say!("cargo-lab/talk/reset_rst").to_string(),
        io::ErrorKind::BrokenPipe => say!("cargo-lab/talk/broken_pipe_epipe").to_string(),
        _ => error.to_string(),
    }
}

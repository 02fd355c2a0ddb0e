//! Write everything, then read: how large may "everything" be?

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use book_examples::connection;

const PIECE: [u8; 16 * 1024] = [b'x'; 16 * 1024];

// ANCHOR: main
fn main() -> Result<()> {
    let (mut client, server) = connection()?;
    let upper = thread::spawn(move || shout(server));

    // The limit is there so that this program ends. Without it the write below waits for ever.
    client.set_write_timeout(Some(Duration::from_secs(1)))?;
    let mut written = 0;
    while written < 64 * 1024 * 1024 {
        match client.write(&PIECE) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            other => written += other?,
        }
    }
    println!("client: {written} bytes written, none read; the next write waits");
    drop(client);
    println!("server: its write waited too, after {} bytes", upper.join().expect("the server does not panic"));
    Ok(())
}
// ANCHOR_END: main

/// Sends back in capital letters what comes, piece by piece. Returns how many bytes it could send.
fn shout(mut client: TcpStream) -> u64 {
    let mut buf = [0; 4096];
    let mut sent = 0;
    while let Ok(count @ 1..) = client.read(&mut buf) {
        buf[..count].make_ascii_uppercase();
        match client.write_all(&buf[..count]) {
            Ok(()) => sent += count as u64,
            Err(_) => break,
        }
    }
    sent
}

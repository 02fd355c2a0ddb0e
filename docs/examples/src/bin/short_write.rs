//! A reader that does not read, and how much a writer can hand over before it must wait.

use std::io::{ErrorKind, Write};

use anyhow::Result;
use book_examples::connection;

// ANCHOR: main
fn main() -> Result<()> {
    let (mut client, _server) = connection()?;
    client.set_nonblocking(true)?; // a write that would have to wait fails instead

    let data = vec![b'x'; 64 * 1024 * 1024];
    let first = client.write(&data)?;
    println!("write of {} bytes -> Ok({first})", data.len());

    let mut sent = first;
    let full = loop {
        match client.write(&data[sent..]) {
            Ok(count) => sent += count,
            Err(error) => break error,
        }
    };
    println!("after {sent} bytes -> Err({:?})", full.kind());
    anyhow::ensure!(full.kind() == ErrorKind::WouldBlock, full);
    Ok(())
}
// ANCHOR_END: main

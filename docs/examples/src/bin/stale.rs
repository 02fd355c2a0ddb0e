//! What stands in a buffer after a read, and how much of it is new.

use std::io::{Read, Write};

use anyhow::Result;
use book_examples::connection;

// ANCHOR: main
fn main() -> Result<()> {
    let (mut client, mut server) = connection()?;
    let mut room = [b'.'; 12];

    for message in ["good morning", "bye"] {
        client.write_all(message.as_bytes())?;
        let count = server.read(&mut room)?;
        println!("read -> {count:>2}  room: {}  new: {}", room.escape_ascii(), room[..count].escape_ascii());
    }

    client.write_all(b"one more")?;
    println!("read -> {:>2}  into no room at all; 8 bytes are there", server.read(&mut room[..0])?);
    Ok(())
}
// ANCHOR_END: main

//! A server that answers without reading everything, and closes. Its answer may be lost.

use std::io::{Read, Write};

use anyhow::Result;
use book_examples::{await_reset, connection, shown};

fn main() -> Result<()> {
    println!("20 bytes sent, the server reads {}", answer(16)?);
    println!("20 bytes sent, the server reads {}", answer(20)?);
    Ok(())
}

// ANCHOR: answer
/// The server reads at most `room` bytes, as the course's Python server does with `recv(16)`; then it answers and closes.
fn answer(room: usize) -> Result<String> {
    let (mut client, mut server) = connection()?;
    client.write_all(b"12345678901234567890")?;

    server.read_exact(&mut vec![0; room])?;
    server.write_all(b"message received")?;
    drop(server);

    if room < 20 {
        await_reset(&client);
    }
    let mut buf = [0; 100];
    let first = client.read(&mut buf);
    let second = client.read(&mut buf);
    Ok(format!("{room}: the client reads {}, then {}", shown(&first), shown(&second)))
}
// ANCHOR_END: answer

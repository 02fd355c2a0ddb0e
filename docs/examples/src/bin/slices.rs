//! The same 46 bytes, cut in two ways. What a read gives depends on timing; what the bytes mean does not.

use std::io::{Read, Write};

use anyhow::Result;
use book_examples::connection;

const PIECES: [&str; 4] = ["HELLO-FROM JES", "SE\nWHO\n", "SEND ECHOBOT H", "ELLO WORLD\n"];

fn main() -> Result<()> {
    println!("read after each piece:");
    slowly()?;
    println!("read after all of them:");
    at_once()
}

// ANCHOR: slowly
fn slowly() -> Result<()> {
    let (mut client, mut server) = connection()?;
    let mut all = Vec::new();
    for piece in PIECES {
        client.write_all(piece.as_bytes())?;
        let mut room = [0; 2048];
        let count = server.read(&mut room)?;
        println!("    read -> {count:>2}  \"{}\"", room[..count].escape_ascii());
        all.extend_from_slice(&room[..count]);
    }
    show_lines(&all);
    Ok(())
}
// ANCHOR_END: slowly

fn at_once() -> Result<()> {
    let (mut client, mut server) = connection()?;
    for piece in PIECES {
        client.write_all(piece.as_bytes())?;
    }
    let mut room = [0; 2048];
    let count = server.read(&mut room)?;
    println!("    read -> {count:>2}  \"{}\"", room[..count].escape_ascii());
    show_lines(&room[..count]);
    Ok(())
}

fn show_lines(bytes: &[u8]) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        println!("    line       \"{}\"", line.escape_ascii());
    }
}

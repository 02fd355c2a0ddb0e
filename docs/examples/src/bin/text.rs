//! A character of two bytes, cut in half by a read.

use std::io::{Read, Write};

use anyhow::Result;
use book_examples::connection;

// ANCHOR: main
fn main() -> Result<()> {
    let (mut client, mut server) = connection()?;
    let word = "Grüße";
    println!("{} characters, {} bytes: {}", word.chars().count(), word.len(), word.as_bytes().escape_ascii());

    client.write_all(word.as_bytes())?;
    let mut all = Vec::new();
    while all.len() < word.len() {
        let mut room = [0; 3];
        let count = server.read(&mut room)?;
        let piece = &room[..count];
        println!("read -> {count}  {:?}  lossy {:?}", std::str::from_utf8(piece), String::from_utf8_lossy(piece));
        all.extend_from_slice(piece);
    }
    println!("all of it: {:?}", String::from_utf8(all)?);
    Ok(())
}
// ANCHOR_END: main

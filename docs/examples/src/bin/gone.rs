//! What a write says of a peer that is gone: nothing at first.

use std::io::{Read, Write};

use anyhow::Result;
use book_examples::{await_reset, connection, shown};

// ANCHOR: main
fn main() -> Result<()> {
    let (client, mut server) = connection()?;
    drop(client);

    println!("read:         {}", shown(&server.read(&mut [0; 10])));
    println!("first write:  {}", shown(&server.write(b"are you there?")));
    await_reset(&server);
    println!("second write: {}", shown(&server.write(b"are you there?")));
    Ok(())
}
// ANCHOR_END: main

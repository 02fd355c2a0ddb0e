//! Errors of bind and connect, with their numbers.

use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use book_examples::{ANY, named};

// ANCHOR: main
fn main() -> Result<()> {
    let listener = TcpListener::bind(ANY)?;
    let address = listener.local_addr()?;

    if let Err(error) = TcpListener::bind(address) {
        println!("bind, a port that is taken:       {}", named(&error));
    }
    // An address from the block that is kept for examples in books (RFC 5737): no machine has it.
    if let Err(error) = TcpListener::bind("192.0.2.1:0") {
        println!("bind, an address of nobody:       {}", named(&error));
    }
    drop(listener);
    if let Err(error) = TcpStream::connect(address) {
        println!("connect, nobody listens:          {}", named(&error));
        println!("the same error for a person:      {error}");
    }
    Ok(())
}
// ANCHOR_END: main

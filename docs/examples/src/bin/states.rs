//! One connection from its first to its last state, as `ss` shows it. Here the client closes first.

use std::io::Read;
use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use book_examples::ANY;
use book_examples::kernel::show_sockets;

// ANCHOR: main
fn main() -> Result<()> {
    let listener = TcpListener::bind(ANY)?;
    let address = listener.local_addr()?;
    println!("1. the server listens");
    show_sockets(address)?;

    let client = TcpStream::connect(address)?;
    println!("2. a client has connected, nobody has accepted it");
    show_sockets(address)?;

    let (mut server, _) = listener.accept()?;
    println!("3. the server has accepted it");
    show_sockets(address)?;

    drop(client);
    println!("4. the client has closed; the server reads {}", server.read(&mut [0; 10])?);
    show_sockets(address)?;

    drop(server);
    println!("5. the server has closed too");
    show_sockets(address)
}
// ANCHOR_END: main

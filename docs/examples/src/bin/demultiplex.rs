//! Four clients and one server port: how the kernel keeps their bytes apart.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use book_examples::ANY;
use book_examples::kernel::show_sockets;

// ANCHOR: main
fn main() -> Result<()> {
    let listener = TcpListener::bind(ANY)?;
    let address = listener.local_addr()?;

    let mut pairs = Vec::new();
    for _ in 0..4 {
        let client = TcpStream::connect(address)?;
        let (server, _) = listener.accept()?;
        pairs.push((client, server));
    }
    for (number, (client, _)) in pairs.iter_mut().enumerate() {
        write!(client, "I am {}", number + 1)?;
    }
    for (_, server) in &mut pairs {
        let mut text = [0; 6];
        server.read_exact(&mut text)?;
        println!("{} -> {}: {}", server.peer_addr()?, server.local_addr()?, text.escape_ascii());
    }
    println!("what the kernel knows:");
    show_sockets(address)
}
// ANCHOR_END: main

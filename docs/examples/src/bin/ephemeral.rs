//! Ports that the kernel chooses: for a listener that asks for port 0, and for every client.

use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use book_examples::ANY;
use book_examples::kernel::ephemeral_ports;

// ANCHOR: main
fn main() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("asked for port 0, got {}", listener.local_addr()?);

    let client = TcpStream::connect(listener.local_addr()?)?;
    println!("asked for no port, got {}", client.local_addr()?);

    let other = TcpListener::bind(ANY)?;
    println!("two listeners, two ports: {}", other.local_addr()? != listener.local_addr()?);

    if let Some((first, last)) = ephemeral_ports() {
        println!("this kernel chooses from {first} to {last}");
        let within = |port: u16| (first..=last).contains(&port);
        println!("both are in there: {}", within(client.local_addr()?.port()) && within(listener.local_addr()?.port()));
    }
    Ok(())
}
// ANCHOR_END: main

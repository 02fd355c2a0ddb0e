//! A server that can answer only when it has everything: it counts words. The client says "that was all" with a half-close.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use anyhow::Result;
use book_examples::connection;

// ANCHOR: main
fn main() -> Result<()> {
    let (mut client, server) = connection()?;
    let server = thread::spawn(move || count_words(server));

    client.write_all(b"how many words ")?;
    client.write_all(b"are these")?;
    client.shutdown(Shutdown::Write)?;
    println!("client: has ended its direction");

    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    println!("client: read {answer:?}, then the end of the other direction");
    server.join().expect("the server does not panic")
}

fn count_words(mut client: TcpStream) -> Result<()> {
    let mut text = String::new();
    client.read_to_string(&mut text)?; // to the end of the stream
    write!(client, "{} words", text.split_whitespace().count())?;
    Ok(()) // `client` is dropped, which ends the server's direction
}
// ANCHOR_END: main

//! A listener and three connections: one that nobody has accepted, one with bytes that nobody has read, one that the client
//! has closed and the server has not. Then `ss`, or `netstat`, shows them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let tool = std::env::args().nth(1).unwrap_or("ss".to_string());
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;

    // The client has closed; the server has read the end of the stream, and keeps its side open.
    let closed = TcpStream::connect(address)?;
    let (mut forgotten, _) = listener.accept()?;
    drop(closed);
    forgotten.read_to_end(&mut Vec::new())?;

    // Five bytes that the server has not read.
    let mut sender = TcpStream::connect(address)?;
    let (receiver, _) = listener.accept()?;
    sender.write_all(b"hello")?;
    while receiver.peek(&mut [0; 5])? < 5 {}

    // Nobody has accepted this one.
    let _waiting = TcpStream::connect(address)?;

    print!("{}", show(&tool, address.port())?);
    Ok(())
}

/// The heading, and the lines that have this port, once the close has gone to the other side and back.
fn show(tool: &str, port: u16) -> anyhow::Result<String> {
    loop {
        let output = Command::new(tool).arg("-tan").output().with_context(|| format!("cannot run {tool}"))?;
        let text = String::from_utf8(output.stdout)?;
        // By chance the port may be one that another program has just had.
        let over = |line: &str| line.contains("TIME-WAIT") || line.contains("TIME_WAIT");
        let ours = |line: &str| line.contains(&format!("127.0.0.1:{port} ")) && !over(line);
        let wanted = |line: &&str| ours(line) || line.contains("Recv-Q");
        let lines: Vec<&str> = text.lines().filter(wanted).map(str::trim_end).collect();
        if !lines.iter().any(|line| line.contains("FIN-WAIT-1") || line.contains("FIN_WAIT1")) {
            return Ok(lines.join("\n") + "\n");
        }
    }
}

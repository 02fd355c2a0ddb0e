//! A server that says how often it was asked, in two forms: one client at a time, and a thread for each. In both cases the
//! first client connects and says nothing.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// How long the second client waits for its answer before this program says "nothing".
const PATIENCE: Duration = Duration::from_secs(1);

// ANCHOR: answer
/// Answers each question of one client, until that client has finished.
fn answer(mut stream: TcpStream, questions: &AtomicU32) -> io::Result<()> {
    let mut buf = [0; 512];
    while stream.read(&mut buf)? > 0 {
        let count = questions.fetch_add(1, Ordering::Relaxed) + 1;
        // One string, one write: `writeln!` to a stream would write each part of the text by itself.
        stream.write_all(format!("question number {count}\n").as_bytes())?;
    }
    Ok(())
}
// ANCHOR_END: answer

// ANCHOR: serial
fn one_at_a_time(listener: &TcpListener) {
    let questions = AtomicU32::new(0);
    for stream in listener.incoming().flatten() {
        let _ = answer(stream, &questions);
    }
}
// ANCHOR_END: serial

// ANCHOR: threads
fn a_thread_each(listener: &TcpListener) {
    let questions = Arc::new(AtomicU32::new(0));
    for stream in listener.incoming().flatten() {
        let questions = Arc::clone(&questions);
        thread::spawn(move || answer(stream, &questions));
    }
}
// ANCHOR_END: threads

fn main() -> anyhow::Result<()> {
    try_it("one at a time", one_at_a_time)?;
    try_it("a thread each", a_thread_each)
}

fn try_it(name: &str, server: fn(&TcpListener)) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    // Nobody joins this thread: it ends with the program.
    thread::spawn(move || server(&listener));

    let silent = TcpStream::connect(address)?;
    let mut asks = ask(address)?;
    println!("{name}: while the first client is silent, the second gets {}", reply(&mut asks)?);
    drop(silent);
    if name == "one at a time" {
        println!("{name}: after the first has gone, the second gets {}", reply(&mut asks)?);
    }
    Ok(())
}

fn ask(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"how often?")?;
    Ok(stream)
}

fn reply(stream: &mut TcpStream) -> io::Result<String> {
    let mut buf = [0; 512];
    match stream.read(&mut buf) {
        Ok(n) => Ok(format!("{:?}", String::from_utf8_lossy(&buf[..n]))),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok("nothing".to_string()),
        Err(error) => Err(error),
    }
}

//! The loop of many course notes: "a read that does not fill the buffer was the last one". Three servers send a page; the
//! loop is right at one of them, loses most of the page at the second, and waits for ever at the third.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

const BUFFER: usize = 4096;

/// For ever is too long for a book: the third loop is given up after this silence.
const PATIENCE: Duration = Duration::from_millis(300);

// ANCHOR: wrong
/// WRONG: takes a short read for the end.
fn collect(stream: &mut TcpStream, has_read: &Sender<()>) -> io::Result<usize> {
    let mut buf = [0; BUFFER];
    let mut total = 0;
    loop {
        let n = stream.read(&mut buf)?;
        total += n;
        let _ = has_read.send(());
        if n < buf.len() {
            return Ok(total);
        }
    }
}
// ANCHOR_END: wrong

/// Sends the pieces. Each waits until the client has read the one before, so that every piece is a read of its own.
fn serve(listener: &TcpListener, pieces: &[usize], was_read: &Receiver<()>) -> io::Result<TcpStream> {
    let (mut stream, _) = listener.accept()?;
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 && was_read.recv().is_err() {
            break;
        }
        // The client may be gone already: that is what this program is about.
        if stream.write_all(&vec![b'x'; *piece]).is_err() {
            break;
        }
    }
    Ok(stream)
}

/// Runs the loop against a server that sends so, and keeps the connection open.
fn try_it(how: &str, pieces: &'static [usize]) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let (has_read, was_read) = mpsc::channel();
    let server = thread::spawn(move || serve(&listener, pieces, &was_read));

    // All of a single piece is there before the first read; so what happens here is no matter of luck.
    let ready = if pieces.len() == 1 { pieces[0] } else { 1 };
    while stream.peek(&mut vec![0; ready])? < ready {}

    let page: usize = pieces.iter().sum();
    let outcome = match collect(&mut stream, &has_read) {
        Ok(got) if got == page => format!("{got} bytes: all of it, by luck"),
        Ok(got) => format!("{got} bytes of {page}, and it says that it is done"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => format!("{page} bytes, and it waits for more"),
        Err(other) => return Err(other.into()),
    };
    println!("{how:34} {outcome}");
    drop((stream, has_read));
    let _ = server.join();
    Ok(())
}

fn main() -> anyhow::Result<()> {
    println!("a buffer of {BUFFER} bytes; the server sends   the loop gets");
    try_it("10 000 bytes at once", &[10_000])?;
    try_it("10 000 bytes in ten pieces", &[1000; 10])?;
    try_it("8192 bytes at once", &[8192])
}

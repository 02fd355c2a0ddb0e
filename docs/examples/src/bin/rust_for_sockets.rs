//! What Rust does with sockets: who owns a stream, what closes it, what a read gives, how errors are told apart.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Two ends of one connection.
fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let here = TcpStream::connect(listener.local_addr()?)?;
    let (there, _) = listener.accept()?;
    Ok((here, there))
}

fn main() -> anyhow::Result<()> {
    drop_closes()?;
    a_clone_keeps_open()?;
    shared_by_reference()?;
    buffers()?;
    errors()?;
    Ok(())
}

// ANCHOR: drop
fn drop_closes() -> io::Result<()> {
    let (mut here, there) = pair()?;
    {
        let mut inner = there; // the stream moves into the block ..
        inner.write_all(b"bye")?;
    } // .. and is closed at its end
    let mut all = Vec::new();
    here.read_to_end(&mut all)?;
    println!("drop:      {:?}, then the end of the stream", String::from_utf8_lossy(&all));
    Ok(())
}
// ANCHOR_END: drop

// ANCHOR: clone
fn a_clone_keeps_open() -> io::Result<()> {
    let (mut here, there) = pair()?;
    let clone = there.try_clone()?; // a second descriptor, the same connection
    drop(there);
    here.set_read_timeout(Some(Duration::from_millis(100)))?;
    println!("clone:     one of two is dropped: {:?}", here.read(&mut [0; 8]).map_err(|error| error.kind()));
    clone.shutdown(net::Shutdown::Write)?; // this is about the connection, not about the descriptor
    println!("clone:     shutdown: {:?}", here.read(&mut [0; 8]).map_err(|error| error.kind()));
    Ok(())
}
// ANCHOR_END: clone

// ANCHOR: reference
/// `Read` and `Write` are there for `&TcpStream`, too. So two threads can use one stream without a clone.
fn shared_by_reference() -> io::Result<()> {
    let (here, there) = pair()?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut writer = &there; // the variable is `mut`, the stream is not
            writer.write_all(b"from one thread")
        });
        let mut buf = [0; 15];
        let mut reader = &here;
        reader.read_exact(&mut buf)?;
        println!("reference: {:?} arrives in the other", String::from_utf8_lossy(&buf));
        Ok(())
    })
}
// ANCHOR_END: reference

// ANCHOR: buffers
fn buffers() -> io::Result<()> {
    let (mut here, mut there) = pair()?;
    there.write_all(b"tea")?;
    here.peek(&mut [0; 3])?; // waits until something is there

    let mut empty = Vec::new(); // no room at all, so nothing can be read: this is not the end of the stream
    println!("buffers:   an empty Vec as a buffer gives {}", here.read(&mut empty)?);

    let mut buf = [b'.'; 8]; // room for 8 bytes
    let n = here.read(&mut buf)?; // the slice is borrowed for the call; n says how much of it is new
    println!("buffers:   n = {n}, &buf[..n] = {:?}", String::from_utf8_lossy(&buf[..n]));
    println!("buffers:   all of buf = {:?}", String::from_utf8_lossy(&buf));
    Ok(())
}
// ANCHOR_END: buffers

// ANCHOR: errors
fn errors() -> io::Result<()> {
    let (mut here, there) = pair()?;
    here.set_read_timeout(Some(Duration::from_millis(50)))?;
    match here.read(&mut [0; 8]) {
        Ok(0) => println!("errors:    the other side has finished"),
        Ok(n) => println!("errors:    {n} bytes"),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            println!("errors:    nothing came in time ({:?})", error.kind());
        }
        Err(error) => return Err(error),
    }

    drop(there);
    let dead_port = TcpListener::bind("127.0.0.1:0")?.local_addr()?; // closed again at once
    let error = TcpStream::connect(dead_port).expect_err("nobody listens there");
    println!("errors:    {:?} is number {:?}: {error}", error.kind(), error.raw_os_error());
    Ok(())
}
// ANCHOR_END: errors

//! The same calls on a stream and on datagrams: two sends, then receives. And what is particular to datagrams: one of no
//! bytes, and one that is longer than the buffer.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};

fn main() -> anyhow::Result<()> {
    stream()?;
    datagrams()?;
    Ok(())
}

// ANCHOR: stream
fn stream() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut sender = TcpStream::connect(listener.local_addr()?)?;
    let (mut receiver, _) = listener.accept()?;
    sender.set_nodelay(true)?;

    sender.write_all(b"HELLO")?;
    sender.write_all(b"JOE")?;
    wait_for(8, &receiver)?;

    let mut buf = [0; 1024];
    let n = receiver.read(&mut buf)?;
    println!("stream     read: {n} bytes, {:?}", String::from_utf8_lossy(&buf[..n]));
    Ok(())
}
// ANCHOR_END: stream

/// Waits until so many bytes have come, without taking them.
fn wait_for(count: usize, stream: &TcpStream) -> anyhow::Result<()> {
    while stream.peek(&mut vec![0; count])? < count {}
    Ok(())
}

// ANCHOR: datagrams
fn datagrams() -> anyhow::Result<()> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    let to = receiver.local_addr()?;

    for message in [b"HELLO".as_slice(), b"JOE", b"", &[b'x'; 100], b"next"] {
        sender.send_to(message, to)?;
    }
    // Room for 1024 bytes each time, but for the fourth only 10.
    for room in [1024, 1024, 1024, 10, 1024] {
        let mut buf = vec![0; room];
        let (n, _) = receiver.recv_from(&mut buf)?;
        println!("datagrams  recv into {room}: {n} bytes, {:?}", String::from_utf8_lossy(&buf[..n]));
    }
    Ok(())
}
// ANCHOR_END: datagrams

//! How many bytes go over the wire for five bytes of data? The kernel counts them.
//!
//! Run it in a network of its own, where nobody else sends:
//! `unshare -rn sh -c 'ip link set lo up && cargo run -q -p book-examples --bin headers'`

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use book_examples::ANY;
use book_examples::kernel::{Traffic, traffic};

fn main() -> Result<()> {
    udp()?;
    tcp()
}

// ANCHOR: udp
fn udp() -> Result<()> {
    let receiver = UdpSocket::bind(ANY)?;
    let sender = UdpSocket::bind(ANY)?;

    let before = traffic()?;
    sender.send_to(b"hello", receiver.local_addr()?)?;
    receiver.recv(&mut [0; 100])?;
    show("UDP: send_to of 5 bytes", before, 1)
}
// ANCHOR_END: udp

fn tcp() -> Result<()> {
    let listener = TcpListener::bind(ANY)?;

    let before = traffic()?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    show("TCP: connect", before, 3)?;

    let before = traffic()?;
    client.write_all(b"hello")?;
    server.read_exact(&mut [0; 5])?;
    show("TCP: write of 5 bytes", before, 2)?;

    let before = traffic()?;
    client.write_all(&[b'x'; 5000])?;
    server.read_exact(&mut [0; 5000])?;
    show("TCP: write of 5000 bytes", before, 2)
}

/// Waits until the packets have been counted, and says what they were.
fn show(what: &str, before: Traffic, packets: u64) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(2);
    let mut now = traffic()?;
    while now.packets < before.packets + packets && Instant::now() < deadline {
        std::thread::yield_now();
        now = traffic()?;
    }
    let sent = now.packets - before.packets;
    ensure!(sent == packets, "{sent} packets instead of {packets}: does somebody else use this network?");
    println!("{what:<26} {sent} packets, {:>5} bytes", now.bytes - before.bytes);
    Ok(())
}

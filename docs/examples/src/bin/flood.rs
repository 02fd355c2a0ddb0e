//! 5000 datagrams to a receiver that does not read: how many are there afterwards, and what the kernel counted.

use std::fs;
use std::net::UdpSocket;

const DATAGRAMS: usize = 5000;

fn main() -> anyhow::Result<()> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    sender.connect(receiver.local_addr()?)?;

    // ANCHOR: flood
    let mut ok = 0;
    for _ in 0..DATAGRAMS {
        if sender.send(&[b'x'; 100]).is_ok() {
            ok += 1;
        }
    }
    println!("sends that were Ok       {ok}");
    let dropped = drops(receiver.local_addr()?.port());

    receiver.set_nonblocking(true)?;
    let mut there = 0;
    while receiver.recv(&mut [0; 100]).is_ok() {
        there += 1;
    }
    println!("datagrams that are there {there}");
    // ANCHOR_END: flood
    match dropped {
        Some(count) => println!("dropped by the kernel    {count}"),
        None => println!("dropped by the kernel    (only Linux counts them in /proc/net/udp)"),
    }
    Ok(())
}

/// The last column of the row with this port in `/proc/net/udp`.
fn drops(port: u16) -> Option<u64> {
    let table = fs::read_to_string("/proc/net/udp").ok()?;
    let row = table.lines().find(|row| local_port(row) == Some(format!("{port:04X}").as_str()))?;
    row.split_whitespace().last()?.parse().ok()
}

/// The port in the second column, `0100007F:A3F1`, which is the socket's own address.
fn local_port(row: &str) -> Option<&str> {
    Some(row.split_whitespace().nth(1)?.split_once(':')?.1)
}

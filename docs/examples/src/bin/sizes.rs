//! How large a datagram may be: sends of several lengths over IPv4 and IPv6, and what the kernel says.

use std::net::UdpSocket;

fn main() -> anyhow::Result<()> {
    try_sizes("127.0.0.1:0", &[0, 1472, 65_507, 65_508])?;
    try_sizes("[::1]:0", &[1452, 65_527, 65_528])
}

fn try_sizes(address: &str, lengths: &[usize]) -> anyhow::Result<()> {
    let receiver = UdpSocket::bind(address)?;
    let sender = UdpSocket::bind(address)?;
    let to = receiver.local_addr()?;
    let mut buf = vec![0; 70_000];

    for length in lengths {
        match sender.send_to(&vec![b'x'; *length], to) {
            Ok(sent) => {
                let (got, _) = receiver.recv_from(&mut buf)?;
                println!("{address:12} {length:6} bytes: sent {sent}, received {got}");
            }
            Err(error) => println!("{address:12} {length:6} bytes: {error}"),
        }
    }
    Ok(())
}

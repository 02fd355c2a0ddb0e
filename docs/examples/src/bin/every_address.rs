//! One address, and every address. Run it in a network of its own, for it opens a port on all interfaces:
//! `unshare -rn sh -c 'ip link set lo up && cargo run -q -p book-examples --bin every_address'`

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};

use anyhow::Result;

// ANCHOR: main
fn main() -> Result<()> {
    for bound in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
        let listener = TcpListener::bind(bound)?;
        let port = listener.local_addr()?.port();
        println!("listening on {bound}");
        for to in ["127.0.0.1", "127.0.0.2", "::1"] {
            let address = SocketAddr::new(to.parse::<IpAddr>()?, port);
            match TcpStream::connect(address) {
                Ok(_) => println!("    to {to:<9}  connected to {}", listener.accept()?.0.local_addr()?.ip()),
                Err(error) => println!("    to {to:<9}  {:?}", error.kind()),
            }
        }
    }
    Ok(())
}
// ANCHOR_END: main

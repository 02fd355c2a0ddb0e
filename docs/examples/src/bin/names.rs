//! A name becomes addresses.

use std::net::ToSocketAddrs;

// ANCHOR: main
fn main() {
    for (host, port) in [("localhost", 7007), ("127.0.0.1", 7007), ("::1", 7007), ("no-such-name.invalid", 7007)] {
        match (host, port).to_socket_addrs() {
            Ok(addresses) => println!("{host}: {:?}", addresses.collect::<Vec<_>>()),
            Err(error) => println!("{host}: {error}"),
        }
    }
}
// ANCHOR_END: main

//! Endpoints as text: what Rust takes for an address with a port, and what not.

use std::net::SocketAddr;

// ANCHOR: main
fn main() {
    for text in ["127.0.0.1:7007", "[::1]:7007", "::1:7007", "[::1]", "127.0.0.1", "127.0.0.1:70000", "localhost:7007"]
    {
        match text.parse::<SocketAddr>() {
            Ok(endpoint) => println!("{text:<16} address {}, port {}", endpoint.ip(), endpoint.port()),
            Err(error) => println!("{text:<16} {error}"),
        }
    }
}
// ANCHOR_END: main

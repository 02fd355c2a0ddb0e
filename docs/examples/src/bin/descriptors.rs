//! A socket is a file descriptor: the kernel gives each one a number, and takes it back when it is closed.

use std::net::{TcpListener, TcpStream};

use anyhow::Result;
use book_examples::ANY;

// ANCHOR: main
fn main() -> Result<()> {
    let listener = TcpListener::bind(ANY)?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    show("listener, client, server")?;

    let handle = server.try_clone()?;
    show("and a second handle of server")?;

    drop(server);
    show("server dropped")?;

    drop(handle);
    show("its second handle dropped too")?;

    drop((client, listener));
    show("all dropped")
}
// ANCHOR_END: main

/// The descriptors of this process that are sockets, as Linux lists them.
fn show(when: &str) -> Result<()> {
    let mut sockets = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")?.flatten() {
        let Ok(to) = std::fs::read_link(entry.path()) else { continue };
        if to.to_string_lossy().starts_with("socket:") {
            sockets.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    sockets.sort();
    println!("{when:<31} {}", if sockets.is_empty() { "-".to_string() } else { sockets.join(" ") });
    Ok(())
}

//! The scenes of lab 1: one connection, seen from the server.

use std::io::{self, ErrorKind};
use std::net::TcpListener;

use super::calls::{failed, is_wait, key};
use super::play::{ANY, Play};
use super::scene::Run;
use crate::texts::say;
use crate::wire::What;

pub const SCENES: &[(&str, Run)] = &[
    ("small-buffer", small_buffer),
    ("full-buffer", full_buffer),
    ("half-close", half_close),
    ("gone-client", gone_client),
    ("unread-bytes", unread_bytes),
    ("port-in-use", port_in_use),
    ("before-accept", before_accept),
];

fn small_buffer(play: &Play) -> io::Result<String> {
    let (mut client, mut server) = play.tcp()?;
    client.send(say!("predict/rows/1st_write"), b"hello")?;
    client.send(say!("predict/rows/2nd_write"), b"abc")?;

    let mut sizes: Vec<usize> = Vec::new();
    while sizes.iter().sum::<usize>() < 8 {
        match server.read(4) {
            Ok(bytes) if !bytes.is_empty() => sizes.push(bytes.len()),
            _ => break,
        }
        if sizes.len() == 2 {
            play.here();
        }
    }
    Ok(sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
}

fn full_buffer(play: &Play) -> io::Result<String> {
    let (mut client, mut server) = play.tcp()?;
    client.send("", &[b'x'; 1024])?;
    server.read(1024)?;
    let second = server.read(1024);
    play.here();
    Ok(key(&second))
}

fn half_close(play: &Play) -> io::Result<String> {
    let (mut client, mut server) = play.tcp()?;
    client.send("", b"bye")?;
    client.close_write()?;
    server.read(1024)?;
    server.read(1024)?;
    let written = server.write(b"see you");
    let got = client.read_short();
    play.here();
    Ok(if written.is_err() { "error".to_string() } else { key(&got) })
}

fn gone_client(play: &Play) -> io::Result<String> {
    let (client, mut server) = play.tcp()?;
    client.close();
    server.read(1024)?;
    let first = server.write(b"one");
    server.await_reset()?;
    let second = server.write(b"two");
    play.here();
    let word = |result: &io::Result<usize>| if result.is_ok() { "ok" } else { "error" };
    Ok(format!("{},{}", word(&first), word(&second)))
}

fn unread_bytes(play: &Play) -> io::Result<String> {
    let (mut client, mut server) = play.tcp()?;
    client.send("", &[b'x'; 100])?;
    server.read(10)?;
    server.close();
    let got = client.read_short();
    play.here();
    Ok(key(&got))
}

fn port_in_use(play: &Play) -> io::Result<String> {
    let first = TcpListener::bind(ANY)?;
    let address = first.local_addr()?;
    play.right(say!("report/listening_on_port", port = address.port()));
    let second = TcpListener::bind(address);
    play.right(match &second {
        Ok(_) => say!("predict/rows/bind_again_ok").to_string(),
        Err(error) => failed(say!("predict/rows/bind_again"), error),
    });
    play.here();
    let taken = play.connect("client", address).is_ok();
    if taken && first.accept().is_ok() {
        play.right(say!("predict/rows/the_first_listener_accepts"));
    }
    Ok(match second {
        Ok(_) => "shared".to_string(),
        Err(error) if error.kind() == ErrorKind::AddrInUse => "in-use".to_string(),
        Err(error) => format!("{:?}", error.kind()),
    })
}

fn before_accept(play: &Play) -> io::Result<String> {
    let listener = TcpListener::bind(ANY)?;
    play.right(say!("report/listening_on_port", port = listener.local_addr()?.port()));
    play.right(say!("predict/rows/busy_no_accept_yet"));
    let mut client = match play.connect("client", listener.local_addr()?) {
        Ok(client) => client,
        Err(error) if is_wait(&error) => return Ok("waits".to_string()),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            play.left("client", What::Refused);
            return Ok("refused".to_string());
        }
        Err(error) => return Err(error),
    };
    let sent = client.send("", b"hello");
    play.here();
    let mut server = play.accept(&listener)?;
    play.right("accept: Ok");
    server.read(1024)?;
    Ok(if sent.is_ok() { "both" } else { "connect-only" }.to_string())
}

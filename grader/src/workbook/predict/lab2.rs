//! The scenes of lab 2: one connection, seen from the client.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::calls::{failed, is_wait, key, returns, waits};
use super::play::{ANY, Play, Right, SHORT, accept};
use super::scene::Run;
use crate::peer::grouped;
use crate::texts::say;
use crate::wire::{Bytes, What};

pub const SCENES: &[(&str, Run)] = &[
    ("two-writes", two_writes),
    ("nobody-listens", nobody_listens),
    ("read-timeout", read_timeout),
    ("full-connection", full_connection),
    ("reset-after-data", reset_after_data),
    ("both-write", both_write),
];

fn two_writes(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send(say!("predict/rows/1st_write"), b"to")?;
    server.send(say!("predict/rows/2nd_write"), b"gether")?;
    let got = client.read(1024);
    play.here();
    Ok(key(&got))
}

fn nobody_listens(play: &Play) -> io::Result<String> {
    // Bound, but not listening: so nobody else can take the port while the scene is played.
    let holder = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    holder.bind(&ANY.into())?;
    let to = holder.local_addr()?.as_socket().ok_or(ErrorKind::AddrNotAvailable)?;
    let result = TcpStream::connect_timeout(&to, Duration::from_millis(1500));
    play.left(
        "client",
        match &result {
            Ok(_) => What::Connect,
            Err(error) if is_wait(error) => What::Wait { what: say!("predict/rows/an_answer").to_string() },
            Err(_) => What::Refused,
        },
    );
    play.here();
    if let Err(error) = &result {
        play.say(returns("connect", error));
    }
    Ok(match result {
        Ok(_) => "ok".to_string(),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => "refused".to_string(),
        Err(error) if is_wait(&error) => "waits".to_string(),
        Err(error) => format!("{:?}", error.kind()),
    })
}

fn read_timeout(play: &Play) -> io::Result<String> {
    let (_server, mut client) = play.tcp_from_right()?;
    client.stream.set_read_timeout(Some(SHORT))?;
    play.right(format!("set_read_timeout({} ms)", SHORT.as_millis()));
    let result = client.stream.read(&mut [0; 1024]);
    play.right(match &result {
        Ok(count) => format!("read: Ok({count})"),
        Err(error) => failed("read", error),
    });
    play.here();
    Ok(match result {
        Ok(count) => format!("Ok({count})"),
        Err(error) => format!("{:?}", error.kind()),
    })
}

fn full_connection(play: &Play) -> io::Result<String> {
    const ALL: usize = 64 * 1024 * 1024;
    let (_server, client) = play.tcp_from_right()?;
    client.stream.set_nonblocking(true)?;
    play.right("set_nonblocking(true)");
    let data = vec![b'x'; ALL];
    let first = one_write(play, &client, &data);
    play.here();
    // The rest of what fits, so that the connection is full.
    while one_write(play, &client, &data).is_ok() {}
    Ok(match first {
        Ok(ALL) => "all",
        Ok(_) => "some",
        Err(_) => "error",
    }
    .to_string())
}

fn one_write(play: &Play, client: &Right<'_>, data: &[u8]) -> io::Result<usize> {
    let result = (&client.stream).write(data);
    play.right(match &result {
        Ok(count) => format!("write: Ok({})", grouped(*count as u64)),
        Err(error) => failed("write", error),
    });
    result
}

fn reset_after_data(play: &Play) -> io::Result<String> {
    let (mut server, mut client) = play.tcp_from_right()?;
    server.send("", b"data")?;
    server.reset()?;
    client.await_reset()?;
    let first = client.read(1024);
    play.here();
    let second = client.read(1024);
    Ok(format!("{},{}", key(&first), key(&second)))
}

/// With small buffers it takes less than 8 MiB to fill them all.
fn both_write(play: &Play) -> io::Result<String> {
    const ALL: usize = 8 * 1024 * 1024;
    let (server, mut client) = narrow()?;
    play.left("server", What::Accept);
    thread::scope(|scope| {
        let echo = scope.spawn(|| echo(server));
        let taken = write_until_stuck(&mut client, ALL);
        // Closed with bytes unread: the reset lets the server go, which would wait for this client for ever.
        drop(client);
        let (read, written) = echo.join().map_err(|_| io::Error::other("the server panicked"))?;
        play.left("server", What::Received(read));
        play.left("server", What::Sent(written));
        play.right(say!("predict/rows/bytes_written", count = grouped(taken as u64)));
        play.right(if taken < ALL { waits("write") } else { say!("predict/rows/write_all_of_it").to_string() });
        play.here();
        Ok(if taken < ALL { "wait" } else { "done" }.to_string())
    })
}

/// Server and client with buffers of 64 KiB. They are set before the connection is made: so they do not grow.
fn narrow() -> io::Result<(TcpStream, TcpStream)> {
    let socket = || -> io::Result<Socket> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(64 * 1024)?;
        socket.set_send_buffer_size(64 * 1024)?;
        Ok(socket)
    };
    let (listener, client) = (socket()?, socket()?);
    listener.bind(&ANY.into())?;
    listener.listen(1)?;
    client.connect(&listener.local_addr()?)?;
    let server = accept(&listener.into())?;
    Ok((server, client.into()))
}

/// Echoes until the connection ends, or a write has waited too long; returns what it read and what it wrote.
fn echo(mut stream: TcpStream) -> (Bytes, Bytes) {
    let none = || Bytes { pieces: 0, ..Bytes::of(b"") };
    let (mut read, mut written) = (none(), Bytes { name: say!("predict/rows/echo").to_string(), ..none() });
    let mut buf = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = stream.read(&mut buf) {
        read.join(&Bytes::of(&buf[..count]));
        let Ok(sent) = stream.write(&buf[..count]) else { break };
        written.join(&Bytes::of(&buf[..sent]));
        if sent < count {
            break;
        }
    }
    (read, written)
}

/// Writes without reading, until a write has waited for [`SHORT`].
fn write_until_stuck(stream: &mut TcpStream, all: usize) -> usize {
    let _ = stream.set_write_timeout(Some(SHORT));
    let data = vec![b'x'; 256 * 1024];
    let mut taken = 0;
    while taken < all {
        match stream.write(&data[..data.len().min(all - taken)]) {
            Ok(count) => taken += count,
            Err(_) => break,
        }
    }
    taken
}

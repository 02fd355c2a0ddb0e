//! The scenes of lab 4: datagrams.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

use super::calls::{datagram, is_wait, key, recv, returns, udp};
use super::play::Play;
use super::scene::Run;
use crate::peer::grouped;
use crate::texts::say;
use crate::wire::{Bytes, What};

pub const SCENES: &[(&str, Run)] = &[
    ("two-sends", two_sends),
    ("small-buffer-udp", small_buffer),
    ("empty-datagram", empty_datagram),
    ("dead-port", dead_port),
    ("dead-port-unconnected", dead_port_unconnected),
    ("too-long", too_long),
    ("asleep", asleep),
    ("stranger", stranger),
];

/// A sender that is connected to a receiver.
fn pair() -> io::Result<(UdpSocket, UdpSocket)> {
    let (sender, receiver) = (udp()?, udp()?);
    sender.connect(receiver.local_addr()?)?;
    Ok((sender, receiver))
}

fn send(play: &Play, socket: &UdpSocket, bytes: &[u8]) -> io::Result<usize> {
    let sent = socket.send(bytes)?;
    play.left("sender", datagram(&bytes[..sent], ""));
    Ok(sent)
}

fn two_sends(play: &Play) -> io::Result<String> {
    let (sender, receiver) = pair()?;
    send(play, &sender, b"to")?;
    send(play, &sender, b"gether")?;
    let first = recv(play, &receiver, 1024);
    play.here();
    recv(play, &receiver, 1024)?;
    Ok(key(&first))
}

fn small_buffer(play: &Play) -> io::Result<String> {
    let (sender, receiver) = pair()?;
    let bytes: Vec<u8> = (b'a'..=b'z').cycle().take(100).collect();
    send(play, &sender, &bytes)?;
    let first = recv(play, &receiver, 10);
    let second = recv(play, &receiver, 10);
    play.here();
    Ok(format!("{},{}", key(&first), key(&second)))
}

fn empty_datagram(play: &Play) -> io::Result<String> {
    let (sender, receiver) = pair()?;
    if let Err(error) = send(play, &sender, b"") {
        play.say(returns("send", &error));
        play.here();
        return Ok("error".to_string());
    }
    let got = recv(play, &receiver, 1024);
    play.here();
    send(play, &sender, b"next")?;
    // Only what comes behind it shows that 0 was not the end.
    let goes_on = recv(play, &receiver, 1024).is_ok();
    Ok(match got {
        Ok(bytes) if bytes.is_empty() && goes_on => "0".to_string(),
        other => key(&other),
    })
}

fn dead_port(play: &Play) -> io::Result<String> {
    let sender = udp()?;
    sender.connect(free_port()?)?;
    let sent = sender.send(QUESTION);
    tell_sent(play, &sent);
    let got = sender.recv(&mut [0; 1024]);
    tell_received(play, &got);
    Ok(format!("{},{}", if sent.is_ok() { "ok" } else { "error" }, word(&got)))
}

fn dead_port_unconnected(play: &Play) -> io::Result<String> {
    let sender = udp()?;
    tell_sent(play, &sender.send_to(QUESTION, free_port()?));
    let got = sender.recv_from(&mut [0; 1024]).map(|(count, _)| count);
    tell_received(play, &got);
    Ok(word(&got))
}

const QUESTION: &[u8] = b"anybody there?";

/// A port that had a socket a moment ago.
fn free_port() -> io::Result<SocketAddr> {
    udp()?.local_addr()
}

fn tell_sent(play: &Play, sent: &io::Result<usize>) {
    match sent {
        Ok(_) => play.left("sender", datagram(QUESTION, "")),
        Err(error) => play.say(returns("send", error)),
    }
}

fn tell_received(play: &Play, got: &io::Result<usize>) {
    match got {
        Err(error) if is_wait(error) => {
            play.left("sender", What::Wait { what: say!("predict/rows/a_datagram").to_string() })
        }
        Err(error) => play.say(returns("recv", error)),
        Ok(count) => play.say(say!("predict/rows/recv_returns", count)),
    }
    play.here();
}

fn word(got: &io::Result<usize>) -> String {
    match got {
        Ok(count) => count.to_string(),
        Err(error) if is_wait(error) => "waits".to_string(),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "refused".to_string(),
            ErrorKind::ConnectionReset => "reset".to_string(),
            other => format!("{other:?}"),
        },
    }
}

fn too_long(play: &Play) -> io::Result<String> {
    const LENGTH: usize = 65_508;
    let (sender, receiver) = pair()?;
    let sent = sender.send(&[b'x'; LENGTH]);
    match &sent {
        Ok(count) => play.left("sender", datagram(&vec![b'x'; *count], "")),
        Err(error) => {
            play.say(say!("predict/rows/send_bytes", count = grouped(LENGTH as u64), error));
        }
    }
    play.here();
    let got = recv(play, &receiver, LENGTH);
    Ok(match (sent, got) {
        (Err(_), Err(_)) => "error",
        (Ok(_), Ok(bytes)) if bytes.len() == LENGTH => "whole",
        (Ok(_), Ok(_)) if recv(play, &receiver, LENGTH).is_ok() => "split",
        (Ok(_), Ok(_)) => "cut",
        _ => "lost",
    }
    .to_string())
}

fn asleep(play: &Play) -> io::Result<String> {
    const COUNT: u32 = 5000;
    let (sender, receiver) = pair()?;
    let ok = (0..COUNT).filter(|_| sender.send(&[b'x'; 100]).is_ok()).count() as u32;
    let bytes = Bytes { count: u64::from(ok) * 100, pieces: ok, ..Bytes::datagram(&[], "") };
    play.left("sender", What::Sent(bytes));
    play.right(say!("predict/rows/asleep", sends = grouped(u64::from(ok))));
    receiver.set_nonblocking(true)?;
    let mut buf = [0; 100];
    let got = std::iter::from_fn(|| receiver.recv(&mut buf).ok()).count() as u32;
    play.right(say!("predict/rows/awake", datagrams = grouped(u64::from(got))));
    play.here();
    Ok(match got {
        _ if ok < COUNT => "send-fails",
        0 => "none",
        COUNT => "all",
        _ => "some",
    }
    .to_string())
}

fn stranger(play: &Play) -> io::Result<String> {
    let (sender, receiver) = pair()?;
    let other = udp()?;
    receiver.send_to(b"ACK 0", sender.local_addr()?)?;
    other.send_to(b"ACK 1", sender.local_addr()?)?;
    play.left("receiver", datagram(b"ACK 0", ""));
    play.left("stranger", datagram(b"ACK 1", ""));
    recv(play, &sender, 1024)?;
    let second = recv(play, &sender, 1024);
    play.here();
    Ok(match second {
        Ok(_) => "taken".to_string(),
        other => key(&other),
    })
}

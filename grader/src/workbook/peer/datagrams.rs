//! Peers on UDP: an echo, and lab 4's receiver behind a network that loses, doubles and delays.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::conn::Ladder;
use super::place::Place;
use crate::labs::lab4::{ack, name_of};
use crate::payload::Random;
use crate::runner::{fresh_seed, parse_seed};
use crate::texts::say;
use crate::wire::{Bytes, What};

#[derive(Debug, clap::Args)]
pub struct Lossy {
    #[command(flatten)]
    place: Place,
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=100))]
    lose: u8,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    double: u8,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=100))]
    delay: u8,
    #[arg(long, value_parser = parse_seed)]
    seed: Option<u64>,
}

pub fn lossy(peer: &Lossy) -> Result<()> {
    let what = say!("cargo-lab/peer/lossy_takes_lab_4s_frames_one");
    let ladder = peer.place.ladder("lossy", what);
    let seed = peer.seed.unwrap_or_else(fresh_seed);
    let socket = bind(&peer.place, &ladder)?;
    ladder.say(&say!(
        "cargo-lab/peer/of_100_lost_doubled_delayed_seed",
        lose = peer.lose,
        double = peer.double,
        delay = peer.delay,
        seed = format_args!("{seed:04x}")
    ));
    let mut network = Network { peer, socket, ladder, random: Random::new(seed), transfers: BTreeMap::new() };
    loop {
        if network.next()? && peer.place.once {
            network.ladder.finish();
            return Ok(());
        }
    }
}

fn bind(place: &Place, ladder: &Ladder) -> Result<UdpSocket> {
    let socket =
        UdpSocket::bind(place.listen).with_context(|| say!("cargo-lab/peer/cannot_bind", listen = place.listen))?;
    ladder.say(&say!("cargo-lab/peer/listening_on_udp", local_addr = socket.local_addr()?));
    Ok(socket)
}

/// Sends back each datagram.
pub fn echo(place: &Place) -> Result<()> {
    let ladder = place.ladder("echo", say!("cargo-lab/peer/echo_sends_each_datagram_back_to"));
    let socket = bind(place, &ladder)?;
    let mut buf = vec![0; 65_536];
    loop {
        let (count, from) = receive(&socket, &mut buf)?;
        ladder.event("echo", What::Received(Bytes::datagram(&buf[..count], "")));
        send(&socket, &ladder, "echo", &buf[..count], from, "");
        if place.once {
            ladder.finish();
            return Ok(());
        }
    }
}

fn receive(socket: &UdpSocket, buf: &mut [u8]) -> Result<(usize, SocketAddr)> {
    loop {
        match socket.recv_from(buf) {
            // On Windows, the answer to a datagram of ours that found nobody.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            got => return got.context(say!("cargo-lab/peer/cannot_receive")),
        }
    }
}

/// A datagram that cannot be sent is lost; networks are like that.
fn send(socket: &UdpSocket, ladder: &Arc<Ladder>, lane: &str, bytes: &[u8], to: SocketAddr, name: &str) {
    ladder.event(lane, What::Sent(Bytes::datagram(bytes, name)));
    if let Err(error) = socket.send_to(bytes, to) {
        ladder.event(lane, What::Say { text: say!("cargo-lab/peer/that_was_not_sent", error) });
    }
}

/// How far one sender has got.
#[derive(Debug, Default)]
struct Transfer {
    /// The frame that is due.
    due: u32,
    /// Bytes taken.
    bytes: usize,
    /// An ACK that is overtaken by the next one.
    held: Option<u32>,
    /// Its last frame has been taken, and acknowledged at least once.
    finished: bool,
}

/// The network and the receiver behind it.
struct Network<'a> {
    peer: &'a Lossy,
    socket: UdpSocket,
    ladder: Arc<Ladder>,
    random: Random,
    transfers: BTreeMap<SocketAddr, Transfer>,
}

/// What the network does to an ACK.
enum Luck {
    Lost,
    Double,
    Late,
    Good,
}

impl Network<'_> {
    /// Takes one datagram. Says whether that was the end of a transfer.
    fn next(&mut self) -> Result<bool> {
        let mut buf = vec![0; 65_536];
        let (count, from) = receive(&self.socket, &mut buf)?;
        let name = name_of(&buf[..count]);
        self.ladder.event(LANE, What::Received(Bytes::datagram(&buf[..count], &name)));
        let Some((last, seq)) = frame(&buf[..count]) else {
            self.say(say!("cargo-lab/peer/that_is_no_frame_of_lab"));
            return Ok(false);
        };
        if self.chance(self.peer.lose) {
            self.say(&say!("cargo-lab/peer/is_lost_on_its_way", name));
            return Ok(false);
        }
        let transfer = self.transfers.entry(from).or_default();
        if seq > transfer.due {
            let due = transfer.due;
            self.say(&say!("cargo-lab/peer/comes_too_early_is_due_no", name, due));
            return Ok(false);
        }
        if seq == transfer.due {
            transfer.due += 1;
            transfer.bytes += count - HEAD;
        }
        Ok(self.answer(seq, last, from))
    }

    /// Sends an ACK, as well as the network lets it. Says whether the transfer is complete.
    fn answer(&mut self, seq: u32, last: bool, to: SocketAddr) -> bool {
        let luck = self.luck();
        match luck {
            Luck::Lost => self.say(&say!("cargo-lab/peer/ack_is_lost_on_its_way", seq)),
            Luck::Late => {
                self.say(&say!("cargo-lab/peer/ack_is_held_up_the_next", seq));
                self.transfers.entry(to).or_default().held = Some(seq);
            }
            Luck::Double => {
                self.ack(seq, to);
                self.ack(seq, to);
            }
            Luck::Good => self.ack(seq, to),
        }
        if !matches!(luck, Luck::Double | Luck::Good) {
            return false;
        }
        let transfer = self.transfers.entry(to).or_default();
        let held = transfer.held.take();
        let complete = last && !transfer.finished;
        transfer.finished |= last;
        let bytes = transfer.bytes;
        if let Some(old) = held {
            self.ack(old, to);
        }
        if complete {
            self.say(&say!("cargo-lab/peer/complete_bytes", bytes));
        }
        complete
    }

    fn ack(&self, seq: u32, to: SocketAddr) {
        send(&self.socket, &self.ladder, LANE, &ack(seq), to, &format!("ACK {seq}"));
    }

    fn luck(&mut self) -> Luck {
        match () {
            () if self.chance(self.peer.lose) => Luck::Lost,
            () if self.chance(self.peer.double) => Luck::Double,
            () if self.chance(self.peer.delay) => Luck::Late,
            () => Luck::Good,
        }
    }

    fn chance(&mut self, of_100: u8) -> bool {
        self.random.below(100) < u64::from(of_100)
    }

    fn say(&self, text: &str) {
        self.ladder.event(LANE, What::Say { text: text.to_string() });
    }
}

const LANE: &str = "lossy";
/// Type and number of a frame.
const HEAD: usize = 5;

/// Whether it is the last frame, and its number.
fn frame(bytes: &[u8]) -> Option<(bool, u32)> {
    let last = match bytes.first()? {
        b'D' => false,
        b'F' => true,
        _ => return None,
    };
    let seq = bytes.get(1..HEAD)?.try_into().ok()?;
    Some((last, u32::from_be_bytes(seq)))
}

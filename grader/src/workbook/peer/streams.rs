//! Peers on a TCP connection: hostile ones, and one that does it right.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::bytes::{self, Bytes};
use super::conn::Conn;
use super::datagrams;
use super::place::{Ends, play};
use crate::payload::Payload;
use crate::texts::say;

#[derive(Debug, clap::Args)]
pub struct Dribbler {
    #[command(flatten)]
    ends: Ends,
    #[arg(long, default_value = "hello, world\\n", value_parser = bytes::parse)]
    text: Bytes,
    #[arg(long, default_value_t = 50)]
    gap: u64,
}

pub fn dribbler(peer: &Dribbler) -> Result<()> {
    let what = say!("cargo-lab/peer/dribbler_sends_byte_by_byte_then");
    let ladder = peer.ends.place.ladder("dribbler", what);
    let (text, gap) = (peer.text.0.clone(), Duration::from_millis(peer.gap));
    play(&peer.ends, &ladder, None, move |conn| {
        for byte in text.chunks(1) {
            if !conn.send(byte, "")? {
                return Ok(());
            }
            conn.show();
            thread::sleep(gap);
        }
        conn.close_write();
        conn.read_to_end()
    })
}

#[derive(Debug, clap::Args)]
pub struct Silent {
    #[command(flatten)]
    ends: Ends,
}

pub fn silent(peer: &Silent) -> Result<()> {
    let what = say!("cargo-lab/peer/silent_takes_a_connection_reads_nothing");
    let ladder = peer.ends.place.ladder("silent", what);
    play(&peer.ends, &ladder, None, |conn| {
        if let Some(count) = conn.peek() {
            conn.say(&say!("cargo-lab/peer/bytes_wait_here_unread", count));
            stay(conn);
        }
        Ok(())
    })
}

/// Holds the connection until nobody is at its other end; where the system does not tell that, until the peer ends.
fn stay(conn: &Conn) {
    #[cfg(target_os = "linux")]
    conn.wait_for_hangup();
    #[cfg(not(target_os = "linux"))]
    loop {
        let _ = conn;
        thread::park();
    }
}

#[derive(Debug, clap::Args)]
pub struct Resetter {
    #[command(flatten)]
    ends: Ends,
    #[arg(long, default_value_t = 1)]
    after: usize,
    #[arg(long, default_value = "hello\\n", value_parser = bytes::parse)]
    text: Bytes,
}

pub fn resetter(peer: &Resetter) -> Result<()> {
    let what = say!("cargo-lab/peer/resetter_reads_a_little_then_resets");
    let ladder = peer.ends.place.ladder("resetter", what);
    let (after, client, text) = (peer.after, peer.ends.to.is_some(), peer.text.0.clone());
    play(&peer.ends, &ladder, None, move |conn| {
        if client && !conn.send(&text, "")? {
            return Ok(());
        }
        let mut got = 0;
        while got < after {
            match conn.read(&mut vec![0; after - got])? {
                0 => return Ok(()),
                count => got += count,
            }
        }
        conn.reset()
    })
}

#[derive(Debug, clap::Args)]
pub struct SlowReader {
    #[command(flatten)]
    ends: Ends,
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    piece: u32,
    #[arg(long, default_value_t = 100)]
    gap: u64,
    #[arg(long)]
    send: Option<u64>,
}

pub fn slow_reader(peer: &SlowReader) -> Result<()> {
    let what = say!("cargo-lab/peer/slow_reader_a_small_buffer_small");
    let ladder = peer.ends.place.ladder("slow-reader", what);
    let (piece, gap) = (peer.piece as usize, Duration::from_millis(peer.gap));
    let send = peer.send.unwrap_or(if peer.ends.to.is_some() { 1 << 20 } else { 0 });
    play(&peer.ends, &ladder, Some(4096), move |conn| {
        if send > 0 {
            let mut other = conn.other_half()?;
            thread::spawn(move || send_stream(&mut other, send));
        }
        let mut buf = vec![0; piece];
        while conn.read(&mut buf)? > 0 {
            thread::sleep(gap);
        }
        Ok(())
    })
}

/// Random bytes, always the same, and the end of the stream behind them.
fn send_stream(conn: &mut Conn, len: u64) -> Result<()> {
    let payload = Payload { seed: 1, len };
    let mut at = 0;
    while at < len {
        let part = payload.part(at, 16 * 1024);
        if !conn.send(&part, "")? {
            return Ok(());
        }
        at += part.len() as u64;
    }
    conn.close_write();
    Ok(())
}

#[derive(Debug, clap::Args)]
pub struct Echo {
    #[command(flatten)]
    ends: Ends,
    #[arg(long, conflicts_with = "to")]
    udp: bool,
}

pub fn echo(peer: &Echo) -> Result<()> {
    if peer.udp {
        return datagrams::echo(&peer.ends.place);
    }
    let what = say!("cargo-lab/peer/echo_sends_back_what_it_reads");
    let ladder = peer.ends.place.ladder("echo", what);
    play(&peer.ends, &ladder, None, |conn| {
        let mut buf = [0; 16 * 1024];
        loop {
            let count = conn.read(&mut buf)?;
            if count == 0 || !conn.send(&buf[..count], "")? {
                return Ok(());
            }
        }
    })
}

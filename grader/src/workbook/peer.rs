//! `cargo lab peer NAME`: the grader's hostile peers as tools, to try a program against before any check does.
//!
//! Each is a server, or with `--to` a client where that makes sense; each prints what it does as a ladder. On loopback
//! only.

mod bytes;
mod conn;
mod datagrams;
mod http;
mod place;
mod streams;

use clap::Subcommand;

use super::screen::Screen;
use super::{complain, exit, help, println};
use crate::texts::say;

/// What can be asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = say!("cargo-lab/peer/help"))]
pub struct Args {
    #[command(subcommand)]
    peer: Option<Peer>,
}

#[derive(Debug, Subcommand)]
enum Peer {
    Dribbler(streams::Dribbler),
    Silent(streams::Silent),
    Resetter(streams::Resetter),
    SlowReader(streams::SlowReader),
    Lossy(datagrams::Lossy),
    Http(http::Http),
    Echo(streams::Echo),
}

/// Runs a peer; without one, lists them.
pub fn run(args: &Args) -> u8 {
    let done = match &args.peer {
        None => return list(),
        Some(Peer::Dribbler(peer)) => streams::dribbler(peer),
        Some(Peer::Silent(peer)) => streams::silent(peer),
        Some(Peer::Resetter(peer)) => streams::resetter(peer),
        Some(Peer::SlowReader(peer)) => streams::slow_reader(peer),
        Some(Peer::Lossy(peer)) => datagrams::lossy(peer),
        Some(Peer::Http(peer)) => http::http(peer),
        Some(Peer::Echo(peer)) => streams::echo(peer),
    };
    match done {
        Ok(()) => exit::OK,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            exit::FAILED
        }
    }
}

fn list() -> u8 {
    let screen = Screen::of_stdout(false);
    let line = |text: &str| screen.fold(text).iter().for_each(|line| println(line));
    line(say!("cargo-lab/peer/peers_to_try_a_program_against"));
    for peer in Peer::augment_subcommands(clap::Command::new("peer")).get_subcommands() {
        let name = peer.get_name();
        line(&format!("  {name:<12} {}", help::told_of("peer", name)));
    }
    line(say!("cargo-lab/peer/next_cargo_lab_peer_dribbler_or"));
    exit::OK
}

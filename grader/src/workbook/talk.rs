//! `cargo lab listen` and `cargo lab talk`: one end of a connection at the keyboard, for machines without nc or telnet.
//!
//! What comes is shown escaped and with its time, what is typed is sent with a line end, and how a connection ends is
//! told in words. On loopback only.

pub mod address;
mod rows;
mod tcp;
mod typed;
mod udp;

use std::net::SocketAddr;

pub use typed::unescaped;

use super::screen::Screen;
use super::{complain, exit};
use crate::texts::say;

/// What both commands take.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[arg(long)]
    udp: bool,
    #[arg(long, conflicts_with = "raw")]
    crlf: bool,
    #[arg(long)]
    raw: bool,
    #[arg(long, conflicts_with = "raw")]
    escapes: bool,
    #[arg(long)]
    plain: bool,
}

/// `cargo lab listen`
#[derive(Debug, clap::Args)]
#[command(after_help = say!("cargo-lab/talk/help"))]
pub struct Listen {
    #[arg(default_value = "127.0.0.1:0", value_parser = address::parse)]
    address: SocketAddr,
    #[command(flatten)]
    options: Options,
}

/// `cargo lab talk`
#[derive(Debug, clap::Args)]
#[command(after_help = say!("cargo-lab/talk/help"))]
pub struct Talk {
    #[arg(value_parser = address::parse)]
    address: SocketAddr,
    #[command(flatten)]
    options: Options,
}

/// Takes one connection, or datagrams.
pub fn listen(args: &Listen) -> u8 {
    let rows = rows::Rows::new(Screen::of_stdout(args.options.plain));
    let code = match args.options.udp {
        true => udp::listen(args.address, &args.options, &rows),
        false => tcp::listen(args.address, &args.options, &rows),
    };
    code.unwrap_or_else(|error| failed(&error))
}

/// Connects, or sends datagrams.
pub fn talk(args: &Talk) -> u8 {
    let rows = rows::Rows::new(Screen::of_stdout(args.options.plain));
    let code = match args.options.udp {
        true => udp::talk(args.address, &args.options, &rows),
        false => tcp::talk(args.address, &args.options, &rows),
    };
    code.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &anyhow::Error) -> u8 {
    complain(&format!("error: {error:#}"));
    exit::FAILED
}

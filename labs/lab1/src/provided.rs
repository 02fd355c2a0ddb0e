//! Provided: the command line, the exit codes and the messages of the program, so that `lib.rs` is about sockets only.
//!
//! You need one function of it: [`report_client`]. Nothing here panics: a message that nobody can read any more is lost.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;

/// The name that stands in front of every error message.
pub const PROGRAM: &str = "lab1";

/// Exit code: the command line was wrong.
pub const EXIT_USAGE: u8 = 2;
/// Exit code: the program could not listen on the address, or could not go on accepting clients.
pub const EXIT_LISTEN: u8 = 3;
/// Exit code: the client broke off, for example with a reset.
pub const EXIT_PEER: u8 = 5;

const USAGE: &str = "usage: lab1 [--listen ADDR:PORT] [--stage STUB]";
const STAGES: &str = "open_listener, echo_once, echo_until_eof, serve";

/// How far the program goes: just the stubs up to this one are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    OpenListener,
    EchoOnce,
    EchoUntilEof,
    /// The whole program.
    Serve,
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub listen: SocketAddr,
    pub stage: Stage,
}

/// Reads the command line. If it is wrong, this says so on stderr and returns the exit code.
pub fn read_options() -> Result<Options, ExitCode> {
    match parse_options() {
        Ok(options) => Ok(options),
        Err(message) => {
            report(message);
            say(USAGE);
            Err(ExitCode::from(EXIT_USAGE))
        }
    }
}

fn parse_options() -> Result<Options, String> {
    let mut options = Options { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7007)), stage: Stage::Serve };
    // `env::args` would panic on an argument that is not Unicode.
    let mut arguments = env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let name = argument.to_string_lossy().into_owned();
        if name != "--listen" && name != "--stage" {
            return Err(format!("unknown argument `{name}`"));
        }
        let Some(value) = arguments.next() else {
            return Err(format!("`{name}` needs a value"));
        };
        let value = value.to_string_lossy();
        if name == "--listen" {
            options.listen = parse_address(&value)?;
        } else {
            options.stage = parse_stage(&value)?;
        }
    }
    Ok(options)
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    match text.parse() {
        Ok(address) => Ok(address),
        Err(_) => Err(format!("`{text}` is not an address with a port, such as 127.0.0.1:7007 or [::1]:7007")),
    }
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    match text {
        "open_listener" => Ok(Stage::OpenListener),
        "echo_once" => Ok(Stage::EchoOnce),
        "echo_until_eof" => Ok(Stage::EchoUntilEof),
        "serve" => Ok(Stage::Serve),
        _ => Err(format!("unknown stage `{text}`, the stages are: {STAGES}")),
    }
}

/// Prints `listening on ADDR:PORT`, the only line on stdout, with the address that the listener really has.
///
/// The flush matters: who started this program may be waiting for the line.
pub fn print_listening(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {address}")?;
    stdout.flush()
}

/// Reports on stderr why the connection to one client ended early: `lab1: client: Connection reset by peer (os error 104)`.
///
/// It does not need the address of the client. A client that is gone has none: `peer_addr()` would be an error.
pub fn report_client(error: &io::Error) {
    report(format!("client: {error}"));
}

/// Prints one line on stderr with the name of the program in front.
pub fn report(message: impl Display) {
    say(format!("{PROGRAM}: {message}"));
}

/// Prints one line on stderr. `eprintln!` would panic if stderr is closed.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

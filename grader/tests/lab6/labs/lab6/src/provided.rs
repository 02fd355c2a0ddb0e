//! Provided: the command line, the exit codes and the messages of the program, so that `lib.rs` is about sockets only.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::ExitCode;

/// The name that stands in front of every error message.
pub const PROGRAM: &str = "lab6";

/// Exit code: the command line was wrong.
pub const EXIT_USAGE: u8 = 2;
/// Exit code: the socket could not be bound, or a call on it failed.
pub const EXIT_SOCKET: u8 = 3;

const USAGE: &str = "usage: lab6 [--listen ADDR:PORT] [--stage STUB]";

/// How far the program goes: just the stubs up to this one are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    AnswerOne,
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
    parse_options().map_err(|message| {
        report(message);
        say(USAGE);
        ExitCode::from(EXIT_USAGE)
    })
}

fn parse_options() -> Result<Options, String> {
    let mut options = Options { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7007)), stage: Stage::Serve };
    // `env::args` would panic on an argument that is not Unicode.
    let mut arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    while let Some(name) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match (name.as_str(), value.as_str()) {
            ("--listen", text) => {
                options.listen = text.parse().map_err(|_| format!("`{text}` is not an address with a port"))?;
            }
            ("--stage", "answer_one") => options.stage = Stage::AnswerOne,
            ("--stage", "serve") => options.stage = Stage::Serve,
            ("--stage", other) => return Err(format!("unknown stage `{other}`, the stages are: answer_one, serve")),
            (other, _) => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(options)
}

/// Prints `listening on ADDR:PORT`, the only line on stdout, with the address that the socket really has.
///
/// The flush matters: who started this program may be waiting for the line.
pub fn print_listening(socket: &UdpSocket) -> io::Result<()> {
    let address = socket.local_addr()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {address}")?;
    stdout.flush()
}

/// Prints one line on stderr with the name of the program in front.
pub fn report(message: impl Display) {
    say(format!("{PROGRAM}: {message}"));
}

/// Prints one line on stderr. `eprintln!` would panic if stderr is closed.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

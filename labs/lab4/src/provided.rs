//! Provided: the command line, the exit codes, the messages and the reading of lines, so that `lib.rs` is about sockets
//! only. You need nothing of it. Nothing here panics: a message that nobody can read any more is lost.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use crate::{Report, SendError};

/// The name that begins every error line.
pub const NAME: &str = "lab4";

const USAGE: &str =
    "usage: lab4 [--reliable] [--chunk N=1000] [--timeout MS=200] [--retries R=5] [--stage STUB] HOST:PORT";

/// The exit codes of the labs, as far as lab 4 uses them.
pub mod exit {
    pub const USAGE: u8 = 2;
    pub const CANNOT_OPEN: u8 = 3;
    pub const GAVE_UP: u8 = 4;
    pub const IO: u8 = 5;
    pub const PORT_UNREACHABLE: u8 = 6;
    pub const TOO_BIG: u8 = 7;
}

/// How far the program goes: it uses the stubs up to this one and none after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    OpenSender,
    SendMessage,
    EncodeData,
    DecodeAck,
    SendAndWait,
    SendStream,
}

const STAGES: [(&str, Stage); 6] = [
    ("open_sender", Stage::OpenSender),
    ("send_message", Stage::SendMessage),
    ("encode_data", Stage::EncodeData),
    ("decode_ack", Stage::DecodeAck),
    ("send_and_wait", Stage::SendAndWait),
    ("send_stream", Stage::SendStream),
];

/// The command line. Without `--stage`, `stage` is the last one: the whole program.
#[derive(Debug)]
pub struct Arguments {
    pub reliable: bool,
    pub chunk: usize,
    pub timeout: Duration,
    pub retries: u32,
    pub stage: Stage,
    pub host: String,
    pub port: u16,
}

/// Why the program ends early: one line for stderr and the exit code.
#[derive(Debug)]
pub struct Failure {
    exit: u8,
    message: String,
}

impl Failure {
    pub fn new(exit: u8, message: impl Display) -> Failure {
        Failure { exit, message: message.to_string() }
    }

    /// What one of the sending stubs returned, with the destination, and with the exit code that belongs to it.
    pub fn sending(dest: SocketAddr, error: SendError) -> Failure {
        let exit = match error {
            SendError::TooBig { .. } => exit::TOO_BIG,
            SendError::PortUnreachable => exit::PORT_UNREACHABLE,
            SendError::GaveUp { .. } => exit::GAVE_UP,
            SendError::Io(_) => exit::IO,
        };
        Failure::new(exit, format!("cannot send to {dest}: {error}"))
    }

    /// An error of a socket call that `main` made itself, in a stage that has no `send_message` yet.
    pub fn socket(dest: SocketAddr, error: io::Error) -> Failure {
        Failure::new(exit::IO, format!("cannot talk to {dest}: {error}"))
    }

    pub fn input(error: io::Error) -> Failure {
        Failure::new(exit::IO, format!("cannot read standard input: {error}"))
    }

    pub fn output(error: io::Error) -> Failure {
        Failure::new(exit::IO, format!("cannot write standard output: {error}"))
    }

    /// Writes the line, and the usage after it if the command line was wrong.
    pub fn report(&self) -> ExitCode {
        say(&self.message);
        if self.exit == exit::USAGE {
            let _ = writeln!(io::stderr(), "{USAGE}");
        }
        ExitCode::from(self.exit)
    }
}

/// One line on stderr. If nobody reads stderr any more, there is nobody to tell: the line is lost, the program goes on.
pub fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{NAME}: {message}");
}

/// The line after a whole stream was acknowledged.
pub fn summary(report: &Report) -> String {
    let Report { chunks, sends, bytes } = report;
    format!("{bytes} bytes in {chunks} chunks, {sends} sends")
}

/// Reads the command line; `words` are the arguments after the program's name.
pub fn arguments(words: impl Iterator<Item = OsString>) -> Result<Arguments, Failure> {
    parse(words).map_err(|message| Failure::new(exit::USAGE, message))
}

fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Arguments, String> {
    let mut args = Arguments {
        reliable: false,
        chunk: 1000,
        timeout: Duration::from_millis(200),
        retries: 5,
        stage: Stage::SendStream,
        host: String::new(),
        port: 0,
    };
    let mut has_dest = false;
    while let Some(word) = words.next() {
        let word = text(word)?;
        match word.as_str() {
            "--reliable" => args.reliable = true,
            // The upper limits keep a typing mistake from becoming an absurd request; no datagram is longer than 65535.
            "--chunk" => args.chunk = number(&word, words.next(), 1, 65_535)? as usize,
            "--timeout" => {
                let milliseconds = number(&word, words.next(), 1, 3_600_000)?;
                args.timeout = Duration::from_millis(milliseconds.into());
            }
            "--retries" => args.retries = number(&word, words.next(), 0, 1_000_000)?,
            "--stage" => args.stage = stage(&value(&word, words.next())?)?,
            option if option.starts_with('-') => return Err(format!("unknown option {option}")),
            extra if has_dest => return Err(format!("one HOST:PORT is enough: {extra}")),
            dest => {
                (args.host, args.port) = host_and_port(dest)?;
                has_dest = true;
            }
        }
    }
    if !has_dest {
        return Err("HOST:PORT is missing".to_string());
    }
    Ok(args)
}

fn text(word: OsString) -> Result<String, String> {
    word.into_string().map_err(|word| format!("argument is not UTF-8: {word:?}"))
}

fn value(option: &str, word: Option<OsString>) -> Result<String, String> {
    match word {
        Some(word) => text(word),
        None => Err(format!("{option} needs a value")),
    }
}

fn number(option: &str, word: Option<OsString>, min: u32, max: u32) -> Result<u32, String> {
    let word = value(option, word)?;
    match word.parse() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(format!("{option} takes a number from {min} to {max}, not {word:?}")),
    }
}

fn stage(name: &str) -> Result<Stage, String> {
    for (known, stage) in STAGES {
        if known == name {
            return Ok(stage);
        }
    }
    let names = STAGES.map(|(name, _)| name).join(", ");
    Err(format!("unknown stage {name:?}; the stages are {names}"))
}

/// `127.0.0.1:7007`, `localhost:7007`, `[::1]:7007`. Whether the host exists is not asked here.
fn host_and_port(dest: &str) -> Result<(String, u16), String> {
    let wrong = || format!("not a HOST:PORT: {dest:?}");
    let (host, port) = dest.rsplit_once(':').ok_or_else(wrong)?;
    let port: u16 = port.parse().map_err(|_| wrong())?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if bare.is_none() && host.contains(':') {
        return Err(format!("an IPv6 address stands in brackets, as in [::1]:7007: {dest:?}"));
    }
    let host = bare.unwrap_or(host);
    // Port 0 names nobody: it only means "any free port" when a program binds its own address.
    if host.is_empty() || port == 0 {
        return Err(wrong());
    }
    Ok((host.to_string(), port))
}

/// The first address that the system knows for `host`, which may be a name or a literal address.
pub fn resolve(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let failure = |why: String| Failure::new(exit::CANNOT_OPEN, format!("cannot resolve {host}: {why}"));
    let mut addrs = (host, port).to_socket_addrs().map_err(|error| failure(error.to_string()))?;
    addrs.next().ok_or_else(|| failure("no address found".to_string()))
}

/// The next line without its newline, or `None` at the end of the input. A last line without a newline is a line too, and
/// a line is bytes: it need not be UTF-8, and a carriage return belongs to it.
pub fn next_line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    let n = input.read_until(b'\n', &mut line).map_err(Failure::input)?;
    if n == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(line))
}

/// One input line of the stage `encode_data`: `D 256 hello` or `F 7`.
#[derive(Debug)]
pub struct FrameLine {
    pub last: bool,
    pub seq: u32,
    pub payload: Vec<u8>,
}

/// Everything after the second blank is payload, as it stands there.
pub fn frame_line(line: &[u8]) -> Result<FrameLine, Failure> {
    let mut fields = line.splitn(3, |byte| *byte == b' ');
    let last = match fields.next() {
        Some(b"D") => Some(false),
        Some(b"F") => Some(true),
        _ => None,
    };
    let seq = fields.next().and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
    let payload = fields.next().unwrap_or_default().to_vec();
    match (last, seq) {
        (Some(last), Some(seq)) => Ok(FrameLine { last, seq, payload }),
        _ => {
            let line = String::from_utf8_lossy(line);
            let message = format!("stage encode_data reads lines like `D 256 hello` or `F 7`, not {line:?}");
            Err(Failure::new(exit::USAGE, message))
        }
    }
}

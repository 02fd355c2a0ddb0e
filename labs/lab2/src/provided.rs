//! What lab 2 gives you: the command line, the exit codes, error lines, and standard output. There is nothing to
//! write here, and nothing here touches the network.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, ErrorKind, Stdout, Write};
use std::process::ExitCode;
use std::time::Duration;

/// The name in front of every error line.
pub const NAME: &str = "lab2";

const USAGE: &str =
    "usage: lab2 [--connect-timeout MS] [--idle-timeout MS] [--message TEXT] [--stage STUB] HOST:PORT [HOST:PORT ...]";

/// Standard output cannot be written (a full disk; a closed pipe is no error).
pub const CANNOT_WRITE: u8 = 1;
/// The command line is wrong.
pub const WRONG_USAGE: u8 = 2;
/// A name cannot be resolved, or no address can be connected to.
pub const CANNOT_CONNECT: u8 = 3;
/// Nothing came for the idle timeout.
pub const TIMED_OUT: u8 = 4;
/// The server closed too early or reset the connection.
pub const BROKEN: u8 = 5;

/// The exit code for an error that happened after connecting.
///
/// `WouldBlock` is not a timeout here: `recv_exactly` promises to say `TimedOut`.
pub fn exit_code(error: Option<&io::Error>) -> u8 {
    match error.map(io::Error::kind) {
        Some(ErrorKind::TimedOut) => TIMED_OUT,
        _ => BROKEN,
    }
}

/// Prints one line on standard error and gives the exit code back. If even that cannot be printed, the code has to
/// do.
pub fn fail(code: u8, text: impl Display) -> ExitCode {
    say(format!("{NAME}: {text}"));
    ExitCode::from(code)
}

/// Prints what is wrong with the command line, and how it should look.
pub fn fail_usage(text: impl Display) -> ExitCode {
    let code = fail(WRONG_USAGE, text);
    say(USAGE);
    code
}

/// Prints one line on standard error. (`eprintln!` would panic if standard error was closed.)
pub fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The stubs as `--stage` names them, in teaching order. A stage drives its own stub and those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Resolve,
    ConnectAny,
    RecvExactly,
    EchoMessage,
    Pump,
}

const STAGES: [(&str, Stage); 5] = [
    ("resolve", Stage::Resolve),
    ("connect_any", Stage::ConnectAny),
    ("recv_exactly", Stage::RecvExactly),
    ("echo_message", Stage::EchoMessage),
    ("pump", Stage::Pump),
];

/// One `HOST:PORT` of the command line.
#[derive(Debug)]
pub struct Target {
    /// As it was typed.
    pub text: String,
    /// A name or an address; IPv6 without its brackets.
    pub host: String,
    pub port: u16,
}

/// The command line.
#[derive(Debug)]
pub struct Options {
    pub connect_timeout: Duration,
    pub idle_timeout: Duration,
    /// The bytes of `--message`, just as they were typed.
    pub message: Option<Vec<u8>>,
    pub stage: Stage,
    /// In the order of the command line, at least one.
    pub targets: Vec<Target>,
}

impl Options {
    /// Reads the arguments, without the program's own name. The error is a text for [`fail_usage`].
    pub fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Options, String> {
        let mut options = Options {
            connect_timeout: Duration::from_millis(2000),
            idle_timeout: Duration::from_millis(3000),
            message: None,
            stage: Stage::Pump,
            targets: Vec::new(),
        };
        while let Some(arg) = args.next() {
            let arg = text(arg)?;
            match arg.as_str() {
                "--connect-timeout" => options.connect_timeout = millis(&arg, args.next())?,
                "--idle-timeout" => options.idle_timeout = millis(&arg, args.next())?,
                // The system's arguments are bytes; only the rest of the command line has to be text.
                "--message" => {
                    options.message = Some(value(&arg, args.next())?.into_encoded_bytes());
                }
                "--stage" => options.stage = stage(&text(value(&arg, args.next())?)?)?,
                _ if arg.starts_with('-') => return Err(format!("unknown option {arg:?}")),
                _ => options.targets.push(target(arg)?),
            }
        }
        options.check()
    }

    fn check(self) -> Result<Options, String> {
        if self.targets.is_empty() {
            return Err("no HOST:PORT given".to_string());
        }
        if self.message.is_none() && self.stage == Stage::RecvExactly {
            return Err("--stage recv_exactly needs --message".to_string());
        }
        if self.message.is_none() && self.stage == Stage::EchoMessage {
            return Err("--stage echo_message needs --message".to_string());
        }
        Ok(self)
    }
}

fn text(arg: OsString) -> Result<String, String> {
    arg.into_string().map_err(|arg| format!("{arg:?} is not Unicode"))
}

fn value(option: &str, next: Option<OsString>) -> Result<OsString, String> {
    next.ok_or_else(|| format!("{option} needs a value"))
}

/// A time limit of zero would mean "none" to some systems and is an error for others: it is refused here.
fn millis(option: &str, next: Option<OsString>) -> Result<Duration, String> {
    let number = text(value(option, next)?)?;
    match number.parse::<u32>() {
        Ok(ms) if ms > 0 => Ok(Duration::from_millis(ms.into())),
        _ => Err(format!("{option} needs milliseconds, at least 1, not {number:?}")),
    }
}

fn stage(name: &str) -> Result<Stage, String> {
    for (known, stage) in STAGES {
        if known == name {
            return Ok(stage);
        }
    }
    let names: Vec<&str> = STAGES.iter().map(|(known, _)| *known).collect();
    Err(format!("unknown stage {name:?}; the stages are {}", names.join(", ")))
}

/// The last colon separates the port, because an IPv6 address has colons of its own.
fn target(text: String) -> Result<Target, String> {
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(format!("{text:?} has no port; HOST:PORT is wanted"));
    };
    // `parse` alone would take `+80`.
    let port = match port.parse::<u16>() {
        Ok(number) if !port.starts_with('+') => number,
        _ => return Err(format!("{port:?} in {text:?} is not a port; 0 to 65535 is wanted")),
    };
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').unwrap_or_default(),
        None => host,
    };
    if host.is_empty() {
        return Err(format!("{text:?} has no host; HOST:PORT is wanted"));
    }
    let host = host.to_string();
    Ok(Target { text, host, port })
}

/// Standard output. It remembers its first error, so that `main` can tell a closed pipe here from a broken
/// connection.
#[derive(Debug)]
pub struct Output {
    stdout: Stdout,
    error: Option<ErrorKind>,
}

impl Output {
    pub fn new() -> Output {
        Output { stdout: io::stdout(), error: None }
    }

    /// Prints the bytes as they are: no newline is added.
    pub fn print(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.flush()
    }

    /// What went wrong with standard output itself, if anything did.
    pub fn error(&self) -> Option<ErrorKind> {
        self.error
    }

    fn note<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != ErrorKind::Interrupted
        {
            self.error.get_or_insert(error.kind());
        }
        result
    }
}

impl Default for Output {
    fn default() -> Output {
        Output::new()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.stdout.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.stdout.flush();
        self.note(result)
    }
}

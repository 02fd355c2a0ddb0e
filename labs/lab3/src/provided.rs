//! Provided: the command line, the connection, the texts and exit codes of errors, and stdout, so that `lib.rs` is about
//! HTTP only.
//!
//! You need [`Head::get`] and [`Head::all`], which find fields. Nothing here panics: a message that nobody can read any more
//! is lost.

use std::env;
use std::fmt::{self, Display};
use std::io::{self, BufReader, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

use crate::{Framing, Head, HttpError, Url};

/// The name that stands in front of every error message.
pub const PROGRAM: &str = "lab3";

/// Exit code: stdout cannot be written, for example because the disk is full.
pub const EXIT_OUTPUT: u8 = 1;
/// Exit code: the command line was wrong, and so is a URL that this program cannot use.
pub const EXIT_USAGE: u8 = 2;
/// Exit code: the name could not be resolved, or no address accepted the connection.
pub const EXIT_CONNECT: u8 = 3;
/// Exit code: nothing came for as long as `--timeout` says.
pub const EXIT_TIMEOUT: u8 = 4;
/// Exit code: the server broke the protocol, closed too early, or reset the connection.
pub const EXIT_PEER: u8 = 5;
/// Exit code: more redirects than `--max-redirects` says.
pub const EXIT_REDIRECTS: u8 = 6;
/// Exit code: the status is 400 or above. The body has been printed all the same.
pub const EXIT_STATUS: u8 = 22;

const USAGE: &str =
    "usage: lab3 [-i] [--max-redirects N] [--max-head BYTES] [--timeout MILLISECONDS] [--stage STUB] URL";
const STAGES: &str =
    "parse_url, build_request, read_head, framing, read_sized, read_until_close, read_chunked, redirect_target";

/// How far the program goes: just the stubs up to this one are called. A later stage is greater than an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    ParseUrl,
    BuildRequest,
    ReadHead,
    Framing,
    ReadSized,
    ReadUntilClose,
    ReadChunked,
    /// The whole program.
    RedirectTarget,
}

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub url: String,
    /// `-i`: print the head before the body.
    pub show_head: bool,
    pub max_redirects: u32,
    /// In bytes.
    pub max_head: usize,
    /// How long one read, one write or one attempt to connect may take.
    pub timeout: Duration,
    pub stage: Stage,
}

impl Head {
    /// The value of the first field with this name, which is in lower case: `head.get("location")`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// The values of all fields with this name, which is in lower case.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (key, value) in &self.fields {
            if key == name {
                values.push(value.as_str());
            }
        }
        values
    }
}

impl HttpError {
    pub fn exit_code(&self) -> u8 {
        match self {
            HttpError::UnsupportedScheme(_) | HttpError::BadUrl(_) => EXIT_USAGE,
            HttpError::Connect(_) => EXIT_CONNECT,
            HttpError::HeadTooLarge | HttpError::Malformed(_) | HttpError::Truncated { .. } => EXIT_PEER,
            HttpError::TooManyRedirects => EXIT_REDIRECTS,
            HttpError::Io(error) if is_timeout(error) => EXIT_TIMEOUT,
            HttpError::Io(_) => EXIT_PEER,
        }
    }
}

impl Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            HttpError::UnsupportedScheme(scheme) => write!(f, "`{scheme}` is not supported, only `http` is"),
            HttpError::BadUrl(why) => write!(f, "not a usable URL: {why}"),
            HttpError::Connect(why) => write!(f, "{why}"),
            HttpError::HeadTooLarge => write!(f, "the head of the response is too large"),
            HttpError::Malformed(what) => write!(f, "malformed response: {what}"),
            HttpError::Truncated { got, want: Some(want) } => {
                write!(f, "the response was cut off: {got} of {want} bytes")
            }
            HttpError::Truncated { got, want: None } => {
                write!(f, "the response was cut off: {got} bytes, and the end is missing")
            }
            HttpError::TooManyRedirects => write!(f, "too many redirects"),
            HttpError::Io(error) if is_timeout(error) => {
                write!(f, "timed out: nothing moved for as long as `--timeout` says")
            }
            HttpError::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for HttpError {}

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> HttpError {
        HttpError::Io(error)
    }
}

/// A read that took too long is `WouldBlock` on Unix and `TimedOut` on Windows.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "http://[{}]:{}{}", self.host, self.port, self.target)
        } else {
            write!(f, "http://{}:{}{}", self.host, self.port, self.target)
        }
    }
}

impl Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Framing::Empty => write!(f, "empty"),
            Framing::Chunked => write!(f, "chunked"),
            Framing::Sized(n) => write!(f, "sized {n}"),
            Framing::UntilClose => write!(f, "until close"),
        }
    }
}

/// Prints the head in a form of its own: `status: 200`, then one line for each field.
impl Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "status: {}", self.status)?;
        for (name, value) in &self.fields {
            writeln!(f, "{name}: {value}")?;
        }
        Ok(())
    }
}

/// Connects to the host of `url` and sends `request`. Returns the reader of the whole response.
pub fn exchange(url: &Url, request: &[u8], options: &Options) -> Result<BufReader<TcpStream>, HttpError> {
    let mut stream = connect(url, options.timeout)?;
    stream.set_read_timeout(Some(options.timeout))?;
    stream.set_write_timeout(Some(options.timeout))?;
    stream.write_all(request)?;
    Ok(BufReader::new(stream))
}

/// Tries the addresses of the host one after another. The first that accepts wins.
fn connect(url: &Url, timeout: Duration) -> Result<TcpStream, HttpError> {
    let (host, port) = (url.host.as_str(), url.port);
    let addresses = match (host, port).to_socket_addrs() {
        Ok(addresses) => addresses,
        Err(error) => return Err(HttpError::Connect(format!("cannot resolve {host}: {error}"))),
    };

    let mut why = format!("cannot resolve {host}: it has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = format!("cannot connect to {address}: {error}"),
        }
    }
    Err(HttpError::Connect(why))
}

/// Stdout, as the functions of the lab get it. It keeps nothing back: what is written is seen at once.
///
/// It remembers what went wrong with it, so that a full disk is not taken for a fault of the server.
#[derive(Debug, Default)]
pub struct Output {
    failed: Option<ErrorKind>,
}

impl Output {
    /// The exit code that a failed stdout asks for. Nobody reads any more (`lab3 URL | head -1`): that is no error.
    pub fn exit_code(&self) -> Option<u8> {
        match self.failed {
            None => None,
            Some(ErrorKind::BrokenPipe) => Some(0),
            Some(kind) => {
                report(format!("cannot write to stdout: {kind}"));
                Some(EXIT_OUTPUT)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failed = Some(error.kind());
                Err(error)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    let mut options = Options {
        url: String::new(),
        show_head: false,
        max_redirects: 5,
        max_head: 16384,
        timeout: Duration::from_millis(3000),
        stage: Stage::RedirectTarget,
    };

    // `env::args` would panic on an argument that is not Unicode.
    let mut arguments = env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        if argument == "-i" {
            options.show_head = true;
        } else if argument.starts_with('-') {
            let value = arguments.next().map(|value| value.to_string_lossy().into_owned());
            set_option(&mut options, &argument, value)?;
        } else if options.url.is_empty() {
            options.url = argument;
        } else {
            return Err(format!("one URL is enough, what is `{argument}`?"));
        }
    }

    if options.url.is_empty() {
        return Err("there is no URL".to_string());
    }
    Ok(options)
}

fn set_option(options: &mut Options, name: &str, value: Option<String>) -> Result<(), String> {
    if !["--max-redirects", "--max-head", "--timeout", "--stage"].contains(&name) {
        return Err(format!("unknown option `{name}`"));
    }
    let Some(value) = value else {
        return Err(format!("`{name}` needs a value"));
    };
    let not_a_number = |_| format!("`{name} {value}`: not a number that fits");

    match name {
        "--max-redirects" => options.max_redirects = value.parse().map_err(not_a_number)?,
        "--max-head" => options.max_head = value.parse().map_err(not_a_number)?,
        "--timeout" => options.timeout = Duration::from_millis(value.parse().map_err(not_a_number)?),
        _ => options.stage = parse_stage(&value)?,
    }

    // The system takes a timeout of 0 for "wait for ever", and so std refuses it.
    if options.timeout.is_zero() {
        return Err("`--timeout` is at least 1 millisecond".to_string());
    }
    Ok(())
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    match text {
        "parse_url" => Ok(Stage::ParseUrl),
        "build_request" => Ok(Stage::BuildRequest),
        "read_head" => Ok(Stage::ReadHead),
        "framing" => Ok(Stage::Framing),
        "read_sized" => Ok(Stage::ReadSized),
        "read_until_close" => Ok(Stage::ReadUntilClose),
        "read_chunked" => Ok(Stage::ReadChunked),
        "redirect_target" => Ok(Stage::RedirectTarget),
        _ => Err(format!("unknown stage `{text}`, the stages are: {STAGES}")),
    }
}

/// Prints one line on stderr with the name of the program in front.
pub fn report(message: impl Display) {
    say(format!("{PROGRAM}: {}", one_line(&message.to_string())));
}

/// A message may quote what the server has sent: keep it short, and keep line ends and other control characters visible.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars().take(300) {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Prints one line on stderr. `eprintln!` would panic if stderr is closed.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

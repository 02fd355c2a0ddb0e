//! Provided: what is not the subject of this lab. From top to bottom: the command line, the messages, the conversation
//! with one client, the echobot, the audit, the writer thread, and the way a connection ends without a reset.
//!
//! You call [`converse`] (in `serve`), [`start_writer`] and [`ECHOBOT`] (in `join` and `names`), [`audit`] (in
//! `deliver`) and [`report_client`]. It is worth your time to read [`converse`] and [`write_loop`]: they call, and
//! serve, what you write.

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use crate::{BadRequest, Command, DeliverError, JoinError, Line, LineReader, Member, Room};
use crate::{deliver, join, names, next_line, parse_command};

// ---- The command line ----------------------------------------------------------------------------------------------

/// The name that stands in front of every error message.
pub const PROGRAM: &str = "lab5";

/// Exit code: the command line was wrong.
pub const EXIT_USAGE: u8 = 2;
/// Exit code: the program could not listen on the address, or could not go on accepting clients.
pub const EXIT_LISTEN: u8 = 3;

const USAGE: &str =
    "usage: lab5 [--listen ADDR:PORT] [--max-clients N] [--max-line BYTES] [--queue LINES] [--stage STUB]";
const STAGES: &str = "next_line, parse_command, serve, join, names, deliver";

/// The largest number that an option takes: memory for a whole queue is set aside at once.
const LARGEST: usize = 1_000_000;

/// How far the program goes: just the stubs up to this one are called. A later stage is greater than an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    NextLine,
    ParseCommand,
    Serve,
    Join,
    Names,
    /// The whole program.
    Deliver,
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub listen: SocketAddr,
    /// How many members the room holds; the echobot does not count.
    pub max_clients: usize,
    /// How many bytes a line may have, without its newline.
    pub max_line: usize,
    /// How many lines wait for one member at most.
    pub queue: usize,
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
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 7007));
    let mut options = Options { listen, max_clients: 64, max_line: 4096, queue: 256, stage: Stage::Deliver };
    // `env::args` would panic on an argument that is not Unicode.
    let mut arguments = env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let name = argument.to_string_lossy().into_owned();
        if !["--listen", "--max-clients", "--max-line", "--queue", "--stage"].contains(&name.as_str()) {
            return Err(format!("unknown argument `{name}`"));
        }
        let Some(value) = arguments.next() else {
            return Err(format!("`{name}` needs a value"));
        };
        let value = value.to_string_lossy();
        match name.as_str() {
            "--listen" => options.listen = parse_address(&value)?,
            "--max-clients" => options.max_clients = parse_number(&name, &value)?,
            "--max-line" => options.max_line = parse_number(&name, &value)?,
            "--queue" => options.queue = parse_number(&name, &value)?,
            _ => options.stage = parse_stage(&value)?,
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

fn parse_number(name: &str, text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=LARGEST).contains(&number) => Ok(number),
        _ => Err(format!("`{name}` takes a number from 1 to {LARGEST}, not `{text}`")),
    }
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    match text {
        "next_line" => Ok(Stage::NextLine),
        "parse_command" => Ok(Stage::ParseCommand),
        "serve" => Ok(Stage::Serve),
        "join" => Ok(Stage::Join),
        "names" => Ok(Stage::Names),
        "deliver" => Ok(Stage::Deliver),
        _ => Err(format!("unknown stage `{text}`, the stages are: {STAGES}")),
    }
}

// ---- Messages ------------------------------------------------------------------------------------------------------

/// Prints `listening on ADDR:PORT`, the only line on stdout, with the address that the listener really has.
///
/// The flush matters: who started this program may be waiting for the line.
pub fn print_listening(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {address}")?;
    stdout.flush()
}

/// Reports on stderr why the connection to one client ended early: `lab5: client: Connection reset by peer (os error
/// 104)`.
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

// ---- The stages without a room -------------------------------------------------------------------------------------

/// The answer of the stage `next_line`: `5 hello` for the line `hello`.
pub fn with_length(line: &[u8]) -> Vec<u8> {
    [line.len().to_string().as_bytes(), b" ", line].concat()
}

/// The answer of the stage `parse_command`: the command, written as the table in the README writes it, or the error.
pub fn canonical(parsed: &Result<Command, BadRequest>) -> Vec<u8> {
    match parsed {
        Ok(Command::Hello(name)) => format!("HELLO-FROM {name}").into_bytes(),
        Ok(Command::Who) => b"WHO".to_vec(),
        Ok(Command::Send { to, msg }) => [b"SEND ", to.as_bytes(), b" ", msg].concat(),
        Err(bad) => bad_request(bad),
    }
}

fn bad_request(bad: &BadRequest) -> Vec<u8> {
    match bad {
        BadRequest::Header => b"BAD-RQST-HDR".to_vec(),
        BadRequest::Body => b"BAD-RQST-BODY".to_vec(),
    }
}

/// Writes one line to `stream`: `line` and a newline, in one write.
pub fn write_line(mut stream: &TcpStream, mut line: Vec<u8>) -> io::Result<()> {
    line.push(b'\n');
    stream.write_all(&line)
}

// ---- The conversation with one client ------------------------------------------------------------------------------

/// As whom a client has logged in.
enum Login {
    Nobody,
    /// In the stage `serve` there is no room yet, only a name.
    Named(String),
    Member(Member),
}

impl Login {
    fn name(&self) -> Option<String> {
        match self {
            Login::Nobody => None,
            Login::Named(name) => Some(name.clone()),
            Login::Member(member) => Some(member.name.clone()),
        }
    }
}

/// Talks with one client until its end; a connection's thread runs just this. It owns `stream`, and so closes it.
///
/// However it ends (end of stream, error, panic), the [`Member`] is dropped with it, and so the name becomes free.
pub fn converse(stream: TcpStream, room: Arc<Room>) {
    let mut reader = LineReader::new(stream, room.options.max_line);
    if let Err(error) = talk(&mut reader, &room) {
        report_client(&error);
    }
}

fn talk(reader: &mut LineReader, room: &Arc<Room>) -> io::Result<()> {
    let mut login = Login::Nobody;
    loop {
        match next_line(reader)? {
            Line::Full(line) => {
                let reply = answer(&line, &mut login, &reader.stream, room)?;
                send_reply(reply, &login, &reader.stream)?;
            }
            Line::TooLong => {
                send_reply(bad_request(&BadRequest::Body), &login, &reader.stream)?;
                return end(login, &reader.stream);
            }
            Line::Eof => return Ok(()),
        }
    }
}

/// Every line for a member goes through its queue, replies too: two writers on one socket would mix their lines.
/// Waiting here for room in the queue is no harm: a client that does not read its own replies holds up nobody but
/// itself.
fn send_reply(mut reply: Vec<u8>, login: &Login, stream: &TcpStream) -> io::Result<()> {
    match login {
        Login::Nobody | Login::Named(_) => write_line(stream, reply),
        Login::Member(member) => {
            reply.push(b'\n');
            match member.queue.send(reply) {
                Ok(()) => Ok(()),
                Err(_) => Err(io::Error::new(ErrorKind::BrokenPipe, "nothing more can be written to this member")),
            }
        }
    }
}

/// Ends a conversation from this side while the client may still be sending.
fn end(login: Login, stream: &TcpStream) -> io::Result<()> {
    match login {
        Login::Nobody | Login::Named(_) => finish(stream),
        // The last sender of the queue goes with the member, so its writer writes what is left, and then the end of
        // stream.
        Login::Member(member) => {
            drop(member);
            drain(stream)
        }
    }
}

/// Carries out one line, and returns the reply, without its newline.
fn answer(line: &[u8], login: &mut Login, stream: &TcpStream, room: &Arc<Room>) -> io::Result<Vec<u8>> {
    let command = match parse_command(line) {
        Ok(command) => command,
        Err(bad) => return Ok(bad_request(&bad)),
    };
    match (command, login.name()) {
        (Command::Hello(name), None) => log_in(name, login, stream, room),
        (Command::Who, Some(own)) => Ok(who(&own, room)),
        (Command::Send { to, msg }, Some(own)) => Ok(pass_on(&own, &to, &msg, room)),
        // A second login, or anything else before the first.
        (Command::Hello(_), Some(_)) | (Command::Who | Command::Send { .. }, None) => {
            Ok(bad_request(&BadRequest::Header))
        }
    }
}

/// The only error here is that of `try_clone`: there may be no descriptor left. It costs this client its connection.
fn log_in(name: String, login: &mut Login, stream: &TcpStream, room: &Arc<Room>) -> io::Result<Vec<u8>> {
    let hello = format!("HELLO {name}").into_bytes();
    if room.options.stage < Stage::Join {
        *login = Login::Named(name);
        return Ok(hello);
    }
    match join(room, &name, stream.try_clone()?) {
        Ok(member) => {
            *login = Login::Member(member);
            Ok(hello)
        }
        Err(JoinError::Busy) => Ok(b"BUSY".to_vec()),
        Err(JoinError::InUse) => Ok(b"IN-USE".to_vec()),
    }
}

fn who(own: &str, room: &Room) -> Vec<u8> {
    let list = if room.options.stage < Stage::Names { format!("{own},{ECHOBOT}") } else { names(room).join(",") };
    format!("WHO-OK {list}").into_bytes()
}

/// `SEND`: a member that is gone is unknown to the sender.
fn pass_on(from: &str, to: &str, msg: &[u8], room: &Room) -> Vec<u8> {
    if room.options.stage < Stage::Deliver {
        return b"UNKNOWN".to_vec();
    }
    let delivered = if to == ECHOBOT { echo(from, msg, room) } else { deliver(room, to, &delivery(from, msg)) };
    match delivered {
        Ok(()) => b"SEND-OK".to_vec(),
        Err(DeliverError::Unknown | DeliverError::Gone) => b"UNKNOWN".to_vec(),
    }
}

/// The line that a member gets: `DELIVERY alice some text\n`.
fn delivery(from: &str, msg: &[u8]) -> Vec<u8> {
    [b"DELIVERY ", from.as_bytes(), b" ", msg, b"\n"].concat()
}

// ---- The echobot and the audit -------------------------------------------------------------------------------------

/// The name of the member that is always there. It has no connection and stands in no map.
pub const ECHOBOT: &str = "echobot";

/// The echobot sends back what it is sent.
fn echo(sender: &str, msg: &[u8], room: &Room) -> Result<(), DeliverError> {
    deliver(room, sender, &delivery(ECHOBOT, msg))
}

/// Looks at each line `DELIVERY name message` before it is delivered, and has a bug: it panics on the message `PANIC`.
///
/// Any code that runs while a lock is held may have such a bug. It must cost one connection, not the server.
pub fn audit(line: &[u8]) {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let message = line.splitn(3, |&byte| byte == b' ').nth(2);
    if message == Some(b"PANIC".as_slice()) {
        panic!("the audit has met the message PANIC (on purpose: this ends one connection, and must end no other)");
    }
}

// ---- The writer thread ---------------------------------------------------------------------------------------------

/// The writer takes more lines from the queue until it has this many bytes, and writes them all at once.
const BATCH: usize = 64 * 1024;

/// Starts a thread that runs [`write_loop`] for one member, and does not wait for it.
///
/// If no thread can be started, `lines` is dropped: then nothing can be sent to this member, and its conversation ends.
pub fn start_writer(lines: Receiver<Vec<u8>>, out: Arc<TcpStream>) {
    let started = thread::Builder::new().name("writer".to_string()).spawn(move || write_loop(lines, out));
    if let Err(error) = started {
        report_client(&error);
    }
}

/// Writes what comes from the queue of one member to its socket; the only one who writes to that socket.
///
/// When all senders of the queue are gone, this writes what is left in it, and then the end of stream. The `shutdown`
/// matters: the conversation has a copy of the socket, and closing one copy says nothing to the client.
pub fn write_loop(lines: Receiver<Vec<u8>>, out: Arc<TcpStream>) {
    let mut out = out.as_ref();
    while let Ok(mut batch) = lines.recv() {
        while batch.len() < BATCH {
            let Ok(line) = lines.try_recv() else { break };
            batch.extend(line);
        }
        if let Err(error) = out.write_all(&batch) {
            report_client(&error);
            break;
        }
    }
    let _ = out.shutdown(Shutdown::Write);
}

// ---- The end of a connection ---------------------------------------------------------------------------------------

/// What a client may still send after its end, how long it may be silent, and how long all of it may take.
const DRAIN_BYTES: usize = 4 * 1024 * 1024;
const DRAIN_SILENCE: Duration = Duration::from_secs(1);
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// Ends a connection from this side while the client may still be sending: the end of the stream first, then what
/// still comes is read and thrown away.
pub fn finish(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    drain(stream)
}

/// Reads what the client still sends and throws it away, within limits.
///
/// A socket that is closed with unread input sends a reset, and a reset can destroy the last reply on its way to the
/// client (RFC 9293, section 3.6.1).
fn drain(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(DRAIN_SILENCE))?;
    let start = Instant::now();
    let mut buf = [0; 16 * 1024];
    let mut drained = 0;
    while drained < DRAIN_BYTES && start.elapsed() < DRAIN_TIME {
        match stream.read(&mut buf) {
            Ok(0) => break,
            Ok(n) => drained += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // The client is silent (Unix says WouldBlock, Windows TimedOut): that is no error of the conversation.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

//! Lab 5, a right but unusual program: it has a child process (`cat`) that only waits, and each conversation runs in a
//! thread that another thread has started.

pub mod errno;
pub mod provided;

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{self, Stdio};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use provided::Options;

/// One line of a client, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The bytes of the line, without its newline (`\n`), and without one carriage return (`\r`) before that.
    Full(Vec<u8>),
    /// More bytes than a line may have have come without a newline. The connection cannot go on.
    TooLong,
    /// The client has finished sending.
    Eof,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `HELLO-FROM name`
    Hello(String),
    /// `WHO`
    Who,
    /// `SEND to msg`. The message is bytes: nobody promises that it is UTF-8.
    Send { to: String, msg: Vec<u8> },
}

/// Why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRequest {
    /// The first word is none of the three; answered with `BAD-RQST-HDR`.
    Header,
    /// What stands after the first word is wrong or missing; answered with `BAD-RQST-BODY`.
    Body,
}

/// Why a client did not get into the room. It may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinError {
    /// The room is full.
    Busy,
    /// Somebody has this name.
    InUse,
}

/// Why a line could not be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliverError {
    /// Nobody has this name.
    Unknown,
    /// That member cannot get it: it reads too slowly and was shut down, or its connection is ending.
    Gone,
}

/// The reading side of one connection, with the bytes that have been read but not used yet.
#[derive(Debug)]
pub struct LineReader {
    pub stream: TcpStream,
    /// What has come from `stream` and belongs to the next lines.
    pub pending: Vec<u8>,
    /// How many bytes a line may have, without its newline.
    pub max_line: usize,
}

impl LineReader {
    pub fn new(stream: TcpStream, max_line: usize) -> LineReader {
        LineReader { stream, pending: Vec::new(), max_line }
    }
}

/// The one room of the server, which all threads share.
#[derive(Debug)]
pub struct Room {
    /// The command line: `max_clients`, `max_line`, `queue`.
    pub options: Options,
    /// Who is here: name -> how to reach that member. The echobot is not in it.
    pub members: Mutex<HashMap<String, Entry>>,
}

impl Room {
    pub fn new(options: Options) -> Room {
        Room { options, members: Mutex::new(HashMap::new()) }
    }
}

/// How others reach a member.
#[derive(Debug)]
pub struct Entry {
    /// The bounded queue of whole lines (each with its newline). The member's writer thread takes them out.
    pub queue: SyncSender<Vec<u8>>,
    /// The member's socket, shared with its writer thread. Here it serves for a shutdown only.
    pub out: Arc<TcpStream>,
}

/// The proof that a client is in the room: it stands in the map for as long as this value lives.
#[derive(Debug)]
pub struct Member {
    pub room: Arc<Room>,
    pub name: String,
    /// The same queue as in the [`Entry`], for the replies to this member itself.
    pub queue: SyncSender<Vec<u8>>,
}

/// A member leaves the room when its `Member` is dropped. Rust calls this on every way out of the conversation: the end
/// of the stream, an error that `?` passes on, and a panic.
impl Drop for Member {
    fn drop(&mut self) {
        // A thread that panics while it holds the lock poisons it. An `unwrap` here could panic during a panic, and
        // that ends the whole process. The map itself is in order, so take it.
        let mut members = self.room.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.remove(&self.name);
    }
}

/// How much is read at a time. Any size gives a correct server.
const READ_SIZE: usize = 4096;

/// How long `serve` waits for somebody to close a file.
const OUT_OF_FILES_PAUSE: Duration = Duration::from_millis(50);

/// TCP keeps the order of bytes and nothing else: where one write of the client ended is not visible here. So the lines
/// have to be cut out of the stream by this side, and what is left over has to live longer than one call. That is what
/// `pending` is for; a new `BufReader` for each line would throw it away.
pub fn next_line(reader: &mut LineReader) -> io::Result<Line> {
    let mut buf = [0; READ_SIZE];
    loop {
        // First what is here already: the last read may have brought several lines, and a read now would wait for a
        // client that has said all it has to say.
        let newline = reader.pending.iter().position(|&byte| byte == b'\n');

        // A limit, or one client that never sends a newline takes all the memory. With no newline yet, everything that
        // has come belongs to this line.
        let length = newline.unwrap_or(reader.pending.len());
        if length > reader.max_line {
            return Ok(Line::TooLong);
        }

        if let Some(newline) = newline {
            // `drain` takes the line out and leaves what follows.
            let mut line: Vec<u8> = reader.pending.drain(..=newline).collect();
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Line::Full(line));
        }

        match reader.stream.read(&mut buf) {
            // What is in `pending` now has no newline and never will have one. Half a command must not be carried out.
            Ok(0) => return Ok(Line::Eof),
            Ok(n) => reader.pending.extend_from_slice(&buf[..n]),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
    }
}

/// The line is taken apart from the left, and only there. Whoever looks whether the line *contains* `WHO` carries out
/// the messages of other people.
pub fn parse_command(line: &[u8]) -> Result<Command, BadRequest> {
    let (word, rest) = split_at_space(line);
    match word {
        b"HELLO-FROM" => {
            let name = parse_name(rest)?;
            Ok(Command::Hello(name))
        }
        b"WHO" => {
            if !rest.is_empty() {
                return Err(BadRequest::Body);
            }
            Ok(Command::Who)
        }
        b"SEND" => {
            let (to, msg) = split_at_space(rest);
            let to = parse_name(to)?;
            if msg.is_empty() {
                return Err(BadRequest::Body);
            }
            // The message stays bytes. This server has no reason to understand it, so it need not be text.
            Ok(Command::Send { to, msg: msg.to_vec() })
        }
        _ => Err(BadRequest::Header),
    }
}

/// What stands before the first space, and what stands after it. Without a space there is nothing after it: a missing
/// part is an empty slice here, and not an index out of bounds.
fn split_at_space(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|&byte| byte == b' ') {
        Some(space) => (&bytes[..space], &bytes[space + 1..]),
        None => (bytes, &[]),
    }
}

/// A comma would break the list that `WHO` gives, a space would end the name in the middle of a `SEND`.
fn parse_name(bytes: &[u8]) -> Result<String, BadRequest> {
    if bytes.is_empty() || bytes.contains(&b' ') || bytes.contains(&b',') {
        return Err(BadRequest::Body);
    }
    match String::from_utf8(bytes.to_vec()) {
        Ok(name) => Ok(name),
        Err(_) => Err(BadRequest::Body),
    }
}

/// This thread does nothing but accept, because whatever else it did, all new clients would wait for it.
pub fn serve(listener: TcpListener, room: Arc<Room>) -> io::Result<()> {
    // Its standard input is ours, and so it ends with this process. Without it, all goes on as well.
    let _helper = process::Command::new("/bin/cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if client_is_gone(&error) => continue,
            // The client still waits in the kernel's queue, so an immediate retry would fail in the same way. One of
            // the other threads will close a socket.
            Err(error) if errno::is_out_of_files(&error) => {
                thread::sleep(OUT_OF_FILES_PAUSE);
                continue;
            }
            Err(error) => return Err(error),
        };

        // The stream moves into the thread, and is closed where the conversation ends. A copy that stayed behind
        // would keep the connection open, and cost a descriptor for ever.
        let room = Arc::clone(&room);
        let started = thread::Builder::new().spawn(move || {
            let talker = thread::Builder::new().spawn(move || provided::converse(stream, room));
            match talker {
                // What it panicked with is on standard error already.
                Ok(talker) => drop(talker.join()),
                Err(error) => provided::report_client(&error),
            }
        });

        // The handle of the thread is dropped: the thread goes on by itself. A `join` here would be a serial server
        // again.
        if let Err(error) = started {
            provided::report_client(&error);
        }
    }
}

/// True if `accept` failed because of the client that was next (it gave up too early) or a signal: the next `accept`
/// is a new chance.
fn client_is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}

/// What takes time, or could fail, is done outside the lock. Inside stands what must not be interrupted by another
/// thread.
pub fn join(room: &Arc<Room>, name: &str, out: TcpStream) -> Result<Member, JoinError> {
    // The queue has a limit: without one, a member that does not read makes the server's memory grow for ever.
    let (queue, lines) = mpsc::sync_channel(room.options.queue);

    // One descriptor, two owners: the writer thread writes to it, `deliver` may shut it down.
    let out = Arc::new(out);
    let entry = Entry { queue: queue.clone(), out: Arc::clone(&out) };

    // The questions and the insertion are under one lock. Between two locks, another thread could insert the same name.
    let mut members = room.members.lock().unwrap_or_else(PoisonError::into_inner);
    if members.len() >= room.options.max_clients {
        return Err(JoinError::Busy);
    }
    if name == provided::ECHOBOT || members.contains_key(name) {
        return Err(JoinError::InUse);
    }
    members.insert(name.to_string(), entry);
    drop(members);

    // From here on the `Member` answers for the name: nothing between the insertion and this point can fail or return.
    let member = Member { room: Arc::clone(room), name: name.to_string(), queue };
    provided::start_writer(lines, out);
    Ok(member)
}

/// Nobody keeps a second list of names, and so none can be out of date: the map is the one truth.
pub fn names(room: &Room) -> Vec<String> {
    let members = room.members.lock().unwrap_or_else(PoisonError::into_inner);
    let mut names: Vec<String> = members.keys().cloned().collect();
    names.push(provided::ECHOBOT.to_string());

    // Any order will do. A sorted list is kinder to people.
    names.sort();
    names
}

/// One lock is for everybody. Whoever holds it must be quick, so nothing here may wait for a client.
pub fn deliver(room: &Room, to: &str, line: &[u8]) -> Result<(), DeliverError> {
    // After a panic in some other thread the lock is poisoned, and `unwrap` would spread that panic to every
    // connection. Each change of this map is a single insert or remove, so it cannot be half done, and is safe to use.
    let members = room.members.lock().unwrap_or_else(PoisonError::into_inner);
    provided::audit(line);

    let Some(entry) = members.get(to) else {
        return Err(DeliverError::Unknown);
    };

    // `send` would wait until the member has read something, and with it would wait everybody who needs the lock.
    match entry.queue.try_send(line.to_vec()) {
        Ok(()) => Ok(()),
        Err(TrySendError::Full(_)) => {
            // Somebody has to pay for a member that does not read: memory, the others, or this member. A shutdown
            // closes nothing and waits for nothing, it wakes the two threads of that member, and they clean up. It can
            // fail only if the connection has ended in the meantime, and that is as good.
            let _ = entry.out.shutdown(Shutdown::Both);
            Err(DeliverError::Gone)
        }
        // The writer has ended: the client is gone, and its conversation will notice in a moment.
        Err(TrySendError::Disconnected(_)) => Err(DeliverError::Gone),
    }
}

//! Lab 5: a chat server with one thread for each connection.
//!
//! Clients log in with a name, ask who is there, and send lines to each other. The six functions at the end of this
//! file are yours, in this order. The comment above a function is its specification; the types that they share come
//! first. `README.md` beside this folder is the task on one page, with the protocol and the Rust that you need.
//!
//! The provided `main.rs` calls [`serve`]; [`provided::converse`] holds the conversation with one client and calls the
//! other functions.

pub mod errno;
pub mod provided;

use std::collections::HashMap;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

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

/// Returns the next line of `reader.stream`.
///
/// - A line ends with `\n`. It may come in any number of reads, and one read may bring many lines: take the first one,
///   and leave the bytes after its newline in `reader.pending` for the next call. So look there before you read.
/// - `Line::Full(bytes)`: the bytes before the newline. If the last of them is `\r`, that one is left out (telnet ends
///   its lines with `\r\n`). Nothing else is changed: a `\r` elsewhere stays, also one before that one. The bytes need
///   not be UTF-8. An empty line is a line.
/// - `Line::TooLong`: the line has more than `reader.max_line` bytes (a `\r` counts, the newline does not), also if its
///   newline is there already. Without a newline, return it as soon as more bytes than that have come; do not wait for
///   the newline, it may never come. With just so many, it may come next. The memory that is used stays near `max_line`.
///   The caller does not call again after this.
/// - `Line::Eof`: the client has finished sending. Whole lines that came before are returned first, one per call. Bytes
///   without a newline at the very end are no line and are dropped.
/// - An error of kind `Interrupted` means "a signal came, nothing was read": go on (no check sends a signal). Every
///   other error is returned.
///
/// Example: the reads give `57 48` (`WH`) and `4f 0d 0a 46` (`O\r\nF`). The function returns `Full` with `57 48 4f`
/// (`WHO`), and `pending` holds `46` (`F`).
pub fn next_line(reader: &mut LineReader) -> io::Result<Line> {
    todo!("read a line of at most {} bytes from {:?}", reader.max_line, reader.stream)
}

/// Finds out what `line` (without its newline) asks for.
///
/// - The first word decides: the bytes before the first space, or the whole line if there is none. It is `HELLO-FROM`,
///   `WHO` or `SEND`, in capitals. Nothing is searched for in the rest: a message may contain `WHO`.
/// - Any other first word, also an empty one (an empty line, a space in front), is `BadRequest::Header`.
/// - `HELLO-FROM name`: everything after the one space is the name. `SEND name message`: the name goes to the next
///   space, and everything after that one space is the message, byte for byte.
/// - A name is not empty, has no space and no comma in it, and is UTF-8. A message has at least one byte, of any kind.
///   What breaks these rules is `BadRequest::Body`, and so is `WHO` with a text behind its space. (Is one space with
///   nothing behind it such a text? Either answer is right.)
/// - No line whatever makes this function panic.
///
/// Examples: `SEND bob WHO is  it` is `Send { to: "bob", msg: b"WHO is  it" }`. `SEND`, `SEND bob`, `SEND bob `
/// (nothing after the space) and `HELLO-FROM a,b` are `Body`. `who`, `SENDbob x` and the empty line are `Header`.
pub fn parse_command(line: &[u8]) -> Result<Command, BadRequest> {
    todo!("find the command in the {} bytes of {line:?}", line.len())
}

/// Accepts clients from `listener`, for ever. Each one gets a thread of its own that runs [`provided::converse`].
///
/// - Nobody waits for such a thread: the next client is accepted at once, however long the others talk or are silent.
///   Nothing of a client is kept here, no handle and no copy of its stream: a client that has left costs nothing.
/// - If the thread cannot be started, that client is dropped and reported ([`provided::report_client`]), and the server
///   goes on. `thread::spawn` would panic then; `thread::Builder` returns the error.
/// - An error of `accept` itself is one of three, as in lab 1. `ConnectionAborted`, `ConnectionReset`, `Interrupted`:
///   that client is gone, go on with the next. [`errno::is_out_of_files`]: there is no descriptor left just now; wait
///   50 ms, then go on. Anything else concerns the listener: return it as `Err`.
/// - Who has reset its connection before the `accept` may have no `peer_addr()`; so do not depend on that.
/// - The function never returns `Ok`.
///
/// Example: client A connects and sends nothing. Client B connects, sends `HELLO-FROM bob\n` and gets `HELLO bob\n` at
/// once.
pub fn serve(listener: TcpListener, room: Arc<Room>) -> io::Result<()> {
    todo!("accept clients from {listener:?} for ever, at most {} in the room", room.options.max_clients)
}

/// Puts the client called `name` into `room`. Everything that it is to get will be written to `out`.
///
/// - `Err(JoinError::Busy)`: `room.members` has `room.options.max_clients` members already. This is looked at first.
/// - `Err(JoinError::InUse)`: a member has exactly this name, or it is the echobot's ([`provided::ECHOBOT`]).
/// - Otherwise `name` is in the map when the function returns. Looking and inserting are one critical section: if two
///   threads call this at once with one name, one of them gets `InUse`.
/// - A new member has a bounded queue of `room.options.queue` lines (`mpsc::sync_channel`). One sender and the shared
///   `out` go into the [`Entry`], another sender into the [`Member`]; the receiver and `out` go to
///   [`provided::start_writer`]. Keep no further sender: when the last one is dropped, the writer finishes and the
///   client gets its end of stream.
/// - If there is an error, `out` is dropped and nothing else has changed; the client may try again.
/// - A lock that another thread has poisoned by a panic is taken all the same (see `Drop` for [`Member`]).
/// - Nothing is written here: the caller sends the reply.
///
/// Example: with `--max-clients 2` join "alice" gives a `Member`, "alice" again `InUse`, "bob" a `Member`, "carol"
/// `Busy`. After alice's `Member` has been dropped, "carol" gets one.
pub fn join(room: &Arc<Room>, name: &str, out: TcpStream) -> Result<Member, JoinError> {
    todo!("put {name} with {out:?} into the room, which holds {}", room.options.max_clients)
}

/// Returns the names of all who are in `room` just now, in any order, and with them [`provided::ECHOBOT`].
///
/// - Each name stands there once. Who has left is not among them.
/// - The lock is held while the names are copied, and no longer. A poisoned one is taken all the same.
///
/// Example: with alice and bob in the room, `["alice", "bob", "echobot"]`, from which the caller makes
/// `WHO-OK alice,bob,echobot`. In an empty room, `["echobot"]`.
pub fn names(room: &Room) -> Vec<String> {
    todo!("list who is in the room, which holds {}", room.options.max_clients)
}

/// Puts `line` on the queue of the member called `to`.
///
/// - `line` is complete, with its newline: it goes into the queue as one piece, so that the lines of two senders
///   cannot mix.
/// - With the lock held, and before anything else, call [`provided::audit`] with `line`. It may panic; that ends the
///   connection of the sender and poisons the lock. So a poisoned lock is taken all the same. (If you call it before
///   the lock, no check sees that; and then none sees an `unwrap` of the lock, which any other panic would poison.)
/// - This function never waits for a client. It writes to no socket, and it does not wait for room in a queue
///   (`try_send`): it holds the lock that everybody needs.
/// - `Err(DeliverError::Unknown)`: no member has exactly this name. (The caller knows the echobot by itself.)
/// - `Err(DeliverError::Gone)`: the queue is full, because that member does not read what it gets. Shut down both
///   directions of its socket: that wakes its threads, its conversation ends, and its `Member` takes it out of the
///   map. Leave the map alone here, or that `Member` may take out somebody who has got the name since (no check sees
///   that). Or the queue has no receiver any more: then it is ending already, and there is nothing to do.
/// - `Ok(())`: the line is in the queue. Nobody knows yet whether it will arrive.
///
/// Example: `to` is `bob` and `line` is `DELIVERY alice hi\n`; bob's writer thread finds these 18 bytes in its queue.
pub fn deliver(room: &Room, to: &str, line: &[u8]) -> Result<(), DeliverError> {
    todo!("queue {} bytes for {to}, at most {} lines", line.len(), room.options.queue)
}

//! Lab 5, a right but unusual program that shares no function body with the solution: an RwLock around a BTreeMap, a queue
//! of bytes with a mark for what has been searched, a writer of its own, and members who leave in two steps.

pub mod errno;
pub mod provided;

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use provided::{ECHOBOT, Options};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Full(Vec<u8>),
    TooLong,
    Eof,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Hello(String),
    Who,
    Send { to: String, msg: Vec<u8> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRequest {
    Header,
    Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinError {
    Busy,
    InUse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliverError {
    Unknown,
    Gone,
}

#[derive(Debug)]
pub struct LineReader {
    pub stream: TcpStream,
    bytes: VecDeque<u8>,
    /// So many of `bytes` are known to hold no newline.
    searched: usize,
    most: usize,
}

impl LineReader {
    pub fn new(stream: TcpStream, max_line: usize) -> LineReader {
        LineReader { stream, bytes: VecDeque::with_capacity(512), searched: 0, most: max_line }
    }

    /// Moves the next line out, if it is whole.
    fn take_line(&mut self) -> Option<Vec<u8>> {
        while self.searched < self.bytes.len() {
            if self.bytes[self.searched] == b'\n' {
                let rest = self.bytes.split_off(self.searched + 1);
                let mut line = Vec::from(std::mem::replace(&mut self.bytes, rest));
                line.truncate(self.searched);
                self.searched = 0;
                return Some(line);
            }
            self.searched += 1;
        }
        None
    }
}

pub fn next_line(reader: &mut LineReader) -> io::Result<Line> {
    let mut some = [0; 700];
    let mut line = reader.take_line();
    while line.is_none() && reader.bytes.len() <= reader.most {
        let count = match reader.stream.read(&mut some) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        };
        if count == 0 {
            return Ok(Line::Eof);
        }
        reader.bytes.extend(&some[..count]);
        line = reader.take_line();
    }
    Ok(match line {
        Some(line) if line.len() <= reader.most => match line.split_last() {
            Some((b'\r', before)) => Line::Full(before.to_vec()),
            _ => Line::Full(line),
        },
        _ => Line::TooLong,
    })
}

pub fn parse_command(line: &[u8]) -> Result<Command, BadRequest> {
    let mut parts = line.splitn(3, |&byte| byte == b' ');
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let name = |bytes: Option<&[u8]>| {
        let text = std::str::from_utf8(bytes?).ok()?;
        (!text.is_empty() && !text.contains(',')).then(|| text.to_owned())
    };
    let command = if first == b"WHO" {
        second.is_none().then_some(Command::Who)
    } else if first == b"HELLO-FROM" {
        name(second).filter(|_| third.is_none()).map(Command::Hello)
    } else if first == b"SEND" {
        let message = third.filter(|message| !message.is_empty());
        name(second).zip(message).map(|(to, msg)| Command::Send { to, msg: msg.to_vec() })
    } else {
        return Err(BadRequest::Header);
    };
    command.ok_or(BadRequest::Body)
}

pub fn serve(listener: TcpListener, room: Arc<Room>) -> io::Result<()> {
    for client in listener.incoming() {
        let problem = match client {
            Ok(stream) => {
                let room = room.clone();
                thread::Builder::new()
                    .name("client".into())
                    .stack_size(512 * 1024)
                    .spawn(|| provided::converse(stream, room))
                    .err()
            }
            Err(error) => Some(error),
        };
        let Some(error) = problem else { continue };
        provided::report_client(&error);
        if errno::is_out_of_files(&error) {
            thread::park_timeout(Duration::from_millis(50));
        } else if error.kind() == ErrorKind::InvalidInput {
            return Err(error);
        }
    }
    Ok(())
}

#[derive(Debug)]
pub struct Room {
    pub options: Options,
    members: RwLock<BTreeMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    queue: SyncSender<Vec<u8>>,
    socket: Arc<TcpStream>,
}

type Members = BTreeMap<String, Entry>;

impl Room {
    pub fn new(options: Options) -> Room {
        Room { options, members: RwLock::default() }
    }

    fn look(&self) -> RwLockReadGuard<'_, Members> {
        self.members.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn change(&self) -> RwLockWriteGuard<'_, Members> {
        self.members.clear_poison();
        self.members.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[derive(Debug)]
pub struct Member {
    pub name: String,
    pub queue: SyncSender<Vec<u8>>,
    _place: Leaving,
}

/// The place in the map, which is given up after the fields before it.
#[derive(Debug)]
struct Leaving {
    room: Arc<Room>,
    name: String,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let entry = self.room.change().remove(&self.name);
        drop(entry);
    }
}

pub fn join(room: &Arc<Room>, name: &str, out: TcpStream) -> Result<Member, JoinError> {
    let mut members = room.change();
    if members.len() == room.options.max_clients {
        return Err(JoinError::Busy);
    }
    let place = match members.entry(name.to_owned()) {
        Place::Vacant(place) if name != ECHOBOT => place,
        _ => return Err(JoinError::InUse),
    };
    let (queue, lines) = sync_channel(room.options.queue);
    let socket = Arc::new(out);
    place.insert(Entry { queue: queue.clone(), socket: socket.clone() });
    let member =
        Member { name: name.to_owned(), queue, _place: Leaving { room: room.clone(), name: name.to_owned() } };
    drop(members);
    if let Err(error) = thread::Builder::new().spawn(move || write_out(lines, &socket)) {
        provided::report(error);
    }
    Ok(member)
}

/// Gathers what waits, and writes it with one call.
fn write_out(lines: Receiver<Vec<u8>>, mut socket: &TcpStream) {
    while let Ok(first) = lines.recv() {
        let batch: Vec<Vec<u8>> = std::iter::once(first).chain(lines.try_iter().take(15)).collect();
        let mut slices: Vec<IoSlice<'_>> = batch.iter().map(|line| IoSlice::new(line)).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            match socket.write_vectored(rest) {
                Ok(count) => IoSlice::advance_slices(&mut rest, count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
    drop(socket.shutdown(Shutdown::Write));
}

pub fn names(room: &Room) -> Vec<String> {
    let here = room.look();
    std::iter::once(ECHOBOT).chain(here.keys().map(String::as_str)).map(str::to_owned).collect()
}

pub fn deliver(room: &Room, to: &str, line: &[u8]) -> Result<(), DeliverError> {
    let here = room.change();
    provided::audit(line);
    let Entry { queue, socket } = here.get(to).ok_or(DeliverError::Unknown)?;
    queue.try_send(line.into()).map_err(|error| {
        if matches!(error, TrySendError::Full(_)) {
            socket.shutdown(Shutdown::Both).unwrap_or_default();
        }
        DeliverError::Gone
    })
}

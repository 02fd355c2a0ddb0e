//! Standard input of the program: written by whoever waits for the program, as it is taken, and counted.
//!
//! There is no thread for it. One that the machine did not let run would hold back what the program waits for, and the
//! program would be blamed.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::net::Shutdown;

use rustix::fd::{AsFd, BorrowedFd};

use super::Bell;
use super::start::Input;
use crate::payload::Payload;

/// How much of a payload is made at a time.
const CHUNK: usize = 16 * 1024;

#[derive(Debug)]
enum Piece {
    /// The bytes, and how many of them are written.
    Bytes(Vec<u8>, usize),
    /// The payload, and how much of it has been made into bytes.
    Stream(Payload, u64),
}

/// What is to be written, and how far it has got.
#[derive(Debug)]
pub struct Stdin {
    /// Until it is closed, by either side.
    input: Option<Input>,
    queue: VecDeque<Piece>,
    taken: u64,
    /// It is to be closed behind the last piece.
    ends: bool,
}

impl Stdin {
    pub(super) fn new(input: Input, _: Bell) -> Stdin {
        // One that cannot be made non-blocking is written to all the same.
        let _ = input.set_nonblocking(true);
        Stdin { input: Some(input), queue: VecDeque::new(), taken: 0, ends: false }
    }

    /// Has these bytes written, after what was asked for before.
    pub fn write(&mut self, bytes: &[u8]) {
        self.queue.push_back(Piece::Bytes(bytes.to_vec(), 0));
        self.pump();
    }

    /// Has a payload written, made as it is taken.
    pub fn stream(&mut self, payload: Payload) {
        self.queue.push_back(Piece::Stream(payload, 0));
        self.pump();
    }

    /// Closes it once everything is written.
    pub fn close(&mut self) {
        self.ends = true;
        self.pump();
    }

    /// Bytes that the kernel has taken for it.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The grader's end, while there is something to write to it.
    pub fn waiting(&self) -> Option<BorrowedFd<'_>> {
        self.input.as_ref().filter(|_| !self.queue.is_empty()).map(AsFd::as_fd)
    }

    /// Writes what is taken now, and closes it if that was all.
    pub fn pump(&mut self) {
        let Some(input) = &mut self.input else { return };
        while let Some(piece) = self.queue.pop_front() {
            let (bytes, at) = match piece {
                Piece::Bytes(bytes, at) => (bytes, at),
                Piece::Stream(payload, from) => {
                    let bytes = payload.part(from, CHUNK);
                    let next = from + bytes.len() as u64;
                    if next < payload.len {
                        self.queue.push_front(Piece::Stream(payload, next));
                    }
                    (bytes, 0)
                }
            };
            if at == bytes.len() {
                continue;
            }
            let written = match input.write(&bytes[at..]) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => 0,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.queue.push_front(Piece::Bytes(bytes, at));
                    return;
                }
                // The program reads no more: what is left is for nobody.
                Err(_) => {
                    self.queue.clear();
                    self.ends = true;
                    break;
                }
            };
            self.taken += written as u64;
            self.queue.push_front(Piece::Bytes(bytes, at + written));
        }
        if self.ends {
            // Said to the kernel, not left to the drop: a child that is just being started may have a copy.
            let _ = input.shutdown(Shutdown::Write);
            self.input = None;
        }
    }
}

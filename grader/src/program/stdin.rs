//! Standard input of the program: written by whoever waits for the program, as its pipe takes it, and counted.
//!
//! There is no thread for it. One that the machine did not let run would hold back what the program waits for, and the
//! program would be blamed.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::process::ChildStdin;

use rustix::fd::{AsFd, BorrowedFd};

use super::{Bell, closing};
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
    pipe: Option<ChildStdin>,
    queue: VecDeque<Piece>,
    taken: u64,
    /// It is to be closed behind the last piece.
    ends: bool,
}

impl Stdin {
    pub(super) fn new(pipe: ChildStdin, _: Bell) -> Stdin {
        // A pipe that cannot be made non-blocking is written to all the same.
        let _ = rustix::io::ioctl_fionbio(&pipe, true);
        Stdin { pipe: Some(pipe), queue: VecDeque::new(), taken: 0, ends: false }
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

    /// Bytes that the pipe has taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The pipe, while there is something to write to it.
    pub fn waiting(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().filter(|_| !self.queue.is_empty()).map(AsFd::as_fd)
    }

    /// Writes what the pipe takes now, and closes it if that was all.
    pub fn pump(&mut self) {
        let Some(pipe) = &mut self.pipe else { return };
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
            let written = match pipe.write(&bytes[at..]) {
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
            let _whole = closing();
            self.pipe = None;
        }
    }
}

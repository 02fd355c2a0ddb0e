//! Standard input of the program, where a pipe cannot be polled: written by a thread of its own, so that a program that
//! does not read holds up nobody, and counted as the program's pipe takes it.

use std::io::Write;
use std::process::ChildStdin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};

use super::Bell;
use crate::payload::Payload;

#[derive(Debug)]
enum Piece {
    Bytes(Vec<u8>),
    Stream(Payload),
}

/// What is to be written, and how far it has got.
#[derive(Debug)]
pub struct Stdin {
    pieces: Option<Sender<Piece>>,
    idle: Option<(ChildStdin, Bell)>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: AtomicU64,
}

impl Stdin {
    pub(super) fn new(pipe: ChildStdin, bell: Bell) -> Stdin {
        Stdin { pieces: None, idle: Some((pipe, bell)), state: Arc::default() }
    }

    /// Has these bytes written, after what was asked for before.
    pub fn write(&mut self, bytes: &[u8]) {
        self.push(Piece::Bytes(bytes.to_vec()));
    }

    /// Has a payload written, made as it is taken.
    pub fn stream(&mut self, payload: Payload) {
        self.push(Piece::Stream(payload));
    }

    /// Closes it once everything is written.
    pub fn close(&mut self) {
        self.pieces = None;
        self.idle = None;
    }

    /// Bytes that the pipe has taken.
    pub fn taken(&self) -> u64 {
        self.state.taken.load(Ordering::SeqCst)
    }

    /// The thread does that.
    pub fn pump(&mut self) {}

    /// There is nothing to poll.
    pub fn waiting(&self) -> Option<rustix::fd::BorrowedFd<'_>> {
        None
    }

    fn push(&mut self, piece: Piece) {
        if let Some((pipe, bell)) = self.idle.take() {
            let (sender, pieces) = mpsc::channel();
            let state = Arc::clone(&self.state);
            std::thread::spawn(move || {
                let mut writer = Writer { pipe, bell, state };
                for piece in pieces {
                    if writer.write(piece).is_err() {
                        return;
                    }
                }
            });
            self.pieces = Some(sender);
        }
        if let Some(pieces) = &self.pieces {
            let _ = pieces.send(piece);
        }
    }
}

struct Writer {
    pipe: ChildStdin,
    bell: Bell,
    state: Arc<State>,
}

impl Writer {
    fn write(&mut self, piece: Piece) -> std::io::Result<()> {
        match piece {
            Piece::Bytes(bytes) => self.chunk(&bytes),
            Piece::Stream(payload) => {
                let mut at = 0;
                while at < payload.len {
                    let chunk = payload.part(at, 16 * 1024);
                    self.chunk(&chunk)?;
                    at += chunk.len() as u64;
                }
                Ok(())
            }
        }
    }

    fn chunk(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.pipe.write(rest) {
                Ok(count) => {
                    rest = &rest[count..];
                    self.state.taken.fetch_add(count as u64, Ordering::SeqCst);
                    self.bell.ring();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

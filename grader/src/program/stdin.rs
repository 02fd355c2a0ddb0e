//! Standard input of the program: a pipe, written by a thread of its own.
//!
//! A thread, because a write to a pipe can wait even when it is non-blocking: a program that copies the pipe to a full
//! socket (`splice`) holds the pipe's lock for as long as that takes, and would hold up the very peer that it waits for. And
//! a pipe, not a socket, because a splice from a socket holds the lock of the pipe at its other end.
//!
//! The price is that the machine may not let that thread run. [`Stdin::behind`] says so, and then the program is not blamed.

use std::io::Write;
use std::process::ChildStdin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};

use super::{Bell, closing};
use crate::payload::Payload;
use crate::proc;

/// How much of a payload is made at a time.
const CHUNK: usize = 16 * 1024;

#[derive(Debug)]
enum Job {
    Bytes(Vec<u8>),
    Stream(Payload),
    Close,
}

/// What the thread is at.
const IDLE: u8 = 0;
const WRITING: u8 = 1;
const CLOSING: u8 = 2;

/// What is to be written, and how far it has got.
#[derive(Debug)]
pub struct Stdin {
    jobs: Option<Sender<Job>>,
    /// Until the first job.
    idle: Option<(ChildStdin, Bell)>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: AtomicU64,
    /// Jobs that are not done.
    owed: AtomicU64,
    phase: AtomicU8,
    thread: AtomicU32,
}

impl Stdin {
    pub(super) fn new(pipe: ChildStdin, bell: Bell) -> Stdin {
        Stdin { jobs: None, idle: Some((pipe, bell)), state: Arc::default() }
    }

    /// Has these bytes written, after what was asked for before.
    pub fn write(&mut self, bytes: &[u8]) {
        self.push(Job::Bytes(bytes.to_vec()));
    }

    /// Has a payload written, made as it is taken.
    pub fn stream(&mut self, payload: Payload) {
        self.push(Job::Stream(payload));
    }

    /// Closes it once everything is written.
    pub fn close(&mut self) {
        if self.idle.is_some() {
            let _whole = closing();
            self.idle = None;
        }
        self.push(Job::Close);
        self.jobs = None;
    }

    /// Bytes that the pipe has taken.
    pub fn taken(&self) -> u64 {
        self.state.taken.load(Ordering::SeqCst)
    }

    /// Whether the grader owes something that it could write or close, and has not been let run to do it. A pipe that is
    /// full, or held by the program, is the program's affair.
    pub fn behind(&self) -> bool {
        let state = &self.state;
        state.owed.load(Ordering::SeqCst) > 0
            && match state.phase.load(Ordering::SeqCst) {
                WRITING => proc::is_running(std::process::id(), state.thread.load(Ordering::SeqCst)),
                _ => true,
            }
    }

    fn push(&mut self, job: Job) {
        if let Some((pipe, bell)) = self.idle.take() {
            let (sender, jobs) = mpsc::channel();
            let state = Arc::clone(&self.state);
            std::thread::spawn(move || {
                state.thread.store(proc::this_thread(), Ordering::SeqCst);
                let mut writer = Writer { pipe: Some(pipe), bell, state };
                jobs.into_iter().for_each(|job| writer.work(job));
            });
            self.jobs = Some(sender);
        }
        if let Some(jobs) = &self.jobs {
            self.state.owed.fetch_add(1, Ordering::SeqCst);
            let _ = jobs.send(job);
        }
    }
}

struct Writer {
    /// Until it is closed, by either side.
    pipe: Option<ChildStdin>,
    bell: Bell,
    state: Arc<State>,
}

impl Writer {
    fn work(&mut self, job: Job) {
        self.state.phase.store(WRITING, Ordering::SeqCst);
        let done = match job {
            Job::Bytes(bytes) => self.write(&bytes),
            Job::Stream(payload) => self.stream(payload),
            Job::Close => self.close(),
        };
        // The program reads no more: what is left is for nobody.
        if done.is_err() {
            self.pipe = None;
        }
        self.state.phase.store(IDLE, Ordering::SeqCst);
        self.state.owed.fetch_sub(1, Ordering::SeqCst);
        self.bell.ring();
    }

    fn close(&mut self) -> std::io::Result<()> {
        self.state.phase.store(CLOSING, Ordering::SeqCst);
        let _whole = closing();
        self.pipe = None;
        Ok(())
    }

    fn stream(&mut self, payload: Payload) -> std::io::Result<()> {
        let mut at = 0;
        while at < payload.len && self.pipe.is_some() {
            let chunk = payload.part(at, CHUNK);
            self.write(&chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let Some(pipe) = &mut self.pipe else { return Ok(()) };
        let mut rest = bytes;
        while !rest.is_empty() {
            match pipe.write(rest) {
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

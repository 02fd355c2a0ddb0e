//! Standard output or standard error of the program: drained all the time, kept up to a cap, and, where the check
//! expects a payload there, compared as it streams.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Bell, KEPT};
use crate::payload::Payload;
use crate::texts::say;

/// How much is kept of the end, where more came than [`KEPT`].
const TAIL: usize = 8 * 1024;

/// What has come so far.
#[derive(Debug)]
pub struct Output {
    state: Mutex<State>,
    change: Condvar,
    /// The grader's end of the pipe. Where it can be polled, whoever holds the lock may read what is in it.
    pipe: File,
}

/// What a child's pipe can be turned into, and a [`File`] made of.
#[cfg(unix)]
type Pipe = std::os::fd::OwnedFd;
#[cfg(windows)]
type Pipe = std::os::windows::io::OwnedHandle;

#[derive(Debug, Default)]
struct State {
    kept: Vec<u8>,
    /// The last bytes of those past the cap: a panic's message comes at the end, whatever was printed before it.
    tail: VecDeque<u8>,
    total: u64,
    ended: bool,
    want: Option<Payload>,
    differs: Option<(u64, Vec<u8>)>,
}

/// How the bytes so far compare with the payload that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// All that came is right: so many bytes.
    Same(u64),
    /// At this place other bytes came: the first of them.
    Differs(u64, Vec<u8>),
}

impl Output {
    /// Starts a thread that reads the pipe to its end. It holds nothing that the check needs to end.
    pub(super) fn read(pipe: impl Into<Pipe>, bell: Bell, want: Option<Payload>) -> Arc<Output> {
        let state = Mutex::new(State { want, ..State::default() });
        let output = Arc::new(Output { state, change: Condvar::new(), pipe: File::from(pipe.into()) });
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            loop {
                let ended = shared.read_more();
                shared.change.notify_all();
                bell.ring();
                if ended {
                    return;
                }
            }
        });
        output
    }

    /// Waits until something is in the pipe, and takes it; says whether this was its end.
    #[cfg(unix)]
    fn read_more(&self) -> bool {
        readable(&self.pipe, None);
        self.lock().ended
    }

    #[cfg(not(unix))]
    fn read_more(&self) -> bool {
        let mut buf = [0; 16 * 1024];
        let got = read_some(&self.pipe, &mut buf);
        let mut state = self.lock();
        state.take(&buf[..got]);
        state.ended
    }

    /// Takes what is in the pipe now. Whoever asks for the output does this first: the thread that reads it may not have
    /// been let run, and what the program has said must not be missing for that.
    #[cfg(unix)]
    fn catch_up(&self, state: &mut State) {
        let mut buf = [0; 16 * 1024];
        // A pipe holds no more than this, unless the program goes on writing.
        for _ in 0..64 {
            if state.ended || !readable(&self.pipe, Some(Duration::ZERO)) {
                return;
            }
            let got = read_some(&self.pipe, &mut buf);
            state.take(&buf[..got]);
        }
    }

    #[cfg(not(unix))]
    fn catch_up(&self, _: &mut State) {}

    /// Bytes that came, also those past the cap.
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    /// What was kept of them.
    pub fn kept(&self) -> Vec<u8> {
        self.lock().kept.clone()
    }

    /// Its beginning and its end as text that is safe to search: bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        let state = self.lock();
        let mut bytes = state.kept.clone();
        let left_out = state.total - (bytes.len() + state.tail.len()) as u64;
        if left_out > 0 {
            bytes.extend(say!("seen/common/bytes_left_out", left_out).bytes());
        }
        bytes.extend(&state.tail);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn ended(&self) -> bool {
        self.lock().ended
    }

    /// How it compares with the payload given at the start; without one, all is the same.
    pub fn compared(&self) -> Compared {
        let state = self.lock();
        match &state.differs {
            Some((at, bytes)) => Compared::Differs(*at, bytes.clone()),
            None => Compared::Same(state.total),
        }
    }

    pub(super) fn wait_for_end(&self, most: Duration) {
        let end = Instant::now() + most;
        let mut state = self.lock();
        while !state.ended {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.change.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The state, with all that is in the pipe.
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut state);
        state
    }
}

impl State {
    /// Takes the next bytes; none are the end.
    fn take(&mut self, bytes: &[u8]) {
        if let (Some(want), None) = (self.want, &self.differs)
            && let Some(place) = want.differs(self.total, bytes)
        {
            let shown = bytes[place..].iter().take(32).copied().collect();
            self.differs = Some((self.total + place as u64, shown));
        }
        let (kept, past) = bytes.split_at(bytes.len().min(KEPT - self.kept.len()));
        self.kept.extend(kept);
        self.tail.extend(past);
        let too_many = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..too_many);
        self.total += bytes.len() as u64;
        self.ended |= bytes.is_empty();
    }
}

/// Reads once; an error is the end.
fn read_some(mut pipe: &File, buf: &mut [u8]) -> usize {
    loop {
        match pipe.read(buf) {
            Ok(count) => return count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return 0,
        }
    }
}

/// Whether a read would return at once, waiting for that at most so long. Without a limit this may return early.
#[cfg(unix)]
fn readable(pipe: &File, most: Option<Duration>) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let most = most.map(|most| Timespec { tv_sec: most.as_secs() as _, tv_nsec: most.subsec_nanos() as _ });
    let mut fds = [PollFd::new(pipe, PollFlags::IN)];
    poll(&mut fds, most.as_ref()).is_ok_and(|count| count > 0)
}

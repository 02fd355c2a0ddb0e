//! Standard output or standard error of the program: drained all the time, kept up to a cap, and, where the check
//! expects a payload there, compared as it streams.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Bell, KEPT};
use crate::payload::Payload;

/// How much is kept of the end, where more came than [`KEPT`].
const TAIL: usize = 8 * 1024;

/// What has come so far.
#[derive(Debug)]
pub struct Output {
    state: Mutex<State>,
    change: Condvar,
}

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
    pub(super) fn read(mut pipe: impl Read + Send + 'static, bell: Bell, want: Option<Payload>) -> Arc<Output> {
        let output = Arc::new(Output { state: Mutex::new(State { want, ..State::default() }), change: Condvar::new() });
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut buf = vec![0; 16 * 1024];
            loop {
                let count = match pipe.read(&mut buf) {
                    Ok(count) => count,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(_) => 0,
                };
                shared.take(&buf[..count]);
                bell.ring();
                if count == 0 {
                    return;
                }
            }
        });
        output
    }

    fn take(&self, bytes: &[u8]) {
        let mut state = self.lock();
        let at = state.total;
        if let (Some(want), None) = (state.want, &state.differs)
            && let Some(place) = want.differs(at, bytes)
        {
            let shown = bytes[place..].iter().take(32).copied().collect();
            state.differs = Some((at + place as u64, shown));
        }
        let (kept, past) = bytes.split_at(bytes.len().min(KEPT - state.kept.len()));
        state.kept.extend(kept);
        state.tail.extend(past);
        let too_many = state.tail.len().saturating_sub(TAIL);
        state.tail.drain(..too_many);
        state.total += bytes.len() as u64;
        state.ended |= bytes.is_empty();
        self.change.notify_all();
    }

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
            bytes.extend(format!("\n... {left_out} bytes left out ...\n").bytes());
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

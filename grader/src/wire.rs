//! The record of what happened: every event between the grader's peers and the program, as it was observed.
//!
//! Nothing is added afterwards, and nothing is guessed: a report's ladder is drawn from this list. Events of one
//! kind in a row on one connection are one entry that counts, so that a stream of megabytes is a line too.

use std::time::{Duration, Instant};

use crate::texts;

/// Bytes kept of an entry, to be shown.
const PREVIEW: usize = 48;

/// One entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the check began.
    pub at: Duration,
    /// When the last of the events that this entry counts happened.
    pub until: Duration,
    /// Which of the grader's peers: `client`, `bob`, `stdin`.
    pub lane: String,
    pub what: What,
    /// Where it went wrong.
    pub here: bool,
}

/// What happened, seen from the grader's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The program was started with these arguments.
    Start {
        line: String,
    },
    /// A line of the program's standard output that the check waits for.
    Says {
        line: String,
    },
    Connect,
    /// A connection was refused.
    Refused,
    Accept,
    Sent(Bytes),
    Received(Bytes),
    /// The grader closes its sending side (`shutdown(Write)`).
    CloseWrite,
    Close,
    /// The grader resets the connection.
    SendReset,
    EndOfStream,
    Reset,
    /// The grader's own write found nobody there: `EPIPE`.
    BrokenPipe,
    /// The grader waits for this.
    Wait {
        what: String,
    },
    /// Why it stopped waiting.
    Stop {
        why: String,
    },
    /// Written to the program's standard input.
    Stdin(Bytes),
    StdinClosed,
    /// Read from its standard output.
    Stdout(Bytes),
    /// SIGSTOP and SIGCONT, so often.
    Paused {
        times: u32,
    },
    Exit {
        how: String,
    },
    /// A phase of the check's story.
    Say {
        text: String,
    },
}

/// So many bytes in so many pieces; the first of them are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    pub count: u64,
    pub pieces: u32,
    pub first: Vec<u8>,
    /// What it is, where bytes would say less: `DATA 1`, `head`.
    pub name: String,
    /// A datagram: of several in a row, each is an entry of its own.
    pub datagram: bool,
}

/// How a reader is told of a lane: what is a word, such as `client`, is translated, and a person's name is not.
pub fn lane_name(lane: &str) -> &str {
    texts::find(&format!("seen/lanes/{lane}")).unwrap_or(lane)
}

impl Bytes {
    pub fn of(bytes: &[u8]) -> Bytes {
        let first = bytes[..bytes.len().min(PREVIEW)].to_vec();
        Bytes { count: bytes.len() as u64, pieces: 1, first, name: String::new(), datagram: false }
    }

    pub fn datagram(bytes: &[u8], name: &str) -> Bytes {
        Bytes { datagram: true, name: name.to_string(), ..Bytes::of(bytes) }
    }

    /// Counts more bytes in.
    pub fn join(&mut self, more: &Bytes) {
        let room = PREVIEW.saturating_sub(self.first.len());
        self.first.extend(more.first.iter().take(room));
        self.count += more.count;
        self.pieces += more.pieces;
    }
}

/// The record of one run of one check.
#[derive(Clone, Debug)]
pub struct Wire {
    start: Instant,
    pub events: Vec<Event>,
    /// Grows with every event, also with those that only count: the clock's sign of progress.
    pub activity: u64,
    /// So many entries are complete: what follows is counted in none of them.
    closed: usize,
}

impl Wire {
    pub fn new() -> Wire {
        Wire { start: Instant::now(), events: Vec::new(), activity: 0, closed: 0 }
    }

    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub fn add(&mut self, lane: &str, what: What) {
        let at = self.now();
        if !matches!(what, What::Wait { .. } | What::Stop { .. } | What::Say { .. }) {
            self.activity += 1;
        }
        let open = self.events.len() - self.closed;
        if let Some(last) = self.events.last_mut().filter(|_| open > 0)
            && last.lane == lane
            && !last.here
            && joined(&mut last.what, &what)
        {
            last.until = at;
            return;
        }
        // Pauses between the reads of one stream are counted together: a row for each would hide the story.
        if let (What::Paused { .. }, [.., before, last]) = (&what, &mut self.events[..])
            && open > 1
            && before.lane == lane
            && last.lane == lane
            && !before.here
            && matches!(last.what, What::Received(_))
            && joined(&mut before.what, &what)
        {
            before.until = at;
            return;
        }
        self.events.push(Event { at, until: at, lane: lane.to_string(), what, here: false });
    }

    /// What follows is an entry of its own, also if it only continues the last one: that one has been shown.
    pub fn close(&mut self) {
        self.closed = self.events.len();
    }

    /// Marks the last event of this lane (or the very last one) as the place where it went wrong.
    pub fn mark(&mut self, lane: &str) {
        if self.events.iter().any(|event| event.here) {
            return;
        }
        let of_lane = self.events.iter().rposition(|event| event.lane == lane && !lane.is_empty());
        if let Some(place) = of_lane.or(self.events.len().checked_sub(1)) {
            self.events[place].here = true;
        }
    }
}

impl Default for Wire {
    fn default() -> Self {
        Wire::new()
    }
}

/// Whether the new event only continues the last one, and has been added to it.
fn joined(last: &mut What, new: &What) -> bool {
    match (last, new) {
        (What::Sent(a), What::Sent(b))
        | (What::Received(a), What::Received(b))
        | (What::Stdin(a), What::Stdin(b))
        | (What::Stdout(a), What::Stdout(b))
            if !a.datagram && !b.datagram && a.name == b.name =>
        {
            a.join(b);
            true
        }
        (What::Paused { times }, What::Paused { times: more }) => {
            *times += more;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_one_entry() {
        let mut wire = Wire::new();
        for _ in 0..1000 {
            wire.add("client", What::Sent(Bytes::of(&[b'x'; 100])));
        }
        wire.add("bob", What::Sent(Bytes::of(b"y")));
        assert_eq!(wire.events.len(), 2);
        let What::Sent(bytes) = &wire.events[0].what else { panic!("{:?}", wire.events) };
        assert_eq!((bytes.count, bytes.pieces, bytes.first.len()), (100_000, 1000, PREVIEW));
    }

    #[test]
    fn the_last_event_of_a_lane_is_marked_once() {
        let mut wire = Wire::new();
        wire.add("client", What::Connect);
        wire.add("other", What::Connect);
        wire.mark("client");
        wire.mark("other");
        assert_eq!(wire.events.iter().map(|event| event.here).collect::<Vec<_>>(), [true, false]);
    }
}

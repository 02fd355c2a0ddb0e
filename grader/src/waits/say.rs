//! The sentences of the report: "read() on the connection from client, with room for 1024 bytes; 0 bytes are waiting
//! there".

use std::fmt;
use std::net::SocketAddr;

use super::{Call, Object, ThreadWait};

/// One line for each thread, `thread "main": accept()`. Threads of one process of which the same is to be said share
/// a line, `3 threads: read() on the connection from client ..`, at the place of the first.
pub fn describe(waits: &[ThreadWait]) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&ThreadWait>)> = Vec::new();
    for wait in waits {
        let says = wait.to_string();
        match groups.iter_mut().find(|(said, alike)| *said == says && alike[0].pid == wait.pid) {
            Some((_, alike)) => alike.push(wait),
            None => groups.push((says, vec![wait])),
        }
    }
    groups.into_iter().map(|(says, alike)| format!("{}: {says}", title(&alike))).collect()
}

/// Who is in a line: `thread "main"`, `thread 2`, `3 threads`, and `child 1, ` before it.
fn title(alike: &[&ThreadWait]) -> String {
    let (child, name) = match alike[0].thread.split_once(", ") {
        Some((child, name)) if child.starts_with("child ") => (format!("{child}, "), name),
        _ => (String::new(), alike[0].thread.as_str()),
    };
    match alike.len() {
        1 if name.strip_prefix("thread ").is_some_and(|number| number.parse::<u32>().is_ok()) => {
            format!("{child}{name}")
        }
        1 => format!("{child}thread \"{name}\""),
        several => format!("{child}{several} threads"),
    }
}

/// The sentence after the thread's name.
impl fmt::Display for ThreadWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (polls, again) = if self.polled { ("polls: ", " again and again") } else { ("", "") };
        let on = self.on.as_ref().map_or(String::new(), |object| format!(" on {object}"));
        let to = self.on.as_ref().map_or(String::new(), |object| format!(" to {}", object.target()));
        write!(f, "{polls}")?;
        match &self.call {
            Call::Accept => write!(f, "accept(){again}"),
            Call::Connect => write!(f, "connect(){again}{to}"),
            Call::Read => write!(f, "read(){again}{on}{}{}", self.room(), self.waiting("byte")),
            Call::Recv => write!(f, "recv(){again}{on}{}{}", self.room(), self.waiting("datagram byte")),
            Call::Write => write!(f, "write(){}{again}{to}{}", self.length(), self.full()),
            Call::Send => write!(f, "send(){}{again}{on}", self.length()),
            Call::Copy => self.copy(f),
            Call::Poll if self.queued.is_some() => write!(f, "poll(){again} for room{on}{}", self.full()),
            Call::Poll => write!(f, "poll(){again}{on}{}", self.waiting("byte")),
            Call::Mutex => write!(f, "looks like a Mutex (who holds it cannot be seen)"),
            Call::Channel => write!(f, "looks like a channel, thread::scope or park(): nothing has woken it"),
            Call::Condvar => write!(f, "looks like a Condvar or another futex"),
            Call::Join => write!(f, "looks like join(): waits for another thread to end"),
            Call::Sleep if self.polled => write!(f, "sleep again and again; what it does in between cannot be seen"),
            Call::Sleep => write!(f, "sleep"),
            Call::Running => write!(f, "runs on the CPU without waiting for anything"),
            Call::Stopped => write!(f, "stopped by a signal"),
            Call::Ended => write!(f, "ended"),
            Call::Other(what) => write!(f, "{what}{again}{on}{}{}", self.room(), self.waiting("byte")),
        }
    }
}

impl ThreadWait {
    fn room(&self) -> String {
        match self.room {
            Some(room) if !self.polled => format!(", with room for {}", size(room)),
            _ => String::new(),
        }
    }

    fn length(&self) -> String {
        self.room.map_or(String::new(), |length| format!(" of {}", size(length)))
    }

    fn waiting(&self, unit: &str) -> String {
        match self.waiting {
            Some(1) => format!("; 1 {unit} is waiting there"),
            Some(n) => format!("; {} {unit}s are waiting there", grouped(n)),
            None => String::new(),
        }
    }

    fn full(&self) -> String {
        match (&self.on, self.queued) {
            (_, Some(1)) => "; its queue is full (1 byte waits to be taken)".into(),
            (_, Some(n)) => format!("; its queue is full ({} bytes wait to be taken)", grouped(n)),
            (Some(Object::Stdout | Object::Stderr | Object::Pipe), None) => "; it is full".into(),
            _ => String::new(),
        }
    }

    fn copy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = self.on.as_ref().map_or("a descriptor".into(), Object::to_string);
        match (self.waiting, &self.on) {
            (Some(_), _) => write!(f, "io::copy from {on} (kernel call splice): nothing is there to read"),
            (None, Some(Object::Connection { .. })) => {
                write!(f, "io::copy to {on} (kernel call splice): no room in the send buffer")
            }
            (None, _) => write!(f, "io::copy to {on} (kernel call splice): no room there"),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Connection { label } if label.starts_with("server") => write!(f, "the connection to {label}"),
            // Nobody knows this peer, and so not either who connected to whom.
            Object::Connection { label } if is_address(label) => write!(f, "the connection with {label}"),
            Object::Connection { label } => write!(f, "the connection from {label}"),
            Object::Listener => write!(f, "your listener"),
            Object::Udp => write!(f, "your UDP socket"),
            Object::Stdin => write!(f, "standard input"),
            Object::Stdout => write!(f, "standard output"),
            Object::Stderr => write!(f, "standard error"),
            Object::Pipe => write!(f, "a pipe"),
            Object::File(name) => write!(f, "`{name}`"),
            Object::Any(objects) => {
                let names: Vec<String> = objects.iter().map(Object::to_string).collect();
                write!(f, "any of: {}", names.join(", "))
            }
        }
    }
}

impl Object {
    /// Where a write goes: `client`, not "the connection from client".
    fn target(&self) -> String {
        match self {
            Object::Connection { label } => label.clone(),
            other => other.to_string(),
        }
    }
}

fn is_address(label: &str) -> bool {
    label.parse::<SocketAddr>().is_ok()
}

/// A length that stands in the source code of the program: `1024 bytes`, in groups from `65 536 bytes` on.
fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..10_000 => format!("{bytes} bytes"),
        _ => format!("{} bytes", grouped(bytes)),
    }
}

/// A count that was measured, in groups of three digits: `2 596 864`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// A name that the program chose: control characters would reach the reader's terminal.
pub(super) fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

//! The sentences of the report: "read() on the connection from client, with room for 1024 bytes; 0 bytes are waiting
//! there".

use std::fmt;
use std::net::SocketAddr;

use super::{Call, Object, ThreadWait};
use crate::texts::say;
use crate::wire::lane_name;

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
        Some((child, name)) if child.starts_with("child ") => {
            (say!("seen/threads/child", number = &child["child ".len()..]), name)
        }
        _ => (String::new(), alike[0].thread.as_str()),
    };
    match alike.len() {
        1 if let Some(number) = number_of_thread(name) => say!("seen/threads/thread_number", child, number),
        1 => say!("seen/threads/thread_2", child, name),
        several => say!("seen/threads/threads", child, several),
    }
}

/// Of a thread that the program gave no name.
fn number_of_thread(name: &str) -> Option<u32> {
    name.strip_prefix("thread ")?.parse().ok()
}

/// The sentence after the thread's name.
impl fmt::Display for ThreadWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (polls, again) =
            if self.polled { (say!("seen/threads/polls"), say!("seen/threads/again_and_again")) } else { ("", "") };
        let on = self.on.as_ref().map_or(String::new(), |object| say!("seen/threads/on", object));
        let to = self.on.as_ref().map_or(String::new(), |object| say!("seen/threads/to", target = object.target()));
        write!(f, "{polls}")?;
        match &self.call {
            Call::Accept => write!(f, "accept(){again}"),
            Call::Connect => write!(f, "connect(){again}{to}"),
            Call::Read => write!(f, "read(){again}{on}{}{}", self.room(), self.waiting(say!("seen/threads/byte"))),
            Call::Recv => {
                write!(f, "recv(){again}{on}{}{}", self.room(), self.waiting(say!("seen/threads/datagram_byte")))
            }
            Call::Write => write!(f, "write(){}{again}{to}{}", self.length(), self.full()),
            Call::Send => write!(f, "send(){}{again}{on}", self.length()),
            Call::Copy => self.copy(f),
            Call::Poll if self.queued.is_some() => {
                write!(f, "{}", say!("seen/threads/poll_for_room", again, on, full = self.full()))
            }
            Call::Poll => write!(f, "poll(){again}{on}{}", self.waiting(say!("seen/threads/byte"))),
            Call::Mutex => write!(f, "{}", say!("seen/threads/looks_like_a_mutex_who_holds")),
            Call::Channel => write!(f, "{}", say!("seen/threads/looks_like_a_channel_thread_scope")),
            Call::Condvar => write!(f, "{}", say!("seen/threads/looks_like_a_condvar_or_another")),
            Call::Join => write!(f, "{}", say!("seen/threads/looks_like_join_waits_for_another")),
            Call::Sleep if self.polled => write!(f, "{}", say!("seen/threads/sleep_again_and_again_what_it")),
            Call::Sleep => write!(f, "{}", say!("seen/threads/sleep")),
            Call::Running => write!(f, "{}", say!("seen/threads/runs_on_the_cpu_without_waiting")),
            Call::Stopped => write!(f, "{}", say!("seen/threads/stopped_by_a_signal")),
            Call::Ended => write!(f, "{}", say!("seen/threads/ended")),
            Call::Other(what) => {
                write!(f, "{what}{again}{on}{}{}", self.room(), self.waiting(say!("seen/threads/byte")))
            }
        }
    }
}

impl ThreadWait {
    fn room(&self) -> String {
        match self.room {
            Some(room) if !self.polled => say!("seen/threads/with_room_for", room = size(room)),
            _ => String::new(),
        }
    }

    fn length(&self) -> String {
        self.room.map_or(String::new(), |length| say!("seen/threads/of", length = size(length)))
    }

    fn waiting(&self, unit: &str) -> String {
        match self.waiting {
            Some(1) => say!("seen/threads/1_is_waiting_there", unit),
            Some(n) => say!("seen/threads/s_are_waiting_there", n = grouped(n), unit),
            None => String::new(),
        }
    }

    fn full(&self) -> String {
        match (&self.on, self.queued) {
            (_, Some(1)) => say!("seen/threads/its_queue_is_full_1_byte").into(),
            (_, Some(n)) => say!("seen/threads/its_queue_is_full_bytes_wait", n = grouped(n)),
            (Some(Object::Stdout | Object::Stderr | Object::Pipe), None) => say!("seen/threads/it_is_full").into(),
            _ => String::new(),
        }
    }

    fn copy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = self.on.as_ref().map_or(say!("seen/threads/a_descriptor").into(), Object::to_string);
        match (self.waiting, &self.on) {
            (Some(_), _) => write!(f, "{}", say!("seen/threads/io_copy_from_kernel_call_splice", on)),
            (None, Some(Object::Connection { .. })) => {
                write!(f, "{}", say!("seen/threads/io_copy_to_kernel_call_splice", on))
            }
            (None, _) => write!(f, "{}", say!("seen/threads/io_copy_to_kernel_call_splice_2", on)),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Connection { label } if label.starts_with("server") => {
                write!(f, "{}", say!("seen/threads/the_connection_to", label = lane_name(label)))
            }
            // Nobody knows this peer, and so not either who connected to whom.
            Object::Connection { label } if is_address(label) => {
                write!(f, "{}", say!("seen/threads/the_connection_with", label))
            }
            Object::Connection { label } => {
                write!(f, "{}", say!("seen/threads/the_connection_from", label = lane_name(label)))
            }
            Object::Listener => write!(f, "{}", say!("seen/threads/your_listener")),
            Object::Udp => write!(f, "{}", say!("seen/threads/your_udp_socket")),
            Object::Stdin => write!(f, "{}", say!("seen/threads/standard_input")),
            Object::Stdout => write!(f, "{}", say!("seen/threads/standard_output")),
            Object::Stderr => write!(f, "{}", say!("seen/threads/standard_error")),
            Object::Pipe => write!(f, "{}", say!("seen/threads/a_pipe")),
            Object::File(name) => write!(f, "`{name}`"),
            Object::Any(objects) => {
                let names: Vec<String> = objects.iter().map(Object::to_string).collect();
                write!(f, "{}", say!("seen/threads/any_of", names = names.join(", ")))
            }
        }
    }
}

impl Object {
    /// Where a write goes: `client`, not "the connection from client".
    fn target(&self) -> String {
        match self {
            Object::Connection { label } => lane_name(label).to_string(),
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
        1 => say!("seen/threads/1_byte").into(),
        0..10_000 => say!("seen/threads/bytes", bytes),
        _ => say!("seen/threads/bytes", bytes = grouped(bytes)),
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

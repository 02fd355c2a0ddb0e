//! What a descriptor of the program is, from the links in `/proc/PID/fd`, and what stands in its memory.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

use super::sockets::{Socket, Sockets};
use super::{NameOf, Object};

/// One process of the family, with all that is needed to name what its threads wait for.
pub(super) struct Process<'a> {
    pid: u32,
    sockets: Rc<Sockets>,
    name_of: NameOf<'a>,
    /// The ids of its threads.
    pub threads: Vec<u32>,
    /// The addresses of the futexes that its threads wait at, one for each thread that does.
    pub futexes: Vec<u64>,
}

impl<'a> Process<'a> {
    pub(super) fn new(pid: u32, sockets: Rc<Sockets>, name_of: NameOf<'a>) -> Process<'a> {
        Process { pid, sockets, name_of, threads: Vec::new(), futexes: Vec::new() }
    }

    /// The socket behind a descriptor, if it is one of TCP or UDP that has an address.
    pub(super) fn socket(&self, fd: u64) -> Option<Socket> {
        let link = self.link(fd)?;
        let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
        self.sockets.find(inode.parse().ok()?)
    }

    pub(super) fn object(&self, fd: u64) -> Option<Object> {
        if let Some(socket) = self.socket(fd) {
            return Some(self.name(&socket));
        }
        let link = self.link(fd)?;
        // A clone of a standard stream has a number of its own; the link to a pipe says which one it is.
        let clone = |&n: &u64| link.starts_with("pipe:[") && self.link(n).as_ref() == Some(&link);
        let standard = (0..3).find(|&n| n == fd).or_else(|| (0..3).find(clone));
        Some(match standard {
            Some(0) => Object::Stdin,
            Some(1) => Object::Stdout,
            Some(_) => Object::Stderr,
            None if link.starts_with("pipe:[") => Object::Pipe,
            None => Object::File(super::say::printable(&link)),
        })
    }

    fn name(&self, socket: &Socket) -> Object {
        if socket.udp {
            return Object::Udp;
        }
        if socket.listens() {
            return Object::Listener;
        }
        let label = (self.name_of)(socket.own, socket.peer).unwrap_or_else(|| socket.peer.to_string());
        Object::Connection { label }
    }

    /// The descriptors that an epoll(7) instance watches, each with the events it is asked for (`/proc/PID/fdinfo/FD`:
    /// `tfd:        3 events:       19 data: ..`, events in hex).
    pub(super) fn watched(&self, epoll: u64) -> Vec<(u64, u64)> {
        let info = crate::proc::read(&format!("/proc/{}/fdinfo/{epoll}", self.pid)).unwrap_or_default();
        let watch = |line: &str| {
            let mut words = line.strip_prefix("tfd:")?.split_whitespace();
            let fd = words.next()?.parse().ok()?;
            let events = words.nth(1).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
            Some((fd, events))
        };
        info.lines().filter_map(watch).collect()
    }

    /// Bytes of the program's memory; `None` if they cannot be had.
    pub(super) fn memory<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        let mut mem = File::open(format!("/proc/{}/mem", self.pid)).ok()?;
        mem.seek(SeekFrom::Start(at)).ok()?;
        let mut bytes = [0; N];
        mem.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn link(&self, fd: u64) -> Option<String> {
        Some(fs::read_link(format!("/proc/{}/fd/{fd}", self.pid)).ok()?.to_string_lossy().into_owned())
    }
}

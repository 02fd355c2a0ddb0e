//! The kernel's tables of sockets: who is connected to whom, and how many bytes wait on either side.
//!
//! `/proc/PID/net/{tcp,tcp6,udp,udp6}` (proc(5)) is the table of the program's own network namespace. Reading one costs
//! 3 ms, 15 ms with 10,000 connections in TIME_WAIT, so each is read once per observation, and only if a socket is in none
//! of those before it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use crate::proc;

/// States of a TCP socket, from the kernel's `include/net/tcp_states.h`.
const SYN_SENT: u8 = 2;
const TIME_WAIT: &str = "06";
const LISTEN: u8 = 10;
/// The states in which the peer's FIN has come: CLOSE_WAIT, LAST_ACK, CLOSING. The kernel counts it as one unread byte.
const PEER_HAS_ENDED: [u8; 3] = [8, 9, 11];

/// One line of a table.
#[derive(Clone, Debug)]
pub(super) struct Socket {
    pub udp: bool,
    pub own: SocketAddr,
    pub peer: SocketAddr,
    /// Bytes that wait to be read; for a listener, connections that wait to be accepted.
    pub waiting: u64,
    /// Bytes that the other side has not acknowledged.
    pub queued: u64,
    state: u8,
}

impl Socket {
    pub(super) fn listens(&self) -> bool {
        !self.udp && self.state == LISTEN
    }

    pub(super) fn connecting(&self) -> bool {
        !self.udp && self.state == SYN_SENT
    }

    pub(super) fn connected(&self) -> bool {
        !self.udp && self.state != LISTEN && self.state != SYN_SENT
    }
}

/// The tables of one network namespace, in the order in which sockets are looked for.
const TABLES: [(&str, bool); 4] = [("tcp", false), ("tcp6", false), ("udp", true), ("udp6", true)];

/// Sockets by inode, which is the number in the link `socket:[N]`.
pub(super) struct Sockets {
    /// A process of that namespace.
    pid: u32,
    read: [OnceCell<HashMap<u64, Socket>>; TABLES.len()],
}

impl Sockets {
    pub(super) fn find(&self, inode: u64) -> Option<Socket> {
        let mut tables = self.read.iter().zip(TABLES);
        tables.find_map(|(table, (name, udp))| table.get_or_init(|| self.table(name, udp)).get(&inode).cloned())
    }

    fn table(&self, name: &str, udp: bool) -> HashMap<u64, Socket> {
        let text = proc::read(&format!("/proc/{}/net/{name}", self.pid)).unwrap_or_default();
        let alive = text.lines().skip(1).filter(|line| !is_in_time_wait(line));
        alive.filter_map(|line| parse(line, udp)).collect()
    }
}

/// The tables of every network namespace that the program and its children are in.
#[derive(Default)]
pub(super) struct Tables {
    read: Vec<(String, Rc<Sockets>)>,
}

impl Tables {
    pub(super) fn of(&mut self, pid: u32) -> Rc<Sockets> {
        let link = std::fs::read_link(format!("/proc/{pid}/ns/net")).unwrap_or_default();
        // Where the link cannot be read, each process gets a table of its own.
        let namespace = link.to_str().filter(|link| !link.is_empty()).map_or(format!("of {pid}"), str::to_string);
        if let Some((_, sockets)) = self.read.iter().find(|(name, _)| *name == namespace) {
            return sockets.clone();
        }
        let sockets = Rc::new(Sockets { pid, read: Default::default() });
        self.read.push((namespace, sockets.clone()));
        sockets
    }
}

/// No process holds such a socket, and a server that has served thousands of clients leaves a line for each: they are told
/// by their place in the line, and not taken apart.
fn is_in_time_wait(line: &str) -> bool {
    let state = || {
        let (_, addresses) = line.split_once(": ")?;
        let one = addresses.find(' ')? + 1;
        addresses.get(2 * one..)?.strip_prefix(TIME_WAIT)
    };
    state().is_some_and(|rest| rest.starts_with(' '))
}

/// `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ..`, numbers in hex but for
/// the inode.
fn parse(line: &str, udp: bool) -> Option<(u64, Socket)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let inode = fields.get(9)?.parse().ok().filter(|&inode| inode != 0)?;
    let (tx, rx) = fields.get(4)?.split_once(':')?;
    let number = |hex| u64::from_str_radix(hex, 16).ok();
    let state = u8::from_str_radix(fields.get(3)?, 16).ok()?;
    let ended = !udp && PEER_HAS_ENDED.contains(&state);
    let socket = Socket {
        udp,
        own: address(fields.get(1)?)?,
        peer: address(fields.get(2)?)?,
        waiting: number(rx)?.saturating_sub(u64::from(ended)),
        queued: number(tx)?,
        state,
    };
    Some((inode, socket))
}

/// `0100007F:1F90` is 127.0.0.1:8080 on a little-endian machine: the address stands in words of 32 bits, each written as
/// the number that the machine reads in it.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word = |at: usize| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    let ip = match ip.len() {
        8 => IpAddr::from(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (nth, four) in bytes.chunks_exact_mut(4).enumerate() {
                four.copy_from_slice(&word(nth * 8)?);
            }
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

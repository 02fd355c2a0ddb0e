//! Datagrams at the keyboard: one for each line.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::rows::Rows;
use super::{Options, typed};
use crate::workbook::exit;

/// No datagram says that it is the last: when nothing more is typed, what comes within this time is still shown.
const AFTER: Duration = Duration::from_secs(1);

/// Shows what comes; what is typed goes to whoever sent last.
pub fn listen(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let socket = UdpSocket::bind(address).with_context(|| format!("cannot bind {address}"))?;
    rows.say(&format!("listening on {} (UDP)", socket.local_addr()?));
    rows.begin();
    let last = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let sent = typed::each(options, |bytes| {
                match *last.lock().unwrap_or_else(PoisonError::into_inner) {
                    None => rows.say("nobody has sent a datagram yet, so there is nobody to answer"),
                    Some(to) => tell(rows, bytes, socket.send_to(bytes, to)),
                }
                true
            });
            if let Err(error) = sent {
                rows.say(&format!("standard input cannot be read any more: {error}"));
            }
        });
        let mut buf = vec![0; 65_536];
        loop {
            match socket.recv_from(&mut buf) {
                Ok((count, from)) => {
                    let before = last.lock().unwrap_or_else(PoisonError::into_inner).replace(from);
                    if before != Some(from) {
                        rows.say(&format!("from {from}:"));
                    }
                    rows.came(&buf[..count]);
                }
                // On Windows the answer to a dead port is told here.
                Err(error) if is_dead_port(&error) => rows.say("nobody is at that port any more (ICMP)"),
                Err(error) => return Err(error).context("cannot receive"),
            }
        }
    })
}

/// Sends a datagram for each line, and shows what comes back.
pub fn talk(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let any = SocketAddr::new(address.ip(), 0);
    let socket = UdpSocket::bind(any).with_context(|| format!("cannot bind {any}"))?;
    socket.connect(address).with_context(|| format!("cannot send to {address}"))?;
    rows.say(&format!("sending to {address} (UDP), from port {}", socket.local_addr()?.port()));
    rows.begin();
    let finished = AtomicBool::new(false);
    socket.set_read_timeout(Some(AFTER))?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = typed::each(options, |bytes| {
                tell(rows, bytes, socket.send(bytes));
                true
            });
            rows.say("nothing is sent to say so: UDP has no end of stream");
            finished.store(true, Ordering::SeqCst);
        });
        let mut buf = vec![0; 65_536];
        loop {
            // Read before the wait: one that ends now has had its second.
            let over = finished.load(Ordering::SeqCst);
            match socket.recv(&mut buf) {
                Ok(count) => rows.came(&buf[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if over {
                        return Ok(exit::OK);
                    }
                }
                Err(error) if crate::workbook::was_interrupted(&error) => {}
                Err(error) if is_dead_port(&error) => {
                    rows.say("port unreachable (ICMP): nobody has bound that port");
                }
                Err(error) => return Err(error).context("cannot receive"),
            }
        }
    })
}

fn tell(rows: &Rows, bytes: &[u8], sent: io::Result<usize>) {
    match sent {
        Ok(_) => rows.went(bytes),
        Err(error) if is_dead_port(&error) => rows.say("port unreachable (ICMP): an earlier datagram found nobody"),
        Err(error) => rows.say(&format!("not sent: {error}")),
    }
}

fn is_dead_port(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

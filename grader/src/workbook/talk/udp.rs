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
use crate::texts::say;
use crate::workbook::exit;

/// No datagram says that it is the last: when nothing more is typed, what comes within this time is still shown.
const AFTER: Duration = Duration::from_secs(1);

/// Shows what comes; what is typed goes to whoever sent last.
pub fn listen(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let socket = UdpSocket::bind(address).with_context(|| say!("cargo-lab/talk/cannot_bind", address))?;
    rows.say(&say!("cargo-lab/talk/listening_on_udp", local_addr = socket.local_addr()?));
    rows.begin();
    let last = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| {
            let sent = typed::each(options, |bytes| {
                match *last.lock().unwrap_or_else(PoisonError::into_inner) {
                    None => rows.say(say!("cargo-lab/talk/nobody_has_sent_a_datagram_yet")),
                    Some(to) => tell(rows, bytes, socket.send_to(bytes, to)),
                }
                true
            });
            if let Err(error) = sent {
                rows.say(&say!("cargo-lab/talk/standard_input_cannot_be_read_any", error));
            }
        });
        let mut buf = vec![0; 65_536];
        loop {
            match socket.recv_from(&mut buf) {
                Ok((count, from)) => {
                    let before = last.lock().unwrap_or_else(PoisonError::into_inner).replace(from);
                    if before != Some(from) {
                        rows.say(&say!("cargo-lab/talk/from", from));
                    }
                    rows.came(&buf[..count]);
                }
                // On Windows the answer to a dead port is told here.
                Err(error) if is_dead_port(&error) => rows.say(say!("cargo-lab/talk/nobody_is_at_that_port_any")),
                Err(error) => return Err(error).context(say!("cargo-lab/talk/cannot_receive")),
            }
        }
    })
}

/// Sends a datagram for each line, and shows what comes back.
pub fn talk(address: SocketAddr, options: &Options, rows: &Rows) -> Result<u8> {
    let any = SocketAddr::new(address.ip(), 0);
    let socket = UdpSocket::bind(any).with_context(|| say!("cargo-lab/talk/cannot_bind", address = any))?;
    socket.connect(address).with_context(|| say!("cargo-lab/talk/cannot_send_to", address))?;
    rows.say(&say!("cargo-lab/talk/sending_to_udp_from_port", address, port = socket.local_addr()?.port()));
    rows.begin();
    let finished = AtomicBool::new(false);
    socket.set_read_timeout(Some(AFTER))?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = typed::each(options, |bytes| {
                tell(rows, bytes, socket.send(bytes));
                true
            });
            rows.say(say!("cargo-lab/talk/nothing_is_sent_to_say_so"));
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
                    rows.say(say!("cargo-lab/talk/port_unreachable_icmp_nobody_has_bound"));
                }
                Err(error) => return Err(error).context(say!("cargo-lab/talk/cannot_receive")),
            }
        }
    })
}

fn tell(rows: &Rows, bytes: &[u8], sent: io::Result<usize>) {
    match sent {
        Ok(_) => rows.went(bytes),
        Err(error) if is_dead_port(&error) => {
            rows.say(say!("cargo-lab/talk/port_unreachable_icmp_an_earlier_datagram"))
        }
        Err(error) => rows.say(&say!("cargo-lab/talk/not_sent", error)),
    }
}

fn is_dead_port(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

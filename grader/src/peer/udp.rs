//! A UDP socket of the grader. Datagrams carry the kernel's own time stamp, so that "not earlier than" does not
//! depend on when the grader came to look.

use std::net::{Ipv6Addr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::AsFd;
use socket2::{Domain, Protocol, Socket, Type};

use super::{show_bytes, would_block};
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Waited};
use crate::texts::say;
use crate::wire::{Bytes, What};

/// A receiver (or a stranger) on this check's own address.
pub struct Udp {
    lab: Lab,
    socket: Rc<UdpSocket>,
    label: String,
    pub patience: Patience,
    /// For how long a datagram could still come from a timer of the program.
    pub timer: Duration,
}

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    pub bytes: Vec<u8>,
    pub from: SocketAddr,
    /// When it came in, by the kernel's stamp.
    pub at: Instant,
}

impl Lab {
    /// A UDP socket on this check's own address.
    pub fn udp(&self, label: &str) -> Result<Udp, Stop> {
        self.udp_on(label, SocketAddr::new(self.ip(), 0))
    }

    /// The same on `[::1]`, if the machine has it.
    pub fn udp_v6(&self, label: &str) -> Result<Udp, Stop> {
        if !super::has_ipv6() {
            return Err(Stop::NotRun(say!("seen/common/this_machine_has_no_ipv6_address").to_string()));
        }
        self.udp_on(label, SocketAddr::from((Ipv6Addr::LOCALHOST, 0)))
    }

    pub fn udp_on(&self, label: &str, address: SocketAddr) -> Result<Udp, Stop> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        // Room for what a right program sends while the grader is busy elsewhere.
        let _ = socket.set_recv_buffer_size(4 * 1024 * 1024);
        socket.bind(&address.into())?;
        socket.set_nonblocking(true)?;
        let udp = Udp {
            lab: self.clone(),
            socket: Rc::new(socket.into()),
            label: label.to_string(),
            patience: Patience::NORMAL,
            timer: Duration::ZERO,
        };
        // The first question has the kernel stamp datagrams from now on.
        let _ = stamp(&udp.socket);
        self.name(udp.address()?, label);
        Ok(udp)
    }
}

impl Udp {
    pub fn address(&self) -> Result<SocketAddr, Stop> {
        Ok(self.socket.local_addr()?)
    }

    pub fn label(&self) -> &str {
        &self.label
    }

    pub fn socket(&self) -> &Rc<UdpSocket> {
        &self.socket
    }

    /// One datagram, if there is one. `name` says in the ladder what it is.
    pub fn read(&self, name: impl Fn(&[u8]) -> String) -> Result<Option<Datagram>, Stop> {
        let mut buf = vec![0; 65_536];
        match self.socket.recv_from(&mut buf) {
            Ok((count, from)) => {
                let at = stamp(&self.socket).unwrap_or_else(Instant::now);
                buf.truncate(count);
                self.lab.event(&self.label, What::Received(Bytes::datagram(&buf, &name(&buf))));
                Ok(Some(Datagram { bytes: buf, from, at }))
            }
            Err(error) if would_block(&error) => Ok(None),
            // A datagram of ours found nobody; that is no news of the program's.
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::ConnectionReset
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the next datagram.
    pub fn receive(&self, name: impl Fn(&[u8]) -> String) -> Result<Waited<Datagram>, Stop> {
        let readable = [(self.socket.as_fd(), PollFlags::IN)];
        self.lab.until(&readable, self.patience, || self.read(&name))
    }

    /// A datagram comes; what is in it is for the check to see.
    pub fn expect_some(&self, what: &str) -> Result<Datagram, Stop> {
        self.some(what, what)
    }

    /// The same with a shorter word for the ladder.
    fn some(&self, word: &str, what: &str) -> Result<Datagram, Stop> {
        self.lab.event(&self.label, What::Wait { what: word.to_string() });
        match self.receive(|_| String::new())? {
            Ok(datagram) => Ok(datagram),
            Err(stuck) => Err(self.lab.fail(
                Fail::new(Kind::NoDatagram).lane(&self.label).want(what).got(say!("seen/common/none")).stuck(stuck),
            )),
        }
    }

    /// Exactly this datagram comes next.
    pub fn expect(&self, want: &[u8]) -> Result<Datagram, Stop> {
        let size = say!("seen/common/bytes", count = want.len());
        let got = self.some(&size, &say!("seen/common/one_datagram_of", size))?;
        if got.bytes == want {
            return Ok(got);
        }
        Err(self.lab.fail(super::bytes_differ(want, &got.bytes).kind(Kind::WrongDatagram).lane(&self.label)))
    }

    /// No other datagram comes.
    pub fn expect_nothing_more(&self) -> Verdict {
        let readable = [(self.socket.as_fd(), PollFlags::IN)];
        match self.lab.until_settled(&readable, self.timer, || self.read(|_| String::new()))? {
            Err(_) => Ok(()),
            Ok(datagram) => Err(self.lab.fail(
                Fail::new(Kind::ExtraDatagram).lane(&self.label).want(say!("seen/common/no_other_datagram")).got(say!(
                    "seen/common/one_of_bytes",
                    count = datagram.bytes.len(),
                    shown = show_bytes(&datagram.bytes[..datagram.bytes.len().min(24)])
                )),
            )),
        }
    }

    pub fn send_to(&self, bytes: &[u8], to: SocketAddr, name: &str) -> Verdict {
        self.lab.before(&self.label, || What::Sent(Bytes::datagram(bytes, name)))?;
        self.lab.event(&self.label, What::Sent(Bytes::datagram(bytes, name)));
        match self.socket.send_to(bytes, to) {
            Ok(_) => Ok(()),
            // An earlier datagram found nobody there; this one is sent again, once.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                let _ = self.socket.send_to(bytes, to);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// When the last datagram read came in: SIOCGSTAMPNS, socket(7).
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn stamp(socket: &UdpSocket) -> Option<Instant> {
    use std::time::SystemTime;

    use rustix::ioctl::{Getter, ioctl};
    const SIOCGSTAMPNS: rustix::ioctl::Opcode = 0x8907 as rustix::ioctl::Opcode;
    // SAFETY: SIOCGSTAMPNS writes one `struct timespec`, two 64-bit numbers here, which `Getter` provides.
    let [seconds, nanos] = unsafe { ioctl(socket, Getter::<SIOCGSTAMPNS, [i64; 2]>::new()) }.ok()?;
    let stamped = SystemTime::UNIX_EPOCH + Duration::new(seconds.try_into().ok()?, nanos.try_into().ok()?);
    // Two clocks are read one after the other. A pause of the grader between them would shift the stamp: then again.
    let read = || (Instant::now(), SystemTime::now(), Instant::now());
    let quick = (0..5).map(|_| read()).find(|(before, _, after)| *after - *before < Duration::from_millis(1));
    let (before, now, _) = quick.unwrap_or_else(read);
    before.checked_sub(now.duration_since(stamped).ok()?)
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn stamp(_: &UdpSocket) -> Option<Instant> {
    None
}

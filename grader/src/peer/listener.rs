//! Where a client lab connects to: listening sockets, and addresses that refuse or swallow.

use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;

use rustix::event::PollFlags;
use rustix::fd::AsFd;
use socket2::Socket;

use super::{Tcp, tcp_socket, would_block};
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::texts::say;
use crate::wire::What;

/// A listening socket of the grader.
pub struct Listener {
    lab: Lab,
    listener: TcpListener,
    pub patience: Patience,
}

impl Lab {
    /// Listens on this check's own address.
    pub fn listen(&self) -> Result<Listener, Stop> {
        self.listen_on(SocketAddr::new(self.ip(), 0), 128)
    }

    /// Listens on `[::1]`, if the machine has it.
    pub fn listen_v6(&self) -> Result<Listener, Stop> {
        if !super::has_ipv6() {
            return Err(Stop::NotRun(say!("seen/common/this_machine_has_no_ipv6_address").to_string()));
        }
        self.listen_on(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)), 128)
    }

    /// Listens on an address of its own choice.
    pub fn listen_on(&self, address: SocketAddr, backlog: i32) -> Result<Listener, Stop> {
        let socket = self.tcp_socket(address)?;
        socket.bind(&address.into())?;
        socket.listen(backlog)?;
        Ok(Listener { lab: self.clone(), listener: socket.into(), patience: Patience::NORMAL })
    }

    /// An address that refuses connections, as long as the socket is kept: bound, and never listening.
    pub fn refusing(&self) -> Result<(Socket, SocketAddr), Stop> {
        let address = SocketAddr::new(self.ip(), 0);
        let socket = tcp_socket(address)?;
        socket.bind(&address.into())?;
        let bound = socket.local_addr()?.as_socket().expect("bound to an internet address");
        Ok((socket, bound))
    }

    /// An address that swallows connection requests, as long as the sockets are kept: a full backlog. Linux only.
    pub fn black_hole(&self) -> Result<(Listener, Vec<TcpStream>), Stop> {
        if !cfg!(target_os = "linux") {
            return Err(Stop::NotRun(say!("seen/common/only_on_linux_does_a_full").to_string()));
        }
        let listener = self.listen_on(SocketAddr::new(self.ip(), 0), 0)?;
        let address = listener.address()?;
        let mut fillers = Vec::new();
        // A backlog of 0 holds one connection (listen(2)); a second request of ours stays in SYN_SENT.
        for _ in 0..2 {
            let socket = tcp_socket(address)?;
            let _ = socket.connect(&address.into());
            fillers.push(TcpStream::from(socket));
        }
        Ok((listener, fillers))
    }
}

impl Listener {
    pub fn address(&self) -> Result<SocketAddr, Stop> {
        Ok(self.listener.local_addr()?)
    }

    /// The program connects here.
    pub fn accept(&self, label: &str) -> Result<Tcp, Stop> {
        self.lab.event(label, What::Wait { what: say!("seen/common/a_connection").to_string() });
        let readable = [(self.listener.as_fd(), PollFlags::IN)];
        match self.lab.until(&readable, self.patience, || self.take(label))? {
            Ok(tcp) => Ok(tcp),
            Err(stuck) => Err(self.lab.fail(
                Fail::new(Kind::NoConnection)
                    .lane(label)
                    .want(say!("seen/common/a_connection_to", address = self.address()?))
                    .got(say!("seen/common/none"))
                    .stuck(stuck),
            )),
        }
    }

    /// A connection that is already there.
    pub fn take(&self, label: &str) -> Result<Option<Tcp>, Stop> {
        match self.listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(true)?;
                self.lab.event(label, What::Accept);
                Tcp::new(&self.lab, Rc::new(stream), label).map(Some)
            }
            Err(error) if would_block(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Nobody connects (again).
    pub fn expect_no_connection(&self, label: &str) -> Verdict {
        let readable = [(self.listener.as_fd(), PollFlags::IN)];
        match self.lab.until_settled(&readable, std::time::Duration::ZERO, || self.take(label))? {
            Err(_) => Ok(()),
            Ok(_) => Err(self.lab.fail(
                Fail::new(Kind::ExtraConnection)
                    .lane(label)
                    .want(say!("seen/common/no_other_connection"))
                    .got(say!("seen/common/one_more_connection")),
            )),
        }
    }
}

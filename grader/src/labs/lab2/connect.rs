//! Lab 2: finding the server, and connecting to it.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::check::{Patience, Stop, Verdict};
use crate::lab::Lab;
use crate::texts::say;

pub(super) fn connects_once(lab: &Lab) -> Verdict {
    let listener = lab.listen()?;
    lab.run(&[&listener.address()?.to_string()])?;

    let _server = listener.accept("server")?;
    lab.expect_exit(0, Patience::NORMAL)?;
    listener.expect_no_connection("server, second")
}

pub(super) fn says_that_nobody_listens(lab: &Lab) -> Verdict {
    let (_socket, address) = lab.refusing()?;
    lab.say(say!("seen/lab2/nobody_listens_on", address));

    lab.run(&[&address.to_string()])?;
    lab.expect_exit(3, Patience::NORMAL)?;
    lab.expect_stderr_has(&address.to_string())
}

pub(super) fn tries_the_next_address(lab: &Lab) -> Verdict {
    let (_socket, refusing) = lab.refusing()?;
    let listener = lab.listen()?;
    lab.say(say!("seen/lab2/refuses_does_not", refusing, address = listener.address()?));

    lab.run(&[&refusing.to_string(), &listener.address()?.to_string()])?;
    let _server = listener.accept("server")?;
    lab.expect_exit(0, Patience::NORMAL)
}

pub(super) fn takes_the_first_address(lab: &Lab) -> Verdict {
    let (first, second) = (lab.listen()?, lab.listen()?);
    lab.run(&[&first.address()?.to_string(), &second.address()?.to_string()])?;

    let _server = first.accept("server 1")?;
    lab.expect_exit(0, Patience::NORMAL)?;
    second.expect_no_connection("server 2")
}

pub(super) fn leaves_a_silent_address(lab: &Lab) -> Verdict {
    let (hole, _fillers) = lab.black_hole()?;
    let mut listener = lab.listen()?;
    lab.say(say!("seen/lab2/the_first_address_swallows_the_request"));

    let timeout = Duration::from_millis(200);
    lab.run(&["--connect-timeout", "200", &hole.address()?.to_string(), &listener.address()?.to_string()])?;
    listener.patience = Patience::NORMAL.and(timeout);
    let _server = listener.accept("server")?;
    lab.expect_exit(0, Patience::NORMAL)
}

/// Two addresses that fail in different ways, so that the error tells which one it is from.
pub(super) fn says_the_last_error(lab: &Lab) -> Verdict {
    let (hole, _fillers) = lab.black_hole()?;
    let (_socket, address) = lab.refusing()?;
    lab.say(say!("seen/lab2/the_first_address_does_not_answer"));

    let timeout = Duration::from_millis(100);
    lab.run(&["--connect-timeout", "100", &hole.address()?.to_string(), &address.to_string()])?;
    lab.expect_exit(3, Patience::NORMAL.and(timeout))?;
    lab.expect_stderr_has("refused")
}

pub(super) fn connects_over_ipv6(lab: &Lab) -> Verdict {
    let listener = lab.listen_v6()?;
    lab.run(&[&listener.address()?.to_string()])?;

    let _server = listener.accept("server")?;
    lab.expect_exit(0, Patience::NORMAL)
}

/// On some machines `localhost` is `::1` first, on others it is 127.0.0.1 only: the grader listens on the address that
/// is tried first here.
pub(super) fn resolves_localhost(lab: &Lab) -> Verdict {
    let first = ("localhost", 0).to_socket_addrs().ok().and_then(|mut found| found.next());
    let Some(address) = first.filter(|address| address.ip().is_loopback()) else {
        return Err(Stop::NotRun(say!("seen/lab2/this_machine_does_not_know_the").to_string()));
    };
    let listener = lab.listen_on(SocketAddr::new(address.ip(), 0), 16)?;
    lab.say(say!("seen/lab2/localhost_is_here", ip = address.ip()));

    lab.run(&[&format!("localhost:{}", listener.address()?.port())])?;
    let _server = listener.accept("server")?;
    lab.expect_exit(0, Patience::NORMAL)
}

/// Names that no resolver asks anybody about: a label of 64 bytes, and an empty one. No packet leaves the machine.
pub(super) fn rejects_impossible_names(lab: &Lab) -> Verdict {
    for name in ["a".repeat(64), "a..b".to_string()] {
        lab.run(&[&format!("{name}:1")])?;
        lab.expect_exit(3, Patience::NORMAL)?;
        lab.expect_stderr_has(&name)?;
    }
    Ok(())
}

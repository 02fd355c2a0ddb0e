//! Whether this machine talks to itself: the checks are made of nothing else.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use super::{Finding, SHORT, Test, checks};
use crate::texts::say;

pub const TESTS: &[Test] = &[
    Test { id: "loopback-v4", limit: SHORT, means: means_all, run: |_| v4() },
    Test { id: "loopback-v6", limit: SHORT, means: means_ipv6, run: |_| v6() },
    Test { id: "addresses", limit: SHORT, means: means_own, run: |_| addresses() },
    Test { id: "datagrams", limit: SHORT, means: || say!("cargo-lab/doctor/means_datagrams"), run: |_| datagrams() },
    Test { id: "refusal", limit: SHORT, means: means_refused, run: |_| refusal() },
    Test { id: "ports", limit: SHORT, means: means_ports, run: |_| ports() },
    Test { id: "localhost", limit: SHORT, means: means_names, run: |_| localhost() },
];

fn means_all() -> &'static str {
    say!("cargo-lab/doctor/means_all")
}
fn means_ipv6() -> &'static str {
    say!("cargo-lab/doctor/means_ipv6")
}
fn means_own() -> &'static str {
    say!("cargo-lab/doctor/means_own")
}
fn means_refused() -> &'static str {
    say!("cargo-lab/doctor/means_refused")
}
fn means_ports() -> &'static str {
    say!("cargo-lab/doctor/means_ports")
}
fn means_names() -> &'static str {
    say!("cargo-lab/doctor/means_names")
}
/// How long one call may take: on loopback all answers come at once.
const WAIT: Duration = Duration::from_secs(2);

fn v4() -> Finding {
    let mend = say!("cargo-lab/doctor/ip_link_set_lo_up_then");
    match there_and_back((Ipv4Addr::LOCALHOST, 0).into()) {
        Ok(()) => Finding::ok(say!("cargo-lab/doctor/bytes_go_over_127_0_0")),
        Err(error) => Finding::bad(say!("cargo-lab/doctor/no_connection_over_127_0_0", error), means_all(), mend),
    }
}

fn v6() -> Finding {
    let mend = say!("cargo-lab/doctor/sysctl_net_ipv6_conf_lo_disable");
    match there_and_back((Ipv6Addr::LOCALHOST, 0).into()) {
        Ok(()) => Finding::ok(say!("cargo-lab/doctor/bytes_go_over_1_and_back")),
        Err(error) => Finding::note(say!("cargo-lab/doctor/no_connection_over_1", error), means_ipv6(), mend)
            .about(checks(|check| check.name.contains("ipv6"))),
    }
}

/// A connection, three bytes there, and the same back.
fn there_and_back(address: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(address)?;
    let mut client = TcpStream::connect_timeout(&listener.local_addr()?, WAIT)?;
    let (mut server, _) = listener.accept()?;
    for stream in [&client, &server] {
        stream.set_read_timeout(Some(WAIT))?;
    }
    let mut got = [0; 3];
    client.write_all(b"abc")?;
    server.read_exact(&mut got)?;
    server.write_all(&got)?;
    client.read_exact(&mut got)?;
    let same = got == *b"abc";
    same.then_some(())
        .ok_or_else(|| std::io::Error::new(ErrorKind::InvalidData, say!("cargo-lab/doctor/other_bytes_came_back")))
}

fn addresses() -> Finding {
    match there_and_back((Ipv4Addr::new(127, 93, 41, 7), 0).into()) {
        Ok(()) => Finding::ok(say!("cargo-lab/doctor/each_check_has_an_address_of")),
        Err(_) if cfg!(not(target_os = "linux")) => Finding::note(
            say!("cargo-lab/doctor/this_system_has_no_address_but"),
            means_own(),
            say!("cargo-lab/doctor/nothing_that_is_how_macos_and"),
        ),
        Err(error) => Finding::bad(
            say!("cargo-lab/doctor/no_connection_over_127_93_41", error),
            say!("cargo-lab/doctor/no_check_can_work_on_linux"),
            say!("cargo-lab/doctor/ip_addr_show_lo_which_should"),
        ),
    }
}

fn datagrams() -> Finding {
    let work = || -> Result<usize> {
        let (one, other) = (UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?, UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?);
        other.set_read_timeout(Some(WAIT))?;
        one.send_to(&[b'x'; 1000], other.local_addr()?)?;
        Ok(other.recv_from(&mut [0; 2000])?.0)
    };
    let means = say!("cargo-lab/doctor/lab_4_cannot_be_checked");
    match work() {
        Ok(1000) => Finding::ok(say!("cargo-lab/doctor/a_datagram_of_1000_bytes_goes")),
        Ok(other) => Finding::bad(
            say!("cargo-lab/doctor/a_datagram_of_1000_bytes_came", other),
            means,
            say!("cargo-lab/doctor/restart_the_machine"),
        ),
        Err(error) => Finding::bad(
            say!("cargo-lab/doctor/no_datagram_goes_over_loopback", error),
            means,
            say!("cargo-lab/doctor/look_for_a_firewall"),
        ),
    }
}

/// A port where nobody listens answers at once. A firewall that drops instead makes every client wait.
fn refusal() -> Finding {
    let mend = say!("cargo-lab/doctor/allow_all_on_loopback_with_iptables");
    let tcp = || -> Result<SocketAddr> { TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr() };
    let port = match tcp() {
        Ok(port) => port,
        Err(error) => return Finding::bad(say!("cargo-lab/doctor/no_port_can_be_had", error), means_refused(), mend),
    };
    match TcpStream::connect_timeout(&port, WAIT) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
        // Windows tries three times, for two seconds, before it says so.
        Err(_) if cfg!(windows) => {}
        Err(error) => {
            return Finding::bad(
                say!("cargo-lab/doctor/a_port_where_nobody_listens_does", error),
                means_refused(),
                mend,
            );
        }
        Ok(_) => return Finding::bad(say!("cargo-lab/doctor/somebody_answers_on_a_port_where"), means_refused(), mend),
    }
    match unreachable() {
        Ok(()) => Finding::ok(say!("cargo-lab/doctor/a_port_where_nobody_listens_refuses")),
        Err(error) => Finding::note(
            say!("cargo-lab/doctor/a_udp_port_where_nobody_listens", error),
            say!("cargo-lab/doctor/checks_of_lab_4_that_send"),
            mend,
        ),
    }
}

fn unreachable() -> Result<()> {
    let dead = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(WAIT))?;
    socket.connect(dead)?;
    socket.send(b"x")?;
    match socket.recv(&mut [0; 10]) {
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(std::io::Error::other(say!("cargo-lab/doctor/somebody_answers"))),
    }
}

/// More at once than any run of checks has.
const MANY: usize = 200;

fn ports() -> Finding {
    let ports: Result<Vec<TcpListener>> = (0..MANY).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect();
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let range = range.split_whitespace().collect::<Vec<_>>().join(" to ");
    let range = if range.is_empty() { String::new() } else { say!("cargo-lab/doctor/from", range) };
    match ports {
        Ok(_) => Finding::ok(say!("cargo-lab/doctor/ports_at_once", many = MANY, range)),
        Err(error) => Finding::bad(
            say!("cargo-lab/doctor/there_are_no_ports_at_once", many = MANY, range, error),
            means_ports(),
            say!("cargo-lab/doctor/end_programs_with_many_connections_ulimit"),
        ),
    }
}

fn localhost() -> Finding {
    let mend = say!("cargo-lab/doctor/a_line_127_0_0_1");
    let found: Vec<SocketAddr> = ("localhost", 80).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    let all: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
    let by_name = || checks(|check| check.lab() == 2 && check.name.contains("name"));
    match () {
        () if found.is_empty() => {
            Finding::bad(say!("cargo-lab/doctor/localhost_is_not_known_here"), means_names(), mend).about(by_name())
        }
        () if !found.iter().all(|address| address.ip().is_loopback()) => {
            Finding::bad(say!("cargo-lab/doctor/localhost_leads_to", all = all.join(", ")), means_names(), mend)
                .about(by_name())
        }
        () => Finding::ok(say!("cargo-lab/doctor/localhost_is", all = all.join(" and "))),
    }
}

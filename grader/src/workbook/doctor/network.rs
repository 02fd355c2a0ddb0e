//! Whether this machine talks to itself: the checks are made of nothing else.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use super::{Finding, SHORT, Test, checks};

pub const TESTS: &[Test] = &[
    Test { id: "loopback-v4", limit: SHORT, means: ALL, run: |_| v4() },
    Test { id: "loopback-v6", limit: SHORT, means: IPV6, run: |_| v6() },
    Test { id: "addresses", limit: SHORT, means: OWN, run: |_| addresses() },
    Test { id: "datagrams", limit: SHORT, means: "lab 4 cannot be checked", run: |_| datagrams() },
    Test { id: "refusal", limit: SHORT, means: REFUSED, run: |_| refusal() },
    Test { id: "ports", limit: SHORT, means: PORTS, run: |_| ports() },
    Test { id: "localhost", limit: SHORT, means: NAMES, run: |_| localhost() },
];

const ALL: &str = "no check can work: each of them is a conversation over loopback";
const IPV6: &str = "checks that need IPv6 are not run; they cost nothing";
const OWN: &str = "checks use 127.0.0.1, one beside the other; should one take another's port, it says `trouble`";
const REFUSED: &str = "programs that should say `refused` (exit code 3 or 6) wait instead, and fail their checks";
const PORTS: &str = "several checks at once may find no free port, and say `trouble`";
const NAMES: &str = "checks that connect by name cannot tell right from wrong";
/// How long one call may take: on loopback all answers come at once.
const WAIT: Duration = Duration::from_secs(2);

fn v4() -> Finding {
    let mend = "ip link set lo up; then look for a firewall that blocks loopback";
    match there_and_back((Ipv4Addr::LOCALHOST, 0).into()) {
        Ok(()) => Finding::ok("bytes go over 127.0.0.1 and back"),
        Err(error) => Finding::bad(format!("no connection over 127.0.0.1: {error}"), ALL, mend),
    }
}

fn v6() -> Finding {
    let mend = "sysctl net.ipv6.conf.lo.disable_ipv6=0 (Linux), if you want them to be run";
    match there_and_back((Ipv6Addr::LOCALHOST, 0).into()) {
        Ok(()) => Finding::ok("bytes go over ::1 and back"),
        Err(error) => Finding::note(format!("no connection over ::1: {error}"), IPV6, mend)
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
    same.then_some(()).ok_or_else(|| std::io::Error::new(ErrorKind::InvalidData, "other bytes came back"))
}

fn addresses() -> Finding {
    match there_and_back((Ipv4Addr::new(127, 93, 41, 7), 0).into()) {
        Ok(()) => Finding::ok("each check has an address of its own in 127.0.0.0/8"),
        Err(_) if cfg!(not(target_os = "linux")) => Finding::note(
            "this system has no address but 127.0.0.1 on loopback",
            OWN,
            "nothing: that is how macOS and Windows are made",
        ),
        Err(error) => Finding::bad(
            format!("no connection over 127.93.41.7: {error}"),
            "no check can work: on Linux each has a random address in 127.0.0.0/8",
            "ip addr show lo, which should say 127.0.0.1/8; a firewall may block the rest",
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
    let means = "lab 4 cannot be checked";
    match work() {
        Ok(1000) => Finding::ok("a datagram of 1000 bytes goes over loopback"),
        Ok(other) => Finding::bad(format!("a datagram of 1000 bytes came as {other}"), means, "restart the machine"),
        Err(error) => Finding::bad(format!("no datagram goes over loopback: {error}"), means, "look for a firewall"),
    }
}

/// A port where nobody listens answers at once. A firewall that drops instead makes every client wait.
fn refusal() -> Finding {
    let mend = "allow all on loopback; with iptables: iptables -I INPUT -i lo -j ACCEPT, and the same with ip6tables";
    let tcp = || -> Result<SocketAddr> { TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr() };
    let port = match tcp() {
        Ok(port) => port,
        Err(error) => return Finding::bad(format!("no port can be had: {error}"), REFUSED, mend),
    };
    match TcpStream::connect_timeout(&port, WAIT) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
        // Windows tries three times, for two seconds, before it says so.
        Err(_) if cfg!(windows) => {}
        Err(error) => {
            return Finding::bad(format!("a port where nobody listens does not refuse: {error}"), REFUSED, mend);
        }
        Ok(_) => return Finding::bad("somebody answers on a port where nobody listens", REFUSED, mend),
    }
    match unreachable() {
        Ok(()) => Finding::ok("a port where nobody listens refuses at once, TCP and UDP"),
        Err(error) => Finding::note(
            format!("a UDP port where nobody listens does not say so: {error}"),
            "checks of lab 4 that send to a dead port may fail",
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
        Ok(_) => Err(std::io::Error::other("somebody answers")),
    }
}

/// More at once than any run of checks has.
const MANY: usize = 200;

fn ports() -> Finding {
    let ports: Result<Vec<TcpListener>> = (0..MANY).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect();
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let range = range.split_whitespace().collect::<Vec<_>>().join(" to ");
    let range = if range.is_empty() { String::new() } else { format!(" (from {range})") };
    match ports {
        Ok(_) => Finding::ok(format!("{MANY} ports at once{range}")),
        Err(error) => Finding::bad(
            format!("there are no {MANY} ports at once{range}: {error}"),
            PORTS,
            "end programs with many connections; ulimit -n 1024; sysctl net.ipv4.ip_local_port_range=\"32768 60999\"",
        ),
    }
}

fn localhost() -> Finding {
    let mend = "a line `127.0.0.1 localhost` in /etc/hosts (Windows: System32\\drivers\\etc\\hosts)";
    let found: Vec<SocketAddr> = ("localhost", 80).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    let all: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
    let by_name = || checks(|check| check.lab() == 2 && check.name.contains("name"));
    match () {
        () if found.is_empty() => Finding::bad("`localhost` is not known here", NAMES, mend).about(by_name()),
        () if !found.iter().all(|address| address.ip().is_loopback()) => {
            Finding::bad(format!("`localhost` leads to {}", all.join(", ")), NAMES, mend).about(by_name())
        }
        () => Finding::ok(format!("`localhost` is {}", all.join(" and "))),
    }
}

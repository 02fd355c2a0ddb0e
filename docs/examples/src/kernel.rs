//! What the kernel says of its sockets and its packets. The examples show it, as a person would look it up.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The lines of `ss` about one endpoint: state, the two queues, the local and the other end.
///
/// `ss` is a program of Linux. On macOS and Windows, `netstat -an` shows the same.
pub fn sockets_of(address: SocketAddr) -> Result<Vec<String>> {
    let filter = format!("( src {address} or dst {address} )");
    let output = Command::new("ss").args(["-H", "-t", "-a", "-n", &filter]).output();
    let output = output.context("cannot run `ss`; try: netstat -an")?;
    ensure!(output.status.success(), "ss: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines: Vec<String> = text.lines().map(in_columns).collect();
    lines.sort();
    Ok(lines)
}

fn in_columns(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [state, recv, send, local, peer, ..] => format!("{state:<11} {recv:>6} {send:>6}  {local:<16}  {peer}"),
        _ => line.to_string(),
    }
}

/// Prints what `ss` says of `address`, as soon as no side waits for an ACK of its FIN: that takes a moment.
pub fn show_sockets(address: SocketAddr) -> Result<()> {
    let passing = |line: &String| ["FIN-WAIT-1", "CLOSING", "LAST-ACK"].iter().any(|state| line.starts_with(state));
    while sockets_of(address)?.iter().any(passing) {
        std::thread::yield_now();
    }
    println!("    {:<11} {:>6} {:>6}  {:<16}  other end", "state", "Recv-Q", "Send-Q", "local");
    for line in sockets_of(address)? {
        println!("    {line}");
    }
    Ok(())
}

/// What has gone through the loopback interface so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    pub packets: u64,
    pub bytes: u64,
}

/// The kernel's count for the interface `lo`.
pub fn traffic() -> Result<Traffic> {
    let text = fs::read_to_string("/proc/net/dev").context("only Linux has /proc/net/dev")?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("lo:")).context("no interface lo")?;
    let mut numbers = line.split_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next().context("a number is missing")?.context("no number");
    let (bytes, packets) = (next()?, next()?);
    Ok(Traffic { packets, bytes })
}

/// The range from which the kernel takes ports for whoever does not ask for one.
pub fn ephemeral_ports() -> Option<(u16, u16)> {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let (first, last) = text.split_once('\t')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

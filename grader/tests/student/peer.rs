//! `cargo lab peer`, `listen` and `talk`: what they put on the wire, and what they say of it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::time::Duration;

use crate::common::skipped;
use crate::screen::{Running, lab};

/// No wait of a test is longer.
const LIMIT: Duration = Duration::from_secs(60);

/// `cargo lab peer ARGS --once`, and where it listens.
fn peer(args: &[&str]) -> (Running, SocketAddr) {
    listening(&[&["peer"], args, &["--once"]].concat())
}

fn listening(args: &[&str]) -> (Running, SocketAddr) {
    let mut running = Running::with_input(&mut lab(args));
    let line = running.lines.line("listening on ");
    (running, line.split(' ').nth(2).unwrap().parse().unwrap())
}

fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    stream
}

fn rest(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn udp() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(LIMIT)).unwrap();
    socket
}

// ---- peers -------------------------------------------------------------------------------------------------------

#[test]
fn without_a_name_they_are_listed() {
    let said = lab(&["peer"]).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{text}");
    for name in ["dribbler", "silent", "resetter", "slow-reader", "lossy", "http", "echo"] {
        assert!(text.contains(&format!("\n  {name} ")), "{name} {text}");
        let help = lab(&["peer", name, "--help"]).output().unwrap();
        assert!(help.status.success(), "{name}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn nothing_leaves_the_machine() {
    for args in [
        &["peer", "echo", "--listen", "0.0.0.0:0"][..],
        &["peer", "dribbler", "--to", "192.0.2.1:80"],
        &["listen", "[::]:0"],
        &["talk", "192.0.2.1:80"],
    ] {
        let said = lab(args).output().unwrap();
        let error = String::from_utf8(said.stderr).unwrap();
        assert!(said.status.code() == Some(2) && error.contains("not on loopback"), "{args:?} {error}");
    }
}

#[test]
fn the_dribbler_sends_byte_by_byte() {
    let (running, address) = peer(&["dribbler", "--text", "a\\r\\x00", "--gap", "1"]);
    let stream = connect(address);
    assert_eq!(rest(&stream), "a\r\0");
    drop(stream);
    let (text, code) = running.end();
    assert_eq!(text.matches("dribbler: send 1 byte ").count(), 3, "{text}");
    assert!(text.contains("dribbler: close sending side") && code == Some(0), "{text}");
}

#[test]
fn the_silent_one_reads_nothing_and_says_nothing() {
    let (mut running, address) = peer(&["silent"]);
    let mut stream = connect(address);
    stream.write_all(b"well?").unwrap();
    running.lines.until("5 bytes wait here, unread");
    stream.set_nonblocking(true).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_resetter_reads_then_resets() {
    let (running, address) = peer(&["resetter", "--after", "3"]);
    let mut stream = connect(address);
    stream.write_all(b"ab").unwrap();
    stream.write_all(b"c").unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let (text, _) = running.end();
    assert!(text.contains("resetter: reset ") && text.contains("RST"), "{text}");
}

#[test]
fn a_writer_must_wait_for_the_slow_reader() {
    let (mut running, address) = peer(&["slow-reader", "--piece", "10", "--gap", "20"]);
    let mut stream = connect(address);
    running.lines.until("slow-reader: accept");
    stream.set_nonblocking(true).unwrap();
    let mut sent = 0;
    let full = loop {
        match stream.write(&[b'x'; 65_536]) {
            Ok(count) => sent += count,
            Err(error) => break error.kind(),
        }
        assert!(sent < 64 << 20, "it takes everything");
    };
    assert_eq!(full, ErrorKind::WouldBlock);
    running.lines.until("slow-reader: ");
}

#[test]
fn a_peer_can_be_the_client() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let running = Running::start(&mut lab(&["peer", "dribbler", "--to", &address, "--text", "hi", "--gap", "1"]));
    let (stream, _) = listener.accept().unwrap();
    assert_eq!(rest(&stream), "hi");
    drop(stream);
    let (text, code) = running.end();
    assert!(text.contains("dribbler: connect ") && code == Some(0), "{text}");

    let said = lab(&["peer", "resetter", "--to", "127.0.0.1:1"]).output().unwrap();
    let error = String::from_utf8(said.stderr).unwrap();
    assert!(said.status.code() == Some(1) && error.contains("try: start the server first"), "{error}");
}

/// What an HTTP peer answers.
fn answer(flags: &[&str]) -> String {
    let (running, address) = peer(&[&["http", "--body", "0123456789", "--gap", "1"], flags].concat());
    let mut stream = connect(address);
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let text = rest(&stream);
    drop(stream);
    running.end();
    text
}

#[test]
fn http_has_every_framing() {
    let close = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789";
    assert_eq!(answer(&[]), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
    assert_eq!(answer(&["--framing", "close", "--pieces", "7"]), close);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n";
    assert_eq!(answer(&["--framing", "chunked", "--chunk", "6"]), chunked);
    assert_eq!(answer(&["--cut", "3"]), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012");
    assert!(answer(&["--status", "404"]).starts_with("HTTP/1.1 404 Not Found\r\n"));
    assert!(answer(&["--redirect", "/there"]).starts_with("HTTP/1.1 302 Found\r\nLocation: /there\r\n"));
}

#[test]
fn the_echo_does_it_right() {
    let (running, address) = peer(&["echo"]);
    let mut stream = connect(address);
    stream.write_all(b"one\ntwo").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&stream), "one\ntwo");
    assert_eq!(running.end().1, Some(0));

    let (running, address) = peer(&["echo", "--udp"]);
    let socket = udp();
    socket.send_to(b"", address).unwrap();
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (0, address));
    assert_eq!(running.end().1, Some(0));
}

/// Sends `hi` in two frames and the end behind them to the lossy receiver, and gives its ladder without times.
fn send_to_lossy(flags: &[&str]) -> Vec<String> {
    let (running, address) = peer(&[&["lossy"], flags].concat());
    let socket = udp();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    for (seq, frame) in [&b"D\0\0\0\0h"[..], b"D\0\0\0\x01i", b"F\0\0\0\x02"].into_iter().enumerate() {
        let right = [b'A', 0, 0, 0, seq as u8];
        let sent = (0..100).any(|_| {
            socket.send_to(frame, address).unwrap();
            // What is no ACK of this frame is an old one, and says nothing.
            let mut buf = [0; 5];
            let mut answers = std::iter::from_fn(|| socket.recv(&mut buf).ok().map(|_| buf));
            answers.any(|answer| answer == right)
        });
        assert!(sent, "frame {seq} is never acknowledged");
    }
    let (text, code) = running.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("complete: 2 bytes"), "{text}");
    let rows = text.lines().filter(|line| line.contains("lossy: ") || line.contains("-- "));
    rows.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_lossy_network_loses_and_doubles_by_its_seed() {
    let count = |rows: &[String], what: &str| rows.iter().filter(|row| row.contains(what)).count();
    let good = send_to_lossy(&["--lose", "0", "--double", "0", "--delay", "0"]);
    let frames = |rows: &[String]| count(rows, "lossy: DATA") + count(rows, "lossy: F");
    assert!(frames(&good) >= 3 && count(&good, "is lost") == 0, "{good:?}");
    assert_eq!(count(&good, "lossy: ACK"), frames(&good), "{good:?}");
    let twice = send_to_lossy(&["--lose", "0", "--double", "100", "--delay", "0"]);
    assert_eq!(count(&twice, "lossy: ACK"), 2 * frames(&twice), "{twice:?}");
    let bad = send_to_lossy(&["--lose", "60", "--seed", "5"]);
    assert!(count(&bad, "is lost on its way") > 0, "{bad:?}");
    let late = send_to_lossy(&["--lose", "0", "--double", "0", "--delay", "60", "--seed", "5"]);
    assert!(count(&late, "the next one overtakes it") > 0, "{late:?}");
}

#[test]
fn the_lossy_receiver_takes_no_junk() {
    let (mut running, address) = peer(&["lossy", "--lose", "0"]);
    let socket = udp();
    socket.send_to(b"junk", address).unwrap();
    running.lines.until("that is no frame of lab 4");
    socket.send_to(b"D\0\0\0\x07x", address).unwrap();
    running.lines.until("DATA 7 comes too early: 0 is due");
}

// ---- listen and talk ---------------------------------------------------------------------------------------------

#[test]
fn what_is_piped_in_is_sent_and_the_end_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    for (flags, sent) in [(&[][..], "one\ntwo\n"), (&["--crlf"], "one\r\ntwo\r\n"), (&["--raw"], "one\ntwo")] {
        let mut talk = Running::with_input(&mut lab(&[&["talk", &port], flags].concat()));
        let (mut stream, _) = listener.accept().unwrap();
        talk.types("one\ntwo");
        talk.stdin = None;
        assert_eq!(rest(&stream), sent);
        talk.lines.until("sent FIN: you send no more; still reading");
        stream.write_all(b"\x1b[31mred\0\n\xff\xfe\xfd").unwrap();
        talk.lines.until("<-  \"\\x1b[31mred\\0\\n\"");
        talk.lines.until("ff fe fd");
        drop(stream);
        let (text, code) = talk.end();
        assert!(text.contains("both directions are closed") && code == Some(0), "{text}");
        assert!(!text.contains('\x1b'), "{text}");
    }
}

#[test]
fn a_reset_and_a_refusal_are_told_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let talk = Running::with_input(&mut lab(&["talk", &address, "--plain"]));
    let (stream, _) = listener.accept().unwrap();
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    let (text, code) = talk.end();
    assert!(text.contains("reset (RST): the connection is gone") && code == Some(1), "{text}");

    let said = lab(&["talk", "127.0.0.1:1"]).output().unwrap();
    let error = String::from_utf8(said.stderr).unwrap();
    assert!(said.status.code() == Some(1) && error.contains("nobody can be reached at 127.0.0.1:1"), "{error}");
}

#[test]
fn listen_and_talk_understand_each_other() {
    let (mut listen, address) = listening(&["listen"]);
    let mut talk = Running::with_input(&mut lab(&["talk", &address.to_string()]));
    talk.types("hello\n");
    listen.lines.until("<-  \"hello\\n\"");
    listen.types("and you\n");
    talk.lines.until("<-  \"and you\\n\"");
    talk.stdin = None;
    listen.lines.until("end of stream (FIN): the other side sends no more. You still can");
    listen.types("still here\n");
    talk.lines.until("<-  \"still here\\n\"");
    listen.stdin = None;
    assert_eq!(talk.end().1, Some(0));
    assert_eq!(listen.end().1, Some(0));
}

#[test]
fn datagrams_go_both_ways() {
    let (mut listen, address) = listening(&["listen", "--udp"]);
    listen.types("too soon\n");
    listen.lines.until("nobody has sent a datagram yet");
    let mut talk = Running::with_input(&mut lab(&["talk", &address.to_string(), "--udp", "--escapes"]));
    talk.types("A\\0\\x01\n\n");
    listen.lines.until("<-  41 00 01");
    listen.lines.until("<-  0 bytes");
    listen.types("got it\n");
    talk.lines.until("<-  \"got it\\n\"");
    talk.stdin = None;
    let (text, code) = talk.end();
    assert!(text.contains("UDP has no end of stream") && code == Some(0), "{text}");
}

#[test]
fn ctrl_d_closes_one_side_at_a_terminal() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let Some(mut talk) = Running::at_terminal(&["talk", &address], Path::new(".")) else {
        return skipped("there is no `script` here to make a terminal");
    };
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    talk.lines.until("Ctrl-D: you send no more");
    talk.types("hi\n");
    let mut got = [0; 3];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"hi\n");
    talk.types("\x04");
    assert_eq!(rest(&stream), "");
    talk.lines.until("sent FIN: you send no more; still reading");
    stream.write_all(b"bye").unwrap();
    talk.lines.until("<-  \"bye\"");
    drop(stream);
    assert_eq!(talk.end().1, Some(0));
}

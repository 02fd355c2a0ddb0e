//! The checks of lab 1, the TCP echo server (RFC 862), which serves one client at a time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::LabInfo;
use crate::check::{Check, Kind, Patience, Stop, Tier, Verdict, case, only};
use crate::lab::{Fail, Lab, Start};
use crate::peer::{self, Tcp, grouped};

pub static LAB: LabInfo = LabInfo {
    number: 1,
    title: "TCP echo server",
    client: false,
    stubs: &["open_listener", "echo_once", "echo_until_eof", "serve"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "1.01",
        name: "listens_where_it_says",
        title: "A right server listens on the address it was given, and prints the port.",
        catches: "A port that is hard-coded or printed without being bound. By hand one always types the port that works.",
        reference: "bind(2); std::net::TcpListener::bind",
        usually: &[
            (
                Kind::NotListening,
                "`open_listener` has not returned. It does not wait for a client: the kernel takes connections from now on.",
            ),
            (Kind::Exited, "the listener that is returned cannot be used to accept a client, now or a little later."),
            (
                Kind::ListensElsewhere,
                "the address argument is not the one that is bound. Its port may be any; 0 asks the kernel for a free one.",
            ),
        ],
        cases: &[only(5, "open_listener", listens_where_it_says)],
        ..Check::ROW
    },
    Check {
        id: "1.02",
        name: "listens_only_there",
        tier: Tier::Robust,
        title: "A right server is not reachable on an address that it was not given.",
        catches: "`0.0.0.0` is taken for *the* address. It is every address of the machine, and a test on 127.0.0.1 cannot tell.",
        reference: "ip(7), INADDR_ANY",
        usually: &[(
            Kind::NotRefused,
            "the listener is bound to 0.0.0.0, which means every address of this machine, not to the one that was asked for.",
        )],
        cases: &[only(3, "open_listener", listens_only_there)],
        ..Check::ROW
    },
    Check {
        id: "1.03",
        name: "says_when_the_port_is_taken",
        title: "A right server ends with exit code 3 and names the port when it is taken.",
        catches: "An error of bind that is swallowed, or answered with another port. One seldom starts two servers by hand.",
        reference: "bind(2), EADDRINUSE",
        usually: &[
            (Kind::Panicked, "the error of bind is unwrapped. It belongs to the caller: return it unchanged."),
            (Kind::NoExit, "the error of bind is not returned; the server goes on with another port, or tries again."),
            (Kind::WrongExit, "the error of bind is not returned: what follows from it is for the caller to decide."),
        ],
        cases: &[only(5, "open_listener", says_when_the_port_is_taken)],
        ..Check::ROW
    },
    Check {
        id: "1.04",
        name: "answers_at_once",
        title: "A right server sends back what it has read, without waiting for more.",
        catches: "Waiting for a newline, for a full buffer or for the end of the stream, or a BufWriter that is never flushed.",
        reference: "RFC 862; read(2)",
        usually: &[
            (
                Kind::NoAnswer,
                "the answer waits for something that does not come: a newline, a full buffer, the end of the stream, or a \
                 flush. One read, then write what it gave.",
            ),
            (
                Kind::ShortAnswer,
                "the last byte is taken for a newline and left out. An echo does not look at its bytes.",
            ),
        ],
        cases: &[only(8, "echo_once", answers_at_once)],
        ..Check::ROW
    },
    Check {
        id: "1.05",
        name: "echoes_just_what_came",
        title: "A right server sends back exactly the bytes of this read, and no others.",
        catches: "`write_all(&buf)` where `write_all(&buf[..n])` is meant: a terminal does not show the NUL bytes.",
        reference: "read(2), return value",
        usually: &[
            (
                Kind::ExtraBytes,
                "the whole buffer is sent, not only the part that read has filled (its return value says how much); or \
                 something is added, such as a newline.",
            ),
            (
                Kind::EarlyEnd,
                "the connection is closed after one answer. When it is over, only the client says: by a read of 0 bytes.",
            ),
            (
                Kind::ShortAnswer,
                "bytes at the end are taken for a line end and cut off. An echo does not look at its bytes.",
            ),
        ],
        cases: &[only(6, "echo_once", echoes_just_what_came)],
        ..Check::ROW
    },
    Check {
        id: "1.06",
        name: "echoes_any_bytes",
        title: "A right server sends back bytes, whatever they mean.",
        catches: "Bytes taken for text: `read_line`, `String`, `from_utf8`. What one types by hand is always UTF-8.",
        reference: "RFC 862; std::str::from_utf8",
        usually: &[
            (Kind::WrongBytes, "the bytes were made a String on the way. What is not UTF-8 does not survive that."),
            (Kind::EarlyEnd, "bytes that are not UTF-8 are treated as an error. An echo does not look at its bytes."),
            (Kind::Panicked, "bytes were taken for text or for numbers. An echo does not look at its bytes."),
            (
                Kind::ShortAnswer,
                "one of the bytes is given a meaning: the end of a string (0), of a line (10), of the input (4, Ctrl-D). \
                 Or a newline is waited for.",
            ),
            (Kind::NoAnswer, "what was written waits in a BufWriter for a flush, or a newline is waited for."),
            (Kind::ExtraBytes, "the server says something of its own. An echo sends nothing but what came."),
            (
                Kind::Reset,
                "the loop ends before anything is read. A `Vec::with_capacity` has length 0, so a read into it gives 0 \
                 bytes; that looks like the end of the stream.",
            ),
        ],
        cases: &[only(6, "echo_until_eof", echoes_any_bytes)],
        ..Check::ROW
    },
    Check {
        id: "1.07",
        name: "echoes_again_and_again",
        title: "A right server goes on until the client has finished.",
        catches: "One read per connection: the first message by hand is answered, and often nobody types a second.",
        reference: "recv(2)",
        usually: &[
            (
                Kind::EarlyEnd,
                "the connection ends after one read. A read gives what is there now; only 0 says that the client has \
                 finished.",
            ),
            (Kind::ExtraBytes, "the answer is sent twice: `echo_once` has already written what it has read."),
        ],
        cases: &[only(6, "echo_until_eof", echoes_again_and_again)],
        ..Check::ROW
    },
    Check {
        id: "1.08",
        name: "echoes_single_bytes",
        title: "A right server echoes a message that arrives byte by byte.",
        catches: "A read taken for a message: a very short one is treated as noise or as the end.",
        reference: "recv(2); std::io::Read::read",
        usually: &[
            (
                Kind::EarlyEnd,
                "a very short read is taken for the end. Only a read of 0 bytes is the end of the stream.",
            ),
            (Kind::NoAnswer, "a very short read is taken for noise. How long a read is says nothing about what it is."),
        ],
        cases: &[only(5, "echo_until_eof", echoes_single_bytes)],
        ..Check::ROW
    },
    Check {
        id: "1.09",
        name: "answers_full_buffers",
        tier: Tier::Robust,
        title: "A right server echoes what it has read, also when it fills the buffer exactly.",
        catches: "\"A full buffer means that more comes\": collect until a short read, then answer. Typed lines never fill a buffer.",
        reference: "std::io::Read::read",
        usually: &[
            (
                Kind::NoAnswer,
                "a read that fills the buffer is taken for \"more will come, do not answer yet\". But the client sends no more \
                 before it has its answer: both sides wait for ever.",
            ),
            (
                Kind::ShortAnswer,
                "a read that fills the buffer is taken for \"more will come, do not answer yet\". But the client sends no more \
                 before it has its answer: both sides wait for ever.",
            ),
            (Kind::EarlyEnd, "a read that fills the buffer is taken for an error, or for the last one. It is neither."),
            (
                Kind::Reset,
                "the buffer is filled up, read by read, until there is no room; a read into no room gives 0 bytes, which \
                 looks like the end of the stream.",
            ),
            (
                Kind::Panicked,
                "a read may fill the buffer to its last byte: then there is no `buf[n]`, n is its length.",
            ),
        ],
        cases: &[only(8, "echo_until_eof", answers_full_buffers)],
        ..Check::ROW
    },
    Check {
        id: "1.10",
        name: "ends_cleanly",
        title: "A right server sends everything back, then ends the stream too.",
        catches: "`Ok(0)` not understood: a spin, or a close before all is sent. A terminal shows neither.",
        reference: "shutdown(2); RFC 9293 section 3.6",
        usually: &[
            (Kind::NoEnd, "a read of 0 bytes is the end of the stream, and it is 0 for ever after. It ends the loop."),
            (Kind::Reset, "the connection is closed while unread bytes are still there: that sends RST, not FIN."),
            (
                Kind::EarlyEnd,
                "the function returns while a part of the answer is still to be sent, by a thread or a buffer.",
            ),
            (Kind::WrongExit, "the end of the stream is made an error. It is how a client says that it has finished."),
            (Kind::SilentError, "what `echo_until_eof` returns is not the number of the bytes that it has echoed."),
        ],
        cases: &[only(8, "echo_until_eof", ends_cleanly)],
        ..Check::ROW
    },
    Check {
        id: "1.11",
        name: "leaves_a_finished_client",
        title: "A right server sees that a client has finished, and turns to the next.",
        catches: "A loop that never ends on `Ok(0)`: the next client waits for ever, which a single client does not show.",
        reference: "recv(2)",
        usually: &[
            (
                Kind::NoEnd,
                "the loop of the first client goes on: a read of 0 bytes is the end of the stream. Or, if you accept \
                 already, its stream is still open in a variable, a list or a clone.",
            ),
            (Kind::Exited, "a client that sends nothing ends the server. It is served like any other: with nothing."),
        ],
        cases: &[only(5, "serve", leaves_a_finished_client)],
        ..Check::ROW
    },
    Check {
        id: "1.12",
        name: "serves_one_after_another",
        title: "A right server serves as many clients as come.",
        catches: "Accept once, then exit: with one client by hand it looks right.",
        reference: "accept(2)",
        usually: &[
            (
                Kind::Exited,
                "the server ends after its first client, or after some. `serve` accepts in a loop without end.",
            ),
            (Kind::NoAnswer, "the kernel takes the connection into the backlog, but nobody accepts it."),
        ],
        cases: &[only(5, "serve", serves_one_after_another)],
        ..Check::ROW
    },
    Check {
        id: "1.13",
        name: "survives_reset",
        tier: Tier::Robust,
        title: "A right server reports a client's error and serves the next.",
        catches: "One client's error ends the server: `?` or `unwrap` in the accept loop. nc never resets.",
        reference: "recv(2), ECONNRESET; RFC 9293 section 3.5.2",
        usually: &[
            (Kind::Exited, "the error of one client's connection ends the loop over all clients."),
            (Kind::Panicked, "the error of one client's connection is unwrapped, and ends the server."),
        ],
        cases: &[only(7, "serve", survives_reset)],
        ..Check::ROW
    },
    Check {
        id: "1.14",
        name: "survives_clients_that_are_gone",
        tier: Tier::Expert,
        title: "A right server survives clients that were gone before they were accepted.",
        catches: "`peer_addr().unwrap()`: accept gives the connection, but it has no peer any more (ENOTCONN).",
        reference: "accept(2); getpeername(2), ENOTCONN",
        usually: &[
            (
                Kind::Panicked,
                "accept succeeded, but the client had reset the connection before: it has no peer address any more.",
            ),
            (
                Kind::Exited,
                "accept succeeded, but the client had reset the connection before: it has no peer address any more. That \
                 concerns this client only.",
            ),
        ],
        cases: &[only(5, "serve", survives_clients_that_are_gone)],
        ..Check::ROW
    },
    Check {
        id: "1.15",
        name: "echoes_megabytes",
        tier: Tier::Robust,
        title: "A right server loses and doubles nothing in 4 MiB.",
        catches: "Bytes lost or sent twice at the edges of a buffer; nobody compares megabytes by eye.",
        reference: "std::io::Write::write_all",
        cases: &[only(6, "echo_until_eof", echoes_megabytes)],
        ..Check::ROW
    },
    Check {
        id: "1.16",
        name: "sends_every_byte_to_a_slow_client",
        tier: Tier::Expert,
        title: "A right server sends all that it read, also when the kernel takes only a part.",
        catches: "`write` for `write_all`: on loopback with a quick reader the kernel takes all of it, always.",
        reference: "send(2), short count; signal(7)",
        needs: &["1.15"],
        usually: &[
            (
                Kind::LostBytes,
                "a write took fewer bytes than it was given, and the rest was never sent. Full buffers and signals cause \
                 this.",
            ),
            (
                Kind::ExtraBytes,
                "a write took fewer bytes than it was given, and what was sent next is not what follows them.",
            ),
            (
                Kind::Reset,
                "a client that reads slowly is given up. It is there: a write waits until there is room again.",
            ),
        ],
        cases: &[only(8, "echo_until_eof", sends_every_byte_to_a_slow_client)],
        ..Check::ROW
    },
    Check {
        id: "1.17",
        name: "reads_no_more_than_it_can_send",
        tier: Tier::Expert,
        title: "A right server stops reading while its client does not read.",
        catches: "An output queue without limit: memory grows as long as a client sends and does not read.",
        reference: "RFC 9293 section 3.8.6",
        usually: &[(
            Kind::Unbounded,
            "what was read is kept in memory while the client does not read. TCP can hold the sender back: do not read more \
             before what you have is sent.",
        )],
        cases: &[only(2, "echo_until_eof", reads_no_more_than_it_can_send)],
        ..Check::ROW
    },
    Check {
        id: "1.18",
        name: "is_frugal_and_speaks_ipv6",
        tier: Tier::Robust,
        title: "A right server takes any address, and gives back what it no longer needs.",
        catches: "IPv4 only; connections that are kept open after their end, which a few clients do not show.",
        reference: "getrlimit(2), RLIMIT_NOFILE; ipv6(7)",
        usually: &[
            (
                Kind::NoAnswer,
                "finished connections are kept: after some clients there is no descriptor left for the next.",
            ),
            (
                Kind::Exited,
                "a: the address is not bound as it came; IPv6 is as good as IPv4. b: finished connections or files are \
                 kept, and after some clients there is no descriptor left for the next.",
            ),
            (Kind::ListensElsewhere, "the address is not bound as it came. `[::1]` is as good as any of IPv4."),
        ],
        cases: &[
            case("a", 1, "open_listener", "asks for [::1]", listens_on_ipv6),
            case("b", 1, "serve", "200 clients, at most 32 descriptors", serves_200_under_32),
        ],
        ..Check::ROW
    },
];

fn listens_where_it_says(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.connect("client")?.expect_nothing_more()?;

    lab.end();
    lab.say("once more, with one particular port instead of 0");
    let (free, address) = lab.refusing()?;
    drop(free);
    lab.start_with(&Start { listen: Some(address), ..Start::default() })?;
    lab.connect("client")?.expect_nothing_more()
}

fn listens_only_there(lab: &Lab) -> Verdict {
    if !cfg!(target_os = "linux") {
        return Err(Stop::NotRun("only Linux gives every machine all of 127.0.0.0/8".to_string()));
    }
    lab.start()?;
    lab.connect("client")?;

    lab.say("the same port on another address of this machine");
    let other = match lab.ip() {
        IpAddr::V4(ip) => Ipv4Addr::from(u32::from(ip) ^ 0x0001_0000),
        IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
    };
    lab.expect_refused("client", SocketAddr::from((other, lab.address().port())))
}

fn says_when_the_port_is_taken(lab: &Lab) -> Verdict {
    let taken = lab.listen()?;
    let address = taken.address()?;
    lab.say(format!("the grader listens on {address} itself"));

    lab.launch(vec!["--listen".to_string(), address.to_string()], None)?;
    lab.expect_exit(3, Patience::NORMAL)?;
    lab.expect_stdout(b"")?;
    lab.expect_stderr_has(&address.port().to_string())
}

fn answers_at_once(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    client.send(b"Hello, world")?;
    client.expect(b"Hello, world")
}

fn echoes_just_what_came(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for text in [format!("{}\r\n", lab.word(3)), lab.word(3)] {
        client.send(text.as_bytes())?;
        client.expect(text.as_bytes())?;
        client.expect_nothing_more()?;
    }
    Ok(())
}

fn echoes_any_bytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    // Nothing has been sent: there is nothing to echo, and no end to see.
    client.expect_nothing_more()?;

    // One message: that a second one is answered too is for the next check to say.
    let mut bytes: Vec<u8> = lab.size((0..=255).collect(), vec![0, 10, 13, 127, 128, 255]);
    bytes.extend(b"\xc3\x28 \xf0\x9f");
    bytes.extend(vec![0; lab.size(100, 4)]);
    client.send(&bytes)?;
    client.expect(&bytes)
}

fn echoes_again_and_again(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    ping(lab, &mut client)?;
    client.expect_nothing_more()?;
    for _ in 1..lab.size(100, 3) {
        ping(lab, &mut client)?;
    }
    Ok(())
}

fn echoes_single_bytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for letter in lab.word(7).as_bytes().chunks(1) {
        client.send(letter)?;
        client.expect(letter)?;
        // A connection that ends here does so before the next byte is on its way.
        lab.let_it_read()?;
    }
    client.expect_nothing_more()
}

fn answers_full_buffers(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for size in lab.size(&[1024, 2048, 4096, 8192, 65_536][..], &[8, 16][..]) {
        let payload = lab.payload(*size);
        client.send(&payload.all())?;
        client.expect_payload(&payload)?;
        client.send(b"+")?;
        client.expect(b"+")?;
    }
    Ok(())
}

fn ends_cleanly(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    let bytes = lab.payload(lab.size(3000, 6)).all();
    client.send(&bytes)?;
    client.close_write()?;
    client.expect(&bytes)?;
    client.expect_eof()?;

    lab.say("this stage is done now, and says what `echo_until_eof` returned");
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stderr_has(&format!("{} bytes echoed", bytes.len()))
}

fn leaves_a_finished_client(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut first = lab.connect("first")?;
    first.close_write()?;
    first.expect_eof()?;

    let mut second = lab.connect("second")?;
    ping(lab, &mut second)
}

fn serves_one_after_another(lab: &Lab) -> Verdict {
    lab.start()?;
    serve_clients(lab, lab.size(20, 3))
}

fn survives_reset(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.say("one client resets while its server waits in a read");
    let mut idle = lab.connect("idle")?;
    ping(lab, &mut idle)?;
    idle.reset()?;

    lab.say("the next one resets while there is much to read and to write");
    let mut busy = lab.connect("busy")?;
    ping(lab, &mut busy)?;
    busy.send(&lab.payload(lab.size(200_000, 50)).all())?;
    busy.reset()?;

    let mut next = lab.connect("next")?;
    ping(lab, &mut next)
}

fn survives_clients_that_are_gone(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut busy = lab.connect("busy")?;
    ping(lab, &mut busy)?;

    lab.say("three clients connect and reset while the server is busy");
    for _ in 0..3 {
        lab.connect("gone")?.reset()?;
    }
    busy.close();

    let mut next = lab.connect("next")?;
    ping(lab, &mut next)
}

fn echoes_megabytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;
    client.exchange(&lab.payload(lab.size(4 * 1024 * 1024, 20)))
}

#[cfg(unix)]
fn sends_every_byte_to_a_slow_client(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    let payload = lab.payload(lab.size(2 * peer::largest_send_queue() + 2 * 1024 * 1024, 20));
    let sent = client.fill_until_blocked(&payload, payload.len)?;

    lab.say("the client reads 5 000 bytes at a time; you are stopped in between");
    let got = client.read_with_pauses(&payload, 5000, 200)?;
    client.stream_payload(&payload, sent, got, payload.len)
}

#[cfg(not(unix))]
fn sends_every_byte_to_a_slow_client(_: &Lab) -> Verdict {
    Err(Stop::NotRun("SIGSTOP, which interrupts a write, is known to Unix only".to_string()))
}

fn reads_no_more_than_it_can_send(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    // What both of the program's queues can hold, and a little more.
    let most = 2 * peer::largest_send_queue() + peer::largest_receive_queue() + 1024 * 1024;
    let taken = client.fill_until_blocked(&lab.payload(most), most)?;
    if taken < most {
        return Ok(());
    }
    Err(lab.fail(
        Fail::new(Kind::Unbounded)
            .lane("client")
            .want(format!("the program stops reading before {} bytes", grouped(most)))
            .got(format!("it took {} bytes, and the client has read none", grouped(taken))),
    ))
}

fn listens_on_ipv6(lab: &Lab) -> Verdict {
    if !peer::has_ipv6() {
        return Err(Stop::NotRun("this machine has no IPv6 address ::1".to_string()));
    }
    lab.start_with(&Start { listen: Some(SocketAddr::from((Ipv6Addr::LOCALHOST, 0))), ..Start::default() })?;
    lab.connect("client")?.expect_nothing_more()
}

fn serves_200_under_32(lab: &Lab) -> Verdict {
    lab.start_with(&Start { descriptors: Some(32), ..Start::default() })?;
    serve_clients(lab, lab.size(200, 40))
}

fn serve_clients(lab: &Lab, count: usize) -> Verdict {
    for _ in 0..count {
        let mut client = lab.connect("client")?;
        ping(lab, &mut client)?;
        client.close();
    }
    Ok(())
}

/// One word there and back.
fn ping(lab: &Lab, client: &mut Tcp) -> Verdict {
    let word = lab.word(lab.size(8 + lab.below(40) as usize, 2));
    client.send(word.as_bytes())?;
    client.expect(word.as_bytes())
}

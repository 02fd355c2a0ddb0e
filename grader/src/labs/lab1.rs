//! The checks of lab 1, the TCP echo server (RFC 862), which serves one client at a time: the table. The functions stand in
//! `lab1/`.

mod echo;
mod listen;
mod serve;

use super::LabInfo;
use crate::check::{Check, Kind, Tier, case, only};

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
        cases: &[only(5, "open_listener", listen::listens_where_it_says)],
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
        cases: &[only(3, "open_listener", listen::listens_only_there)],
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
        cases: &[only(5, "open_listener", listen::says_when_the_port_is_taken)],
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
        cases: &[only(8, "echo_once", echo::answers_at_once)],
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
        cases: &[only(6, "echo_once", echo::echoes_just_what_came)],
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
        cases: &[only(6, "echo_until_eof", echo::echoes_any_bytes)],
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
        cases: &[only(6, "echo_until_eof", echo::echoes_again_and_again)],
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
        cases: &[only(5, "echo_until_eof", echo::echoes_single_bytes)],
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
        cases: &[only(8, "echo_until_eof", echo::answers_full_buffers)],
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
        cases: &[only(8, "echo_until_eof", echo::ends_cleanly)],
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
        cases: &[only(5, "serve", serve::leaves_a_finished_client)],
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
        cases: &[only(5, "serve", serve::serves_one_after_another)],
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
        cases: &[only(7, "serve", serve::survives_reset)],
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
        cases: &[only(5, "serve", serve::survives_clients_that_are_gone)],
        ..Check::ROW
    },
    Check {
        id: "1.15",
        name: "echoes_megabytes",
        tier: Tier::Robust,
        title: "A right server loses and doubles nothing in 4 MiB.",
        catches: "Bytes lost or sent twice at the edges of a buffer; nobody compares megabytes by eye.",
        reference: "std::io::Write::write_all",
        cases: &[only(6, "echo_until_eof", echo::echoes_megabytes)],
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
        cases: &[only(8, "echo_until_eof", echo::sends_every_byte_to_a_slow_client)],
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
        cases: &[only(2, "echo_until_eof", echo::reads_no_more_than_it_can_send)],
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
            case("a", 1, "open_listener", "asks for [::1]", listen::listens_on_ipv6),
            case("b", 1, "serve", "200 clients, at most 32 descriptors", serve::serves_200_under_32),
        ],
        ..Check::ROW
    },
];

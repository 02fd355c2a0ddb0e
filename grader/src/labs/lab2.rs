//! The checks of lab 2, the TCP echo client: the table. What each one does stands in three files, by what the client is
//! about: `connect`, `reply`, `pump`.

mod connect;
mod pump;
mod reply;

use std::time::Duration;

use super::LabInfo;
use crate::check::{Check, Kind, Tier, Verdict, case, only};
use crate::lab::Lab;

pub static LAB: LabInfo = LabInfo {
    number: 2,
    title: "TCP echo client",
    client: true,
    stubs: &["resolve", "connect_any", "recv_exactly", "echo_message", "pump"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "2.01",
        name: "connects_once",
        title: "A right client connects to the address that it was given, once.",
        catches: "A first connection just to see whether the server is up: a server sees it as a client. By hand it goes \
             unnoticed.",
        reference: "connect(2)",
        usually: &[
            (
                Kind::ExtraConnection,
                "one connection is made to try the address, and another one to use it. The one that was made is the \
                 one to return.",
            ),
            (Kind::Exited, "it does not connect to the address that it was given: another port, or none at all."),
            (
                Kind::WrongExit,
                "the connection stands, and an error is returned all the same: the first success is the result.",
            ),
        ],
        cases: &[only(5, "connect_any", connect::connects_once)],
        ..Check::ROW
    },
    Check {
        id: "2.02",
        name: "sends_just_the_message",
        title: "A right client sends the message as it is, and needs no more than its reply.",
        catches: "A newline or NUL behind the message, which a terminal does not show; a reply that is read until the \
             server closes.",
        reference: "send(2); std::io::Write::write_all",
        usually: &[
            (
                Kind::NoAnswer,
                "the message is still in a buffer of yours, or the reply is waited for before the message is sent.",
            ),
            (Kind::ExtraBytes, "something is added to the message: a newline, a NUL byte, or the rest of a buffer."),
            (
                Kind::NoExit,
                "the reply is complete, and more is waited for: a newline, a full buffer, or the end of the stream. \
                 But the server keeps the connection open. The number of bytes says when the reply is complete.",
            ),
            (
                Kind::WrongExit,
                "a read into a buffer without room gives 0 bytes too. That is not the end of the stream: first see \
                 whether there is anything left to read.",
            ),
        ],
        cases: &[
            case("a", 5, "echo_message", "a word", reply::sends_just_the_message),
            case("b", 1, "echo_message", "an empty message", reply::sends_an_empty_message),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.03",
        name: "shows_what_it_received",
        title: "A right client shows what the server has sent, not what it sent itself.",
        catches: "The message is printed, or returned, in place of the reply. With an echo server nobody can tell.",
        reference: "recv(2)",
        usually: &[
            (
                Kind::WrongExit,
                "a reply that is not the message was taken for an error. It is for the caller to compare them.",
            ),
            (
                Kind::WrongBytes,
                "something else than the reply was given back: the message, which looks the same with an echo server \
                 (this one answers something else), or a buffer that the reply did not fill.",
            ),
            (
                Kind::ShortAnswer,
                "one read was taken for the whole reply. `recv_exactly` knows when it is complete: `echo_message` \
                 can use it.",
            ),
        ],
        cases: &[
            case("a", 3, "echo_message", "another word comes back", reply::shows_another_word),
            case("b", 2, "echo_message", "it comes back in two pieces", reply::shows_another_word_in_pieces),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.04",
        name: "reads_until_the_reply_is_complete",
        title: "A right client reads until the reply is complete, and no further.",
        catches: "A read taken for a message. On loopback a short reply always comes in one piece.",
        reference: "std::io::Read::read; recv(2)",
        usually: &[
            (
                Kind::NoExit,
                "bytes of the reply were thrown away, so that the count is never reached: a very short read is data \
                 like any other.",
            ),
            (
                Kind::Panicked,
                "a piece was copied to a place where it does not fit: more can arrive at once than the reply has.",
            ),
            (
                Kind::ShortAnswer,
                "the loop ends after some reads, or there is none. A read gives what is there, perhaps one byte; \
                 only the count says that the reply is complete.",
            ),
            (
                Kind::ExtraBytes,
                "a read gave more than the reply, and all of it was returned. Give read no more room than is still \
                 missing.",
            ),
            (Kind::WrongBytes, "the next piece was put on top of the last one, or into another place of the buffer."),
        ],
        cases: &[
            case("a", 4, "recv_exactly", "the reply comes byte by byte", reply::collects_single_bytes),
            case("b", 2, "recv_exactly", "more bytes follow behind the reply", reply::leaves_what_follows),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.05",
        name: "waits_for_the_rest",
        title: "A right client waits for the rest of a reply, up to the idle timeout.",
        catches: "\"A short read means that it was all\". On loopback that is nearly always so; over a real network it is \
             not.",
        reference: "recv(2); RFC 9293 section 3.8.6",
        usually: &[
            (
                Kind::ShortAnswer,
                "a read that gave less than was asked for, or a short silence, was taken for the end of the reply. \
                 The rest was on its way.",
            ),
            (
                Kind::WrongExit,
                "the timeout was counted for the whole reply. It is about silence: every byte starts it anew.",
            ),
        ],
        cases: &[
            case("a", 5, "recv_exactly", "two pieces, 250 ms apart", reply::waits_for_the_second_piece),
            case("b", 2, "recv_exactly", "six pieces, slow but never silent for long", reply::waits_for_six_pieces),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.06",
        name: "receives_100_000_bytes",
        tier: Tier::Robust,
        title: "A right client receives any bytes, however many and in whatever pieces.",
        catches: "A buffer of fixed size, or a String on the way. Short words typed by hand fit into both.",
        reference: "std::string::String::from_utf8_lossy",
        usually: &[
            (Kind::WrongBytes, "the bytes were made a String on the way. What is not UTF-8 does not survive that."),
            (Kind::ExtraBytes, "the bytes were made a String on the way. What is not UTF-8 does not survive that."),
            (
                Kind::ShortAnswer,
                "the buffer has a fixed size, or a byte of the reply (NUL, a newline) was taken for its end. Only \
                 `want` says how long it is.",
            ),
            (Kind::NoExit, "the buffer is full, and reading goes on with no room in it."),
            (
                Kind::WrongExit,
                "a read without room in the buffer gives 0 bytes, and that is not the end of the stream; or the \
                 reply had to be text. Any bytes are a reply.",
            ),
        ],
        cases: &[only(5, "recv_exactly", reply::receives_100_000_bytes)],
        ..Check::ROW
    },
    Check {
        id: "2.07",
        name: "notices_an_early_end",
        title: "A right client takes a part of a reply for an error, and says how much came.",
        catches: "The end of the stream taken for success. One seldom kills a server in the middle of an answer.",
        reference: "recv(2), return value 0; std::io::ErrorKind::UnexpectedEof",
        usually: &[
            (
                Kind::WrongExit,
                "the end of the stream ended the loop, and what had come by then was returned as if it were the reply.",
            ),
            (Kind::NoExit, "a read of 0 bytes is the end of the stream, and it is 0 for ever after. It ends the loop."),
            (Kind::SilentError, "the error is there, but its text is not `N of M bytes`, which the contract asks for."),
        ],
        cases: &[only(6, "recv_exactly", reply::notices_an_early_end)],
        ..Check::ROW
    },
    Check {
        id: "2.08",
        name: "reports_a_reset",
        tier: Tier::Robust,
        title: "A right client reports a reset connection as the error that it is.",
        catches: "`unwrap` on a read, or an error taken for the end. Servers that crash reset; nc never does.",
        reference: "recv(2), ECONNRESET; RFC 9293 section 3.5.2",
        usually: &[
            (
                Kind::Panicked,
                "the result of a read was unwrapped. A reset is no fault of yours: return it as an error.",
            ),
            (Kind::WrongExit, "every error was taken for the end of the reply. Return those that you do not handle."),
            (Kind::SilentError, "the read's own error was lost on the way, and another one was returned in its place."),
        ],
        cases: &[only(5, "recv_exactly", reply::reports_a_reset)],
        ..Check::ROW
    },
    Check {
        id: "2.09",
        name: "gives_up_at_the_idle_timeout",
        tier: Tier::Robust,
        title: "A right client gives up when nothing comes for the idle timeout, not earlier.",
        catches: "No timeout, or one that is not recognized: Unix calls it `WouldBlock`. A server that is just silent is \
             rare by hand.",
        reference: "socket(7), SO_RCVTIMEO; std::net::TcpStream::set_read_timeout",
        usually: &[
            (
                Kind::NoExit,
                "a read waits without a limit, or with another one than `idle`. `TcpStream` has a setting for it.",
            ),
            (
                Kind::WrongExit,
                "an error of read was taken for something else: a timeout is `WouldBlock` on Unix and `TimedOut` on \
                 Windows, and the contract asks for `TimedOut` everywhere. `Interrupted` is no failure: read \
                 again.",
            ),
            (Kind::TooEarly, "the limit is not `idle`, or no wait was made at all."),
        ],
        cases: &[
            case("a", 3, "recv_exactly", "the server never answers", reply::gives_up_without_an_answer),
            case("b", 2, "recv_exactly", "it falls silent in the middle", reply::gives_up_in_the_middle),
            case("c", 1, "recv_exactly", "the program is stopped and continued", reply::reads_again_after_a_signal),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.10",
        name: "says_that_nobody_listens",
        title: "A right client ends with exit code 3 and the error when nobody listens.",
        catches: "`unwrap` on connect. By hand one starts the server first.",
        reference: "connect(2), ECONNREFUSED",
        usually: &[
            (
                Kind::WrongExit,
                "the error was printed, or dropped, but not returned. Return it: the program knows what to do with \
                 it.",
            ),
            (
                Kind::Panicked,
                "the result of connect was unwrapped. That nobody listens is an everyday thing: return the error.",
            ),
            (Kind::NoExit, "the attempt is repeated for ever. Each address is tried once."),
        ],
        cases: &[only(4, "connect_any", connect::says_that_nobody_listens)],
        ..Check::ROW
    },
    Check {
        id: "2.11",
        name: "tries_the_addresses_in_order",
        title: "A right client tries one address after another until one takes it.",
        catches: "`addrs[0]`: on most machines a name has one address, so the first is always right.",
        reference: "getaddrinfo(3); std::net::TcpStream::connect",
        usually: &[
            (
                Kind::Exited,
                "the first address that fails ends the search. What it says about the next one is nothing: try that \
                 too.",
            ),
            (Kind::NoConnection, "the addresses are not tried in the order of the list."),
            (Kind::ExtraConnection, "another address is tried although the connection stands."),
        ],
        cases: &[
            case("a", 5, "connect_any", "the first refuses", connect::tries_the_next_address),
            case("b", 2, "connect_any", "both would take it", connect::takes_the_first_address),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.12",
        name: "leaves_a_silent_address",
        tier: Tier::Expert,
        title: "A right client leaves an address that does not answer for the next one.",
        catches: "A connect without a limit of its own: the system goes on for minutes. On loopback every address \
             answers.",
        reference: "connect(2), ETIMEDOUT; tcp(7), tcp_syn_retries; RFC 8305",
        needs: &["2.11"],
        usually: &[
            (
                Kind::NoConnection,
                "connect waits for an answer as long as the system does, which is minutes. `per_try` is the limit \
                 for each address, and std has a connect that takes one.",
            ),
            (
                Kind::Exited,
                "an address that does not answer in time ends the search. Try the next one, with its own time.",
            ),
            (
                Kind::SilentError,
                "another error than the last one was returned. The last address refused, and that is what is to be \
                 said.",
            ),
            (
                Kind::WrongExit,
                "no time was left for the second address: `per_try` is the limit of each one, not of all together.",
            ),
        ],
        cases: &[
            case("a", 5, "connect_any", "the second address would take it", connect::leaves_a_silent_address),
            case("b", 1, "connect_any", "the second address refuses", connect::says_the_last_error),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.13",
        name: "connects_over_ipv6",
        tier: Tier::Robust,
        title: "A right client connects to an IPv6 address as to any other.",
        catches: "Only addresses of IPv4 are kept, or host and port are glued with a colon. 127.0.0.1 is all that one \
             types.",
        reference: "ipv6(7); RFC 3986 section 3.2.2",
        usually: &[(
            Kind::Exited,
            "only IPv4 addresses are kept, or host and port are put together as text: `::1` has colons of its own. A \
             pair of host and port needs no text.",
        )],
        cases: &[only(4, "connect_any", connect::connects_over_ipv6)],
        ..Check::ROW
    },
    Check {
        id: "2.14",
        name: "resolves_names",
        title: "A right client takes names, and says which one cannot be resolved.",
        catches: "`parse::<SocketAddr>()` on what may be a name; a list that is empty; `unwrap` on the resolver's \
             error.",
        reference: "getaddrinfo(3); RFC 1035 section 2.3.4; RFC 6761 section 6.3",
        usually: &[
            (
                Kind::Exited,
                "the name is parsed as an address. `parse` knows digits only; std's `ToSocketAddrs` asks the \
                 system's resolver.",
            ),
            (
                Kind::Panicked,
                "the resolver's error was unwrapped. A name with a typing error in it is an everyday thing.",
            ),
            (
                Kind::SilentError,
                "a name without an address gave an empty list, not an error. Then nobody knows any more what went \
                 wrong.",
            ),
        ],
        cases: &[
            case("a", 2, "resolve", "localhost", connect::resolves_localhost),
            case("b", 2, "resolve", "names that cannot exist", connect::rejects_impossible_names),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.15",
        name: "sends_what_is_typed_at_once",
        title: "A right client sends what comes in as soon as it comes, and nothing else.",
        catches: "All input is read before anything is sent. With a file or a pipe as input nobody notices.",
        reference: "read(2); std::io::BufWriter",
        usually: &[
            (
                Kind::NoAnswer,
                "the input is collected up to its end, or lies in a buffer that nobody flushes, or waits for a lock \
                 that the receiver holds. Send each piece as soon as it has been read.",
            ),
            (
                Kind::ShortAnswer,
                "the newline was cut off, or the rest of the line is waited for. What comes in is bytes, not lines.",
            ),
            (Kind::ExtraBytes, "something is added to the input, or the part of the buffer behind it is sent too."),
            (Kind::EarlyEnd, "the sending side is closed although the input is still open."),
        ],
        cases: &[only(6, "pump", pump::sends_what_is_typed_at_once)],
        ..Check::ROW
    },
    Check {
        id: "2.16",
        name: "closes_only_its_sending_side",
        tier: Tier::Robust,
        title: "A right client tells the server that its input has ended, and listens on.",
        catches: "No half-close: both sides wait for ever. Or too much of it: what the server says last is lost.",
        reference: "shutdown(2); RFC 9293 section 3.6",
        usually: &[
            (
                Kind::NoEnd,
                "the server is not told that the input has ended. To drop a clone of the stream is not enough: the \
                 other one keeps the connection open. Close the sending side.",
            ),
            (
                Kind::NoAnswer,
                "both sides were closed, or the program ended, when the input did. But the server had not finished: \
                 only its end of stream says so.",
            ),
            (
                Kind::ShortAnswer,
                "the program ended before the server had finished: only the server's end of stream says so.",
            ),
            (Kind::NoExit, "the server's end of stream does not end the loop."),
        ],
        cases: &[only(8, "pump", pump::closes_only_its_sending_side)],
        ..Check::ROW
    },
    Check {
        id: "2.17",
        name: "sends_and_receives_at_once",
        tier: Tier::Expert,
        title: "A right client reads answers while it is still sending, and loses nothing.",
        catches: "Everything is sent before anything is read: both sides block, once the buffers between them are full. \
             Small inputs fit.",
        reference: "send(2); RFC 9293 section 3.8.6",
        needs: &["2.16"],
        usually: &[
            (
                Kind::NoAnswer,
                "everything is sent before anything is read. You wait until the server reads; it waits until you \
                 read. A small input would fit into the buffers between you.",
            ),
            (
                Kind::ShortAnswer,
                "sending and receiving wait for each other. You wait until the server reads; it waits until you \
                 read. A small input would fit into the buffers between you.",
            ),
            (
                Kind::LostBytes,
                "a write took fewer bytes than it was given, and the rest was forgotten. Full buffers and signals \
                 cause this.",
            ),
            (
                Kind::EarlyEnd,
                "the sending ended before the input: at bytes that are not text, or at a write that was interrupted. \
                 Input is any bytes, and a write can be tried again.",
            ),
            (Kind::WrongBytes, "the bytes were made a String on the way. What is not UTF-8 does not survive that."),
        ],
        cases: &[
            case(
                "a",
                5,
                "pump",
                "the server reads only when its last answer is gone",
                pump::sends_and_receives_at_once,
            ),
            case("b", 2, "pump", "the server reads slowly", pump::sends_every_byte_to_a_slow_server),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.18",
        name: "follows_the_server",
        tier: Tier::Robust,
        title: "A right client shows at once what the server says, and ends when it does.",
        catches: "Send, receive, send, receive: a server that speaks first is not heard. By hand one always types \
             something.",
        reference: "std::io::Stdout, line buffering; std::thread::JoinHandle",
        usually: &[
            (
                Kind::NoAnswer,
                "the program waits for input before it reads from the server, or what it wrote is not flushed: \
                 standard output keeps a line back until its newline comes.",
            ),
            (
                Kind::NoExit,
                "the server has finished, and the program waits for the thread that reads standard input. Nobody may \
                 ever type there again: let that thread go.",
            ),
        ],
        cases: &[
            case("a", 2, "pump", "the server speaks first, without a newline", pump::shows_a_greeting),
            case("b", 1, "pump", "the server ends while the input is open", pump::ends_with_the_server),
        ],
        ..Check::ROW
    },
];

/// Waits until the program has done what it can with what it was given: it sleeps, or has ended.
fn until_asleep(lab: &Lab) -> Verdict {
    lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>)).map(drop)
}

//! The checks of lab 4, the UDP sender (RFC 768), and stop-and-wait on top of it as in TFTP (RFC 1350).
//!
//! Here is the table. Its checks are in `lab4/`: `plain.rs` (4.01 to 4.07), `codec.rs`, `frames.rs` and `network.rs` (frames
//! and acknowledgements); the peer that takes frames is in `receiver.rs`.

mod codec;
mod frames;
mod network;
mod plain;
mod receiver;

#[cfg(feature = "tools")]
pub(crate) use receiver::{ack, name_of};

use super::LabInfo;
use crate::check::{Check, Kind, Tier, case, only};

pub static LAB: LabInfo = LabInfo {
    number: 4,
    title: "UDP sender",
    client: true,
    stubs: &["open_sender", "send_message", "encode_data", "decode_ack", "send_and_wait", "send_stream"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "4.01",
        name: "sends_a_line_as_a_datagram",
        title: "A right sender sends the bytes of a message as one datagram, and no others.",
        catches: "A newline, a NUL or the rest of a buffer behind the message: a terminal does not show them.",
        reference: "udp(7); std::net::UdpSocket::send",
        usually: &[
            (
                Kind::WrongDatagram,
                "something was added, or a whole buffer was sent. A datagram has a length, so it needs no end mark.",
            ),
            (Kind::NoDatagram, "send was not called, or the program waits for something before it sends."),
            (
                Kind::Exited,
                "the socket could not be opened, or could not send: `send` needs a socket that was connected to the \
                 destination before.",
            ),
            (Kind::ExtraDatagram, "a message is sent in several pieces, or followed by an end mark of its own."),
        ],
        cases: &[only(5, "send_message", plain::sends_a_line_as_a_datagram)],
        ..Check::ROW
    },
    Check {
        id: "4.02",
        name: "keeps_message_boundaries",
        title: "A right sender makes one datagram of each message, also of an empty one.",
        catches: "UDP taken for a stream, and an empty message for nothing or for the end. By hand one never sends nothing.",
        reference: "RFC 768",
        usually: &[
            (
                Kind::WrongDatagram,
                "an empty message is passed over, several are joined, or bytes are taken for text. A datagram of 0 bytes \
                 is a datagram, and what is not UTF-8 must not become a String.",
            ),
            (
                Kind::NoDatagram,
                "messages were joined or passed over. Each call of send makes one datagram, also of 0 bytes.",
            ),
        ],
        cases: &[only(6, "send_message", plain::keeps_message_boundaries)],
        ..Check::ROW
    },
    Check {
        id: "4.03",
        name: "sends_from_one_free_port",
        title: "A right sender sends from one port, which the system picked.",
        catches: "A source port of one's own choice, or a socket per datagram: both work by hand, as long as one sender runs.",
        reference: "udp(7); ip(7), ephemeral ports",
        usually: &[
            (
                Kind::Exited,
                "the source port is a fixed one, and somebody has it. Port 0 lets the system pick one that is free.",
            ),
            (
                Kind::WrongDatagram,
                "the source port is the destination's, or each datagram has a socket of its own. The receiver answers to \
                 the port that a datagram came from.",
            ),
        ],
        cases: &[
            case("a", 2, "open_sender", "the port of the first run is taken in the second", plain::picks_a_free_port),
            case("b", 2, "send_message", "three datagrams", plain::keeps_its_port),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.04",
        name: "sends_long_datagrams_whole",
        title: "A right sender sends whatever fits into a datagram, in one piece.",
        catches: "\"UDP ends at the MTU\" (1472 bytes, or 512): IP splits and joins long datagrams by itself. Lines are short.",
        reference: "udp(7); RFC 791, fragmentation; std::net::UdpSocket::send",
        usually: &[
            (
                Kind::WrongDatagram,
                "the message is cut, or split, at a size of the program's own. IP takes care of the MTU; a datagram over \
                 IPv4 may have up to 65507 bytes.",
            ),
            (
                Kind::Exited,
                "the message is refused at a size of the program's own. What is too big the system says itself; over IPv4 \
                 up to 65507 bytes are not.",
            ),
        ],
        cases: &[only(5, "send_message", plain::sends_long_datagrams_whole)],
        ..Check::ROW
    },
    Check {
        id: "4.05",
        name: "says_when_a_message_is_too_big",
        tier: Tier::Robust,
        title: "A right sender reports a message that is longer than a datagram can be.",
        catches: "The error of send is dropped (`let _ =`), or the message is cut to size. Nobody types 65508 bytes.",
        reference: "send(2), EMSGSIZE; udp(7)",
        usually: &[
            (
                Kind::WrongExit,
                "the error of send is dropped, or returned as another one than `TooBig`. `errno::is_too_big` knows it.",
            ),
            (Kind::ExtraDatagram, "the message is cut or split, so that a part of it arrives. Half a message is none."),
            (Kind::SilentError, "`TooBig` carries the length of the message that was not sent."),
        ],
        cases: &[only(6, "send_message", plain::says_when_a_message_is_too_big)],
        ..Check::ROW
    },
    Check {
        id: "4.06",
        name: "sends_over_ipv6",
        title: "A right sender uses the address family of its destination.",
        catches: "A socket bound to 0.0.0.0 whatever the destination is: it can never send to `::1`.",
        reference: "ipv6(7)",
        usually: &[
            (
                Kind::Exited,
                "the socket is one for IPv4, or a limit of IPv4 is taken for one of UDP. The wildcard address must be of \
                 the destination's family.",
            ),
            (Kind::WrongDatagram, "a limit of IPv4 is taken for one of UDP. Over IPv6 20 bytes more fit."),
        ],
        cases: &[
            case("a", 2, "open_sender", "the receiver is at [::1]", plain::reaches_ipv6),
            case("b", 3, "send_message", "the longest datagram to [::1]", plain::sends_long_datagrams_over_ipv6),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.07",
        name: "says_when_nobody_receives",
        tier: Tier::Robust,
        title: "A right sender reports that nobody receives at the port.",
        catches: "\"Send was Ok, so it arrived\". The answer to a datagram comes back later, and the next call returns it.",
        reference: "udp(7), ECONNREFUSED; RFC 1122 section 4.1.3.3",
        usually: &[
            (
                Kind::WrongExit,
                "an error that send returned was dropped, or taken for another one. It belongs to an earlier datagram: that \
                 one met nobody.",
            ),
            (
                Kind::NoExit,
                "an error that send returned was dropped. It belongs to an earlier datagram: that one met nobody.",
            ),
        ],
        cases: &[only(7, "send_message", plain::says_when_nobody_receives)],
        ..Check::ROW
    },
    Check {
        id: "4.08",
        name: "fills_every_chunk",
        title: "A right sender fills every chunk, however its input comes in pieces.",
        catches: "A short read taken for a chunk, or for the end. A file from `<` is read in full; a pipe is not.",
        reference: "std::io::Read::read; pipe(7)",
        usually: &[
            (
                Kind::ShortAnswer,
                "a short read is taken for a chunk. Read on until the chunk is full or the input ends: only Ok(0) is the \
                 end.",
            ),
            (Kind::ExtraBytes, "a chunk is padded, or all of a buffer is sent. Its last chunk may be a short one."),
            (Kind::WrongBytes, "the chunk was made text on the way, or bytes between two chunks were lost."),
            (
                Kind::WrongDatagram,
                "the frames are D 0, D 1, and so on, with all of the input; then F with the next number, and empty. An empty \
                 D is not sent.",
            ),
            (
                Kind::NoDatagram,
                "the ACK of the frame before is not seen or not understood, a short read is taken for the end, or F is \
                 missing, which says that this was all.",
            ),
        ],
        cases: &[only(6, "send_stream", codec::fills_every_chunk)],
        ..Check::ROW
    },
    Check {
        id: "4.09",
        name: "numbers_in_network_order",
        title: "A right sender builds its frames as the protocol says, byte for byte.",
        catches: "Numbers in the order of one's own processor, or cut to a byte. The first frames look right all the same.",
        reference: "RFC 791, appendix B; u32::to_be_bytes",
        usually: &[
            (
                Kind::WrongDatagram,
                "the number is not four bytes with the most significant first (`to_be_bytes`), it is cut, or the type is \
                 not `D`, and `F` for the last frame.",
            ),
            (Kind::ExtraBytes, "a frame is as long as its payload and five bytes more, not as long as a buffer."),
        ],
        cases: &[
            case("a", 2, "encode_data", "the frames D 256 and D 66051", codec::encodes_numbers),
            case("b", 2, "encode_data", "F 7, and D with the greatest number", codec::encodes_the_last_frame),
            case("c", 2, "send_stream", "300 chunks", frames::counts_past_a_byte),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.10",
        name: "waits_for_each_ack",
        title: "A right sender sends nothing new before the last frame is acknowledged.",
        catches: "All frames are sent, and then the ACKs are counted. A quick receiver with a long queue hides it.",
        reference: "RFC 1350 section 2",
        usually: &[
            (Kind::ExtraDatagram, "the next frame is sent although the ACK for this one has not come. Stop, and wait."),
            (Kind::Exited, "the program does not wait for the ACK, or takes the end of its patience for success."),
        ],
        cases: &[
            case("a", 3, "send_and_wait", "two frames", frames::waits_for_each_ack),
            case("b", 3, "send_stream", "a stream", frames::waits_within_a_stream),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.11",
        name: "repeats_what_was_lost",
        title: "A right sender repeats a frame when its timeout T is over.",
        catches: "A wait for an ACK that never ends. On loopback nothing is lost, so by hand it always comes.",
        reference: "RFC 8085 section 3.1.1; socket(7), SO_RCVTIMEO",
        usually: &[
            (
                Kind::NoDatagram,
                "the wait for the ACK has no timeout, or a much longer one. A frame that got lost will never be \
                 acknowledged.",
            ),
            (Kind::WrongDatagram, "what is repeated must be the same frame: the same number, the same bytes."),
            (Kind::ShortAnswer, "what is repeated must be the same frame: the same number, the same bytes."),
            (
                Kind::Exited,
                "the end of the timeout is taken for an error. A read timeout is `WouldBlock` (or `TimedOut`); and none of \
                 zero can be set.",
            ),
            (Kind::TooEarly, "the frame is repeated without waiting out the timeout; the ACK may be on its way."),
        ],
        cases: &[only(8, "send_and_wait", frames::repeats_what_was_lost)],
        ..Check::ROW
    },
    Check {
        id: "4.12",
        name: "survives_lost_acks",
        title: "A right sender repeats the same frame until its ACK comes, then goes on.",
        catches: "A number per transmission, a frame that counts as delivered when it was repeated, or retries for all frames \
                  together: the sender cannot know whether a frame or its ACK was lost.",
        reference: "RFC 1350 section 2",
        usually: &[
            (
                Kind::NoDatagram,
                "a frame that was repeated counts as delivered, the timeout grows, or the retries are counted over all frames. \
                 Each frame has 1 + R tries of its own, each for T; only its ACK ends them.",
            ),
            (Kind::WrongDatagram, "a frame that was repeated is not yet delivered. Only its ACK says so."),
        ],
        cases: &[
            case("a", 3, "send_and_wait", "ACKs are lost, one of them three times", frames::survives_lost_acks),
            case("b", 2, "send_stream", "six ACKs are lost, each once, R = 5", frames::counts_retries_per_frame),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.13",
        name: "ignores_an_ack_that_comes_twice",
        tier: Tier::Expert,
        title: "A right sender does not answer an old ACK: only its timeout repeats a frame.",
        catches: "The Sorcerer's Apprentice: a frame for each second ACK, an ACK for each second frame. It works, at half \
                  speed, so nobody notices.",
        reference: "RFC 1123 section 4.2.3.1",
        usually: &[
            (
                Kind::ExtraDatagram,
                "an ACK for an old frame causes a repetition. Each of them causes one more ACK: from then on everything \
                 goes over the network twice.",
            ),
            (Kind::Exited, "the ACK of another frame is taken for this one's. Compare the numbers."),
        ],
        cases: &[only(7, "send_and_wait", frames::ignores_an_ack_that_comes_twice)],
        ..Check::ROW
    },
    Check {
        id: "4.14",
        name: "keeps_its_deadline",
        tier: Tier::Expert,
        title: "A right sender repeats after its timeout T, whatever else arrives meanwhile.",
        catches: "A timeout that each datagram starts anew, or any ACK taken for the right one. Both need a second ACK to show.",
        reference: "socket(7), SO_RCVTIMEO; std::time::Instant",
        usually: &[
            (
                Kind::NoDatagram,
                "each datagram starts the wait from zero, so old ones can put off the repetition for ever. Or an old ACK is \
                 taken for the right one.",
            ),
            (Kind::WrongDatagram, "the ACK of another frame is taken for this one's. Compare the numbers."),
            (
                Kind::TooEarly,
                "an old ACK, or a read that a signal interrupted, causes the repetition; only the deadline may.",
            ),
            (
                Kind::Exited,
                "a read that a signal interrupted (`Interrupted`) is taken for a failure. It has read nothing: read again, \
                 until the same deadline.",
            ),
        ],
        cases: &[only(7, "send_and_wait", frames::keeps_its_deadline)],
        ..Check::ROW
    },
    Check {
        id: "4.15",
        name: "ignores_strangers",
        tier: Tier::Robust,
        title: "A right sender takes ACKs from its receiver only.",
        catches: "`recv_from` on a socket that is not connected, without a look at the sender: anybody can acknowledge.",
        reference: "udp(7), connect; std::net::UdpSocket::connect",
        usually: &[(
            Kind::WrongDatagram,
            "an ACK of somebody else was accepted. A connected socket drops what others send.",
        )],
        cases: &[only(6, "send_and_wait", frames::ignores_strangers)],
        ..Check::ROW
    },
    Check {
        id: "4.16",
        name: "survives_junk",
        tier: Tier::Robust,
        title: "A right sender takes five bytes that begin with A as an ACK, and nothing else.",
        catches: "An index into a datagram without a look at its length; a buffer of 5 bytes, which cuts a long datagram \
                  until it looks like an ACK.",
        reference: "recv(2); slice::get",
        usually: &[
            (Kind::TooEarly, "junk causes the repetition; only the deadline may."),
            (Kind::Panicked, "a datagram was indexed without a look at its length. It may even be empty."),
            (
                Kind::WrongDatagram,
                "junk was taken for the ACK, or the ACK was not taken. recv cuts what is longer than its buffer: 5 bytes \
                 of room are too few to see that there were more.",
            ),
            (
                Kind::WrongBytes,
                "the length, the type or the order of the four bytes is not looked at as the protocol says.",
            ),
        ],
        cases: &[
            case("a", 1, "decode_ack", "ACKs, and datagrams of 0 to 4 bytes", codec::reads_acks),
            case("b", 1, "decode_ack", "other types, and more than 5 bytes", codec::tells_acks_from_others),
            case("c", 2, "send_and_wait", "junk while it waits", frames::survives_junk),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.17",
        name: "gives_up_in_time",
        tier: Tier::Expert,
        title: "A right sender tries 1 + R times, each for T: not for ever, and not in haste.",
        catches: "Retries without end; \"port unreachable\" taken for a reason to stop, or to repeat at once. By hand the \
                  receiver is always there first.",
        reference: "RFC 8085 section 3.1.1; udp(7), ECONNREFUSED",
        usually: &[
            (Kind::NoDatagram, "1 + R sends are due, T apart: the first one, and R repetitions."),
            (
                Kind::ExtraDatagram,
                "the retries are not counted, or a frame for which they are used up is taken for delivered.",
            ),
            (
                Kind::Exited,
                "\"port unreachable\" ends the program, or uses up all tries at once. The receiver may start a little later: \
                 such a try is lost, and waits until its deadline like any other.",
            ),
            (Kind::TooEarly, "a try was cut short. Each one waits until its deadline, the last one too."),
            (
                Kind::WrongExit,
                "the error of a frame is dropped, or is another one: `PortUnreachable` where the last try met it, else \
                 `GaveUp`.",
            ),
            (Kind::SilentError, "`GaveUp` carries the number of sends: 1 + R."),
        ],
        cases: &[
            case("a", 2, "send_and_wait", "a receiver that says nothing, R = 2", frames::gives_up),
            case("b", 2, "send_and_wait", "a receiver that starts late", frames::waits_for_a_late_receiver),
            case("c", 1, "send_stream", "a stream to a port where nobody is, R = 2", frames::says_that_nobody_is_there),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.18",
        name: "delivers_over_a_bad_network",
        tier: Tier::Expert,
        title: "A right sender delivers everything, whatever the network does to its frames.",
        catches: "What only several faults together show, and a last frame that nobody waits for. Loopback loses nothing.",
        reference: "RFC 1350 sections 2 and 6",
        needs: &["4.08"],
        usually: &[
            (
                Kind::NoDatagram,
                "the last frame can be lost like any other: it is repeated until it is acknowledged. Only then the program \
                 ends.",
            ),
            (
                Kind::WrongDatagram,
                "after losses, doubles and late ACKs another frame is sent than the one that is due.",
            ),
        ],
        cases: &[only(2, "send_stream", network::delivers_over_a_bad_network)],
        ..Check::ROW
    },
];

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
use crate::check::{Check, Tier, case, only};

pub static LAB: LabInfo = LabInfo {
    number: 4,
    client: true,
    stubs: &["open_sender", "send_message", "encode_data", "decode_ack", "send_and_wait", "send_stream"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "4.01",
        name: "sends_a_line_as_a_datagram",
        cases: &[only(5, "send_message", plain::sends_a_line_as_a_datagram)],
        ..Check::ROW
    },
    Check {
        id: "4.02",
        name: "keeps_message_boundaries",
        cases: &[only(6, "send_message", plain::keeps_message_boundaries)],
        ..Check::ROW
    },
    Check {
        id: "4.03",
        name: "sends_from_one_free_port",
        cases: &[
            case("a", 2, "open_sender", plain::picks_a_free_port),
            case("b", 2, "send_message", plain::keeps_its_port),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.04",
        name: "sends_long_datagrams_whole",
        cases: &[only(5, "send_message", plain::sends_long_datagrams_whole)],
        ..Check::ROW
    },
    Check {
        id: "4.05",
        name: "says_when_a_message_is_too_big",
        tier: Tier::Robust,
        cases: &[only(6, "send_message", plain::says_when_a_message_is_too_big)],
        ..Check::ROW
    },
    Check {
        id: "4.06",
        name: "sends_over_ipv6",
        cases: &[
            case("a", 2, "open_sender", plain::reaches_ipv6),
            case("b", 3, "send_message", plain::sends_long_datagrams_over_ipv6),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.07",
        name: "says_when_nobody_receives",
        tier: Tier::Robust,
        cases: &[only(7, "send_message", plain::says_when_nobody_receives)],
        ..Check::ROW
    },
    Check {
        id: "4.08",
        name: "fills_every_chunk",
        cases: &[only(6, "send_stream", codec::fills_every_chunk)],
        ..Check::ROW
    },
    Check {
        id: "4.09",
        name: "numbers_in_network_order",
        cases: &[
            case("a", 2, "encode_data", codec::encodes_numbers),
            case("b", 2, "encode_data", codec::encodes_the_last_frame),
            case("c", 2, "send_stream", frames::counts_past_a_byte),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.10",
        name: "waits_for_each_ack",
        cases: &[
            case("a", 3, "send_and_wait", frames::waits_for_each_ack),
            case("b", 3, "send_stream", frames::waits_within_a_stream),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.11",
        name: "repeats_what_was_lost",
        cases: &[only(8, "send_and_wait", frames::repeats_what_was_lost)],
        ..Check::ROW
    },
    Check {
        id: "4.12",
        name: "survives_lost_acks",
        cases: &[
            case("a", 3, "send_and_wait", frames::survives_lost_acks),
            case("b", 2, "send_stream", frames::counts_retries_per_frame),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.13",
        name: "ignores_an_ack_that_comes_twice",
        tier: Tier::Expert,
        cases: &[only(7, "send_and_wait", frames::ignores_an_ack_that_comes_twice)],
        ..Check::ROW
    },
    Check {
        id: "4.14",
        name: "keeps_its_deadline",
        tier: Tier::Expert,
        cases: &[only(7, "send_and_wait", frames::keeps_its_deadline)],
        ..Check::ROW
    },
    Check {
        id: "4.15",
        name: "ignores_strangers",
        tier: Tier::Robust,
        cases: &[only(6, "send_and_wait", frames::ignores_strangers)],
        ..Check::ROW
    },
    Check {
        id: "4.16",
        name: "survives_junk",
        tier: Tier::Robust,
        cases: &[
            case("a", 1, "decode_ack", codec::reads_acks),
            case("b", 1, "decode_ack", codec::tells_acks_from_others),
            case("c", 2, "send_and_wait", frames::survives_junk),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.17",
        name: "gives_up_in_time",
        tier: Tier::Expert,
        cases: &[
            case("a", 2, "send_and_wait", frames::gives_up),
            case("b", 2, "send_and_wait", frames::waits_for_a_late_receiver),
            case("c", 1, "send_stream", frames::says_that_nobody_is_there),
        ],
        ..Check::ROW
    },
    Check {
        id: "4.18",
        name: "delivers_over_a_bad_network",
        tier: Tier::Expert,
        needs: &["4.08"],
        cases: &[only(2, "send_stream", network::delivers_over_a_bad_network)],
        ..Check::ROW
    },
];

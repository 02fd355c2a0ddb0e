//! The checks of lab 1, the TCP echo server (RFC 862), which serves one client at a time: the table. The functions stand in
//! `lab1/`.

mod echo;
mod listen;
mod serve;

use super::LabInfo;
use crate::check::{Check, Tier, case, only};

pub static LAB: LabInfo = LabInfo {
    number: 1,
    client: false,
    stubs: &["open_listener", "echo_once", "echo_until_eof", "serve"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "1.01",
        name: "listens_where_it_says",
        cases: &[only(5, "open_listener", listen::listens_where_it_says)],
        ..Check::ROW
    },
    Check {
        id: "1.02",
        name: "listens_only_there",
        tier: Tier::Robust,
        cases: &[only(3, "open_listener", listen::listens_only_there)],
        ..Check::ROW
    },
    Check {
        id: "1.03",
        name: "says_when_the_port_is_taken",
        cases: &[only(5, "open_listener", listen::says_when_the_port_is_taken)],
        ..Check::ROW
    },
    Check { id: "1.04", name: "answers_at_once", cases: &[only(8, "echo_once", echo::answers_at_once)], ..Check::ROW },
    Check {
        id: "1.05",
        name: "echoes_just_what_came",
        cases: &[only(6, "echo_once", echo::echoes_just_what_came)],
        ..Check::ROW
    },
    Check {
        id: "1.06",
        name: "echoes_any_bytes",
        cases: &[only(6, "echo_until_eof", echo::echoes_any_bytes)],
        ..Check::ROW
    },
    Check {
        id: "1.07",
        name: "echoes_again_and_again",
        cases: &[only(6, "echo_until_eof", echo::echoes_again_and_again)],
        ..Check::ROW
    },
    Check {
        id: "1.08",
        name: "echoes_single_bytes",
        cases: &[only(5, "echo_until_eof", echo::echoes_single_bytes)],
        ..Check::ROW
    },
    Check {
        id: "1.09",
        name: "answers_full_buffers",
        tier: Tier::Robust,
        cases: &[only(8, "echo_until_eof", echo::answers_full_buffers)],
        ..Check::ROW
    },
    Check { id: "1.10", name: "ends_cleanly", cases: &[only(8, "echo_until_eof", echo::ends_cleanly)], ..Check::ROW },
    Check {
        id: "1.11",
        name: "leaves_a_finished_client",
        cases: &[only(5, "serve", serve::leaves_a_finished_client)],
        ..Check::ROW
    },
    Check {
        id: "1.12",
        name: "serves_one_after_another",
        cases: &[only(5, "serve", serve::serves_one_after_another)],
        ..Check::ROW
    },
    Check {
        id: "1.13",
        name: "survives_reset",
        tier: Tier::Robust,
        cases: &[only(7, "serve", serve::survives_reset)],
        ..Check::ROW
    },
    Check {
        id: "1.14",
        name: "survives_clients_that_are_gone",
        tier: Tier::Expert,
        cases: &[only(5, "serve", serve::survives_clients_that_are_gone)],
        ..Check::ROW
    },
    Check {
        id: "1.15",
        name: "echoes_megabytes",
        tier: Tier::Robust,
        cases: &[only(6, "echo_until_eof", echo::echoes_megabytes)],
        ..Check::ROW
    },
    Check {
        id: "1.16",
        name: "sends_every_byte_to_a_slow_client",
        tier: Tier::Expert,
        needs: &["1.15"],
        cases: &[only(8, "echo_until_eof", echo::sends_every_byte_to_a_slow_client)],
        ..Check::ROW
    },
    Check {
        id: "1.17",
        name: "reads_no_more_than_it_can_send",
        tier: Tier::Expert,
        cases: &[only(2, "echo_until_eof", echo::reads_no_more_than_it_can_send)],
        ..Check::ROW
    },
    Check {
        id: "1.18",
        name: "is_frugal_and_speaks_ipv6",
        tier: Tier::Robust,
        cases: &[
            case("a", 1, "open_listener", listen::listens_on_ipv6),
            case("b", 1, "serve", serve::serves_200_under_32),
        ],
        ..Check::ROW
    },
];

//! The checks of lab 2, the TCP echo client: the table. What each one does stands in three files, by what the client is
//! about: `connect`, `reply`, `pump`.

mod connect;
mod pump;
mod reply;

use std::time::Duration;

use super::LabInfo;
use crate::check::{Check, Tier, Verdict, case, only};
use crate::lab::Lab;

pub static LAB: LabInfo = LabInfo {
    number: 2,
    client: true,
    stubs: &["resolve", "connect_any", "recv_exactly", "echo_message", "pump"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check { id: "2.01", name: "connects_once", cases: &[only(5, "connect_any", connect::connects_once)], ..Check::ROW },
    Check {
        id: "2.02",
        name: "sends_just_the_message",
        cases: &[
            case("a", 5, "echo_message", reply::sends_just_the_message),
            case("b", 1, "echo_message", reply::sends_an_empty_message),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.03",
        name: "shows_what_it_received",
        cases: &[
            case("a", 3, "echo_message", reply::shows_another_word),
            case("b", 2, "echo_message", reply::shows_another_word_in_pieces),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.04",
        name: "reads_until_the_reply_is_complete",
        cases: &[
            case("a", 4, "recv_exactly", reply::collects_single_bytes),
            case("b", 2, "recv_exactly", reply::leaves_what_follows),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.05",
        name: "waits_for_the_rest",
        cases: &[
            case("a", 5, "recv_exactly", reply::waits_for_the_second_piece),
            case("b", 2, "recv_exactly", reply::waits_for_six_pieces),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.06",
        name: "receives_100_000_bytes",
        tier: Tier::Robust,
        cases: &[only(5, "recv_exactly", reply::receives_100_000_bytes)],
        ..Check::ROW
    },
    Check {
        id: "2.07",
        name: "notices_an_early_end",
        cases: &[only(6, "recv_exactly", reply::notices_an_early_end)],
        ..Check::ROW
    },
    Check {
        id: "2.08",
        name: "reports_a_reset",
        tier: Tier::Robust,
        cases: &[only(5, "recv_exactly", reply::reports_a_reset)],
        ..Check::ROW
    },
    Check {
        id: "2.09",
        name: "gives_up_at_the_idle_timeout",
        tier: Tier::Robust,
        cases: &[
            case("a", 3, "recv_exactly", reply::gives_up_without_an_answer),
            case("b", 2, "recv_exactly", reply::gives_up_in_the_middle),
            case("c", 1, "recv_exactly", reply::reads_again_after_a_signal),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.10",
        name: "says_that_nobody_listens",
        cases: &[only(4, "connect_any", connect::says_that_nobody_listens)],
        ..Check::ROW
    },
    Check {
        id: "2.11",
        name: "tries_the_addresses_in_order",
        cases: &[
            case("a", 5, "connect_any", connect::tries_the_next_address),
            case("b", 2, "connect_any", connect::takes_the_first_address),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.12",
        name: "leaves_a_silent_address",
        tier: Tier::Expert,
        needs: &["2.11"],
        cases: &[
            case("a", 5, "connect_any", connect::leaves_a_silent_address),
            case("b", 1, "connect_any", connect::says_the_last_error),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.13",
        name: "connects_over_ipv6",
        tier: Tier::Robust,
        cases: &[only(4, "connect_any", connect::connects_over_ipv6)],
        ..Check::ROW
    },
    Check {
        id: "2.14",
        name: "resolves_names",
        cases: &[
            case("a", 2, "resolve", connect::resolves_localhost),
            case("b", 2, "resolve", connect::rejects_impossible_names),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.15",
        name: "sends_what_is_typed_at_once",
        cases: &[only(6, "pump", pump::sends_what_is_typed_at_once)],
        ..Check::ROW
    },
    Check {
        id: "2.16",
        name: "closes_only_its_sending_side",
        tier: Tier::Robust,
        cases: &[only(8, "pump", pump::closes_only_its_sending_side)],
        ..Check::ROW
    },
    Check {
        id: "2.17",
        name: "sends_and_receives_at_once",
        tier: Tier::Expert,
        needs: &["2.16"],
        cases: &[
            case("a", 5, "pump", pump::sends_and_receives_at_once),
            case("b", 2, "pump", pump::sends_every_byte_to_a_slow_server),
        ],
        ..Check::ROW
    },
    Check {
        id: "2.18",
        name: "follows_the_server",
        tier: Tier::Robust,
        cases: &[case("a", 2, "pump", pump::shows_a_greeting), case("b", 1, "pump", pump::ends_with_the_server)],
        ..Check::ROW
    },
];

/// Waits until the program has done what it can with what it was given: it sleeps, or has ended.
fn until_asleep(lab: &Lab) -> Verdict {
    lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>)).map(drop)
}

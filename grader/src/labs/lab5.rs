//! The checks of lab 5, the chat server with threads: the table here, the functions in three files beside it.

mod chat;
mod lines;
mod room;
mod threads;

use super::LabInfo;
use crate::check::{Check, Tier, case, only};
use lines::*;
use room::*;
use threads::*;

pub static LAB: LabInfo = LabInfo {
    number: 5,
    client: false,
    stubs: &["next_line", "parse_command", "serve", "join", "names", "deliver"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check { id: "5.01", name: "greets_a_client", cases: &[only(4, "serve", greets)], ..Check::ROW },
    Check {
        id: "5.02",
        name: "serves_clients_at_once",
        cases: &[only(8, "serve", serves_the_last_first)],
        ..Check::ROW
    },
    Check {
        id: "5.03",
        name: "serves_beside_a_silent_client",
        cases: &[only(5, "serve", serves_beside_a_silent_client)],
        ..Check::ROW
    },
    Check {
        id: "5.04",
        name: "serves_beside_fifty_silent_clients",
        cases: &[only(4, "serve", serves_beside_fifty)],
        ..Check::ROW
    },
    Check {
        id: "5.05",
        name: "takes_lines_byte_by_byte",
        cases: &[only(5, "next_line", takes_lines_byte_by_byte)],
        ..Check::ROW
    },
    Check {
        id: "5.06",
        name: "chats_in_four_slices",
        cases: &[only(6, "deliver", chats_in_four_slices)],
        ..Check::ROW
    },
    Check {
        id: "5.07",
        name: "takes_three_lines_at_once",
        cases: &[only(5, "next_line", takes_three_lines_at_once)],
        ..Check::ROW
    },
    Check {
        id: "5.08",
        name: "lists_who_is_here",
        cases: &[case("a", 2, "names", lists_who_joins), case("b", 2, "names", forgets_who_leaves)],
        ..Check::ROW
    },
    Check {
        id: "5.09",
        name: "delivers_messages_verbatim",
        cases: &[only(5, "deliver", delivers_messages_verbatim)],
        ..Check::ROW
    },
    Check {
        id: "5.10",
        name: "refuses_bad_requests",
        cases: &[
            case("a", 1, "parse_command", wants_a_name),
            case("b", 1, "parse_command", refuses_bad_names),
            case("c", 1, "parse_command", wants_a_message),
            case("d", 1, "parse_command", refuses_other_words),
            case("e", 1, "parse_command", refuses_the_empty_line),
            case("f", 1, "deliver", knows_who_is_who),
        ],
        ..Check::ROW
    },
    Check {
        id: "5.11",
        name: "gives_a_name_once",
        tier: Tier::Robust,
        rounds: 3,
        cases: &[case("a", 5, "join", gives_a_name_once), case("b", 1, "deliver", leaves_a_name_with_its_owner)],
        ..Check::ROW
    },
    Check {
        id: "5.12",
        name: "frees_the_name_of_who_left",
        tier: Tier::Robust,
        rounds: 3,
        cases: &[case("a", 3, "join", frees_a_name_after_the_end), case("b", 2, "join", frees_a_name_after_a_reset)],
        ..Check::ROW
    },
    Check {
        id: "5.13",
        name: "counts_its_members",
        tier: Tier::Robust,
        cases: &[only(4, "join", counts_its_members)],
        ..Check::ROW
    },
    Check {
        id: "5.14",
        name: "ends_an_endless_line",
        tier: Tier::Robust,
        cases: &[case("a", 3, "serve", ends_an_endless_line), case("b", 2, "next_line", knows_how_long_a_line_may_be)],
        ..Check::ROW
    },
    Check {
        id: "5.15",
        name: "survives_a_slow_reader",
        tier: Tier::Expert,
        needs: &["5.09"],
        rounds: 3,
        cases: &[only(8, "deliver", survives_a_slow_reader)],
    },
    Check {
        id: "5.16",
        name: "survives_a_panic_under_the_lock",
        tier: Tier::Expert,
        cases: &[only(6, "deliver", survives_a_panic_under_the_lock)],
        ..Check::ROW
    },
    Check {
        id: "5.17",
        name: "keeps_lines_whole",
        tier: Tier::Robust,
        needs: &["5.09"],
        rounds: 3,
        cases: &[only(4, "deliver", keeps_lines_whole)],
    },
    Check {
        id: "5.18",
        name: "survives_without_descriptors",
        tier: Tier::Expert,
        cases: &[only(4, "serve", survives_without_descriptors)],
        ..Check::ROW
    },
    Check {
        id: "5.19",
        name: "keeps_nothing_of_who_left",
        tier: Tier::Expert,
        cases: &[case("a", 2, "serve", forgets_300_clients), case("b", 1, "serve", survives_clients_that_are_gone)],
        ..Check::ROW
    },
    Check {
        id: "5.20",
        name: "ends_lines_and_streams",
        cases: &[
            case("a", 1, "next_line", takes_lines_of_telnet),
            case("b", 1, "serve", answers_all_before_the_end),
            case("c", 1, "deliver", sends_all_before_the_end),
        ],
        ..Check::ROW
    },
];

//! The checks of lab 3, the HTTP/1.1 client (RFC 9112): the table. The functions stand in `lab3/`, by what they are about.

mod body;
mod chunked;
mod head;
mod redirect;
mod request;
mod server;

use super::LabInfo;
use crate::check::{Check, Tier, case, only};

pub static LAB: LabInfo = LabInfo {
    number: 3,
    client: true,
    stubs: &[
        "parse_url",
        "build_request",
        "read_head",
        "framing",
        "read_sized",
        "read_until_close",
        "read_chunked",
        "redirect_target",
    ],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[
    Check {
        id: "3.01",
        name: "ends_its_request",
        cases: &[only(6, "build_request", request::ends_its_request)],
        ..Check::ROW
    },
    Check {
        id: "3.02",
        name: "names_host_and_port",
        cases: &[only(5, "build_request", request::names_host_and_port)],
        ..Check::ROW
    },
    Check {
        id: "3.03",
        name: "takes_the_url_apart",
        cases: &[
            case("a", 1, "parse_url", request::drops_the_fragment),
            case("b", 1, "parse_url", request::fills_in_what_is_missing),
            case("c", 1, "build_request", request::keeps_brackets_in_host),
            case("d", 1, "parse_url", request::refuses_other_urls),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.04",
        name: "stops_after_content_length",
        cases: &[only(7, "read_sized", body::stops_after_content_length)],
        ..Check::ROW
    },
    Check {
        id: "3.05",
        name: "reads_until_the_server_closes",
        cases: &[
            case("a", 3, "read_until_close", body::takes_a_page_without_length),
            case("b", 2, "read_until_close", body::reads_all_until_the_close),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.06",
        name: "reads_the_whole_body",
        cases: &[only(7, "read_sized", body::reads_the_whole_body)],
        ..Check::ROW
    },
    Check {
        id: "3.07",
        name: "waits_for_no_more_than_promised",
        cases: &[only(6, "read_sized", body::waits_for_no_more_than_promised)],
        ..Check::ROW
    },
    Check {
        id: "3.08",
        name: "finds_the_end_of_the_head",
        tier: Tier::Robust,
        cases: &[
            case("a", 3, "read_head", head::reads_a_dribbled_head),
            case("b", 3, "read_sized", head::keeps_what_follows_the_head),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.09",
        name: "reads_field_names_in_any_case",
        tier: Tier::Robust,
        cases: &[only(5, "read_sized", head::reads_field_names_in_any_case)],
        ..Check::ROW
    },
    Check {
        id: "3.10",
        name: "copies_any_bytes",
        cases: &[only(4, "read_sized", body::copies_any_bytes)],
        ..Check::ROW
    },
    Check {
        id: "3.11",
        name: "notices_a_cut_off_body",
        cases: &[only(5, "read_sized", body::notices_a_cut_off_body)],
        ..Check::ROW
    },
    Check {
        id: "3.12",
        name: "prints_no_more_than_promised",
        cases: &[only(3, "read_sized", body::prints_no_more_than_promised)],
        ..Check::ROW
    },
    Check {
        id: "3.13",
        name: "decodes_chunks",
        tier: Tier::Robust,
        cases: &[only(5, "read_chunked", chunked::decodes_chunks)],
        ..Check::ROW
    },
    Check {
        id: "3.14",
        name: "decodes_every_form_of_chunks",
        tier: Tier::Expert,
        needs: &["3.13"],
        cases: &[
            case("a", 1, "read_chunked", chunked::ignores_extensions),
            case("b", 2, "read_chunked", chunked::decodes_dribbled_chunks),
            case("c", 1, "read_chunked", chunked::ignores_trailers),
            case("d", 2, "read_chunked", chunked::believes_chunked),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.15",
        name: "notices_broken_chunks",
        tier: Tier::Robust,
        cases: &[
            case("a", 2, "read_chunked", chunked::notices_a_missing_end),
            case("b", 1, "read_chunked", chunked::refuses_broken_chunks),
            case("c", 1, "read_chunked", chunked::limits_lines_and_trailers),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.16",
        name: "knows_responses_without_a_body",
        tier: Tier::Robust,
        cases: &[
            case("a", 1, "framing", head::knows_that_204_is_empty),
            case("b", 2, "read_sized", head::waits_for_no_body_of_304),
            case("c", 2, "read_sized", head::skips_100_continue),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.17",
        name: "follows_redirects",
        tier: Tier::Robust,
        cases: &[
            case("a", 1, "redirect_target", redirect::goes_to_another_port),
            case("b", 1, "redirect_target", redirect::completes_a_path),
            case("c", 1, "redirect_target", redirect::completes_a_relative_url),
            case("d", 1, "redirect_target", redirect::leaves_a_loop),
            case("e", 1, "redirect_target", redirect::stays_at_201),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.18",
        name: "takes_the_status_from_its_place",
        cases: &[only(3, "read_sized", head::takes_the_status_from_its_place)],
        ..Check::ROW
    },
    Check {
        id: "3.19",
        name: "believes_no_absurd_head",
        tier: Tier::Expert,
        cases: &[
            case("a", 1, "read_head", head::limits_the_head),
            case("b", 1, "read_sized", body::believes_no_absurd_length),
            case("c", 1, "framing", head::refuses_lengths_that_are_none),
            case("d", 1, "framing", head::refuses_two_lengths),
            case("e", 1, "read_head", head::refuses_other_heads),
        ],
        ..Check::ROW
    },
    Check {
        id: "3.20",
        name: "tells_silence_from_reset",
        tier: Tier::Robust,
        cases: &[
            case("a", 1, "read_sized", body::gives_up_on_silence),
            case("b", 1, "read_sized", body::notices_a_reset),
            case("c", 1, "read_until_close", body::takes_no_reset_for_the_end),
            case("d", 1, "read_sized", body::goes_on_when_interrupted),
        ],
        ..Check::ROW
    },
];

//! The checks of lab 3.

use super::LabInfo;
use crate::check::Check;

pub static LAB: LabInfo = LabInfo {
    number: 3,
    title: "HTTP GET client",
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

static CHECKS: &[Check] = &[];

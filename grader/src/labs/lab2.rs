//! The checks of lab 2.

use super::LabInfo;
use crate::check::Check;

pub static LAB: LabInfo = LabInfo {
    number: 2,
    title: "TCP echo client",
    client: true,
    stubs: &["resolve", "connect_any", "recv_exactly", "echo_message", "pump"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[];

//! The checks of lab 4.

use super::LabInfo;
use crate::check::Check;

pub static LAB: LabInfo = LabInfo {
    number: 4,
    title: "UDP sender",
    client: true,
    stubs: &["open_sender", "send_message", "encode_data", "decode_ack", "send_and_wait", "send_stream"],
    checks: CHECKS,
};

static CHECKS: &[Check] = &[];

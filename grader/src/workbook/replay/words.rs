//! The peer's next move in words.

use crate::peer::{grouped, show_first};
use crate::texts::say;
use crate::wire::{Bytes, What};

/// "client sends 5 bytes: "hello""
pub fn next(lane: &str, what: &What) -> String {
    match what {
        What::Connect => say!("cargo-lab/replay/connects", lane),
        What::Sent(bytes) => say!("cargo-lab/replay/sends", lane, bytes = sized(bytes)),
        What::CloseWrite => say!("cargo-lab/replay/closes_its_sending_side_fin", lane),
        What::Close => say!("cargo-lab/replay/closes_fin", lane),
        What::SendReset => say!("cargo-lab/replay/resets_rst", lane),
        What::Stdin(bytes) => say!("cargo-lab/replay/your_standard_input_gets", bytes = sized(bytes)),
        What::StdinClosed => say!("cargo-lab/replay/your_standard_input_ends").to_string(),
        What::Paused { times } => say!("cargo-lab/replay/reads_on_you_are_stopped_and", lane, times),
        _ => say!("cargo-lab/replay/goes_on", lane),
    }
}

fn sized(bytes: &Bytes) -> String {
    let count =
        say!("cargo-lab/replay/byte", bytes = grouped(bytes.count), plural = if bytes.count == 1 { "" } else { "s" });
    let name = if bytes.name.is_empty() { String::new() } else { format!("{}, ", bytes.name) };
    let dots = if bytes.count > 12 { " .." } else { "" };
    format!("{name}{count}: {}{dots}", show_first(&bytes.first, 12))
}

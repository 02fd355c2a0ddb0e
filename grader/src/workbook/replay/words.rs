//! The peer's next move in words.

use crate::peer::{grouped, show_first};
use crate::wire::{Bytes, What};

/// "client sends 5 bytes: "hello""
pub fn next(lane: &str, what: &What) -> String {
    match what {
        What::Connect => format!("{lane} connects"),
        What::Sent(bytes) => format!("{lane} sends {}", sized(bytes)),
        What::CloseWrite => format!("{lane} closes its sending side (FIN)"),
        What::Close => format!("{lane} closes (FIN)"),
        What::SendReset => format!("{lane} resets (RST)"),
        What::Stdin(bytes) => format!("your standard input gets {}", sized(bytes)),
        What::StdinClosed => "your standard input ends".to_string(),
        What::Paused { times } => format!("{lane} reads on; you are stopped and continued {times} times"),
        _ => format!("{lane} goes on"),
    }
}

fn sized(bytes: &Bytes) -> String {
    let count = format!("{} byte{}", grouped(bytes.count), if bytes.count == 1 { "" } else { "s" });
    let name = if bytes.name.is_empty() { String::new() } else { format!("{}, ", bytes.name) };
    let dots = if bytes.count > 12 { " .." } else { "" };
    format!("{name}{count}: {}{dots}", show_first(&bytes.first, 12))
}

//! Ctrl-C, Ctrl-Z, `kill`: told to the session, so that it can put the terminal back and end what it has started.

use std::sync::mpsc::Sender;

use super::Event;

/// A signal that was sent to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(windows, expect(dead_code, reason = "Ctrl-C is a key there"))]
pub enum Signal {
    /// To end; the shell sees 128 and the number of the signal as the exit code.
    End(i32),
    /// To stop until somebody lets us go on.
    Suspend,
}

/// Listens from now on. Without keys nothing is changed on the terminal, and Ctrl-Z works as always.
#[cfg(unix)]
pub fn listen(keys: bool, events: Sender<Event>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

    let ends = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
    let all = ends.into_iter().chain(keys.then_some(SIGTSTP));
    let Ok(mut signals) = signal_hook::iterator::Signals::new(all) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let signal = if signal == SIGTSTP { Signal::Suspend } else { Signal::End(signal) };
            if events.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    });
}

/// Stops this process as Ctrl-Z does, and returns when it goes on.
#[cfg(unix)]
pub fn suspend() {
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
}

#[cfg(not(unix))]
pub fn listen(_keys: bool, _events: Sender<Event>) {}

#[cfg(not(unix))]
pub fn suspend() {}

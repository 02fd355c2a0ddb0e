//! The keyboard, key by key, and the terminal as it was before.
//!
//! On Unix only the line editing and the echo are switched off. Ctrl-C and Ctrl-Z stay signals, and a line end stays one:
//! what other parts of the program print looks as always.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{Sender, channel};

use super::Event;

/// A key that was pressed; `\n` is Enter.
pub type Key = char;

/// The end of the input: as on a shell, the end of it all.
pub const END: Key = '\x04';

/// Keys come one by one as long as this is there. When it goes, the terminal is as it was.
#[derive(Debug)]
pub struct Keyboard {
    /// Each lets the reader take one more key: while another program has the terminal, none is taken from it.
    permits: Sender<()>,
}

impl Keyboard {
    /// None without a terminal.
    pub fn open(events: Sender<Event>) -> Option<Keyboard> {
        if !is_there() || !system::key_by_key() {
            return None;
        }
        let (permits, permitted) = channel();
        std::thread::spawn(move || {
            for () in permitted {
                let Some(key) = system::read_key() else { break };
                if events.send(Event::Key(key)).is_err() {
                    break;
                }
            }
        });
        let keyboard = Keyboard { permits };
        keyboard.next();
        Some(keyboard)
    }

    /// The last key is dealt with.
    pub fn next(&self) {
        let _ = self.permits.send(());
    }

    /// Gives the terminal to another program, until `again`.
    pub fn lend(&self) {
        restore();
    }

    pub fn again(&self) {
        system::key_by_key();
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether there is a terminal for both input and output.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Makes the terminal what it was, from whichever thread, on whichever way out.
pub fn restore() {
    system::restore();
}

/// What bytes from a terminal mean: an arrow key is a sequence that starts with an escape, and no key of ours.
#[cfg(unix)]
fn key_of(bytes: &[u8]) -> Option<Key> {
    match bytes {
        [] => Some(END),
        [b'\x1b', ..] => None,
        [b'\r', ..] => Some('\n'),
        [byte, ..] if byte.is_ascii() => Some(char::from(*byte)),
        _ => None,
    }
}

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    use super::{Key, key_of};

    /// How the terminal was before, while it is not so.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    pub fn key_by_key() -> bool {
        let Ok(now) = tcgetattr(io::stdin()) else { return false };
        let mut changed = now.clone();
        changed.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        changed.special_codes[SpecialCodeIndex::VMIN] = 1;
        changed.special_codes[SpecialCodeIndex::VTIME] = 0;
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        before.get_or_insert(now);
        tcsetattr(io::stdin(), OptionalActions::Now, &changed).is_ok()
    }

    pub fn restore() {
        if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
    }

    /// Not through `std::io::stdin`, whose buffer would keep keys from a program that has the terminal for a while. A
    /// sequence comes in one read; of what is typed or pasted at once, the first key counts.
    pub fn read_key() -> Option<Key> {
        loop {
            let mut bytes = [0; 64];
            match rustix::io::read(io::stdin(), &mut bytes) {
                Ok(0) => return None,
                Ok(n) => match key_of(&bytes[..n]) {
                    Some(key) => return Some(key),
                    None => continue,
                },
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return None,
            }
        }
    }
}

#[cfg(windows)]
mod system {
    use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
    use crossterm::terminal;

    use super::{END, Key};

    pub fn key_by_key() -> bool {
        crossterm::ansi_support::supports_ansi() && terminal::enable_raw_mode().is_ok()
    }

    pub fn restore() {
        let _ = terminal::disable_raw_mode();
    }

    pub fn read_key() -> Option<Key> {
        loop {
            let Event::Key(key) = read().ok()? else { continue };
            if key.kind != KeyEventKind::Press {
                continue;
            }
            match key.code {
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => return Some(END),
                KeyCode::Char(key) => return Some(key),
                KeyCode::Enter => return Some('\n'),
                _ => {}
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_key_is_no_letter() {
        assert_eq!(key_of(b"\x1b[A"), None);
        assert_eq!(key_of(b"q"), Some('q'));
        assert_eq!(key_of(b"\r"), Some('\n'));
        assert_eq!(key_of("ü".as_bytes()), None);
    }
}

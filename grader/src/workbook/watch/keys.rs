//! What the keys mean, and the commands that they start beside the checks.

use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;

use super::Event;
use super::terminal::{END, Key};
use crate::build::Workspace;
use crate::texts::say;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Quit,
    Rerun,
    Stop,
    Hint,
    Explain,
    Open,
    Next,
    Keys,
}

/// What `?` says of a key.
type Meaning = fn() -> &'static str;

/// Every key with its meaning, as `?` shows them.
const KEYS: &[(&[Key], Wish, Meaning)] = &[
    (&['q', 'Q', END], Wish::Quit, || say!("cargo-lab/watch/key_quit")),
    (&['r', 'R', '\n'], Wish::Rerun, || say!("cargo-lab/watch/key_rerun")),
    (&['s', 'S'], Wish::Stop, || say!("cargo-lab/watch/key_stop")),
    (&['n', 'N'], Wish::Next, || say!("cargo-lab/watch/key_next")),
    (&['h', 'H'], Wish::Hint, || say!("cargo-lab/watch/key_hint")),
    (&['e', 'E'], Wish::Explain, || say!("cargo-lab/watch/key_explain")),
    (&['o', 'O'], Wish::Open, || say!("cargo-lab/watch/key_open")),
    (&['?'], Wish::Keys, || say!("cargo-lab/watch/key_keys")),
];

/// Nothing for a key that means nothing.
pub fn wish(key: Key) -> Option<Wish> {
    KEYS.iter().find(|(keys, ..)| keys.contains(&key)).map(|(_, wish, _)| *wish)
}

/// All keys, a line for each.
pub fn table() -> String {
    KEYS.iter().map(|(.., line)| format!("  {}", line())).collect::<Vec<_>>().join("\n")
}

/// Runs another command of `cargo lab` (`hint`, `explain`) for a check; the session is told what it said.
pub fn side_command(workspace: &Workspace, name: &'static str, id: &str, events: Sender<Event>) {
    let (root, id) = (workspace.root().to_path_buf(), id.to_string());
    // Not on the session's thread, which answers keys, and which may not start processes while checks run: theirs are
    // looked for among its children.
    std::thread::spawn(move || {
        let said = std::env::current_exe().and_then(|program| {
            Command::new(program).args([name, &id]).current_dir(root).stdin(Stdio::null()).output()
        });
        let text = match said {
            Ok(output) => {
                let text = [output.stdout, output.stderr].concat();
                format!("\n{}", String::from_utf8_lossy(&text).trim_end())
            }
            Err(error) => say!("cargo-lab/watch/cannot_run_cargo_lab_try_in", name, id, error),
        };
        let _ = events.send(Event::Said(text));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_meaning() {
        let mut all: Vec<Key> = KEYS.iter().flat_map(|(keys, ..)| keys.iter().copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(wish('\n'), Some(Wish::Rerun));
        assert_eq!(wish('x'), None);
    }
}

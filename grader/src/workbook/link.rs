//! Places in a source: as text (`labs/lab1/src/lib.rs:45`), and as a link where the terminal can follow one (OSC 8).

use std::path::Path;

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the root of the workspace: `labs/lab1/src/lib.rs`.
    pub file: String,
    pub line: u32,
}

impl Place {
    /// `labs/lab1/src/lib.rs:45`, which many terminals and all editors understand.
    pub fn text(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The same as a link, on a terminal that is not at the other end of an ssh: there the file is another one.
    pub fn link(&self, root: &Path, terminal: bool) -> String {
        let text = self.text();
        let far = std::env::var_os("SSH_CONNECTION").is_some();
        if !terminal || far {
            return text;
        }
        let mut address = address(&root.join(&self.file));
        if understands_lines(|name| std::env::var(name).ok()) {
            address.push_str(&format!("#{}", self.line));
        }
        format!("\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\")
    }
}

/// These terminals give the number behind `#` to the editor as a line; others take it for a part of the name.
fn understands_lines(set: impl Fn(&str) -> Option<String>) -> bool {
    let program = set("TERM_PROGRAM").unwrap_or_default();
    ["vscode", "iTerm.app", "WezTerm", "ghostty"].contains(&program.as_str()) || set("KITTY_WINDOW_ID").is_some()
}

/// `file:///home/ada/labs`
fn address(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut address = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b':' => {
                address.push(char::from(byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_letter_is_escaped_in_an_address() {
        assert_eq!(address(Path::new("/tmp/a b/\u{e9}#1.rs")), "file:///tmp/a%20b/%C3%A9%231.rs");
    }

    #[test]
    fn lines_are_only_for_terminals_that_know_them() {
        assert!(understands_lines(|name| (name == "TERM_PROGRAM").then(|| "vscode".to_string())));
        assert!(!understands_lines(|_| None));
    }
}

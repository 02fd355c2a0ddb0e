//! A program that the student starts: what to type, and where it then listens.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::keys::Keys;
use crate::check::Stop;
use crate::lab::{Launch, MOST_BY_HAND};
use crate::remembered::FOLDER;
use crate::texts::say;
use crate::workbook::talk::address;
use crate::workbook::{complain, print, println};

/// What standard input of a client is read from.
const INPUT: &str = "replay-input";

/// The student's side of a program that is started by hand.
#[derive(Debug)]
pub struct Hand {
    root: PathBuf,
    lab: u8,
    /// Where a server listens that has been started already.
    to: Option<SocketAddr>,
    /// A client that is to be started, when it is known what it finds on its standard input.
    pending: Option<Launch>,
    input: Vec<u8>,
    closed: bool,
    /// Why this check cannot be played by hand.
    pub refused: Option<String>,
}

impl Hand {
    pub fn new(root: &Path, lab: u8, to: Option<SocketAddr>) -> Hand {
        let root = root.to_path_buf();
        Hand { root, lab, to, pending: None, input: Vec::new(), closed: false, refused: None }
    }

    /// Says how to start a server, and asks where it listens.
    pub fn server(&mut self, launch: &Launch, proposed: SocketAddr, keys: Option<&Keys>) -> Result<SocketAddr, Stop> {
        println(say!("cargo-lab/replay/start_your_program_in_another_terminal"));
        println(&format!("  {}", self.command(launch)));
        if let Some(address) = self.to.take() {
            println(&say!("cargo-lab/replay/it_is_taken_to_listen_on", address));
            return Ok(address);
        }
        let Some(keys) = keys else { return Err(unasked()) };
        loop {
            print(&say!("cargo-lab/replay/where_does_it_listen", proposed));
            let Some(answer) = keys.answer() else { return Err(unasked()) };
            if answer.is_empty() {
                return Ok(proposed);
            }
            match address::parse(answer.trim_start_matches("listening on ")) {
                Ok(address) => return Ok(address),
                Err(message) => complain(&message),
            }
        }
    }

    pub fn client(&mut self, launch: &Launch) {
        (self.pending, self.input, self.closed) = (Some(launch.clone()), Vec::new(), false);
    }

    /// What the check writes to standard input before anything else happens is put into a file.
    pub fn input(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            None if self.pending.is_some() => self.closed = true,
            None => println(say!("cargo-lab/replay/now_end_its_standard_input_ctrl")),
            Some(bytes) if self.pending.is_some() && self.input.len() + bytes.len() <= MOST_BY_HAND => {
                self.input.extend(bytes);
            }
            Some(_) => self.refuse(),
        }
    }

    /// Says how to start the client, once.
    pub fn tell(&mut self) {
        let Some(launch) = self.pending.take() else { return };
        if !self.input.is_empty() && !self.closed {
            self.refuse();
            return;
        }
        let from = match (self.closed, self.input.is_empty()) {
            (false, _) => String::new(),
            (true, true) => " < /dev/null".to_string(),
            (true, false) => match self.keep_input() {
                Ok(name) => format!(" < {name}"),
                Err(error) => {
                    self.refused = Some(say!("cargo-lab/replay/cannot_write_what_it_finds_on", error));
                    return;
                }
            },
        };
        println(say!("cargo-lab/replay/start_your_program_in_another_terminal"));
        println(&format!("  {}{from}", self.command(&launch)));
    }

    fn refuse(&mut self) {
        let why = say!("cargo-lab/replay/this_check_writes_to_your_programs");
        self.refused.get_or_insert_with(|| why.to_string());
    }

    fn keep_input(&self) -> std::io::Result<String> {
        fs::create_dir_all(self.root.join(FOLDER))?;
        fs::write(self.root.join(FOLDER).join(INPUT), &self.input)?;
        Ok(format!("{FOLDER}/{INPUT}"))
    }

    /// The command line, in the root of the workspace.
    fn command(&self, launch: &Launch) -> String {
        let args: Vec<String> = launch.args.iter().map(|arg| quoted(arg)).collect();
        let (lab, args) = (self.lab, args.join(" "));
        match launch.descriptors {
            None => say!("cargo-lab/replay/cargo_run_q_p_lab", lab, args),
            // Cargo itself needs more than these.
            Some(most) => say!("cargo-lab/replay/cargo_build_q_p_lab_ulimit", lab, most, args),
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.root.join(FOLDER).join(INPUT));
    }
}

fn unasked() -> Stop {
    Stop::NotRun(say!("cargo-lab/replay/nobody_can_be_asked_where_your").to_string())
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    let harmless = |char: char| char.is_ascii_alphanumeric() || "_./:=,@%+-".contains(char);
    if !word.is_empty() && word.chars().all(harmless) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted() {
        let hand = Hand::new(Path::new("."), 3, None);
        let launch =
            |args: &[&str], descriptors| Launch { args: args.iter().map(|arg| arg.to_string()).collect(), descriptors };
        let command = hand.command(&launch(&["http://127.0.0.1:7/a?b=1&c", "it's"], None));
        assert_eq!(command, "cargo run -q -p lab3 -- 'http://127.0.0.1:7/a?b=1&c' 'it'\\''s'");
        let limited = hand.command(&launch(&["--listen", "127.0.0.1:7007"], Some(32)));
        assert!(limited.ends_with("(ulimit -n 32; target/debug/lab3 --listen 127.0.0.1:7007)"), "{limited}");
    }
}

//! The trials by hand on the pages of the labs: each screen is what one terminal shows. The program is built from the
//! model solution; whatever it talks to is a `cargo lab` command that everybody has.

use std::fs;
use std::process::Command;

use grader::build::{Built, Source, Stage, Toolchain, Workspace, build};

use super::PAGE;
use crate::screen::{Running, lab};
use crate::walkthrough::page::{self, Screen};

/// A port below 1024 at which nobody listens.
const DEAD: &str = "127.0.0.1:4";
/// Of so many runs the page shows the first that is read easily.
const TRIES: u32 = 40;

/// A right program.
struct Program {
    lab: u8,
    built: Built,
    _stage: Stage,
}

impl Program {
    fn of(lab: u8) -> Program {
        let workspace = Workspace::find().unwrap();
        let text = fs::read_to_string(workspace.solution(lab).join("src/lib.rs")).unwrap();
        let stage = Stage::new(&workspace, lab, Source::Text(&text)).unwrap();
        let built = build(&stage, &Toolchain::find().unwrap()).unwrap_or_else(|error| panic!("lab {lab}: {error:?}"));
        Program { lab, built, _stage: stage }
    }

    /// Starts it, with what is typed before it in the line, such as `printf 'hi\n'`.
    fn start(&self, before: Option<&str>, args: &str) -> Terminal {
        let program = self.built.program.display();
        // One terminal shows both outputs.
        let line = match before {
            None => format!("exec {program} {args} 2>&1"),
            Some(before) => format!("{before} | {program} {args} 2>&1"),
        };
        let before = before.map(|before| format!("{before} | ")).unwrap_or_default();
        let typed = format!("{before}cargo run -q -p lab{} -- {args}", self.lab);
        Terminal { typed, running: Running::with_input(Command::new("sh").args(["-c", &line])) }
    }

    fn run(&self, args: &str) -> Terminal {
        self.start(None, args)
    }
}

/// A command that runs.
struct Terminal {
    typed: String,
    running: Running,
}

impl Terminal {
    /// `cargo lab LINE`
    fn tool(line: &str) -> Terminal {
        let words: Vec<&str> = line.split(' ').collect();
        Terminal { typed: format!("cargo lab {line}"), running: Running::with_input(&mut lab(&words)) }
    }

    /// What it says to listen on.
    fn address(&mut self) -> String {
        let line = self.running.lines.line("listening on ");
        line.split(' ').nth(2).unwrap().to_string()
    }

    fn wait(&mut self, text: &str) {
        self.running.lines.until(text);
    }

    /// Types something, and waits for this text behind all that was waited for before.
    fn types(&mut self, keys: &str, text: &str) {
        self.running.types(keys);
        self.wait(text);
    }

    /// Ctrl-D
    fn end_of_input(&mut self) {
        self.running.stdin = None;
    }

    /// All that it has shown so far. A server is ended with that.
    fn shown(self) -> String {
        screen(&self.typed, &self.running.lines.text())
    }

    /// Waits for its end.
    fn end(self) -> String {
        screen(&self.typed, &self.running.end().0)
    }

    /// Waits for its end, and asks the shell for the exit code.
    fn end_with_code(self) -> String {
        let (text, code) = self.running.end();
        format!("{}\n$ echo $?\n{}", screen(&self.typed, &text), code.expect("an exit code"))
    }
}

fn screen(typed: &str, text: &str) -> String {
    format!("$ {typed}\n{}", text.replace('\r', "").trim_matches('\n')).trim_end().to_string()
}

/// Holds the page against a run, and sees that none of its screens is of no run.
fn page(lab: u8, run: impl Fn(&Program) -> Vec<Screen>) {
    let _one_at_a_time = PAGE.lock();
    let program = Program::of(lab);
    let page = format!("labs/lab{lab}.md");
    let mut screens = run(&program);
    let names: Vec<&str> = screens.iter().map(|(name, _)| *name).collect();
    assert_eq!(page::screens(&page), names, "{page}: its screens");
    if let Some(wide) =
        screens.iter().flat_map(|(_, text)| text.lines()).find(|line| line.chars().count() > page::COLUMNS)
    {
        panic!("{page}: wider than a terminal: {wide}");
    }
    let text = page::read(&page);
    screens.retain(|(name, now)| lines(&page::screen(&text, name)) != lines(now));
    if screens.is_empty() {
        return;
    }
    assert!(std::env::var_os("BLESS").is_some(), "{page}: run this test with BLESS=1\n{screens:#?}");
    // All of them, so that they are of one run.
    let mut runs = (0..TRIES).map(|_| run(&program));
    let well = |screens: &Vec<Screen>| screens.iter().all(|(_, text)| reads_well(text));
    page::write(&page, &runs.find(well).unwrap_or_else(|| run(&program)));
}

/// The lines without times and ports, which differ from run to run. A terminal's two directions may be shown in either
/// order.
fn lines(screen: &str) -> Vec<String> {
    let word =
        |word: &str| if word.contains('.') && word.parse::<f64>().is_ok() { "T".to_string() } else { ports(word) };
    let line = |line: &str| line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    let mut lines: Vec<String> = screen.lines().map(line).collect();
    lines.sort();
    lines
}

/// A port that the kernel chose has five digits.
fn ports(word: &str) -> String {
    let parts = word.split_inclusive(|char: char| !char.is_ascii_digit());
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).count();
    parts.map(|part| if digits(part) == 5 { format!("P{}", &part[5..]) } else { part.to_string() }).collect()
}

/// What was sent stands above what came back for it.
fn reads_well(screen: &str) -> bool {
    let mut asked = 0_i32;
    let in_order = screen.lines().all(|line| {
        asked += i32::from(line.contains("  ->  "));
        asked -= i32::from(line.contains("  <-  ") && !line.contains("DELIVERY"));
        asked >= 0
    });
    let place = |part: &str| screen.find(part).unwrap_or(0);
    (in_order || !screen.contains("  ->  ")) && place("sent FIN") <= place("end of stream")
}

#[test]
fn lab_1() {
    page(1, |program| {
        let mut server = program.run("--listen 127.0.0.1:0");
        let address = server.address();
        let mut first = Terminal::tool(&format!("talk --escapes {address}"));
        first.types("Hello\\n\n", "<-");
        first.types("\\0\\xff\n", "<-");
        first.end_of_input();
        let first = first.end();

        let mut slow = Terminal::tool(&format!("peer dribbler --to {address} --text Hello"));
        slow.wait("send 1 byte");
        let mut second = Terminal::tool(&format!("talk {address}"));
        second.types("Is anybody there?\n", "<-");
        second.end_of_input();
        let (slow, second) = (slow.end(), second.end());

        let rude = Terminal::tool(&format!("peer resetter --to {address} --after 3")).end();
        server.wait("reset");
        vec![("talk", first), ("slow", slow), ("second", second), ("rude", rude), ("server", server.shown())]
    });
}

#[test]
fn lab_2() {
    page(2, |program| {
        let mut peer = Terminal::tool("peer dribbler --text Hello --once");
        let whole = program.run(&format!("--message Hello {}", peer.address())).end();
        let peer = peer.end();

        let mut short = Terminal::tool("peer dribbler --text Hel --once");
        let cut = program.run(&format!("--message Hello {}", short.address())).end_with_code();

        let mut silent = Terminal::tool("peer silent");
        let late = format!("--idle-timeout 500 --message Hello {}", silent.address());
        let late = program.run(&late).end_with_code();

        let mut echo = Terminal::tool("peer echo");
        let second = program.run(&format!("--message Hello {DEAD} {}", echo.address())).end();
        vec![("dribbler", peer), ("whole", whole), ("cut", cut), ("late", late), ("second", second)]
    });
}

#[test]
fn lab_3() {
    page(3, |program| {
        let request = program.run("--stage build_request 'http://127.0.0.1:8080?a=b#top'").end();

        let mut chunked = Terminal::tool("peer http --framing chunked --once");
        let got = program.run(&format!("-i http://{}/page", chunked.address())).end();
        let chunked = chunked.end();

        let mut short = Terminal::tool("peer http --cut 3 --once");
        let cut = program.run(&format!("http://{}/", short.address())).end_with_code();
        vec![("request", request), ("chunked", chunked), ("got", got), ("cut", cut)]
    });
}

#[test]
fn lab_4() {
    page(4, |program| {
        let mut listen = Terminal::tool("listen --udp");
        let address = listen.address();
        let lines = program.start(Some("printf 'one\\n\\nthree\\n'"), &address).end();
        listen.wait("three");
        let listen = listen.shown();

        let dead = program.start(Some("echo hello"), DEAD).end_with_code();

        let mut lossy = Terminal::tool("peer lossy --lose 30 --seed 1 --once");
        let reliable = format!("--reliable --chunk 8 {}", lossy.address());
        let reliable = program.start(Some("seq 9"), &reliable).end();
        vec![("datagrams", listen), ("lines", lines), ("dead", dead), ("lossy", lossy.end()), ("reliable", reliable)]
    });
}

#[test]
fn lab_5() {
    page(5, |program| {
        let mut server = program.run("--listen 127.0.0.1:0");
        let address = server.address();
        let mut alice = Terminal::tool(&format!("talk {address}"));
        alice.types("HELLO-FROM alice\n", "<-");
        let mut bob = Terminal::tool(&format!("talk {address}"));
        bob.types("HELLO-FROM alice\n", "<-");
        bob.types("HELLO-FROM bob\n", "<-");
        alice.types("WHO\n", "<-");
        alice.types("SEND bob WHO is there?\n", "<-");
        bob.wait("DELIVERY");
        bob.types("what?\n", "<-");
        bob.end_of_input();
        let bob = bob.end();
        alice.types("SEND bob still there?\n", "<-");
        alice.end_of_input();
        vec![("alice", alice.end()), ("bob", bob)]
    });
}

//! `cargo lab replay`: the peer of one check to play with, at its own pace, at a terminal, and with a program that somebody
//! else has started.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::common::skipped;
use crate::screen::{Running, lab};
use grader::build::{Built, Source, Stage, Toolchain, Workspace, build, edit};
use tempfile::TempDir;

fn ours() -> Workspace {
    Workspace::find().unwrap()
}

fn solution(lab: u8) -> String {
    fs::read_to_string(ours().solution(lab).join("src/lib.rs")).unwrap()
}

/// A student's copy of the workspace with one lab solved, and perhaps one mistake in it.
fn copy(number: u8, mistake: Option<(&str, &str)>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\nmembers = [\"labs/*\"]\n").unwrap();
    for lab in 1..=5 {
        let to = folder.path().join(format!("labs/lab{lab}/src"));
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(ours().lab(lab).join("src")).unwrap().flatten() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    let text = match mistake {
        Some((right, wrong)) => edit(&solution(number), right, wrong).unwrap(),
        None => solution(number),
    };
    fs::write(folder.path().join(format!("labs/lab{number}/src/lib.rs")), text).unwrap();
    folder
}

/// The program of a lab's solution, for whoever starts it by hand.
fn program(lab: u8) -> PathBuf {
    static BUILT: OnceLock<Mutex<BTreeMap<u8, Built>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let program = built.entry(lab).or_insert_with(|| {
        let folder = ours().solution(lab);
        let stage = Stage::new(&ours(), lab, Source::Folder(&folder)).map_err(|_| "no stage").unwrap();
        build(&stage, &Toolchain::find().unwrap().keeping_programs()).map_err(|_| "no program").unwrap()
    });
    program.program.clone()
}

/// Lab 1 with the whole buffer sent back.
fn extra_bytes() -> TempDir {
    copy(1, Some(("write_all(&buf[..n])", "write_all(buf)")))
}

/// Lab 1 with a server that waits for more when a read fills its buffer; it prints what it reads.
fn hangs() -> TempDir {
    let more = "let mut n = stream.read(buf)?;\n    eprintln!(\"read {n}\");\n    \
                while n == buf.len() { n += stream.read(&mut buf[..1])?.max(stream.read(&mut [0])?); }";
    copy(1, Some(("let n = stream.read(buf)?;", more)))
}

/// Rows of a ladder without their times.
fn rows(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| line.contains("client: "));
    rows.map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")).collect()
}

// ---- at its own pace ---------------------------------------------------------------------------------------------

#[test]
fn a_failing_check_is_replayed_with_its_ladder_and_explained() {
    let folder = extra_bytes();
    let said = lab(&["replay", "1.05", "--seed", "7f3a"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(1), "{text}");
    assert!(text.contains("1.05 echoes_just_what_came, seed 7f3a"), "{text}");
    assert!(text.contains("client: connect ") && text.contains("client: send 5 bytes"), "{text}");
    assert!(text.contains("\n>>"), "{text}");
    assert!(text.contains("FAILED  1.05") && text.contains("\n  A right server sends back exactly"), "{text}");
    assert!(text.contains("\n  want ") && text.contains("Usually means  the whole buffer is sent"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
}

#[test]
fn the_bytes_are_those_of_the_run_that_failed() {
    let folder = extra_bytes();
    let run = |args: &[&str]| {
        let said = lab(args).current_dir(folder.path()).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    };
    run(&["check", "1.05", "--seed", "abcd"]);
    let replayed = run(&["replay", "1.05"]);
    assert!(replayed.contains("seed abcd"), "{replayed}");
    assert!(rows(&replayed).len() > 2, "{replayed}");
    assert_eq!(rows(&replayed)[..2], rows(&run(&["replay", "1.05", "--seed", "abcd"]))[..2]);
    assert_ne!(rows(&replayed)[..2], rows(&run(&["replay", "1.05", "--seed", "1"]))[..2]);
}

#[test]
fn a_right_program_passes_and_its_prints_are_shown() {
    let folder =
        copy(1, Some(("let n = stream.read(buf)?;", "let n = stream.read(buf)?; eprintln!(\"now\\x1b {n}\");")));
    let said = lab(&["replay", "answers_at_once", "--plain"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(0), "{text}");
    assert!(text.contains("stderr | now\\x1b 12"), "{text}");
    assert!(text.contains("client: send 12 bytes; to you: \"Hello, world\""), "{text}");
    assert!(text.contains("passed: A right server sends back what it has read"), "{text}");
    assert!(!text.contains("--->") && !text.contains("<---") && !text.contains('\x1b'), "{text}");
}

#[test]
fn twenty_columns_are_enough() {
    let folder = extra_bytes();
    let mut command = lab(&["replay", "1.05"]);
    let said = command.current_dir(folder.path()).env("COLUMNS", "20").output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(text.contains("client:") && text.contains("FAILED"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 20), "{text}");
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let folder = copy(1, None);
    for (args, text) in [
        (&["replay", "1.99"][..], "`1.99` is no check; near it:"),
        (&["replay", "lab1"], "is no check"),
        (&["replay", "3.04", "--to", "7007"], "lab3 is a client"),
        (&["replay", "1.09", "--by-hand"], "try: --to 127.0.0.1:7007"),
        (&["replay", "1.09", "--to", "192.0.2.1:80"], "not on loopback"),
        (&["replay", "1.09", "--seed", "xyz"], "is no seed"),
        (&["replay"], "missing: <CHECK>"),
    ] {
        let said = lab(args).current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(2), "{args:?} {error}");
        assert!(error.contains(text), "{args:?} {error}");
    }
    // Lab 2 is as it was cloned.
    let said = lab(&["replay", "2.01"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.code() == Some(1) && text.contains("not started  2.01"), "{text}");
    fs::write(folder.path().join("labs/lab3/src/lib.rs"), "pub fn nonsense(").unwrap();
    let said = lab(&["replay", "3.04"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.code() == Some(1) && text.contains("lab 3 does not compile"), "{text}");
}

// ---- started by hand ---------------------------------------------------------------------------------------------

/// A program that a person has started. It ends with the test.
struct ByHand(Child);

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_is_running_is_connected_to() {
    let folder = copy(1, None);
    let mut command = Command::new(program(1));
    command.args(["--listen", "127.0.0.1:0", "--stage", "echo_until_eof"]);
    let mut server = ByHand(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut screen = crate::screen::Lines::of(server.0.stdout.take().unwrap());
    let address = screen.line("listening on ").trim_start_matches("listening on ").to_string();

    let said = lab(&["replay", "1.09", "--to", &address]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.status.code(), Some(0), "{text}");
    assert!(text.contains("cargo run -q -p lab1 -- --stage echo_until_eof --listen 127.0.0.1:7007"), "{text}");
    assert!(text.contains(&format!("taken to listen on {address}")), "{text}");
    assert!(text.contains("right, as far as can be seen from here"), "{text}");
}

#[test]
fn a_server_that_is_not_there_is_refused() {
    let folder = copy(1, None);
    // Bound and never listening: nobody else can be there.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap().to_string();
    let said = lab(&["replay", "1.09", "--to", &address]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.code() == Some(1) && text.contains("connection refused"), "{text}");
    assert!(text.contains("unseen from here: it was started by hand"), "{text}");
}

/// The arguments of the command line that a replay has printed, and the file on its standard input.
fn printed_command(line: &str) -> (Vec<String>, Option<String>) {
    let (args, input) = match line.split_once(" < ") {
        Some((args, input)) => (args, Some(input.to_string())),
        None => (line, None),
    };
    let words = args.split_once(" -- ").unwrap().1.split(' ');
    (words.map(|word| word.trim_matches('\'').to_string()).collect(), input)
}

#[test]
fn a_client_is_told_where_to_connect() {
    let folder = copy(3, None);
    let mut replay = Running::start(lab(&["replay", "3.04", "--by-hand"]).current_dir(folder.path()));
    let (args, _) = printed_command(&replay.lines.line("cargo run -q -p lab3 -- "));
    let output = Command::new(program(3)).args(args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let (text, code) = replay.end();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("server: accept") && text.contains("\"GET /"), "{text}");
    assert!(text.contains("unseen from here: how your program ends"), "{text}");
}

#[test]
fn a_clients_input_is_a_file() {
    let folder = copy(4, None);
    let mut replay = Running::start(lab(&["replay", "4.09c", "--by-hand"]).current_dir(folder.path()));
    let (args, input) = printed_command(&replay.lines.line("cargo run -q -p lab4 -- "));
    let input = folder.path().join(input.expect("lab 4 reads standard input"));
    let stdin = fs::File::open(&input).unwrap();
    let output = Command::new(program(4)).args(args).stdin(stdin).output().unwrap();
    let (text, code) = replay.end();
    assert_eq!(code, Some(0), "{text} {output:?}");
    assert!(text.contains("receiver: DATA 0") && text.contains("receiver: ACK 0"), "{text}");
    assert!(!input.exists());
}

// ---- at a terminal -----------------------------------------------------------------------------------------------

#[test]
fn each_move_waits_for_a_key() {
    let folder = copy(1, None);
    let Some(mut screen) = Running::at_terminal(&["replay", "1.04"], folder.path()) else { return no_terminal() };
    screen.lines.until("[Enter] client connects");
    screen.types("\n");
    screen.lines.until("[Enter] client sends 12 bytes: \"Hello, world\"");
    assert!(!screen.lines.text().contains("client: send"), "{}", screen.lines.text());
    screen.types("what\n");
    screen.lines.until("a: all that is left");
    screen.lines.until("[Enter] client sends");
    screen.types("a\n");
    let (text, code) = screen.end();
    assert!(text.contains("client: send 12 bytes") && text.contains("passed: A right server"), "{text}");
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_wait_ends_when_a_key_says_so() {
    let folder = hangs();
    let Some(mut screen) = Running::at_terminal(&["replay", "1.09"], folder.path()) else { return no_terminal() };
    screen.lines.until("[Enter] client connects");
    screen.types("50\n");
    screen.lines.until("stderr | read 4096");
    screen.lines.until("your program has been idle for");
    screen.lines.until("thread \"main\": read() on the connection from client");
    screen.lines.until("The check stops waiting here.");
    screen.types("\n");
    let (text, code) = screen.end();
    assert!(text.contains("FAILED  1.09") && text.contains("got   0 bytes, connection still open"), "{text}");
    assert_eq!(code, Some(1), "{text}");
}

#[test]
fn a_key_or_ctrl_c_ends_it_and_the_program_with_it() {
    let folder = copy(1, None);
    for (key, word) in [("q\n", "You ended it here."), ("\x03", "")] {
        let Some(mut screen) = Running::at_terminal(&["replay", "1.04"], folder.path()) else { return no_terminal() };
        let line = screen.lines.line("rust-gdb -p ");
        let pid: u32 = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        screen.lines.until("[Enter] client connects");
        assert!(PathBuf::from(format!("/proc/{pid}")).exists());
        screen.types(key);
        let (text, _) = screen.end();
        assert!(text.contains(word), "{text}");
        gone(pid);
    }
}

/// Waits until a process is gone, or has ended and is nobody's any more. It is no child of ours that could be waited for.
fn gone(pid: u32) {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z')) {
            return;
        }
        assert!(Instant::now() < give_up, "process {pid} is still there: {stat}");
        std::thread::yield_now();
    }
}

fn no_terminal() {
    skipped("there is no `script` here to make a terminal");
}

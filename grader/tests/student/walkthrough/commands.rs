//! Every command of `cargo lab`, with one screen.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};

use grader::build::Workspace;

use super::desk::{self, Desk, before, cut, wrong};
use super::page::{Screen, compare, read};
use crate::screen::{Running, lab};

pub const PAGE: &str = "commands.md";
/// The mistake that stands in lab 1.
const ID: &str = "lab1-full-buffer-means-more";

#[test]
fn the_commands_show_what_the_page_shows() {
    compare(PAGE, || {
        let Some(desk) = Desk::new() else { return Vec::new() };
        desk.save(1, &before(1, &wrong(ID), "serve"));
        let mut screens = work(&desk);
        screens.extend(learn(&desk));
        screens.extend(by_hand());
        screens.extend(finish(&desk));
        screens.push(prove());
        screens
    });
}

fn work(desk: &Desk) -> Vec<Screen> {
    let mut watch = desk.terminal("watch 1");
    watch.wait("q quit  ? keys");
    let keys = watch.press_until("?", "q quit  ? keys");
    watch.press("q");
    watch.end();
    vec![
        ("board", cut(&board(desk), "robust", "lab 5")),
        ("check", desk.shell("check 2")),
        ("watch", cut(&keys, "watching", "q        quit")),
        ("open", desk.shell("open 1.09")),
        ("list", cut(&desk.shell("list"), "1.04", "")),
    ]
}

fn board(desk: &Desk) -> String {
    let output = lab(&[]).current_dir(desk.root()).env("TZ", "UTC").output().unwrap();
    format!("$ cargo lab\n{}", String::from_utf8(output.stdout).unwrap().trim_end())
}

fn learn(desk: &Desk) -> Vec<Screen> {
    vec![
        ("hint", desk.shell("hint 1.09")),
        ("explain", desk.shell("explain ECONNRESET")),
        ("replay", desk.shell("replay 1.05")),
        ("predict", desk.shell("predict two-writes --answers 2")),
        ("tour", cut(&desk.shell("tour"), "to see is the real", "")),
    ]
}

/// The other end of a connection, which is a person or a tool.
fn by_hand() -> Vec<Screen> {
    let (peer, address) = listening(&["peer", "dribbler", "--text", "hi", "--once"]);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.read_to_string(&mut String::new()).unwrap();
    drop(stream);
    let (peer, _) = peer.end();

    let (mut listen, address) = listening(&["listen"]);
    let mut talk = Running::with_input(&mut lab(&["talk", &address.to_string()]));
    talk.lines.until("connect");
    talk.types("Hello\n");
    listen.lines.until("Hello");
    talk.stdin = None;
    talk.lines.until("sent FIN");
    listen.lines.until("FIN");
    listen.stdin = None;
    let shown = |line: &str, text: &str| format!("$ cargo lab {line}\n{}", text.trim_matches('\n'));
    vec![
        ("peer", shown("peer dribbler --text hi --once", &peer)),
        ("listen", shown("listen", &listen.end().0)),
        ("talk", shown(&format!("talk {}", address.port()), &talk.end().0)),
    ]
}

fn listening(args: &[&str]) -> (Running, SocketAddr) {
    let mut running = Running::with_input(&mut lab(args));
    let line = running.lines.line("listening on ");
    (running, line.split(' ').nth(2).unwrap().parse().unwrap())
}

fn finish(desk: &Desk) -> Vec<Screen> {
    let mut screens = vec![
        ("submit", desk.shell("submit 1")),
        ("doctor", cut(&desk.shell("doctor"), "temporary", "refusal")),
        ("solution", desk.shell("solution 1")),
        ("reset", desk.shell("reset 1")),
    ];
    desk::pack(&desk.root().join("newer"), &newer());
    screens.push(("update", desk.shell("update newer")));
    screens
}

/// The version behind this one.
fn newer() -> String {
    let minor: u32 = env!("CARGO_PKG_VERSION_MINOR").parse().unwrap();
    format!("{}.{}.0", env!("CARGO_PKG_VERSION_MAJOR"), minor + 1)
}

/// Only the whole repository has the wrong programs.
fn prove() -> Screen {
    let line = format!("prove 1 --only {ID}");
    let words: Vec<&str> = line.split(' ').collect();
    let output = lab(&words).current_dir(Workspace::find().unwrap().root()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    ("prove", format!("$ cargo lab {line}\n{}", desk::folded(said.trim_end())))
}

/// The page has a section for every command that there is.
#[test]
fn no_command_is_left_out() {
    let output = lab(&["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let page = read(PAGE);
    let missing: Vec<&str> = names.filter(|name| !page.contains(&format!("`cargo lab {name}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

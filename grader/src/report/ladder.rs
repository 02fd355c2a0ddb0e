//! The record as a ladder: time, the grader's side, an arrow, the program's side.

use std::collections::BTreeSet;

use super::{WIDTH, cut};
use crate::check::Finding;
use crate::lab::shown;
use crate::peer::{grouped, show_bytes};
use crate::waits::Object;
use crate::wire::{Bytes, Event, What, Wire};

const LEFT: usize = 22;
/// The columns that are left for the program's side.
const RIGHT: usize = 28;
const TO: &str = "----------------->";
const FROM: &str = "<-----------------";
const NOT: &str = "<- - - - - - - - -";
const NONE: &str = "                  ";

/// The ladder in at most `room` lines, with its head.
pub fn ladder(wire: &Wire, finding: &Finding, lab: u8, room: usize) -> Vec<String> {
    // Standard input and output are named in their rows; only the sockets need to be told apart.
    let own = |lane: &&str| !["", "program", "stdin", "stdout"].contains(lane);
    let lanes: BTreeSet<&str> = wire.events.iter().map(|event| event.lane.as_str()).filter(own).collect();
    let many = lanes.len() > 1;
    let who = match lanes.first() {
        Some(lane) if !many => format!("{lane} (the grader)"),
        _ => "the grader".to_string(),
    };
    let mut lines = vec![format!("      ms  {who:<LEFT$}{NONE}  you (lab{lab})")];
    let events: Vec<&Event> = story(&wire.events);
    let rows: Vec<(bool, String)> = events.iter().map(|event| (event.here, row(event, finding, many))).collect();
    lines.extend(shorten(&rows, room.saturating_sub(1)));
    lines
}

/// What is worth showing: waits only where nothing came, and the last wait of each lane.
fn story(events: &[Event]) -> Vec<&Event> {
    let next_of_lane = |at: usize| events[at + 1..].iter().find(|event| event.lane == events[at].lane);
    let worth = |at: usize| match &events[at].what {
        What::Wait { .. } => {
            events[at].here || next_of_lane(at).is_none_or(|next| matches!(next.what, What::Stop { .. }))
        }
        _ => true,
    };
    (0..events.len()).filter(|&at| worth(at)).map(|at| &events[at]).collect()
}

/// Keeps the beginning, the place where it went wrong, and the end.
fn shorten(rows: &[(bool, String)], room: usize) -> Vec<String> {
    if rows.len() <= room {
        return rows.iter().map(|(_, row)| row.clone()).collect();
    }
    let here = rows.iter().position(|(here, _)| *here).unwrap_or(rows.len() - 1);
    let room = room.max(5) - 1;
    let head = room.div_ceil(3);
    // The tail begins early enough to hold the marked row.
    let tail = (rows.len() - (room - head)).min(here.saturating_sub(1).max(head));
    let mut lines: Vec<String> = rows[..head].iter().map(|(_, row)| row.clone()).collect();
    if tail > head {
        lines.push(format!("{:10}.. {} more ..", "", tail - head));
    }
    lines.extend(rows[tail..].iter().take(room - head).map(|(_, row)| row.clone()));
    lines
}

fn row(event: &Event, finding: &Finding, many: bool) -> String {
    let mark = if event.here { ">>" } else { "  " };
    let time = format!("{mark}{:>6.1}  ", event.at.as_secs_f64() * 1000.0);
    let (left, arrow, right) = match columns(event, finding) {
        Row::Text(text) => return cut(&format!("{time}{text}"), WIDTH),
        Row::Columns(left, arrow, right) => (left, arrow, right),
    };
    let named = !many || ["", "program", "stdin", "stdout"].contains(&event.lane.as_str());
    let left = match &event.what {
        _ if named => left,
        // The lane and what it is say more than the size, for which there is no room.
        What::Sent(bytes) | What::Received(bytes) if !bytes.name.is_empty() => format!("{}: {}", event.lane, bytes.name),
        _ => format!("{}: {left}", event.lane),
    };
    let left = cut(&left, LEFT - 1);
    cut(format!("{time}{left:<LEFT$}{arrow}  {right}").trim_end(), WIDTH)
}

enum Row {
    Text(String),
    Columns(String, &'static str, String),
}

fn columns(event: &Event, finding: &Finding) -> Row {
    let row = |left: &str, arrow, right: &str| Row::Columns(left.to_string(), arrow, right.to_string());
    match &event.what {
        // A command line with a URL or a message in it is worth a whole row.
        What::Start { line } if line.chars().count() > RIGHT => Row::Text(format!("start  {line}")),
        What::Start { line } => row("start", NONE, line),
        What::Says { line } => match line.rsplit_once(':') {
            Some((_, port)) if line.starts_with("listening on ") => row("", NONE, &format!("listening on port {port}")),
            _ => row("", NONE, line),
        },
        What::Connect => row("connect", TO, "connected"),
        What::Refused => row("connect", TO, "refused"),
        What::Accept => row("accept", FROM, "connect"),
        What::Sent(bytes) => Row::Columns(size("send", bytes), TO, taken(event, bytes, finding)),
        What::Received(bytes) => Row::Columns(size("", bytes), FROM, preview(bytes)),
        What::CloseWrite => row("close sending side", TO, "FIN"),
        What::Close => row("close", TO, "FIN"),
        What::SendReset => row("reset", TO, "RST"),
        What::EndOfStream => row("end of stream", FROM, "FIN"),
        What::Reset => row("reset", FROM, "RST"),
        What::BrokenPipe => row("send: EPIPE", NONE, "nobody is there to read it"),
        What::Wait { what } if event.lane == "program" => row(&format!("wait for {what}"), NOT, "goes on"),
        What::Wait { what } => row(&format!("{}wait for {what}", pipe(event)), NOT, "nothing"),
        What::Stop { why } => Row::Text(format!("stop: {why}")),
        What::Stdin(bytes) => Row::Columns(size("stdin:", bytes), TO, preview(bytes)),
        What::StdinClosed => row("stdin: closed", TO, "end of input"),
        What::Stdout(bytes) => Row::Columns(size("stdout:", bytes), FROM, preview(bytes)),
        What::Paused { times } => row("SIGSTOP, SIGCONT", TO, &format!("{times} times")),
        What::Exit { how } => row("your program ends", FROM, how),
        What::Say { text } => Row::Text(format!("-- {text}")),
    }
}

fn pipe(event: &Event) -> &'static str {
    if event.lane == "stdout" { "stdout: " } else { "" }
}

fn size(verb: &str, bytes: &Bytes) -> String {
    let plural = if bytes.count == 1 { "" } else { "s" };
    let name = if bytes.name.is_empty() { String::new() } else { format!("{}, ", bytes.name) };
    let verb = if verb.is_empty() || !name.is_empty() { String::new() } else { format!("{verb} ") };
    format!("{verb}{name}{} byte{plural}", grouped(bytes.count))
}

/// The program's column for what was sent: the bytes, and how many of them lie unread there at the end.
fn taken(event: &Event, bytes: &Bytes, finding: &Finding) -> String {
    let here = |object: &Object| matches!(object, Object::Connection { label } if *label == event.lane);
    let unread = finding.waits.iter().find(|wait| wait.on.as_ref().is_some_and(here)).and_then(|wait| wait.waiting);
    match unread {
        Some(0) | None => preview(bytes),
        Some(waiting) => format!("{} wait there, unread", grouped(waiting)),
    }
}

fn preview(bytes: &Bytes) -> String {
    if bytes.pieces > 1 && bytes.count > 16 {
        return format!("in {} pieces", grouped(u64::from(bytes.pieces)));
    }
    let cut = &bytes.first[..bytes.first.len().min(16)];
    let text = show_bytes(cut);
    let more = (cut.len() as u64) < bytes.count;
    let room = 28 - if more { 3 } else { 0 };
    let text = if text.chars().count() <= room { text } else { shown(&cut[..cut.len().min(6)]) };
    if more { format!("{} ..", super::cut(&text, room)) } else { text }
}

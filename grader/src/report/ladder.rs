//! The record as a ladder: time, the grader's side, an arrow, the program's side.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{WIDTH, cut};
use crate::check::Finding;
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
    let view = View { finding, many, last_sent: last_sent(&wire.events) };
    let events = fold(&story(&wire.events));
    let rows: Vec<(bool, String)> = events.iter().map(|event| (event.here, row(event, &view))).collect();
    lines.extend(shorten(&rows, room.saturating_sub(1)));
    lines
}

/// What a row has to know besides its event.
struct View<'a> {
    finding: &'a Finding,
    /// Whether there are several connections to tell apart.
    many: bool,
    /// When each lane sent last: only there stands what of it is still unread.
    last_sent: BTreeMap<&'a str, Duration>,
}

fn last_sent(events: &[Event]) -> BTreeMap<&str, Duration> {
    let sent = events.iter().filter(|event| matches!(event.what, What::Sent(_)));
    sent.map(|event| (event.lane.as_str(), event.at)).collect()
}

/// The shortest exchange that is folded, and what is kept of its beginning and of its end.
const LONG: usize = 8;
const BEGINNING: usize = 2;
const END: usize = 1;

/// A long exchange on one connection becomes its beginning, a row of sums for each direction, and its end. The place
/// where it went wrong is never folded away.
fn fold(events: &[&Event]) -> Vec<Event> {
    let streams = |event: &Event| match &event.what {
        What::Sent(bytes) | What::Received(bytes) => !event.here && !bytes.datagram,
        What::Paused { .. } => !event.here,
        _ => false,
    };
    let together = |a: &&Event, b: &&Event| a.lane == b.lane && streams(a) && streams(b);
    let mut folded = Vec::new();
    for run in events.chunk_by(together) {
        if run.len() < LONG {
            folded.extend(run.iter().map(|event| (*event).clone()));
            continue;
        }
        let (beginning, rest) = run.split_at(BEGINNING);
        let (middle, end) = rest.split_at(rest.len() - END);
        folded.extend(beginning.iter().map(|event| (*event).clone()));
        folded.extend(sums(middle));
        folded.extend(end.iter().map(|event| (*event).clone()));
    }
    folded
}

/// One event for each direction, in the order in which they begin.
fn sums(events: &[&Event]) -> Vec<Event> {
    let mut sums: Vec<Event> = Vec::new();
    for event in events {
        let same = sums.iter_mut().find(|sum| std::mem::discriminant(&sum.what) == std::mem::discriminant(&event.what));
        match (same.map(|sum| &mut sum.what), &event.what) {
            (Some(What::Sent(sum) | What::Received(sum)), What::Sent(more) | What::Received(more)) => sum.join(more),
            (Some(What::Paused { times }), What::Paused { times: more }) => *times += more,
            _ => sums.push((*event).clone()),
        }
    }
    sums
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

fn row(event: &Event, view: &View) -> String {
    let mark = if event.here { ">>" } else { "  " };
    let time = format!("{mark}{:>6.1}  ", event.at.as_secs_f64() * 1000.0);
    let (left, arrow, right) = match columns(event, view) {
        Row::Text(text) => return cut(&format!("{time}{text}"), WIDTH),
        Row::Columns(left, arrow, right) => (left, arrow, right),
    };
    let named = !view.many || ["", "program", "stdin", "stdout"].contains(&event.lane.as_str());
    let left = match &event.what {
        _ if named => left,
        // The lane and what it is say more than the size, for which there is no room.
        What::Sent(bytes) | What::Received(bytes) if !bytes.name.is_empty() => {
            format!("{}: {}", event.lane, bytes.name)
        }
        _ => format!("{}: {left}", event.lane),
    };
    let left = cut(&left, LEFT - 1);
    cut(format!("{time}{left:<LEFT$}{arrow}  {right}").trim_end(), WIDTH)
}

enum Row {
    Text(String),
    Columns(String, &'static str, String),
}

fn columns(event: &Event, view: &View) -> Row {
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
        What::Sent(bytes) => Row::Columns(size("send", bytes), TO, taken(event, bytes, view)),
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

/// The program's column for what was sent: the bytes, or how many lie unread there when the grader stopped waiting.
fn taken(event: &Event, bytes: &Bytes, view: &View) -> String {
    if view.last_sent.get(event.lane.as_str()) != Some(&event.at) {
        return preview(bytes);
    }
    let here = |object: &Object| matches!(object, Object::Connection { label } if *label == event.lane);
    let unread =
        view.finding.waits.iter().find(|wait| wait.on.as_ref().is_some_and(here)).and_then(|wait| wait.waiting);
    match unread {
        None => preview(bytes),
        Some(0) => "all of it is read".to_string(),
        Some(waiting) => format!("{} wait there, unread", grouped(waiting)),
    }
}

fn preview(bytes: &Bytes) -> String {
    if bytes.pieces > 1 && bytes.count > 16 {
        return format!("in {} pieces", grouped(u64::from(bytes.pieces)));
    }
    // As many bytes as fit, with the dots that say that there are more.
    let most = bytes.first.len().min(RIGHT);
    let shown = |count: usize| {
        let dots = if (count as u64) < bytes.count { " .." } else { "" };
        format!("{}{dots}", show_bytes(&bytes.first[..count]))
    };
    (0..=most).rev().map(shown).find(|text| text.chars().count() <= RIGHT).unwrap_or_default()
}

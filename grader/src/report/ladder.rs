//! The record as a ladder: time, the grader's side, an arrow, the program's side.

use std::collections::BTreeSet;
use std::time::Duration;

use super::story::{Shown, beginning, story};
use super::{WIDTH, cut};
use crate::check::Finding;
use crate::peer::{grouped, show_first};
use crate::run::CaseResult;
use crate::texts::say;
use crate::waits::{Object, ThreadWait};
use crate::wire::{Bytes, Event, What, Wire, lane_name};

/// The columns of the grader's side and of the arrow together.
const LEFT_AND_ARROW: usize = 40;
/// The columns that are left for the program's side.
const RIGHT: usize = 28;

/// The ladder of a failure in at most `room` lines, with its head.
pub fn ladder(result: &CaseResult, finding: &Finding, room: usize) -> Vec<String> {
    let rows = story(&result.wire.events, room.saturating_sub(1));
    draw(result, [say!("report/you"), say!("report/your_program")], &finding.waits, super::stuck(result), &rows)
}

/// The ladder of a run in which nothing went wrong, in at most `room` lines, with its head.
pub fn right_ladder(result: &CaseResult, room: usize) -> Vec<String> {
    let rows = beginning(&result.wire.events, room.saturating_sub(1));
    draw(result, [say!("report/a_right_program"), say!("report/the_program")], &[], false, &rows)
}

/// `you` stands over the program's column, `program` in the row of its end.
fn draw(
    result: &CaseResult,
    [you, program]: [&str; 2],
    waits: &[ThreadWait],
    stuck: bool,
    rows: &[Shown],
) -> Vec<String> {
    let wire = &result.wire;
    // Standard input and output are named in their rows; only the sockets need to be told apart.
    let own = |lane: &&str| !is_pipe(lane);
    let lanes: BTreeSet<&str> = wire.events.iter().map(|event| event.lane.as_str()).filter(own).collect();
    let many = lanes.len() > 1;
    let who = match lanes.first() {
        Some(lane) if !many => say!("report/the_grader", lane = lane_name(lane)),
        _ => say!("report/the_grader_2").to_string(),
    };
    let mut lines =
        vec![say!("report/ms_lab", who = format_args!("{who:<LEFT_AND_ARROW$}"), you, lab = result.check.lab())];
    let drawing = Drawing { wire, program, waits, many, stuck, live: false };
    lines.extend(rows.iter().map(|shown| match shown {
        Shown::Event(event) => drawing.row(event),
        Shown::More(rows) => say!("report/more", value = format_args!("{:10}", ""), rows = grouped(*rows as u64)),
        Shown::Same(rows) => {
            say!("report/same", value = format_args!("{:10}", ""), rows = grouped(*rows as u64))
        }
    }));
    lines
}

/// One row of a ladder that grows while it is read, in columns.
pub fn live_row(event: &Event) -> String {
    with_live(|drawing| drawing.row(event))
}

/// The same in words, for a narrow terminal, and for a reader who hears arrows read out.
pub fn live_words(event: &Event) -> String {
    let text = match with_live(|drawing| drawing.columns(event)) {
        Row::Text(text) => text,
        Row::Columns(left, arrow, right) => arrow.in_words(&left, &right),
    };
    let lane = if is_pipe(&event.lane) { String::new() } else { format!("{}: ", lane_name(&event.lane)) };
    let mark = if event.here { ">> " } else { "" };
    format!("{mark}{:.1} ms  {lane}{text}", event.at.as_secs_f64() * 1000.0)
}

fn with_live<T>(draw: impl FnOnce(&Drawing) -> T) -> T {
    let wire = Wire::new();
    draw(&Drawing {
        wire: &wire,
        program: say!("report/your_program"),
        waits: &[],
        many: true,
        stuck: false,
        live: true,
    })
}

/// Lanes that are no connection, and named in their rows.
fn is_pipe(lane: &str) -> bool {
    ["", "program", "stdin", "stdout"].contains(&lane)
}

/// What the drawing of a row depends on.
struct Drawing<'a> {
    wire: &'a Wire,
    program: &'a str,
    /// Where the program's threads are.
    waits: &'a [ThreadWait],
    /// Several connections: each row names its own.
    many: bool,
    /// The program hung: what is still unread says something.
    stuck: bool,
    /// It grows while it is read: what is waited for may still come.
    live: bool,
}

enum Row {
    Text(String),
    Columns(String, Arrow, String),
}

#[derive(Clone, Copy)]
enum Arrow {
    To,
    From,
    /// In several pieces.
    ManyTo,
    ManyFrom,
    /// What should have come.
    Missing,
    None,
}

impl Arrow {
    fn draw(self, width: usize) -> String {
        let line = |of: &str| of.repeat(width - 1);
        match self {
            Arrow::To => format!("{}>", line("-")),
            Arrow::From => format!("<{}", line("-")),
            Arrow::ManyTo => format!("{}>", line("=")),
            Arrow::ManyFrom => format!("<{}", line("=")),
            Arrow::Missing => format!("<{}", &"- ".repeat(width)[..width - 1]),
            Arrow::None => " ".repeat(width),
        }
    }

    fn in_words(self, left: &str, right: &str) -> String {
        match self {
            _ if right.is_empty() => left.to_string(),
            Arrow::To | Arrow::ManyTo => say!("report/to_you", left, right),
            Arrow::From | Arrow::ManyFrom => say!("report/from_you", left, right),
            Arrow::Missing => say!("report/so_far", left, right),
            Arrow::None => format!("{left} {right}").trim_start().to_string(),
        }
    }
}

impl Drawing<'_> {
    fn row(&self, event: &Event) -> String {
        let mark = if event.here { ">>" } else { "  " };
        let time = format!("{mark}{:>6.1}  ", event.at.as_secs_f64() * 1000.0);
        let (left, arrow, right) = match self.columns(event) {
            Row::Text(text) => return cut(&format!("{time}{text}"), WIDTH),
            Row::Columns(left, arrow, right) => (left, arrow, right),
        };
        let named = !self.many || is_pipe(&event.lane);
        let left = match &event.what {
            _ if named => left,
            // The lane and what it is say more than the size, for which there is no room.
            What::Sent(bytes) | What::Received(bytes) if !bytes.name.is_empty() => {
                format!("{}: {}", lane_name(&event.lane), bytes.name)
            }
            _ => format!("{}: {left}", lane_name(&event.lane)),
        };
        // The names of several connections need more room than the arrow does.
        let wide = match () {
            () if self.live => 31,
            () if self.many => 28,
            () => 24,
        };
        let left = cut(&left, wide - 1);
        let arrow = arrow.draw(LEFT_AND_ARROW - wide);
        cut(format!("{time}{left:<wide$}{arrow}  {right}").trim_end(), WIDTH)
    }

    fn columns(&self, event: &Event) -> Row {
        let row = |left: &str, arrow, right: &str| Row::Columns(left.to_string(), arrow, right.to_string());
        match &event.what {
            // A command line, with a URL or a message in it perhaps, is worth a whole row.
            What::Start { line } => Row::Text(say!("report/start", line)),
            What::Says { line } => match line.rsplit_once(':') {
                Some((_, port)) if line.starts_with("listening on ") => {
                    row("", Arrow::None, &say!("report/listening_on_port", port))
                }
                _ => row("", Arrow::None, line),
            },
            What::Connect => row(say!("report/connect"), Arrow::To, say!("report/connected")),
            What::Refused => row(say!("report/connect"), Arrow::To, say!("report/refused")),
            What::Accept => row(say!("report/accept"), Arrow::From, say!("report/connect")),
            What::Sent(bytes) => Row::Columns(size(say!("report/send"), bytes), to(bytes), self.taken(event, bytes)),
            What::Received(bytes) => Row::Columns(size("", bytes), from(bytes), preview(bytes)),
            What::CloseWrite => row(say!("report/close_sending_side"), Arrow::To, "FIN"),
            What::Close => row(say!("report/close"), Arrow::To, "FIN"),
            What::SendReset => row(say!("report/reset"), Arrow::To, "RST"),
            What::EndOfStream => row(say!("report/end_of_stream"), Arrow::From, "FIN"),
            What::Reset => row(say!("report/reset"), Arrow::From, "RST"),
            What::BrokenPipe => row(say!("report/send_epipe"), Arrow::None, say!("report/nobody_is_there_to_read_it")),
            What::Wait { what } if event.lane == "program" => {
                row(&say!("report/wait_for", what), Arrow::Missing, say!("report/goes_on"))
            }
            What::Wait { what } => {
                let so_far = if self.live && !event.here { "" } else { say!("report/nothing") };
                row(&say!("report/wait_for_2", pipe = pipe(event), what), Arrow::Missing, so_far)
            }
            What::Stop { why } => Row::Text(say!("report/stop", why)),
            What::Stdin(bytes) => Row::Columns(size("stdin:", bytes), to(bytes), preview(bytes)),
            What::StdinClosed => row(say!("report/stdin_closed"), Arrow::To, say!("report/end_of_input")),
            What::Stdout(bytes) => Row::Columns(size("stdout:", bytes), from(bytes), preview(bytes)),
            What::Paused { times } => row("SIGSTOP, SIGCONT", Arrow::To, &say!("report/times", times)),
            What::Exit { how } => row(&say!("report/ends", program = self.program), Arrow::From, how),
            What::Say { text } => Row::Text(format!("-- {text}")),
        }
    }

    /// The program's column for what was sent: the bytes; and of the last on a connection, what is still unread of them.
    fn taken(&self, event: &Event, bytes: &Bytes) -> String {
        let here = |object: &Object| matches!(object, Object::Connection { label } if *label == event.lane);
        let wait = self.waits.iter().find(|wait| wait.on.as_ref().is_some_and(here));
        let last = self.stuck && self.last_sent(&event.lane) == Some(event.at);
        match wait.and_then(|wait| wait.waiting).filter(|_| last) {
            None => preview(bytes),
            Some(0) => match say!("report/all_read", shown = preview(bytes)) {
                text if text.chars().count() <= RIGHT => text,
                _ => say!("report/all_read_0_wait").to_string(),
            },
            Some(waiting) => say!("report/wait_there_unread", waiting = grouped(waiting)),
        }
    }

    fn last_sent(&self, lane: &str) -> Option<Duration> {
        let sent = |event: &&Event| event.lane == lane && matches!(event.what, What::Sent(_));
        self.wire.events.iter().rfind(sent).map(|event| event.at)
    }
}

fn to(bytes: &Bytes) -> Arrow {
    if bytes.pieces > 1 { Arrow::ManyTo } else { Arrow::To }
}

fn from(bytes: &Bytes) -> Arrow {
    if bytes.pieces > 1 { Arrow::ManyFrom } else { Arrow::From }
}

fn pipe(event: &Event) -> &'static str {
    if event.lane == "stdout" { "stdout: " } else { "" }
}

fn size(verb: &str, bytes: &Bytes) -> String {
    let plural = if bytes.count == 1 { "" } else { "s" };
    let name = if bytes.name.is_empty() { String::new() } else { format!("{}, ", bytes.name) };
    let verb = if verb.is_empty() || !name.is_empty() { String::new() } else { format!("{verb} ") };
    say!("report/byte", verb, name, bytes = grouped(bytes.count), plural)
}

/// The first bytes, as many as there is room for, with dots that say that there are more.
fn preview(bytes: &Bytes) -> String {
    if bytes.pieces > 1 && bytes.count > 16 {
        let unit = if bytes.datagram { say!("report/datagrams") } else { say!("report/pieces") };
        return say!("report/in", pieces = grouped(u64::from(bytes.pieces)), unit);
    }
    let shown = |count: usize| {
        let dots = if (count as u64) < bytes.count { " .." } else { "" };
        format!("{}{dots}", show_first(&bytes.first, count))
    };
    (0..=bytes.first.len()).rev().map(shown).find(|text| text.chars().count() <= RIGHT).unwrap_or_default()
}

/// The ladder of a run without a program: both sides are this process's own, and every event is shown.
pub fn two_sided(wire: &Wire, left: &str, right: &str) -> Vec<String> {
    let lanes = wire.events.iter().map(|event| event.lane.as_str()).filter(|lane| *lane != "program");
    let many = lanes.collect::<BTreeSet<_>>().len() > 1;
    let drawing = Drawing { wire, program: right, waits: &[], many, stuck: false, live: false };
    let mut lines = vec![say!("report/ms", left = format_args!("{left:<LEFT_AND_ARROW$}"), right)];
    lines.extend(wire.events.iter().map(|event| drawing.row(event)));
    lines
}

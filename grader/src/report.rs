//! What a person reads when a check fails: the same blocks in the same order, at most 24 lines of 80 columns.
//!
//! Every line is made from the finding and the record. What the program printed is escaped before it is shown.

mod ladder;
mod sections;
mod story;
mod summary;
mod wrap;

use crate::check::{Ended, Finding, Kind, Outcome};
use crate::lab::{Scale, Setup, last_words, shown};
use crate::run::CaseResult;
use crate::source::StubPlace;
use crate::texts;
use crate::texts::say;
use crate::waits::{self, Call, ThreadWait};
use crate::wire::What;

pub use ladder::{live_row, live_words, right_ladder, two_sided};
pub use sections::section;
pub use summary::{distance, near, summary};
pub use wrap::{WIDTH, cut, wrap};

/// The most lines of a full report.
pub const LINES: usize = 24;

/// What a report has to know besides the result.
#[derive(Clone, Debug)]
pub struct Context {
    pub stubs: Vec<StubPlace>,
    /// `labs/lab1/src/lib.rs`
    pub source: String,
    pub colour: bool,
    /// What runs one check again.
    pub command: String,
    /// How much data the checks sent.
    pub scale: Scale,
}

impl Context {
    /// For the program of this set-up, without colour.
    pub fn of(setup: &Setup) -> Context {
        Context {
            stubs: setup.stubs.clone(),
            source: setup.source.clone(),
            colour: false,
            command: "cargo lab check".to_string(),
            scale: setup.scale,
        }
    }

    fn place(&self, stub: &str) -> String {
        match self.stubs.iter().find(|place| place.name == stub) {
            Some(place) => format!("{}:{} {stub}", self.source, place.line),
            None => format!("{} {stub}", self.source),
        }
    }
}

/// The report of a case that failed; of any other, its one line.
pub fn full(result: &CaseResult, context: &Context) -> String {
    let Outcome::Failed(finding) = &result.outcome else { return line(result) };
    let mut above = vec![headline(result)];
    above.extend(wrap("  ", &sentence(result), 2));
    above.extend(difference(finding));
    if result.rounds.1 > 1 {
        above.push(say!("report/in_of_runs_this_is_one", rounds = result.rounds.0, rounds2 = result.rounds.1));
    }
    let mut below = wrap_block(say!("report/where_you_are"), &whereabouts(finding, stuck(result)), 5);
    below.extend(wrap_block(say!("report/usually_means"), &[usually(result, finding.kind).to_string()], 4));
    let room = LINES.saturating_sub(above.len() + below.len() + 1);
    above.extend(ladder::ladder(result, finding, room));
    above.extend(below);
    // The ladder may need the last free line.
    if above.len() + 1 < LINES {
        above.extend(wrap_block(say!("report/your_function"), &[context.place(result.case.stub)], 1));
    }
    above.push(next(result, finding.kind, context));
    above.truncate(LINES);
    paint(&above, context.colour)
}

/// The report of a case that failed without its ladder, for whoever has seen that grow.
/// `seen`: the grader has started the program, and knows where it is.
pub fn without_ladder(result: &CaseResult, context: &Context, seen: bool) -> String {
    let Outcome::Failed(finding) = &result.outcome else { return line(result) };
    let mut lines = vec![headline(result)];
    lines.extend(wrap("  ", &sentence(result), 2));
    lines.extend(difference(finding));
    let unseen = || vec![say!("report/unseen_from_here_it_was_started").to_string()];
    let places = if seen { whereabouts(finding, stuck(result)) } else { unseen() };
    lines.extend(wrap_block(say!("report/where_you_are"), &places, 5));
    lines.extend(wrap_block(say!("report/usually_means"), &[usually(result, finding.kind).to_string()], 4));
    lines.push(next(result, finding.kind, context));
    paint(&lines, context.colour)
}

/// What is wrong with a report itself: too long, too wide, or what was wanted and what came are not shown whole.
pub fn faults(result: &CaseResult, context: &Context) -> Vec<String> {
    let Outcome::Failed(finding) = &result.outcome else { return Vec::new() };
    let text = full(result, context);
    let mut faults = Vec::new();
    if text.lines().count() > LINES {
        faults.push(format!("{} lines", text.lines().count()));
    }
    let bad = |line: &&str| line.chars().count() > WIDTH || line.chars().any(char::is_control);
    faults.extend(text.lines().filter(bad).map(|line| format!("too wide, or not printable: `{line}`")));
    let whole = |text: &str, most: usize| {
        let shown =
            wrap("        ", text, most).iter().map(|line| line.trim().to_string()).collect::<Vec<_>>().join(" ");
        shown.split_whitespace().eq(text.split_whitespace())
    };
    for (what, said) in [("want", &finding.want), ("got", &finding.got), ("note", &finding.note)] {
        if !whole(said, 2) {
            faults.push(format!("`{what}` is cut: {said}"));
        }
    }
    let usually = usually(result, finding.kind);
    if !wrap_block(say!("report/usually_means"), &[usually.to_string()], 4)
        .join(" ")
        .contains(usually.rsplit(' ').next().unwrap_or(""))
    {
        faults.push(format!("`usually` is cut: {usually}"));
    }
    let said = result.wire.events.iter().filter_map(|event| match &event.what {
        What::Say { text } => Some(text),
        _ => None,
    });
    faults.extend(said.filter(|text| text.chars().count() > 67).map(|text| format!("`say` is cut: {text}")));
    faults
}

/// One line of at most 80 columns on a case.
pub fn line(result: &CaseResult) -> String {
    let name = format!("{}{} {}", result.check.id, result.case.letter, result.check.name);
    let text = match &result.outcome {
        Outcome::Passed => say!("report/passed", name),
        Outcome::Failed(finding) => {
            let got = if finding.got.is_empty() { String::new() } else { format!(": {}", first_words(finding)) };
            say!("report/failed_line", name, kind = finding.kind, got)
        }
        Outcome::NotStarted(stub) => {
            say!("report/not_started", name, name2 = stub.name, file = stub.file, stub = stub.line)
        }
        Outcome::Blocked(need) => say!("report/blocked_comes_first", name, need),
        Outcome::NotRun(reason) => say!("report/not_run", name, reason),
        Outcome::Trouble(_) => say!("report/trouble_not_your_programs_fault", name),
    };
    cut(&text, WIDTH)
}

fn first_words(finding: &Finding) -> String {
    match (&finding.panic, finding.kind) {
        (Some(panic), Kind::Panicked) => panic.message.clone(),
        _ => finding.got.clone(),
    }
}

fn headline(result: &CaseResult) -> String {
    let check = result.check;
    let name = say!("report/failed", id = check.id, letter = result.case.letter, name = check.name);
    let points = result.case.points;
    let value = say!("report/point_tier", points, plural = if points == 1 { "" } else { "s" }, tier = check.tier);
    let room = WIDTH.saturating_sub(name.chars().count() + value.chars().count()).max(1);
    format!("{name}{}{value}", " ".repeat(room))
}

fn sentence(result: &CaseResult) -> String {
    match result.check.what(result.case) {
        "" => result.check.title().to_string(),
        what => say!("report/here", title = result.check.title(), what),
    }
}

fn difference(finding: &Finding) -> Vec<String> {
    let mut lines = wrap(say!("report/want"), &finding.want, 2);
    lines.extend(wrap(say!("report/got"), &finding.got, 2));
    if !finding.note.is_empty() {
        lines.extend(wrap("        ", &finding.note, 2));
    }
    lines
}

/// Whether the program hung. If not, where it was when it had already gone wrong means nothing.
fn stuck(result: &CaseResult) -> bool {
    let unbounded = matches!(&result.outcome, Outcome::Failed(finding) if finding.kind == Kind::Unbounded);
    unbounded || result.wire.events.iter().any(|event| matches!(event.what, What::Stop { .. }))
}

/// Where the program is, or how it ended.
fn whereabouts(finding: &Finding, stuck: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(panic) = &finding.panic {
        let message = cut(&panic.message, 120);
        lines.push(say!("report/thread_panicked_at", thread = panic.thread, place = panic.place, message));
    }
    match finding.ended {
        // The ladder has it, and the panic says more.
        Some(Ended::Code(101)) if finding.panic.is_some() => {}
        Some(ended) => lines.push(say!("report/ended", ended, said = said(finding))),
        None if finding.waits.is_empty() => lines.push(say!("report/running_this_system_does_not_show").to_string()),
        None if stuck => lines.extend(threads(&finding.waits)),
        None => lines.push(say!("report/not_stuck_your_program_runs_on").to_string()),
    }
    lines
}

/// The threads. Of several, those that may hold up others come first, and there are no details.
fn threads(all: &[ThreadWait]) -> Vec<String> {
    let rank = |wait: &ThreadWait| match wait.call {
        Call::Write | Call::Mutex | Call::Running => 0,
        Call::Accept | Call::Read | Call::Recv if wait.waiting.unwrap_or(0) == 0 => 2,
        _ => 1,
    };
    let mut sorted = all.to_vec();
    sorted.sort_by_key(rank);
    let lines = waits::describe(&sorted);
    if lines.len() < 3 {
        return waits::describe(all);
    }
    let short = |line: &String| {
        let line = line.strip_suffix(&say!("seen/threads/s_are_waiting_there", n = 0, unit = "byte")).unwrap_or(line);
        let room = say!("seen/threads/with_room_for", room = '\0');
        let line = line.split(room.split('\0').next().unwrap_or_default()).next().unwrap_or(line);
        let line = line.split(", thread::scope").next().unwrap_or(line);
        line.split(" (").next().unwrap_or(line).to_string()
    };
    lines.iter().map(short).collect()
}

/// The last line of standard error, unless it belongs to a panic that is shown anyway.
fn said(finding: &Finding) -> String {
    match last_words(&finding.stderr) {
        "nothing" => String::new(),
        line if finding.panic.is_none() => say!("report/its_last_words", line = cut(&shown(line.as_bytes()), 100)),
        _ => String::new(),
    }
}

fn usually(result: &CaseResult, kind: Kind) -> &'static str {
    let own = result.check.usually().into_iter().find(|(of, _)| *of == kind).map(|(_, text)| text);
    own.unwrap_or_else(|| general(kind))
}

/// What a kind of finding usually means, where the check has no better text.
pub fn general(kind: Kind) -> &'static str {
    texts::find(&format!("report/usually.{kind}")).unwrap_or("")
}

/// What to do next. The command that runs the check again matters most; what has no room is left out.
fn next(result: &CaseResult, kind: Kind, context: &Context) -> String {
    let id = result.check.id;
    let scale = if context.scale == Scale::Small { " --scale small" } else { "" };
    let again = format!("{} {id} --seed {:04x}{scale}", context.command, result.seed);
    let hint = format!("cargo lab hint {id}");
    let book = section(id, kind).map_or(String::new(), |section| say!("report/book", section));
    let lines = [say!("report/next", book, hint, again), say!("report/next_2", hint, again)];
    lines.into_iter().find(|line| line.chars().count() <= WIDTH).unwrap_or(say!("report/next_3", again))
}

fn wrap_block(title: &str, texts: &[String], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (turn, text) in texts.iter().enumerate() {
        let head = if turn == 0 { format!("  {title:<13}  ") } else { " ".repeat(17) };
        lines.extend(wrap(&head, text, most));
    }
    if lines.len() > most {
        let more = lines.len() - most + 1;
        lines.truncate(most - 1);
        lines.push(say!("report/and_lines_more", space = " ".repeat(17), more));
    }
    lines
}

/// Bold for the headline, red for the place where it went wrong; nothing depends on it.
fn paint(lines: &[String], colour: bool) -> String {
    let painted = lines.iter().enumerate().map(|(turn, line)| match () {
        () if colour && turn == 0 => format!("\x1b[1;31m{line}\x1b[0m"),
        () if colour && line.starts_with(">>") => format!("\x1b[31m{line}\x1b[0m"),
        () => line.clone(),
    });
    painted.collect::<Vec<_>>().join("\n")
}

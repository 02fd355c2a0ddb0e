//! The ladders of right runs: recorded from the solutions, kept as text, so that `explain` needs no program to run.
//!
//! A test runs the solutions and compares. What cannot be the same twice is taken out before it is kept (addresses and
//! ports, in how many pieces the kernel gave a stream) or not compared (times, and counts that depend on buffers).

use crate::check::Outcome;
use crate::labs;
use crate::report::right_ladder;
use crate::run::CaseResult;
use crate::texts;
use crate::wire::{Bytes, Event, What, Wire};

/// A stream of so many bytes is bulk: only sums say something.
const BULK: u64 = 100_000;

/// The recorded ladder of a case, `1.18b`, or its translation; empty if there is none.
pub fn kept(case: &str) -> Vec<String> {
    let lab = case.as_bytes().first().map_or(0, |digit| digit.wrapping_sub(b'0'));
    let own = |file: &str| part(file, case).into_iter().map(str::to_string).collect::<Vec<_>>();
    let translated = texts::of_translation(&format!("explain/ladders/lab{lab}.txt")).map(|file| own(&file));
    let built_in = || labs::texts(lab).map_or(Vec::new(), |texts| own(texts.ladders));
    translated.filter(|lines| !lines.is_empty()).unwrap_or_else(built_in)
}

/// The lines of one case in the file of a lab: a line `== 1.18b` begins its ladder.
pub fn part<'a>(file: &'a str, case: &str) -> Vec<&'a str> {
    let mut lines = file.lines().skip_while(|line| line.strip_prefix("== ") != Some(case));
    lines.next();
    lines.take_while(|line| !line.starts_with("== ")).filter(|line| !line.is_empty()).collect()
}

/// The ladder of a right run as it is kept, in at most `room` lines.
pub fn record(result: &CaseResult, room: usize) -> Vec<String> {
    let mut addresses = Addresses::default();
    let settled = |event: &Event| Event { what: settled(&event.what, &mut addresses), ..event.clone() };
    let events: Vec<Event> = asked_once(result.wire.events.iter().map(settled).collect());
    let mut wire = Wire::new();
    // Who is served first in a race, nobody knows: of what comes and goes then, the sums are told.
    let bulk = if result.check.rounds > 1 { 0 } else { BULK };
    wire.events = events.chunk_by(|a, b| flows(a) && flows(b)).flat_map(|part| summed(part, bulk)).collect();
    let CaseResult { check, case, seed, rounds, took, .. } = *result;
    right_ladder(&CaseResult { check, case, outcome: Outcome::Passed, wire, seed, rounds, took }, room)
}

/// Whether two recorded ladders tell the same.
pub fn same(kept: &[&str], now: &[String]) -> bool {
    let mut endless = false;
    let mut alike = |(kept, now): (&&str, &String)| {
        let (kept, now) = (comparable(kept), comparable(now));
        // Who sends without end hears of the other side's end by one sign or the other.
        let ends = endless && is_end(&kept) && is_end(&now);
        endless = kept == ENDLESS;
        kept == now || ends
    };
    kept.len() == now.len() && kept.iter().zip(now).all(&mut alike)
}

/// A row without its time, and without what buffers and the length of an address decide.
fn comparable(row: &str) -> String {
    let row = row.get(10..).filter(|_| row.starts_with("  ")).unwrap_or(row);
    if row.starts_with(ENDLESS) {
        return ENDLESS.to_string();
    }
    let row = row.replace('=', "-");
    let words: Vec<&str> = row.split_whitespace().collect();
    let bulk = ["pieces", "times", "lines", "more"].iter().any(|unit| words.contains(unit));
    // The request holds the address, which is longer or shorter.
    if !bulk && !row.contains("\"GET /") {
        return words.join(" ");
    }
    let counted = |word: &&&str| !word.bytes().all(|byte| byte.is_ascii_digit());
    words.iter().filter(counted).copied().collect::<Vec<_>>().join(" ")
}

/// What the checks call the part of a head that they send until nobody takes it any more.
const ENDLESS: &str = "more, ";

fn is_end(row: &str) -> bool {
    ["send: EPIPE", "end of stream", "reset"].iter().any(|end| row.starts_with(end))
}

/// Bytes that go to and fro, which the kernel cuts as it likes.
fn flows(event: &Event) -> bool {
    match &event.what {
        What::Sent(bytes) | What::Received(bytes) => !bytes.datagram && bytes.name.is_empty(),
        What::Paused { .. } => true,
        _ => false,
    }
}

/// A question with the same answer as just before is left out: how often a check has to ask until something has changed,
/// the machine decides.
fn asked_once(events: Vec<Event>) -> Vec<Event> {
    let mut once: Vec<Event> = Vec::new();
    for event in events {
        once.push(event);
        if let [.., asked, answered, again, same] = &once[..]
            && [asked, answered, again, same].into_iter().all(flows)
            && matches!((&asked.what, &answered.what), (What::Sent(_), What::Received(_)))
            && (&asked.lane, &asked.what) == (&again.lane, &again.what)
            && (&answered.lane, &answered.what) == (&same.lane, &same.what)
        {
            once.truncate(once.len() - 2);
        }
    }
    once
}

/// A run of bytes to and fro as it is; of a bulk, one row for each direction of each connection.
fn summed(part: &[Event], bulk: u64) -> Vec<Event> {
    let count = |event: &Event| match &event.what {
        What::Sent(bytes) | What::Received(bytes) => bytes.count,
        _ => 0,
    };
    if !part.iter().all(flows) || part.iter().map(count).sum::<u64>() < bulk {
        return part.to_vec();
    }
    let mut sums: Vec<Event> = Vec::new();
    for event in part {
        let alike = |sum: &&mut Event| {
            sum.lane == event.lane && std::mem::discriminant(&sum.what) == std::mem::discriminant(&event.what)
        };
        match sums.iter_mut().find(alike) {
            Some(sum) => add(sum, event),
            None => sums.push(event.clone()),
        }
    }
    sums
}

fn add(sum: &mut Event, more: &Event) {
    sum.until = more.until;
    match (&mut sum.what, &more.what) {
        (What::Sent(sum), What::Sent(more)) | (What::Received(sum), What::Received(more)) => sum.join(more),
        (What::Paused { times }, What::Paused { times: more }) => *times += more,
        _ => {}
    }
}

/// The event without what is different in each run.
fn settled(what: &What, addresses: &mut Addresses) -> What {
    let whole = |bytes: &Bytes| match bytes.count < BULK {
        true => Bytes { pieces: 1, ..bytes.clone() },
        false => bytes.clone(),
    };
    match what {
        What::Start { line } => What::Start { line: addresses.settle(line) },
        What::Says { line } => What::Says { line: addresses.settle(line) },
        What::Say { text } => What::Say { text: addresses.settle(text) },
        What::Received(bytes) => What::Received(whole(bytes)),
        What::Stdout(bytes) => What::Stdout(whole(bytes)),
        other => other.clone(),
    }
}

/// The addresses and ports of a run, in the order in which they came up.
#[derive(Default)]
struct Addresses {
    seen: Vec<String>,
    ports: Vec<String>,
}

impl Addresses {
    /// Each 127.a.b.c becomes 127.0.0.1, the next one 127.0.0.2; each port behind an address 40001, 40002 and so on.
    fn settle(&mut self, text: &str) -> String {
        let mut settled = String::new();
        let mut rest = text;
        while let Some((start, host)) = first_host(rest) {
            settled.push_str(&rest[..start]);
            rest = &rest[start + host.len()..];
            match host.starts_with("127.") {
                true => settled.push_str(&format!("127.0.0.{}", place(&mut self.seen, host))),
                false => settled.push_str(host),
            }
            let behind = rest.strip_prefix(':').unwrap_or(rest);
            let digits = behind.len() - behind.trim_start_matches(is_digit).len();
            if digits > 1 {
                settled.push_str(&rest[..rest.len() - behind.len()]);
                settled.push_str(&(40_000 + place(&mut self.ports, &behind[..digits])).to_string());
                rest = &behind[digits..];
            }
        }
        settled + rest
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The number of this text, counted from 1; a new one gets the next number.
fn place(seen: &mut Vec<String>, text: &str) -> usize {
    let at = seen.iter().position(|old| old == text).unwrap_or_else(|| {
        seen.push(text.to_string());
        seen.len() - 1
    });
    at + 1
}

/// Where the first address stands that may have a port behind it, or the word `port`.
fn first_host(text: &str) -> Option<(usize, &str)> {
    let found = ["127.", "[::1]", "localhost", "port "].iter().filter_map(|host| Some((text.find(host)?, *host)));
    let (start, host) = found.min()?;
    let length = match host {
        "127." => text[start..].find(|c: char| !is_digit(c) && c != '.').unwrap_or(text.len() - start),
        whole => whole.len(),
    };
    Some((start, text[start..start + length].trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ports_are_numbered() {
        let mut addresses = Addresses::default();
        let text = addresses.settle("127.9.8.7:4242 refuses, 127.9.8.7:555 does not; [::1]:4242, 127.1.1.1:0.");
        assert_eq!(text, "127.0.0.1:40001 refuses, 127.0.0.1:40002 does not; [::1]:40001, 127.0.0.2:0.");
        assert_eq!(addresses.settle("takes port 555, and a port 0"), "takes port 40002, and a port 0");
        assert_eq!(addresses.settle("--listen 127.9.8.7:0"), "--listen 127.0.0.1:0");
    }

    #[test]
    fn times_and_counts_of_bulk_are_not_compared() {
        let kept = ["     1.2  send 4 194 304 bytes    ===============>  in 255 pieces"];
        let other = |row: &str| same(&kept, &[row.to_string()]);
        assert!(other("    77.9  send 4 077 920 bytes    --------------->  in 2 pieces"));
        assert!(!other("    77.9  send 4 077 920 bytes    <===============  in 2 pieces"));
        let [more, end] = ["     1.2  more, 20 bytes  --->", "     1.2  end of stream  <---  FIN"];
        let broken = ["     1.3  more, 40 000 bytes  ===>", "     1.3  send: EPIPE"].map(str::to_string);
        assert!(same(&[more, end], &broken) && !same(&[end, end], &broken));
        assert!(!same(&["     1.2  send 12 bytes"], &["     1.2  send 13 bytes".to_string()]));
    }
}

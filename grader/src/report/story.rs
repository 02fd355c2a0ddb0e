//! Which events of a record are shown when there is not room for all: its beginning, the place where it went wrong, and
//! its end. A long exchange becomes two rows with sums.

use crate::wire::{Bytes, Event, What};

/// A row of the ladder: an event, or the number of rows that are left out here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Event(Event),
    More(usize),
    /// The number of rows that are left out because they say what the one before says.
    Same(usize),
}

/// The story in at most `room` rows.
pub fn story(events: &[Event], room: usize) -> Vec<Shown> {
    let mut rows = worth_showing(events);
    if rows.len() > room {
        rows = without_start(rows);
    }
    if rows.len() > room {
        rows = folded(rows);
    }
    chosen(rows, room)
}

/// The beginning of a run in which nothing went wrong, and how it ended, in at most `room` rows. What is the same several
/// times in a row is one row.
pub fn beginning(events: &[Event], room: usize) -> Vec<Shown> {
    let mut rows = worth_showing(events);
    if rows.len() > room {
        rows = without_start(rows);
    }
    let alike = |a: &Event, b: &Event| a.lane == b.lane && a.what == b.what;
    let once = |same: &[Event]| match same {
        [one, _, _, ..] => vec![Shown::Event(one.clone()), Shown::Same(same.len() - 1)],
        few => few.iter().cloned().map(Shown::Event).collect(),
    };
    let mut shown: Vec<Shown> = rows.chunk_by(alike).flat_map(once).collect();
    if shown.len() > room {
        let end = shown.split_off(shown.len() - 2);
        let hidden = shown.split_off(room.saturating_sub(3));
        let count = |row: &Shown| match row {
            Shown::Event(_) => 1,
            Shown::More(rows) | Shown::Same(rows) => *rows,
        };
        shown.push(Shown::More(hidden.iter().map(count).sum()));
        shown.extend(end);
    }
    shown
}

/// Without waits that were satisfied, and without a word on the end where the end itself is a row.
fn worth_showing(events: &[Event]) -> Vec<Event> {
    let worth = |at: usize| {
        let rest = &events[at + 1..];
        let next_of_lane = rest.iter().find(|event| event.lane == events[at].lane);
        match &events[at].what {
            _ if events[at].here => true,
            What::Wait { .. } => next_of_lane.is_none_or(|next| matches!(next.what, What::Stop { .. })),
            What::Stop { .. } => !rest.iter().any(|event| matches!(event.what, What::Exit { .. })),
            _ => true,
        }
    };
    (0..events.len()).filter(|&at| worth(at)).map(|at| events[at].clone()).collect()
}

/// Without the rows on the start of the program, if anything came of it.
fn without_start(rows: Vec<Event>) -> Vec<Event> {
    let of_start = |event: &Event| matches!(event.what, What::Start { .. } | What::Says { .. });
    if rows.iter().any(|event| event.here && of_start(event)) || rows.iter().all(|event| event.lane == "program") {
        return rows;
    }
    rows.into_iter().filter(|event| !of_start(event)).collect()
}

/// Bytes that go to and fro are one row for each direction of each connection; the last two stay as they are, because
/// what went wrong often follows from them.
fn folded(rows: Vec<Event>) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    for part in rows.chunk_by(|a, b| flows(a) && flows(b)) {
        let (fold, keep) = part.split_at(part.len().saturating_sub(2));
        let mut sums: Vec<Event> = Vec::new();
        for event in fold {
            let same = |sum: &&mut Event| {
                sum.lane == event.lane && std::mem::discriminant(&sum.what) == std::mem::discriminant(&event.what)
            };
            match sums.iter_mut().find(same) {
                Some(sum) if flows(event) => add(sum, event),
                _ => sums.push(event.clone()),
            }
        }
        all.extend(sums);
        all.extend_from_slice(keep);
    }
    all
}

fn flows(event: &Event) -> bool {
    !event.here
        && matches!(
            event.what,
            What::Sent(_) | What::Received(_) | What::Stdin(_) | What::Stdout(_) | What::Paused { .. }
        )
}

fn add(sum: &mut Event, event: &Event) {
    sum.until = event.until;
    match (&mut sum.what, &event.what) {
        (What::Sent(sum), What::Sent(more))
        | (What::Received(sum), What::Received(more))
        | (What::Stdin(sum), What::Stdin(more))
        | (What::Stdout(sum), What::Stdout(more)) => add_bytes(sum, more),
        (What::Paused { times }, What::Paused { times: more }) => *times += more,
        _ => {}
    }
}

fn add_bytes(sum: &mut Bytes, more: &Bytes) {
    sum.join(more);
    if sum.name != more.name {
        let first = sum.name.split(" .. ").next().unwrap_or_default();
        sum.name =
            if first.is_empty() || more.name.is_empty() { String::new() } else { format!("{first} .. {}", more.name) };
    }
}

/// As many rows as there is room for: the place where it went wrong, the last and the first, then what stands beside them.
fn chosen(rows: Vec<Event>, room: usize) -> Vec<Shown> {
    if rows.len() <= room {
        return rows.into_iter().map(Shown::Event).collect();
    }
    let last = rows.len() - 1;
    let here = rows.iter().position(|event| event.here).unwrap_or(last);
    let mut wanted = vec![here, last, 0];
    for step in 1..rows.len() {
        wanted.extend([here.saturating_sub(step), step, (here + step).min(last), last - step]);
    }
    let mut kept = vec![false; rows.len()];
    for place in wanted {
        kept[place] = true;
        if shown(&kept).len() > room.max(1) {
            kept[place] = false;
        }
    }
    let row = |range: std::ops::Range<usize>| match range.len() {
        1 => Shown::Event(rows[range.start].clone()),
        more => Shown::More(more),
    };
    shown(&kept).into_iter().map(row).collect()
}

/// The rows that result: each kept event, and each gap. A gap of one is that event itself.
fn shown(kept: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for place in 0..kept.len() {
        match ranges.last_mut() {
            Some(gap) if !kept[place] && !kept[place - 1] => gap.end = place + 1,
            _ => ranges.push(place..place + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn event(what: What, here: bool) -> Event {
        Event { at: Duration::ZERO, until: Duration::ZERO, lane: "client".to_string(), what, here }
    }

    fn sent(count: usize) -> Event {
        event(What::Sent(Bytes::of(&vec![b'x'; count])), false)
    }

    fn received(count: usize) -> Event {
        event(What::Received(Bytes::of(&vec![b'x'; count])), false)
    }

    #[test]
    fn a_long_exchange_is_two_rows_with_sums() {
        let mut events = vec![event(What::Connect, false)];
        for _ in 0..50 {
            events.extend([sent(3), received(3)]);
        }
        events.extend([sent(4), event(What::Wait { what: "4 bytes".to_string() }, true)]);
        let rows = story(&events, 8);
        let counts: Vec<u64> = rows
            .iter()
            .filter_map(|row| match row {
                Shown::Event(Event { what: What::Sent(bytes) | What::Received(bytes), .. }) => Some(bytes.count),
                _ => None,
            })
            .collect();
        assert_eq!(counts, [150, 147, 3, 4], "{rows:#?}");
    }

    #[test]
    fn a_right_run_is_told_from_its_beginning() {
        let mut events = vec![event(What::Connect, false); 4];
        for count in 1..20 {
            events.extend([sent(count), received(count)]);
        }
        let rows = beginning(&events, 8);
        assert_eq!((rows.len(), &rows[1], &rows[5]), (8, &Shown::Same(3), &Shown::More(33)), "{rows:#?}");
        assert!(matches!(&rows[4], Shown::Event(Event { what: What::Sent(bytes), .. }) if bytes.count == 2));
        assert_eq!(beginning(&events[..5], 8).len(), 3);
    }

    #[test]
    fn beginning_place_and_end_are_always_shown() {
        for length in 1..30 {
            for here in 0..length {
                let mut events: Vec<Event> = (0..length).map(|_| event(What::Connect, false)).collect();
                events[here].here = true;
                events[length - 1].what = What::Close;
                for room in 5..12 {
                    let rows = story(&events, room);
                    let whole: usize = rows.iter().map(|row| if let Shown::More(more) = row { *more } else { 1 }).sum();
                    assert_eq!(whole, length);
                    assert!(rows.len() <= room, "{length} {here} {room}: {}", rows.len());
                    assert!(rows.iter().any(|row| matches!(row, Shown::Event(event) if event.here)));
                    assert!(matches!(rows.last(), Some(Shown::Event(event)) if event.what == What::Close));
                    assert!(matches!(rows[0], Shown::Event(_)));
                }
            }
        }
    }
}

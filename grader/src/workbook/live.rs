//! A ladder that grows on the screen while its record is made.

use std::time::Duration;

use super::println;
use super::screen::Screen;
use crate::report;
use crate::wire::{Event, What, Wire};

/// An entry that may still grow is shown when nothing has come to it for so long.
const RIPE: Duration = Duration::from_millis(100);
/// One that goes on growing is shown as far as it has got.
const LONG: Duration = Duration::from_millis(500);

/// Which entries of a record have been shown.
#[derive(Debug)]
pub struct Live {
    screen: Screen,
    /// The grader's side, and the other one, for the head.
    sides: (String, String),
    shown: usize,
    /// An entry was shown without the mark that it got later.
    unmarked: bool,
}

impl Live {
    pub fn new(screen: Screen, left: &str, right: &str) -> Live {
        Live { screen, sides: (left.to_string(), right.to_string()), shown: 0, unmarked: true }
    }

    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Shows the entries that are complete.
    pub fn grow(&mut self, wire: &Wire) {
        self.show(wire, complete(&wire.events));
    }

    /// Shows those too that have not grown for a moment, or have been growing for long.
    pub fn ripen(&mut self, wire: &mut Wire) {
        let Some(last) = wire.events.last() else { return };
        let since = |time: Duration| wire.now().saturating_sub(time);
        if self.shown < wire.events.len() && (since(last.until) >= RIPE || since(last.at) >= LONG) {
            self.flush(wire);
        }
    }

    /// Shows all; what comes next is an entry of its own.
    pub fn flush(&mut self, wire: &mut Wire) {
        self.show(wire, wire.events.len());
        wire.close();
    }

    /// Shows once more, and marked, the place where it went wrong, if it was shown before anybody knew.
    pub fn mark(&mut self, wire: &mut Wire) {
        let before = self.shown;
        self.flush(wire);
        let here = wire.events.iter().position(|event| event.here);
        if let Some(place) = here.filter(|place| *place < before && self.unmarked) {
            self.unmarked = false;
            self.row(&wire.events[place]);
        }
    }

    /// A line between the rows: what the program prints, what a key does.
    pub fn note(&self, text: &str) {
        for line in self.screen.fold(text) {
            println(&line);
        }
    }

    fn show(&mut self, wire: &Wire, end: usize) {
        for place in self.shown..end {
            // A wait that was satisfied is no news.
            let satisfied = matches!(wire.events[place].what, What::Wait { .. })
                && place + 1 < wire.events.len()
                && !wire.events[place].here;
            if satisfied {
                continue;
            }
            if self.shown == 0 && self.screen.has_columns() {
                println(&format!("      ms  {:<40}  {}", self.sides.0, self.sides.1));
            }
            self.shown = place + 1;
            self.row(&wire.events[place]);
        }
        self.shown = self.shown.max(end);
    }

    fn row(&self, event: &Event) {
        if self.screen.has_columns() {
            println(&report::live_row(event));
        } else {
            self.note(&report::live_words(event));
        }
    }
}

/// How many entries, from the first on, cannot grow any more. Pauses between reads are counted behind the reads' back.
fn complete(events: &[Event]) -> usize {
    match events {
        [.., before, last]
            if matches!((&before.what, &last.what), (What::Paused { .. }, What::Received(_)))
                && before.lane == last.lane =>
        {
            events.len() - 2
        }
        events => events.len().saturating_sub(1),
    }
}

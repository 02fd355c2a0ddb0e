//! Who looks on while a check is replayed: shows its record as it grows, and lets the peer move when a key says so.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::Duration;

use super::hand::Hand;
use super::keys::{Key, Keys};
use super::said::Said;
use super::words;
use crate::check::{Check, Stop, Verdict};
use crate::lab::{Lab, Launch, Onlooker, Stuck};
use crate::program::Program;
use crate::report::cut;
use crate::texts::say;
use crate::waits;
use crate::wire::{What, Wire};
use crate::workbook::live::Live;
use crate::workbook::screen::Screen;
use crate::workbook::{print, println};

/// How often the program's output is looked at while a key is waited for.
const LOOK: Duration = Duration::from_millis(20);

/// Where nobody can be asked, a wait for a program that was started by hand lasts so long.
const ALONE: Duration = Duration::from_secs(30);

/// The player at the keyboard; or nobody, and the peer moves by itself.
pub struct Player {
    screen: Screen,
    keys: Option<Keys>,
    by_hand: bool,
    /// How many lines the question has that stands on the screen.
    asked: Cell<usize>,
    state: RefCell<State>,
}

struct State {
    live: Live,
    said: Said,
    hand: Option<Hand>,
    /// The peer moves without a key.
    auto: bool,
    /// So many moves have been let go in advance.
    granted: u64,
    /// At least one move has waited for a key.
    waited: bool,
    quit: bool,
    /// That nothing comes was said when the record had so many events.
    told: Option<u64>,
}

impl Player {
    pub fn new(screen: Screen, keys: Option<Keys>, auto: bool, hand: Option<Hand>, check: &Check) -> Player {
        let live = Live::new(screen, say!("report/the_grader_2"), &say!("cargo-lab/replay/you_lab", lab = check.lab()));
        let state = State {
            live,
            said: Said::default(),
            auto: auto || keys.is_none(),
            granted: 0,
            waited: false,
            quit: false,
            told: None,
            hand,
        };
        let by_hand = state.hand.is_some();
        Player { screen, keys, by_hand, asked: Cell::new(1), state: RefCell::new(state) }
    }

    pub fn screen(&self) -> Screen {
        self.screen
    }

    /// Whether moves wait for a key.
    pub fn steps(&self) -> bool {
        !self.state.borrow().auto
    }

    pub fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    pub fn has_quit(&self) -> bool {
        self.state.borrow().quit
    }

    pub fn has_waited(&self) -> bool {
        self.state.borrow().waited
    }

    pub fn note(&self, text: &str) {
        self.screen.fold(text).iter().for_each(|line| println(line));
    }

    /// Shows what is left of the record, and of what the program has printed.
    pub fn finish(&self, wire: &mut Wire) {
        let state = &mut *self.state.borrow_mut();
        self.echo(state, wire, true);
        state.live.flush(wire);
        state.live.mark(wire);
    }

    /// Shows what the program has printed since the last look, behind what was recorded by then.
    fn echo(&self, state: &mut State, wire: &mut Wire, end: bool) {
        let lines = state.said.lines(end);
        if !lines.is_empty() {
            state.live.flush(wire);
            self.print(&lines);
        }
    }

    fn print(&self, lines: &[String]) {
        lines.iter().for_each(|line| println(&cut(line, self.screen.width)));
    }

    /// Waits for the key that lets this move happen.
    fn ask(&self, state: &mut State, keys: &Keys, question: &str) {
        state.waited = true;
        self.prompt(question);
        loop {
            match keys.line(LOOK) {
                Key::None => self.listen(state, question),
                Key::End => {
                    println("");
                    state.auto = true;
                    return;
                }
                Key::Line(line) => {
                    self.erase_answer();
                    if state.obey(&line) {
                        return;
                    }
                    self.note(say!("cargo-lab/replay/keys_short"));
                    self.prompt(question);
                }
            }
        }
    }

    fn prompt(&self, question: &str) {
        let lines = self.screen.fold(&format!("{question} ?"));
        self.asked.set(lines.len());
        print(&format!("{} ", lines.join("\n")));
    }

    /// Shows what the program prints above the question.
    fn listen(&self, state: &mut State, question: &str) {
        let lines = state.said.lines(false);
        if lines.is_empty() {
            return;
        }
        match (self.screen.erases, self.asked.get() - 1) {
            (true, 0) => print("\r\x1b[J"),
            (true, above) => print(&format!("\x1b[{above}A\r\x1b[J")),
            (false, _) => print("\n"),
        }
        self.print(&lines);
        self.prompt(question);
    }

    /// The question and its answer make room for what happens: so the ladder has no gaps.
    fn erase_answer(&self) {
        if self.screen.erases {
            print(&format!("\x1b[{}A\r\x1b[J", self.asked.get()));
        }
    }

    /// Says that nothing comes, where the program is, and what can be done about it.
    fn tell_stuck(&self, lab: &Lab, stuck: Stuck) {
        self.note(&format!("-- {}", self.why(stuck)));
        for line in waits::describe(&lab.waits()).iter().take(8) {
            self.note(&format!("   {line}"));
        }
        self.note(match self.keys {
            Some(_) => say!("cargo-lab/replay/the_check_stops_waiting_here_enter"),
            None => say!("cargo-lab/replay/the_check_stops_waiting_here_this"),
        });
    }

    fn why(&self, stuck: Stuck) -> String {
        match stuck {
            Stuck::Quiet(time) => {
                say!("cargo-lab/replay/your_program_has_been_idle_for", time = time.as_millis())
            }
            Stuck::Served(time) if self.by_hand => {
                say!("cargo-lab/replay/nothing_has_come_for_s", time = time.as_secs())
            }
            Stuck::Served(time) => {
                say!("cargo-lab/replay/nothing_came_of_it_in_ms", time = time.as_millis())
            }
            Stuck::Ended => say!("cargo-lab/replay/your_program_has_ended").to_string(),
            Stuck::Slow => say!("cargo-lab/replay/this_goes_on_without_end").to_string(),
        }
    }
}

impl State {
    /// What a line of the keyboard asks for; false if that makes no sense.
    fn obey(&mut self, line: &str) -> bool {
        match line {
            "" => true,
            "a" | "auto" => {
                self.auto = true;
                true
            }
            "q" | "quit" => {
                self.quit = true;
                true
            }
            number => match number.parse::<u64>() {
                Ok(moves) if moves > 0 => {
                    self.granted = moves - 1;
                    true
                }
                _ => false,
            },
        }
    }

    /// Why it does not go on, if it does not.
    fn goes_on(&self) -> Verdict {
        let refused = self.hand.as_ref().and_then(|hand| hand.refused.clone());
        match refused {
            Some(why) => Err(Stop::NotRun(why)),
            None if self.quit => Err(Stop::NotRun(say!("cargo-lab/replay/you_ended_it").to_string())),
            None => Ok(()),
        }
    }
}

impl Onlooker for Player {
    fn before(&self, wire: &mut Wire, lane: &str, what: &What) -> Verdict {
        let state = &mut *self.state.borrow_mut();
        state.goes_on()?;
        self.echo(state, wire, false);
        state.live.flush(wire);
        match &self.keys {
            Some(_) if state.granted > 0 => state.granted -= 1,
            Some(keys) if !state.auto => {
                self.ask(state, keys, &format!("[Enter] {}", words::next(lane, what)));
            }
            _ => {}
        }
        state.goes_on()
    }

    fn recorded(&self, wire: &mut Wire) {
        let state = &mut *self.state.borrow_mut();
        self.echo(state, wire, false);
        state.live.grow(wire);
    }

    fn waits(&self, wire: &mut Wire) -> Verdict {
        let state = &mut *self.state.borrow_mut();
        if let Some(hand) = &mut state.hand {
            hand.tell();
        }
        self.echo(state, wire, false);
        state.live.ripen(wire);
        state.goes_on()
    }

    fn is_patient(&self) -> bool {
        self.by_hand || self.keys.is_some()
    }

    fn gives_up(&self, lab: &Lab, stuck: Stuck) -> bool {
        let events = lab.wire().activity;
        let told = self.state.borrow().told == Some(events);
        if !told {
            self.tell_stuck(lab, stuck);
        }
        let state = &mut *self.state.borrow_mut();
        state.told = Some(events);
        let gives_up = match self.keys.as_ref().map(|keys| keys.line(Duration::ZERO)) {
            None => !matches!(stuck, Stuck::Served(time) if time < ALONE),
            Some(Key::None) => false,
            Some(Key::End) => true,
            Some(Key::Line(line)) => {
                self.asked.set(1);
                self.erase_answer();
                state.obey(&line) || {
                    self.note(say!("cargo-lab/replay/keys_short"));
                    false
                }
            }
        };
        if gives_up {
            state.told = None;
        }
        gives_up
    }

    fn started(&self, program: &Program) {
        let state = &mut *self.state.borrow_mut();
        self.print(&state.said.lines(true));
        state.said.listen(&program.stdout, &program.stderr);
        if !state.auto {
            let pid = program.pid();
            self.note(&say!("cargo-lab/replay/your_program_is_process_a_debugger", pid));
        }
    }

    fn by_hand(&self) -> bool {
        self.by_hand
    }

    fn server(&self, launch: &Launch, proposed: SocketAddr) -> Result<SocketAddr, Stop> {
        match &mut self.state.borrow_mut().hand {
            Some(hand) => hand.server(launch, proposed, self.keys.as_ref()),
            None => Ok(proposed),
        }
    }

    fn client(&self, launch: &Launch) {
        if let Some(hand) = &mut self.state.borrow_mut().hand {
            hand.client(launch);
        }
    }

    fn input(&self, bytes: Option<&[u8]>) {
        if let Some(hand) = &mut self.state.borrow_mut().hand {
            hand.input(bytes);
        }
    }
}

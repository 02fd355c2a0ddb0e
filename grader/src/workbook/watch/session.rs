//! The session: what is known, what runs, and what each event changes.

mod wishes;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use super::keys::{self, Wish};
use super::saves::{Changed, Means};
use super::screen::Screen;
use super::signals::{self, Signal};
use super::terminal::Keyboard;
use super::text::After;
use super::work::{self, Done, Step, Work};
use super::{Event, text};
use crate::build::{Toolchain, Workspace};
use crate::check::Check;
use crate::history::History;
use crate::lab::Halt;
use crate::labs::{self, LabInfo};
use crate::report::Context;
use crate::run::CheckResult;
use crate::texts::say;
use crate::workbook::board::{memory, next};
use crate::workbook::link::Place;
use crate::workbook::screen::width;
use crate::workbook::{exit, version, when};

/// How often the line that changes is written anew while a check is waited for.
const REDRAW: Duration = Duration::from_millis(200);
/// How long the end waits for the programs of the checks to be ended.
const LEAVE: Duration = Duration::from_millis(300);

pub struct Session {
    workspace: Workspace,
    toolchain: Arc<Toolchain>,
    lab: &'static LabInfo,
    screen: Screen,
    keyboard: Option<Keyboard>,
    send: Sender<Event>,
    events: Receiver<Event>,
    /// Runs so far.
    count: u64,
    running: Option<Running>,
    /// What came of the last run.
    results: Vec<CheckResult>,
    context: Option<Context>,
    /// The check that the keys are about.
    chosen: Option<&'static str>,
    /// Where the compiler found something.
    complaint: Option<Place>,
    /// The line at rest.
    rest: String,
}

/// A run that is not at its end.
struct Running {
    number: u64,
    halt: Halt,
    began: Instant,
    done: usize,
    /// Zero while it is being built.
    total: usize,
    waits_for: Option<&'static Check>,
    /// The check whose report has been shown.
    told: Option<&'static str>,
    /// What was known before it.
    before: History,
}

impl Session {
    pub fn new(
        workspace: &Workspace,
        toolchain: Arc<Toolchain>,
        lab: &'static LabInfo,
        screen: Screen,
        keyboard: Option<Keyboard>,
        (send, events): (Sender<Event>, Receiver<Event>),
    ) -> Session {
        Session {
            workspace: workspace.clone(),
            toolchain,
            lab,
            screen,
            keyboard,
            send,
            events,
            count: 0,
            running: None,
            results: Vec::new(),
            context: None,
            chosen: None,
            complaint: None,
            rest: String::new(),
        }
    }

    /// Until the end; returns the exit code.
    pub fn follow(mut self, one_lab: bool, means: &Means) -> u8 {
        self.greet(one_lab, means);
        self.begin();
        loop {
            self.draw();
            let Some(event) = self.next_event() else { continue };
            match event {
                Event::Files(changed) => self.files(&changed),
                Event::Key(key) => {
                    if keys::wish(key) == Some(Wish::Quit) {
                        self.leave();
                        return exit::OK;
                    }
                    self.key(key);
                }
                Event::Signal(Signal::End(number)) => {
                    self.leave();
                    return 128_u8.saturating_add(u8::try_from(number).unwrap_or(0));
                }
                Event::Signal(Signal::Suspend) => self.suspend(),
                Event::Step(number, step) => {
                    if self.running.as_ref().is_some_and(|running| running.number == number) {
                        self.step(step);
                    }
                }
                Event::Said(text) => self.screen.say(&text),
            }
        }
    }

    /// Sleeps until something happens; while checks run, the line that changes shows the time.
    fn next_event(&self) -> Option<Event> {
        if self.running.is_some() && self.screen.moving() {
            return self.events.recv_timeout(REDRAW).ok();
        }
        // The session has a sender of its own: there is always one.
        self.events.recv().ok()
    }

    fn greet(&mut self, one_lab: bool, means: &Means) {
        let what = if one_lab { format!("labs/lab{}/src", self.lab.number) } else { "labs/".to_string() };
        let end = if self.keyboard.is_some() {
            say!("cargo-lab/watch/keys_q_quit")
        } else {
            say!("cargo-lab/watch/ctrl_c_ends_it")
        };
        self.screen.say(&say!("cargo-lab/watch/watching_save_a_file_and_it", what, end));
        if let Means::Looks(why) = means {
            self.screen.say(&say!("cargo-lab/watch/files_are_looked_at_three_times", why));
        }
    }

    /// Starts a run; one that is under way ends.
    fn begin(&mut self) {
        self.halt();
        self.count += 1;
        let halt = Halt::default();
        let work = Work {
            number: self.count,
            workspace: self.workspace.clone(),
            toolchain: Arc::clone(&self.toolchain),
            lab: self.lab,
            first: text::ids_failing(&self.results).into_iter().find(|id| Some(*id) == self.chosen),
            colour: self.screen.moving(),
            halt: halt.clone(),
        };
        let before = History::load(self.workspace.root()).0;
        work::begin(work, self.send.clone());
        self.running = Some(Running {
            number: self.count,
            halt,
            began: Instant::now(),
            done: 0,
            total: 0,
            waits_for: None,
            told: None,
            before,
        });
    }

    /// Ends the run that is under way; what it still tells is not listened to.
    fn halt(&mut self) -> Option<Running> {
        let running = self.running.take()?;
        running.halt.set();
        Some(running)
    }

    fn files(&mut self, changed: &Changed) {
        let touched = changed.labs();
        if !touched.contains(&self.lab.number)
            && let Some(lab) = touched.first().and_then(|number| labs::lab(*number))
        {
            self.switch(lab);
        }
        let stops = if self.running.is_some() { say!("cargo-lab/watch/the_run_before_it_is_stopped") } else { "" };
        self.screen.say(&format!("\n{}  {}{stops}", when::clock(), text::changed(changed, self.lab.number)));
        let source = format!("labs/lab{}/src/lib.rs", self.lab.number);
        if self.workspace.root().join(&source).is_file() {
            self.begin();
        } else {
            self.halt();
            self.rest = say!("cargo-lab/watch/waiting_for_to_be_there_again", source);
            self.screen.say(&say!("cargo-lab/watch/is_not_there_when_it_is", source));
        }
    }

    fn switch(&mut self, lab: &'static LabInfo) {
        self.lab = lab;
        (self.results, self.context, self.chosen, self.complaint) = (Vec::new(), None, None, None);
    }

    fn step(&mut self, step: Step) {
        let Some(running) = &mut self.running else { return };
        match step {
            Step::Built(total, first) => {
                (running.total, running.waits_for) = (total, first);
                if !self.screen.moving() {
                    self.screen.say(&say!("cargo-lab/watch/built_checks_are_run", total));
                }
            }
            Step::Checked(done, waits_for) => (running.done, running.waits_for) = (done, waits_for),
            Step::Failed(id, report) => {
                running.told = Some(id);
                self.screen.say(&format!("\n{report}"));
            }
            Step::Done(done) => self.done(done),
        }
    }

    fn done(&mut self, done: Done) {
        let Some(running) = self.running.take() else { return };
        self.complaint = None;
        match done {
            Done::Checked(results, context) => {
                let known = text::ids_failing(&self.results);
                let changes = memory::changes(&running.before, &results).lines();
                let after = After { lab: self.lab, results: &results, context: &context, told: running.told, known };
                self.screen.say(&format!("\n{}", text::after(&after, &changes)));
                // Whoever shows a report to somebody else shows what made it.
                if !text::ids_failing(&results).is_empty() {
                    self.screen.say(&format!("\n{}", version::told(self.workspace.root())));
                }
                self.choose(&results);
                self.rest = text::at_rest(self.lab, &results, self.chosen);
                (self.results, self.context) = (results, Some(*context));
            }
            Done::DoesNotCompile(message) => {
                self.screen.say(&format!("\n{}", text::does_not_compile(self.lab, &message)));
                if let next::Next::Compile { place } = next::compile(&message) {
                    self.complaint = place;
                }
                self.rest = say!("cargo-lab/watch/lab_does_not_compile_o_open", number = self.lab.number);
            }
            Done::Trouble(why) => {
                self.screen.say(&text::trouble(&why));
                self.rest = say!("cargo-lab/watch/trouble_r_run_again_q_quit").to_string();
            }
        }
    }

    /// The check that failed last is kept as long as it fails; else the first that fails, or is not begun.
    fn choose(&mut self, results: &[CheckResult]) {
        let failing = text::ids_failing(results);
        if self.chosen.is_some_and(|id| failing.contains(&id)) {
            return;
        }
        let first = next::failing(results).first().map(|result| result.check.id);
        let not_passed = || results.iter().find(|result| !result.passed()).map(|result| result.check.id);
        self.chosen = first.or_else(not_passed);
    }

    /// Ctrl-Z: the shell gets its terminal; when it lets us go on, a run begins anew, for its programs did not wait.
    fn suspend(&mut self) {
        let halted = self.halt().is_some();
        self.screen.clear();
        if let Some(keyboard) = &self.keyboard {
            keyboard.lend();
        }
        signals::suspend();
        if let Some(keyboard) = &self.keyboard {
            keyboard.again();
        }
        if halted {
            self.begin();
        }
    }

    /// Ends the programs of the checks that run, and the line that changes.
    fn leave(&mut self) {
        self.screen.clear();
        let Some(running) = self.halt() else { return };
        let give_up = Instant::now() + LEAVE;
        loop {
            match self.events.recv_timeout(give_up.saturating_duration_since(Instant::now())) {
                Ok(Event::Step(number, Step::Done(_))) if number == running.number => return,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    fn draw(&mut self) {
        let text = match &self.running {
            None => self.rest.clone(),
            Some(running) if running.total == 0 => {
                say!("cargo-lab/watch/building_lab_s_stop_q_quit", number = self.lab.number)
            }
            Some(running) => {
                let seconds = running.began.elapsed().as_secs();
                text::progress(running.done, running.total, running.waits_for, seconds, width())
            }
        };
        self.screen.status(&text);
    }
}

//! `cargo lab watch`: at every save, build the lab and check it; keys are answered meanwhile.
//!
//! One thread owns the screen and decides (`session`); the others only tell it what happens: `saves` of files, `terminal`
//! of keys, `signals`, `work` of builds and checks. All of them sleep until there is something to tell.

mod keys;
mod saves;
mod screen;
mod session;
mod signals;
mod terminal;
mod text;
mod work;

use std::sync::Arc;
use std::sync::mpsc::channel;

use super::{complain, exit};
use crate::build::{Toolchain, Workspace};
use crate::history::History;
use crate::labs::{self, LABS, LabInfo};
use crate::texts::say;

use saves::{Changed, Watched};
use screen::Screen;
use session::Session;
use signals::Signal;
use terminal::{Key, Keyboard};
use work::Step;

/// How to watch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// All labs without it: the one that is written to is checked.
    pub lab: Option<u8>,
    /// Look at the files again and again, where the system does not tell of changes.
    pub poll: bool,
    /// On a terminal that knows colours and a line that changes.
    pub terminal: bool,
}

/// What the other threads tell.
#[derive(Debug)]
pub(crate) enum Event {
    Files(Changed),
    Key(Key),
    #[cfg_attr(windows, expect(dead_code, reason = "Ctrl-C is a key there"))]
    Signal(Signal),
    /// Of the run with this number.
    Step(u64, Step),
    /// What a command said that ran beside.
    Said(String),
}

/// Watches until it is told to end.
pub fn run(workspace: &Workspace, options: Options) -> u8 {
    let Some(lab) = lab_to_watch(workspace, options.lab) else {
        complain(&say!("cargo-lab/watch/error_there_are_the_labs", last = LABS.len()));
        return exit::USAGE;
    };
    let mut toolchain = match Toolchain::find().map(Toolchain::keeping_programs) {
        Ok(toolchain) => toolchain,
        Err(error) => {
            complain(&format!("trouble: {error:#}"));
            return exit::TROUBLE;
        }
    };
    toolchain.color = options.terminal;
    toolchain.incremental = true;
    let (send, events) = channel();
    signals::listen(terminal::is_there(), send.clone());
    let keyboard = Keyboard::open(send.clone());
    let watched: Vec<u8> = options.lab.map_or(LABS.iter().map(|lab| lab.number).collect(), |lab| vec![lab]);
    let means = Watched::new(workspace, &watched).begin(options.poll, send.clone());
    let screen = Screen::new(options.terminal);
    let session = Session::new(workspace, Arc::new(toolchain), lab, screen, keyboard, (send, events));
    let code = session.follow(options.lab.is_some(), &means);
    // What is still being built has nobody who waits for it.
    crate::build::forget_all();
    code
}

/// The lab that was asked for, else the first in which something is left to do.
fn lab_to_watch(workspace: &Workspace, asked: Option<u8>) -> Option<&'static LabInfo> {
    let Some(number) = asked else {
        let history = History::load(workspace.root()).0;
        return Some(super::board::next::lab_from(&history));
    };
    labs::lab(number)
}

//! What each key does.

use super::Session;
use crate::report::full;
use crate::run::CheckResult;
use crate::texts::say;
use crate::workbook::board::next;
use crate::workbook::link::Place;
use crate::workbook::watch::Event;
use crate::workbook::watch::keys::{self, Wish};
use crate::workbook::watch::terminal::Key;
use crate::workbook::watch::text;
use crate::workbook::{open, when};

impl Session {
    pub(super) fn key(&mut self, key: Key) {
        match keys::wish(key) {
            Some(Wish::Rerun) => {
                self.screen.say(&say!("cargo-lab/watch/again", clock = when::clock()));
                self.begin();
            }
            Some(Wish::Stop) => self.stop(),
            Some(Wish::Hint) => self.beside("hint"),
            Some(Wish::Explain) => self.beside("explain"),
            Some(Wish::Open) => self.open(),
            Some(Wish::Next) => self.next_failing(),
            Some(Wish::Keys) => self.screen.say(&format!("\n{}", keys::table())),
            Some(Wish::Quit) | None => {}
        }
        if let Some(keyboard) = &self.keyboard {
            keyboard.next();
        }
    }

    fn stop(&mut self) {
        let Some(running) = self.halt() else { return self.screen.say(say!("cargo-lab/watch/nothing_runs_just_now")) };
        self.screen.say(&text::stopped(running.done, running.total));
        self.rest = say!("cargo-lab/watch/lab_stopped_r_run_again_q", number = self.lab.number);
    }

    fn beside(&mut self, name: &'static str) {
        match self.chosen {
            Some(id) => keys::side_command(&self.workspace, name, id, self.send.clone()),
            None => self.screen.say(say!("cargo-lab/watch/there_is_no_check_to_speak")),
        }
    }

    fn next_failing(&mut self) {
        let failing: Vec<&CheckResult> = next::failing(&self.results);
        let at = failing.iter().position(|result| Some(result.check.id) == self.chosen);
        // The first one's report stands there already.
        let next = failing.get(at.map_or(0, |at| (at + 1) % failing.len()));
        let (Some(result), Some(context)) = (next, &self.context) else {
            return self.screen.say(say!("cargo-lab/watch/no_check_fails"));
        };
        self.chosen = Some(result.check.id);
        self.rest = text::at_rest(self.lab, &self.results, self.chosen);
        self.screen.say(&format!("\n{}", full(result.leading(), context)));
    }

    /// Where the code is that is next to be written or mended.
    fn place(&self) -> Place {
        let chosen = self.results.iter().find(|result| Some(result.check.id) == self.chosen);
        let of_check = chosen.zip(self.context.as_ref()).map(|(result, context)| next::place(result, context));
        let file = format!("labs/lab{}/src/lib.rs", self.lab.number);
        self.complaint.clone().or(of_check).unwrap_or(Place { file, line: 1 })
    }

    fn open(&mut self) {
        let place = self.place();
        let Some(editor) = open::Editor::set() else {
            return self.screen.say(&open::not_set(&place));
        };
        self.screen.say(&say!("cargo-lab/watch/opening_with", place = place.text(), setting = editor.setting));
        if editor.has_a_window() {
            return editor.open_beside(self.workspace.root(), &place, self.send.clone(), Event::Said);
        }
        if let Some(keyboard) = &self.keyboard {
            keyboard.lend();
        }
        let opened = editor.open(self.workspace.root(), &place);
        if let Some(keyboard) = &self.keyboard {
            keyboard.again();
        }
        if let Err(error) = opened {
            self.screen.say(&format!("{error:#}"));
        }
    }
}

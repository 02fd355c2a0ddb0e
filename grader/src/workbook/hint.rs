//! `cargo lab hint 1.09`: three hints for each finding of a check, shown one at a time.
//!
//! The first asks a question about what was seen, the second tells the rule with its section of the book, the third says
//! what to try and where. Which three they are depends on what came of the check last; how many of them were shown stands
//! in `.loopback/hints`. The texts are data: [`texts`].

mod ask;
mod memory;
mod show;
pub mod texts;

use self::ask::Asked;
use self::memory::Memory;
use self::show::Page;
use super::{complain, exit};
use crate::build::Workspace;
use crate::check::Kind;
use crate::history::{History, Seen};
use crate::texts::say;

/// What was asked for.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    pub what: Option<String>,
    #[arg(long, value_name = "KIND")]
    pub finding: Option<String>,
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3), conflicts_with_all = ["all", "again"])]
    pub level: Option<u8>,
    #[arg(long, conflicts_with = "again")]
    pub all: bool,
    #[arg(long)]
    pub again: bool,
}

impl Options {
    /// Nothing but a check was named: so the next hint is wanted.
    fn plain(&self) -> bool {
        self.finding.is_none() && self.level.is_none() && !self.all && !self.again
    }
}

/// Shows what was asked for.
pub fn run(workspace: &Workspace, options: &Options) -> u8 {
    let (history, damaged) = History::load(workspace.root());
    if let Some(damaged) = damaged {
        complain(&damaged);
    }
    let asked = match ask::asked(options.what.as_deref(), &history) {
        Ok(Some(asked)) => asked,
        Ok(None) => return show::nothing_to_hint_at(options.what.as_deref()),
        Err(message) => return wrong(&message),
    };
    match Chosen::new(&asked, options, &history) {
        Ok(chosen) => tell(workspace, options, &asked, &chosen),
        Err(message) => wrong(&message),
    }
}

fn wrong(message: &str) -> u8 {
    complain(&format!("error: {message}"));
    exit::USAGE
}

/// What the hints are about.
struct Chosen<'a> {
    last: Option<&'a Seen>,
    /// The kind that was seen or named; [`texts::ANY`] if there is none.
    finding: String,
}

impl<'a> Chosen<'a> {
    fn new(asked: &Asked, options: &Options, history: &'a History) -> Result<Chosen<'a>, String> {
        let last = history.last(&asked.case);
        let finding = match &options.finding {
            Some(word) if Kind::ALL.iter().any(|kind| kind.as_str() == word) => Some(word.clone()),
            Some(word) => return Err(ask::unknown_finding(word, asked.check)),
            None => last.and_then(|seen| seen.finding.clone()),
        };
        Ok(Chosen { last, finding: finding.unwrap_or_else(|| texts::ANY.to_string()) })
    }
}

fn tell(workspace: &Workspace, options: &Options, asked: &Asked, chosen: &Chosen) -> u8 {
    let hint = match texts::hint(asked.check, &chosen.finding) {
        Ok(hint) => hint,
        Err(error) => {
            complain(&format!("trouble: {error:#}"));
            return exit::TROUBLE;
        }
    };
    let page = Page { workspace, options, asked, chosen, hint: &hint };
    if options.plain() && chosen.last.is_some_and(Seen::passed) {
        return page.idea();
    }
    let (memory, damaged) = Memory::load(workspace.root());
    if let Some(damaged) = damaged {
        complain(&damaged);
    }
    let before = memory.shown(asked.check.id, &chosen.finding);
    let levels = match options {
        Options { all: true, .. } => 1..=3,
        Options { level: Some(level), .. } => *level..=*level,
        Options { again: true, .. } => 1..=before.max(1),
        _ => (before + 1).min(3)..=(before + 1).min(3),
    };
    let now = before.max(*levels.end());
    page.hints(levels, now);
    if now > before
        && let Err(error) = memory.note(asked.check.id, &chosen.finding, now)
    {
        complain(&say!("cargo-lab/hint/cannot_remember_which_hints_were_shown", error));
    }
    exit::OK
}

//! `cargo lab`: the board. The one thing to do next, then every lab with its points, tiers and checks, and what has changed
//! since the last time.

pub mod memory;
pub mod next;
mod rows;

use super::{Ready, exit, prepare, print, println, version};
use crate::build::{Toolchain, Workspace};
use crate::check::{Outcome, Tier};
use crate::history::{self, History};
use crate::labs::{LABS, LabInfo};
use crate::report::{WIDTH, cut};
use crate::run::{self, CheckResult};
use crate::runner::fresh_seed;
use crate::texts::say;

use next::Next;
use rows::{row, title};

/// How it is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Checks of all tiers, also of those that are not reached yet.
    pub all: bool,
    /// On a terminal that knows colours, links and a line that changes.
    pub terminal: bool,
}

/// Shows the board. That there is work to do is no failure: only trouble is told by the exit code.
pub fn show(workspace: &Workspace, options: Options) -> u8 {
    let labs = say!("cargo-lab/board/numbers").split(' ').nth(LABS.len()).unwrap_or_default();
    println(&say!("cargo-lab/board/loopback_labs_checked_by_the_peer", labs));
    let toolchain = match Toolchain::find().map(Toolchain::keeping_programs) {
        Ok(toolchain) => toolchain,
        Err(error) => {
            println(&say!("cargo-lab/board/trouble", error = format_args!("{error:#}")));
            return exit::TROUBLE;
        }
    };
    let (history, damaged) = History::load(workspace.root());
    if let Some(damaged) = damaged {
        println(&format!("\n{damaged}"));
    }
    let mut board = Board { workspace, options, history, next: None, held: Vec::new(), worst: exit::OK, forgot: None };
    let seed = fresh_seed();
    // All of them are built while the first is checked.
    std::thread::scope(|scope| {
        let toolchain = &toolchain;
        let build = |lab| scope.spawn(move || prepare(workspace, toolchain, lab, seed, options.terminal));
        let builds: Vec<_> = LABS.into_iter().map(build).collect();
        for (lab, build) in LABS.into_iter().zip(builds) {
            board.wait(lab);
            let ready = build
                .join()
                .unwrap_or_else(|_| Ready::Trouble(anyhow::anyhow!(say!("cargo-lab/board/a_fault_of_the_grader"))));
            let (block, next) = board.block(lab, ready);
            board.add(lab, block, next);
        }
    });
    board.end()
}

/// What comes first on the board is known last: until there is something to do, the blocks of labs that are done wait.
struct Board<'a> {
    workspace: &'a Workspace,
    options: Options,
    history: History,
    next: Option<String>,
    held: Vec<String>,
    worst: u8,
    /// Why nothing can be remembered.
    forgot: Option<std::io::Error>,
}

impl Board<'_> {
    fn wait(&self, lab: &LabInfo) {
        if self.options.terminal {
            print(&format!("\r\x1b[K{}", say!("cargo-lab/board/checking_lab", number = lab.number)));
        }
    }

    fn add(&mut self, lab: &LabInfo, block: String, next: Next) {
        if self.options.terminal {
            print("\r\x1b[K");
        }
        self.held.push(block);
        if self.next.is_none() && !matches!(next, Next::Nothing) {
            let text = next.text(lab.number, |place| place.link(self.workspace.root(), self.options.terminal));
            println(&format!("\n{text}"));
            self.next = Some(text);
        }
        if self.next.is_some() {
            self.held.drain(..).for_each(|block| println(&block));
        }
    }

    fn end(mut self) -> u8 {
        if self.next.is_none() && self.worst == exit::OK {
            println(say!("cargo-lab/board/everything_passes_what_would_a_real"));
        }
        self.held.drain(..).for_each(|block| println(&block));
        println(say!("cargo-lab/board/passed_failed_blocked_not_run_or"));
        if !self.options.all {
            println(say!("cargo-lab/board/cargo_lab_all_shows_the_checks"));
        }
        println(&version::told(self.workspace.root()));
        if let Some(error) = self.forgot {
            println(&say!("cargo-lab/board/what_passed_cannot_be_remembered_try", error));
        }
        self.worst
    }

    fn block(&mut self, lab: &'static LabInfo, ready: Ready) -> (String, Next) {
        let (setup, context, _built) = match ready {
            Ready::Built(ready) => *ready,
            Ready::DoesNotCompile(message) => {
                let first = message
                    .lines()
                    .find(|line| line.contains("error"))
                    .unwrap_or(say!("cargo-lab/board/the_compiler_gave_no_reason"));
                let first = cut(&format!("  {}", super::clean(first)), WIDTH);
                return (
                    format!("\n{}\n{first}", title(lab, say!("cargo-lab/board/does_not_compile"))),
                    next::compile(&message),
                );
            }
            Ready::Trouble(error) => {
                self.worst = exit::TROUBLE;
                let text = say!(
                    "cargo-lab/board/not_your_programs_fault",
                    lab = title(lab, "trouble"),
                    error = format_args!("{error:#}")
                );
                return (text, Next::Nothing);
            }
        };
        let checks: Vec<_> = lab.checks.iter().collect();
        let results = run::run_checks(&setup, &checks, run::default_jobs(), |_| {});
        if let Err(error) = history::note(self.workspace.root(), &results) {
            self.forgot = Some(error);
        }
        if results.iter().any(|result| matches!(result.leading().outcome, Outcome::Trouble(_))) {
            self.worst = exit::TROUBLE;
        }
        (self.told(lab, &results), next::next(&results, &context, &self.history))
    }

    fn told(&self, lab: &LabInfo, results: &[CheckResult]) -> String {
        let points: u32 = results.iter().map(CheckResult::points).sum();
        let possible: u32 = results.iter().map(CheckResult::possible).sum();
        let mut lines = vec![String::new(), title(lab, &say!("cargo-lab/board/of_points", points, possible))];
        let tiers = [Tier::Core, Tier::Robust, Tier::Expert];
        lines.extend(tiers.into_iter().filter_map(|tier| row(tier, results, self.options.all)));
        let changes = memory::changes(&self.history, results).lines();
        // Under the checks, which stand further to the left here than in the text of a lab.
        lines.extend(changes.iter().map(|line| format!("  {line}")));
        lines.join("\n")
    }
}

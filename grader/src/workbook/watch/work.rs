//! One run: build the lab, check it, and tell the session how it goes. It has a thread of its own, so that keys are
//! answered meanwhile, and can be halted.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::Event;
use crate::build::{Toolchain, Workspace};
use crate::check::{Check, Outcome};
use crate::history;
use crate::lab::Halt;
use crate::labs::LabInfo;
use crate::report::{Context, full};
use crate::run::{self, CheckResult};
use crate::runner::fresh_seed;
use crate::texts::say;
use crate::workbook::{Ready, prepare};

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Work {
    /// Runs are counted: what an old one still says is not listened to.
    pub number: u64,
    pub workspace: Workspace,
    pub toolchain: Arc<Toolchain>,
    pub lab: &'static LabInfo,
    /// The check to begin with.
    pub first: Option<&'static str>,
    pub colour: bool,
    pub halt: Halt,
}

/// How a run goes.
#[derive(Debug)]
pub enum Step {
    /// Built; so many checks are run, and this one first.
    Built(usize, Option<&'static Check>),
    /// Of so many checks it is known what came of them. The next one in the order is this.
    Checked(usize, Option<&'static Check>),
    /// The check to begin with fails again: its report.
    Failed(&'static str, String),
    Done(Done),
}

/// How a run ended.
#[derive(Debug)]
pub enum Done {
    Checked(Vec<CheckResult>, Box<Context>),
    DoesNotCompile(String),
    Trouble(String),
}

/// Begins the run.
pub fn begin(work: Work, events: Sender<Event>) {
    std::thread::spawn(move || {
        let tell = |step| {
            let _ = events.send(Event::Step(work.number, step));
        };
        let done = catch_unwind(AssertUnwindSafe(|| work.run(&tell)));
        tell(Step::Done(
            done.unwrap_or_else(|_| Done::Trouble(say!("cargo-lab/watch/a_fault_of_the_grader").to_string())),
        ));
    });
}

impl Work {
    fn run(&self, tell: &dyn Fn(Step)) -> Done {
        let ready = prepare(&self.workspace, &self.toolchain, self.lab, fresh_seed(), self.colour);
        let (mut setup, context, _built) = match ready {
            Ready::Built(ready) => *ready,
            Ready::DoesNotCompile(message) => return Done::DoesNotCompile(message),
            Ready::Trouble(error) => return Done::Trouble(format!("{error:#}")),
        };
        setup.halt = self.halt.clone();
        let order = order(self.lab, self.first);
        tell(Step::Built(order.len(), order.first().copied()));
        let mut count = 0;
        let mut results = run::run_checks(&setup, &order, run::default_jobs(), |result| {
            count += 1;
            tell(Step::Checked(count, order.get(count).copied()));
            if Some(result.check.id) == self.first && matches!(result.leading().outcome, Outcome::Failed(_)) {
                tell(Step::Failed(result.check.id, full(result.leading(), &context)));
            }
        });
        // What was done before a halt is as true as ever. A copy that cannot be written to can be watched all the same.
        let _ = history::note(self.workspace.root(), &results);
        results.sort_by_key(|result| result.check.id);
        Done::Checked(results, Box::new(context))
    }
}

/// All checks of a lab: those that the first one builds on, it, then the others in teaching order.
fn order(lab: &LabInfo, first: Option<&str>) -> Vec<&'static Check> {
    let first: Vec<&'static Check> = lab.checks.iter().filter(|check| Some(check.id) == first).collect();
    let mut order = run::with_needs(&first);
    // It may stand before one that it needs.
    order.sort_by_key(|check| first.iter().any(|first| first.id == check.id));
    let rest: Vec<_> = lab.checks.iter().filter(|check| order.iter().all(|other| other.id != check.id)).collect();
    order.extend(rest);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::LABS;

    #[test]
    fn what_a_check_builds_on_comes_before_it_whichever_is_first() {
        for lab in LABS {
            for first in lab.checks {
                let order: Vec<&str> = order(lab, Some(first.id)).iter().map(|check| check.id).collect();
                assert_eq!(order.len(), lab.checks.len());
                let at = |id: &str| order.iter().position(|other| *other == id);
                for check in lab.checks {
                    assert!(check.needs.iter().all(|need| at(need) < at(check.id)), "{} in {order:?}", check.id);
                }
                assert!(at(first.id) <= Some(run::with_needs(&[first]).len() - 1));
            }
        }
    }
}

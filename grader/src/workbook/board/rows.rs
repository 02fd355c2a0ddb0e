//! A lab on the board: a line for its title, and one or two for each tier.

use crate::check::{Outcome, Tier};
use crate::labs::LabInfo;
use crate::report::WIDTH;
use crate::run::CheckResult;
use crate::texts::say;

use super::next::open;

pub fn title(lab: &LabInfo, right: &str) -> String {
    let left = say!("cargo-lab/board/lab", number = lab.number, title = lab.title());
    let room = WIDTH.saturating_sub(left.len() + right.len());
    format!("{left}{}{right}", " ".repeat(room))
}

/// `  core    12/59  *1.01 !1.03  1.04`; of the tier that comes next, how it is opened.
pub fn row(tier: Tier, results: &[CheckResult], all: bool) -> Option<String> {
    let of: Vec<&CheckResult> = results.iter().filter(|result| result.check.tier == tier).collect();
    let reached: u32 = of.iter().map(|result| result.points()).sum();
    let points: u32 = of.iter().map(|result| result.check.points()).sum();
    let head = format!("  {tier:<6} {:>5}  ", format!("{reached}/{points}"));
    if !all && !open(tier, results) {
        let before = if tier == Tier::Expert { Tier::Robust } else { Tier::Core };
        // One that is two steps away is not spoken of.
        return open(before, results).then(|| say!("cargo-lab/board/opens_when_all_of_passes", head, before));
    }
    let marked = |result: &&CheckResult| format!("{}{}", mark(&result.leading().outcome), result.check.id);
    let lines: Vec<String> = of.chunks(10).map(|ten| ten.iter().map(marked).collect::<Vec<_>>().join(" ")).collect();
    Some(format!("{head}{}", lines.join(&format!("\n{:16}", ""))))
}

fn mark(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Passed => '*',
        Outcome::Failed(_) => '!',
        Outcome::NotStarted(_) => ' ',
        Outcome::Blocked(_) | Outcome::NotRun(_) | Outcome::Trouble(_) => '?',
    }
}

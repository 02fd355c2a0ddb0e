//! One program at a time: built once, judged as often as asked, and held against what is claimed of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::Plan;
use super::catalogue::{Mutant, Variant, mutants, solution, variants};
use crate::build::{Built, Source, Stage, Toolchain, Workspace};
use crate::check::{Case, Check, Outcome};
use crate::lab::{Scale, Setup};
use crate::labs::{self, LabInfo};
use crate::report::{self, Context};
use crate::run::{self, CaseResult};
use crate::waits;
use crate::workbook::{self, Ready};

/// How often a racy mutant has to lose, where all mutants are judged; and where only some are.
const RACES: [u32; 2] = [30, 5];

/// A program of the proof.
#[derive(Clone, Debug)]
pub struct Entry {
    pub lab: u8,
    pub id: String,
    pub text: String,
    pub role: Role,
    /// That no earlier check catches it is to be shown: of the mutants that claim it, for one of each check, and for all
    /// where they are asked for by name or as a matrix.
    pub alone: bool,
}

/// What is claimed of it.
#[derive(Clone, Debug)]
pub enum Role {
    /// Passes everything.
    Solution,
    /// Passes everything, though it is unusual.
    Variant(Scale),
    /// Every check is *not started*.
    Stubs,
    /// Is caught, by the check and with the finding that it names. The number is the line of its first edit.
    Mutant(Box<Mutant>, usize),
}

/// A program that was built, or why not.
pub struct Kept {
    pub entry: Entry,
    built: Result<(Setup, Built), String>,
}

/// What each check said of a program.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub lab: u8,
    pub mutant: Option<Mutant>,
    pub line: usize,
    /// What a student reads of the check that must catch it.
    pub report: String,
    /// By check and case: `passed`, or the word of the outcome and the kind of the finding.
    pub verdicts: BTreeMap<String, String>,
    pub problems: Vec<String>,
    /// The case that took longest, and how long.
    pub slowest: (Duration, String),
}

impl Row {
    fn note(&mut self, result: &CaseResult) {
        let case = format!("{}{}", result.check.id, result.case.letter);
        self.slowest = self.slowest.clone().max((result.took, case.clone()));
        self.verdicts.insert(case, verdict(result));
    }

    /// The machine or the grader failed: a program is not to be judged by that.
    pub fn met_trouble(&self) -> bool {
        self.verdicts.values().any(|verdict| verdict == "trouble")
    }

    /// The verdicts that another run has otherwise.
    pub fn changed(&self, now: &Row, run: u32) -> Vec<String> {
        let other = |(case, verdict): (&String, &String)| {
            let later = now.verdicts.get(case)?;
            (later != verdict).then(|| format!("{} {case}: {verdict}, but {later} in run {}", self.id, run + 1))
        };
        self.verdicts.iter().filter_map(other).collect()
    }
}

/// All programs of a lab that the plan asks for.
pub fn entries(workspace: &Workspace, lab: &LabInfo, plan: &Plan) -> Result<Vec<Entry>> {
    let number = lab.number;
    let entry = |id: String, text: String, role| Entry { lab: number, id, text, role, alone: false };
    let solution = solution(workspace, number)?;
    let stubs = workspace.lab(number).join("src/lib.rs");
    let stubs = fs::read_to_string(&stubs).with_context(|| format!("cannot read `{}`", stubs.display()))?;
    let mut all = vec![entry(format!("solution{number}"), solution.clone(), Role::Solution)];
    if stubs.contains("todo!(") {
        all.push(entry(format!("stubs{number}"), stubs, Role::Stubs));
    }
    for Variant { id, text, scale } in variants(workspace, number)? {
        all.push(entry(id, text, Role::Variant(scale)));
    }
    let mut shown = BTreeSet::new();
    for mutant in mutants(workspace, number)? {
        let line = mutant.line(&solution);
        let first = mutant.unique && shown.insert(mutant.caught.clone());
        if !(plan.every || first || mutant.racy || !mutant.row.is_empty()) {
            continue;
        }
        let alone = mutant.unique && (first || plan.matrix || !plan.only.is_empty());
        let text = mutant.text(&solution)?;
        all.push(Entry { alone, ..entry(mutant.id.clone(), text, Role::Mutant(Box::new(mutant), line)) });
    }
    all.retain(|entry| plan.only.is_empty() || plan.only.iter().any(|only| entry.id.contains(only.as_str())));
    Ok(all)
}

/// Stages and builds one.
pub fn prepare(workspace: &Workspace, toolchain: &Toolchain, entry: &Entry) -> Kept {
    let lab = labs::lab(entry.lab).expect("an entry is of a lab");
    let built = match Stage::with(toolchain, workspace, entry.lab, Source::Text(&entry.text)) {
        Ok(stage) => match workbook::ready(&stage, toolchain, lab, 0, false) {
            Ready::Built(ready) => Ok((ready.0, ready.2)),
            Ready::DoesNotCompile(message) => Err(format!("does not compile:\n{message}")),
            Ready::Trouble(error) => Err(format!("trouble: {error:#}")),
        },
        Err(error) => Err(error.to_string()),
    };
    Kept { entry: entry.clone(), built }
}

/// Judges one in one run; each run has other seeds.
pub fn judge(kept: &Kept, plan: &Plan, run: u32) -> Row {
    let entry = &kept.entry;
    let (mutant, line) = match &entry.role {
        Role::Mutant(mutant, line) => (Some((**mutant).clone()), *line),
        _ => (None, 0),
    };
    let mut row = Row {
        id: entry.id.clone(),
        lab: entry.lab,
        mutant,
        line,
        report: String::new(),
        verdicts: BTreeMap::new(),
        slowest: (Duration::ZERO, String::new()),
        problems: Vec::new(),
    };
    let (setup, _built) = match &kept.built {
        Ok(built) => built,
        Err(why) => {
            row.problems.push(format!("{}: {why}", entry.id));
            return row;
        }
    };
    let scale = match entry.role {
        Role::Variant(scale) => scale,
        _ => Scale::Full,
    };
    let setup = Setup { scale, ..setup.with_seed(0x1000 + u64::from(run) * 0x101) };
    let lab = labs::lab(entry.lab).expect("an entry is of a lab");
    let cases = lab.checks.iter().flat_map(|check| check.cases.iter().map(move |case| (check, case)));
    let cases: Vec<(&'static Check, &'static Case)> = cases.collect();
    match row.mutant.clone() {
        None => cases.iter().for_each(|(check, case)| expect(&mut row, &setup, check, case, &entry.role)),
        Some(mutant) => judge_mutant(&mut row, &setup, &cases, &mutant, plan, entry.alone),
    }
    row
}

/// A solution or a variant passes, stubs are not started.
fn expect(row: &mut Row, setup: &Setup, check: &'static Check, case: &'static Case, role: &Role) {
    let result = run::run_case(setup, check, case);
    let right = match role {
        Role::Stubs => matches!(result.outcome, Outcome::NotStarted(_) | Outcome::NotRun(_)),
        _ => matches!(result.outcome, Outcome::Passed | Outcome::NotRun(_)),
    };
    if !right {
        row.problems.push(format!("{} {}{}: {}", row.id, check.id, case.letter, told(&result)));
    }
    row.note(&result);
}

fn judge_mutant(
    row: &mut Row,
    setup: &Setup,
    cases: &[(&'static Check, &'static Case)],
    mutant: &Mutant,
    plan: &Plan,
    alone: bool,
) {
    let (id, letter) = mutant.target();
    let place = cases.iter().position(|(check, case)| check.id == id && case.letter == letter).unwrap_or(0);
    for (turn, (check, case)) in cases.iter().enumerate() {
        let claimed = turn == place || (turn < place && alone);
        if !claimed && !plan.matrix {
            continue;
        }
        let result = run::run_case(setup, check, case);
        row.note(&result);
        let context = Context::of(setup);
        let faults = report::faults(&result, &context);
        row.problems.extend(faults.iter().map(|fault| format!("{} {}: its report: {fault}", mutant.id, check.id)));
        if turn == place {
            row.report = report::full(&result, &context);
            row.problems.extend(wrongly_caught(mutant, &result));
            if mutant.racy && !plan.matrix && plan.runs == 1 {
                row.problems.extend(won_a_race(mutant, setup, check, case, RACES[usize::from(!plan.every)]));
            }
        } else if turn < place && alone && !matches!(result.outcome, Outcome::Passed | Outcome::NotRun(_)) {
            row.problems.push(format!(
                "{}: it is to be caught by {} first, but {}{} says {}",
                mutant.id,
                mutant.caught,
                check.id,
                case.letter,
                told(&result)
            ));
        }
    }
}

/// Whether the right check caught it for the right reason.
fn wrongly_caught(mutant: &Mutant, result: &CaseResult) -> Option<String> {
    let problem = match &result.outcome {
        Outcome::Failed(finding) => {
            let place = waits::describe(&finding.waits).join("; ");
            match () {
                () if Some(finding.kind) != mutant.kind() => told(result),
                () if !place.contains(&mutant.hang) => format!("it waits elsewhere: {place}"),
                () => return None,
            }
        }
        Outcome::NotRun(_) => return None,
        _ => told(result),
    };
    Some(format!("{}: {} is to find {}, but: {problem}", mutant.id, mutant.caught, mutant.finding))
}

fn won_a_race(
    mutant: &Mutant,
    setup: &Setup,
    check: &'static Check,
    case: &'static Case,
    races: u32,
) -> Option<String> {
    let lost = (1..races).filter(|turn| {
        let setup = setup.with_seed(setup.seed + 0x2000 + u64::from(*turn) * 0x11);
        matches!(run::run_case(&setup, check, case).outcome, Outcome::Failed(_))
    });
    let lost = lost.count() as u32 + 1;
    (lost < races).then(|| format!("{}: lost {lost} of {races} races only", mutant.id))
}

/// `passed`, `failed no-answer`, `not started`
fn verdict(result: &CaseResult) -> String {
    match &result.outcome {
        Outcome::Failed(finding) => format!("failed {}", finding.kind),
        other => other.word().to_string(),
    }
}

/// The same with what was seen.
fn told(result: &CaseResult) -> String {
    match &result.outcome {
        Outcome::Failed(finding) => {
            let place = waits::describe(&finding.waits).join("; ");
            format!("{}, want {}, got {} {} {place}", verdict(result), finding.want, finding.got, finding.note)
        }
        Outcome::Trouble(text) | Outcome::NotRun(text) => format!("{}: {text}", verdict(result)),
        _ => verdict(result),
    }
}

/// What the catalogue as a whole lacks: a check without a mutant of its own, two mutants that are one.
pub fn missing(rows: &[Row]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<(u8, String, String, usize), String> = BTreeMap::new();
    for row in rows {
        let Some(mutant) = &row.mutant else { continue };
        let key = (row.lab, mutant.caught.clone(), mutant.finding.clone(), row.line);
        if let Some(other) = seen.insert(key, mutant.id.clone()) {
            problems.push(format!("{} and {other}: the same finding at the same line", mutant.id));
        }
    }
    let labs: std::collections::BTreeSet<u8> = rows.iter().map(|row| row.lab).collect();
    for check in labs.iter().filter_map(|number| labs::lab(*number)).flat_map(|lab| lab.checks) {
        let own = |row: &Row| row.mutant.as_ref().is_some_and(|mutant| mutant.unique && mutant.target().0 == check.id);
        if !rows.iter().any(own) {
            problems.push(format!("{} {}: no mutant that only this check catches", check.id, check.name));
        }
    }
    problems
}

//! Decisions after grading: every one is shown as old -> new first, has a reason, and is a line that can be taken back.

use std::process::ExitCode;

use anyhow::{Result, anyhow};

use super::{Done, exit, export, run};
use crate::build::Workspace;
use crate::grade::policy::changes::{self, Change, Line};
use crate::grade::policy::{audit, people, preview};
use crate::grade::sandbox::Tier;
use crate::grade::session::{Session, actor};
use crate::workbook::println;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Decision {
    pub change: Change,
    pub reason: String,
    /// A mark may become lower.
    pub allow_lower: bool,
    /// Show what would change, and change nothing.
    pub dry_run: bool,
}

/// Shows what a decision changes, and writes it down.
pub fn decide(workspace: &Workspace, session: &mut Session, decision: &Decision, tier: Option<Tier>) -> Done {
    let records = session.records()?;
    let before = session.changes()?;
    let line = Line {
        at: jiff::Timestamp::now().to_string(),
        by: actor(),
        reason: decision.reason.clone(),
        change: decision.change.clone(),
    };
    let line = changes::check(&line, &session.course, &people::People::new(&records))?;
    if let Change::Rerun { check, student } = &line.change {
        return rerun(workspace, session, &line, check, student.as_deref(), decision, tier);
    }
    let after = with(&before, &line);
    show(session, &records, &before, &after, decision.allow_lower)?;
    if decision.dry_run {
        return Ok(ExitCode::from(exit::OK));
    }
    write(session, &line)?;
    export::everything(session)?;
    Ok(ExitCode::from(exit::OK))
}

fn with(changes: &changes::Changes, line: &Line) -> changes::Changes {
    let mut after = changes.clone();
    after.lines.push(line.clone());
    after
}

fn show(
    session: &Session,
    records: &[crate::grade::model::Record],
    before: &changes::Changes,
    after: &changes::Changes,
    allow_lower: bool,
) -> Result<()> {
    let (old, _) = session.marks_with(records, before)?;
    let (new, _) = session.marks_with(records, after)?;
    let changed = preview::changes(&session.course, records, &old, &new);
    println(&preview::table(&changed));
    preview::allow(&changed, allow_lower)
}

fn write(session: &Session, line: &Line) -> Result<()> {
    changes::append(&session.changes_file(), line)?;
    let (what, student) = match &line.change {
        Change::Override { student, target, points } => (format!("override {target} to {points}"), student.as_str()),
        Change::Lift { student, target } => (format!("lift {target}"), student.as_str()),
        Change::Void { check } => (format!("void {check}"), ""),
        Change::FullMarks { check } => (format!("full marks for {check}"), ""),
        Change::Restore { check } => (format!("restore {check}"), ""),
        Change::Hold { student } => ("hold".to_string(), student.as_str()),
        Change::Release { student } => ("release".to_string(), student.as_str()),
        Change::Rerun { check, student } => (format!("rerun {check}"), student.as_deref().unwrap_or("")),
    };
    session.note(audit::Entry {
        actor: line.by.clone(),
        what,
        student: student.to_string(),
        reason: line.reason.clone(),
        ..audit::Entry::default()
    })
}

/// Judges again those that did not pass the check, and takes the new result where it is not worse.
fn rerun(
    workspace: &Workspace,
    session: &mut Session,
    line: &Line,
    check: &str,
    student: Option<&str>,
    decision: &Decision,
    tier: Option<Tier>,
) -> Done {
    let records = session.records()?;
    let changes = session.changes()?;
    let (old, _) = session.marks_with(&records, &changes)?;
    let points = |id: &str| {
        let record = records.iter().find(|record| record.identity.id == id)?;
        let found = record.labs.iter().flat_map(|lab| &lab.checks).find(|one| one.id == check)?;
        Some((found.points, found.of))
    };
    let wanted = |id: &str| match student {
        Some(student) => id == student,
        None => points(id).is_none_or(|(got, of)| got < of),
    };
    let works: Vec<_> = session.works().into_iter().filter(|work| wanted(&work.found.identity.id)).collect();
    println(&format!("{} submissions are judged again", works.len()));
    if decision.dry_run || works.is_empty() {
        return Ok(ExitCode::from(exit::OK));
    }
    let tier = tier.or_else(|| session.listing.sandbox.parse().ok()).unwrap_or(Tier::Bwrap);
    crate::grade::sandbox::available(tier).map_err(|why| super::Ends::with(exit::NO_SANDBOX, why))?;
    let bench = run::bench(workspace, session, tier)?;
    let mut lowered = Vec::new();
    let mut fresh = Vec::new();
    for work in &works {
        let record = bench.grade(work);
        fresh.push((work.found.attempt, record));
    }
    let mut after = records.clone();
    for (_, record) in &fresh {
        if let Some(place) = after.iter_mut().find(|old| old.identity.id == record.identity.id) {
            *place = record.clone();
        }
    }
    let (new, _) = session.marks_with(&after, &changes)?;
    let changed = preview::changes(&session.course, &after, &old, &new);
    println(&preview::table(&changed));
    if let Err(why) = preview::allow(&changed, decision.allow_lower) {
        lowered.push(format!("{why:#}"));
    }
    if let Some(why) = lowered.pop() {
        return Err(anyhow!(why).into());
    }
    for (attempt, record) in &fresh {
        session.store.put(record, *attempt)?;
    }
    write_rerun(session, line)?;
    export::everything(session)?;
    Ok(ExitCode::from(exit::OK))
}

/// The new records are there: the log is told, and nothing is left open for it.
fn write_rerun(session: &Session, line: &Line) -> Result<()> {
    let entry = audit::Entry {
        actor: line.by.clone(),
        what: "rerun".to_string(),
        reason: line.reason.clone(),
        ..audit::Entry::default()
    };
    session.note(entry)
}

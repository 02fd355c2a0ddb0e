//! Decisions after grading: every one is shown as old -> new first, has a reason, and is a line that can be taken back.

use std::process::ExitCode;

use anyhow::Result;

use super::{Done, exit, export, run};
use crate::build::Workspace;
use crate::grade::model::Record;
use crate::grade::one::Work;
use crate::grade::policy::changes::{self, Change, Line};
use crate::grade::policy::{audit, people, preview};
use crate::grade::sandbox::Tier;
use crate::grade::session::{Session, actor, members};
use crate::grade::store;
use crate::workbook::{complain, println};

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
    records: &[Record],
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
    note(session, line)
}

/// A decision in the audit log. That something was judged again is told there alone: the new records are there, and
/// nothing is left open for it.
fn note(session: &Session, line: &Line) -> Result<()> {
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
    let tries = session.tries()?;
    let changes = session.changes()?;
    let wanted = |work: &Work| match student {
        Some(student) => members(&work.found.identity).iter().any(|id| id == student),
        None => did_not_pass(&tries, work, check),
    };
    let works = session.works().into_iter().filter(wanted).count();
    println(&format!("{works} submissions are judged again"));
    if decision.dry_run || works == 0 {
        return Ok(ExitCode::from(exit::OK));
    }
    session.bring_files()?;
    let works: Vec<_> = session.works().into_iter().filter(wanted).collect();
    let tier = tier.or_else(|| session.listing.sandbox.parse().ok()).unwrap_or(Tier::Bwrap);
    crate::grade::sandbox::available(tier).map_err(|why| super::Ends::with(exit::NO_SANDBOX, why))?;
    let bench = run::bench(workspace, session, tier)?;
    let fresh: Vec<(u32, Record)> = works.iter().map(|work| (work.found.attempt, bench.grade(work))).collect();
    // Trouble is no result: what was known before stays.
    let (fresh, trouble): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|(_, record)| !store::is_open(record));
    let after: Vec<Record> = tries.iter().map(|old| replaced(old, &fresh)).collect();
    let (before, after) = (session.records()?, people::per_person(&after));
    let (old, _) = session.marks_with(&before, &changes)?;
    let (new, _) = session.marks_with(&after, &changes)?;
    let changed = preview::changes(&session.course, &after, &old, &new);
    println(&preview::table(&changed));
    preview::allow(&changed, decision.allow_lower)?;
    for (attempt, record) in &fresh {
        session.store.put(record, *attempt)?;
    }
    note(session, line)?;
    export::everything(session)?;
    for (_, record) in &trouble {
        complain(&format!("{}: trouble, so its result stays; try: the same command again", record.identity.id));
    }
    Ok(ExitCode::from(if trouble.is_empty() { exit::OK } else { exit::TROUBLE }))
}

/// Whether this try has not all points of the check, or is not known to have them.
fn did_not_pass(tries: &[(u32, Record)], work: &Work, check: &str) -> bool {
    let id = &work.found.identity.id;
    let record = tries.iter().find(|(attempt, record)| *attempt == work.found.attempt && record.identity.id == *id);
    let found =
        record.and_then(|(_, record)| record.labs.iter().flat_map(|lab| &lab.checks).find(|one| one.id == check));
    found.is_none_or(|found| found.points < found.of)
}

fn replaced((attempt, old): &(u32, Record), fresh: &[(u32, Record)]) -> Record {
    let new = fresh.iter().find(|(turn, new)| turn == attempt && new.identity.id == old.identity.id);
    new.map_or_else(|| old.clone(), |(_, new)| new.clone())
}

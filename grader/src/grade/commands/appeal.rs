//! `cargo grade check STUDENT 1.09 --times 20`: one check of one student, again and again, with the seed that was kept.

use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};

use super::{Done, exit, run};
use crate::build::Workspace;
use crate::grade::model::{CaseRecord, Record};
use crate::grade::output::clean;
use crate::grade::policy::audit;
use crate::grade::policy::people::{People, Who};
use crate::grade::sandbox::{self, Tier};
use crate::grade::session::{Session, actor, members};
use crate::labs;
use crate::workbook::println;

/// Runs it and tells what came of each case. Nothing is changed but the log.
pub fn check(
    workspace: &Workspace,
    session: &mut Session,
    student: &str,
    id: &str,
    times: u32,
    tier: Option<Tier>,
) -> Done {
    let check = labs::check(id).with_context(|| format!("there is no check {id}; try: cargo lab list"))?;
    let records = session.records()?;
    let student = match People::new(&records).find(student) {
        Who::One(id) => id,
        _ => return Err(anyhow!("`{student}` is nobody of this class, or several; try: the id of grades.csv").into()),
    };
    let tier = tier.or_else(|| session.listing.sandbox.parse().ok()).unwrap_or(Tier::Bwrap);
    sandbox::available(tier).map_err(|why| super::Ends::with(exit::NO_SANDBOX, why))?;
    session.bring_files()?;
    let works = session.works();
    let work = works.iter().rfind(|work| members(&work.found.identity).contains(&student));
    let work = work.with_context(|| format!("`{student}` handed in nothing"))?;
    let bench = run::bench(workspace, session, tier)?;
    let verdicts =
        bench.repeat(work, check.lab(), check.id, times.max(1)).map_err(|why| super::Ends::with(exit::TROUBLE, why))?;
    let shown = verdicts.checks.iter().find(|one| one.id == check.id).context("the judge did not run it")?;
    println(&format!("{} {}: {}", check.id, check.name, check.title()));
    for case in &shown.cases {
        println(&format!("  {}", told(&records, &student, check.id, case)));
        if let Some(seen) = verdicts.seen.get(&format!("{}{}", check.id, case.case)) {
            println(&format!("\n{}\n", clean::block(&seen.report, 8192)));
        }
    }
    note(session, &student, &format!("checked {id} {times} times"), tier)?;
    Ok(ExitCode::from(exit::OK))
}

fn told(records: &[Record], student: &str, id: &str, case: &CaseRecord) -> String {
    let (failed, of) = case.rounds.unwrap_or((u32::from(case.points < case.of), 1));
    let name = if case.case.is_empty() { String::new() } else { format!("case {}: ", case.case) };
    let kept = records.iter().find(|record| record.identity.id == student);
    let kept = kept.and_then(|record| record.labs.iter().flat_map(|lab| &lab.checks).find(|check| check.id == id));
    let kept = kept.and_then(|check| check.cases.iter().find(|one| one.case == case.case));
    let before = kept.map_or(String::new(), |kept| {
        format!("; kept: {}", if kept.points == kept.of { "passed" } else { "not passed" })
    });
    let steady = if case.unsteady { ", not steady" } else { "" };
    format!("{name}passed {} of {of} runs{steady}, seed {}{before}", of - failed, case.seed)
}

fn note(session: &Session, student: &str, what: &str, tier: Tier) -> Result<()> {
    session.note(audit::Entry {
        actor: actor(),
        what: what.to_string(),
        student: student.to_string(),
        sandbox: tier.to_string(),
        ..audit::Entry::default()
    })
}

//! Before a class: do right programs get full marks on this machine, now, in this sandbox?
//!
//! If they do not, nothing that is said of a student would be worth anything, and nothing is said.

use anyhow::Result;

use super::one::{Bench, Work};
use super::sandbox::Tier;
use super::{intake::Found, model::Outcome};
use crate::lab::Scale;
use crate::prove::{self, Variant};

/// What did not go as it must, a line each; empty if this machine can be trusted.
pub fn preflight(bench: &Bench, labs: &[u8], variants: bool, jobs: usize) -> Result<Vec<String>> {
    let all = right_programs(bench, labs, variants, jobs)?;
    let lines = |right: Right| right.problems.into_iter().map(move |text| format!("{}: {text}", right.name));
    let mut problems: Vec<String> = all.into_iter().flat_map(lines).collect();
    problems.sort();
    Ok(problems)
}

/// What came of a program that is right.
pub struct Right {
    pub name: String,
    pub points: u32,
    /// Empty, as it must be.
    pub problems: Vec<String>,
}

/// Judges the solutions of these labs, and with `variants` the unusual right programs too.
pub fn right_programs(bench: &Bench, labs: &[u8], variants: bool, jobs: usize) -> Result<Vec<Right>> {
    let mut programs: Vec<(String, u8, Program)> = Vec::new();
    for lab in labs {
        programs.push((format!("solution{lab}"), *lab, Program::Solution));
        if variants {
            let found = prove::variants(&bench.workspace, *lab)?.into_iter();
            let inside = found.filter(|one| bench.tier != Tier::Bwrap || !one.needs_tools());
            programs.extend(inside.map(|one| (one.id.clone(), *lab, Program::Variant(one))));
        }
    }
    Ok(prove::in_parallel(jobs, &programs, |(name, lab, program)| {
        let (points, problems) = judged(bench, *lab, program).unwrap_or_else(|error| (0, vec![format!("{error:#}")]));
        Right { name: name.clone(), points, problems }
    }))
}

enum Program {
    Solution,
    Variant(Variant),
}

/// Its points, and what it lost them for.
fn judged(bench: &Bench, lab: u8, program: &Program) -> Result<(u32, Vec<String>)> {
    let folder = tempfile::tempdir()?;
    let (path, small) = match program {
        Program::Solution => (bench.workspace.solution(lab), false),
        Program::Variant(variant) => {
            std::fs::create_dir(folder.path().join("src"))?;
            std::fs::write(folder.path().join("src/lib.rs"), &variant.text)?;
            (folder.path().to_path_buf(), variant.scale == Scale::Small)
        }
    };
    let mut found = Found::default();
    found.identity.id = "preflight".to_string();
    found.labs.insert(lab, path);
    let record = bench.grade(&Work { found, labs: vec![lab], small });
    let mut problems = Vec::new();
    for lab in &record.labs {
        if !lab.message.is_empty() {
            problems.push(lab.message.lines().next().unwrap_or_default().to_string());
        }
        let wrong = lab.checks.iter().filter(|check| !matches!(check.outcome, Outcome::Passed | Outcome::NotRun));
        problems.extend(wrong.map(|check| {
            let reason = check.cases.iter().find(|case| !case.reason.is_empty());
            format!("{} {}: {}", check.id, check.name, reason.map_or("", |case| case.reason.as_str()))
        }));
    }
    Ok((record.labs.iter().map(|lab| lab.points).sum(), problems))
}

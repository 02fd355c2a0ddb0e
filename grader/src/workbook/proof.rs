//! `cargo lab prove`: what came of the proof of the checks, as text or as JSON, both made from the same [`Proof`].

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{clean, complain, exit, json, println, version};
use crate::build::Workspace;
use crate::labs::LABS;
use crate::prove::{Matrix, Plan, Proof, Row, prove};

/// What is shown besides the result.
#[derive(Clone, Copy, Debug, Default)]
pub struct Show {
    /// What a student reads of each mutant.
    pub reports: bool,
    pub json: bool,
}

pub fn run(workspace: &Workspace, plan: &Plan, show: &Show) -> u8 {
    let terminal = io::stderr().is_terminal();
    let begun = AtomicU32::new(0);
    let done = |run: u32, row: &Row| {
        if terminal {
            eprint!("\r\x1b[Krun {}: {}", run + 1, row.id);
        } else if plan.runs > 1 && begun.fetch_max(run + 1, Ordering::Relaxed) <= run {
            // Whoever keeps this in a file for an hour wants to know where it is.
            complain(&format!("run {} of {}", run + 1, plan.runs));
        }
    };
    let proof = match prove(workspace, plan, &done) {
        Ok(proof) => proof,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            return exit::USAGE;
        }
    };
    if terminal {
        eprint!("\r\x1b[K");
    }
    match show.json {
        true => println(&serde_json::to_string_pretty(&document(&proof, plan, show)).unwrap_or_default()),
        false => text(&proof, plan, show),
    }
    if is_proven(&proof) { exit::OK } else { exit::FAILED }
}

fn is_proven(proof: &Proof) -> bool {
    proof.problems.is_empty() && proof.changed.is_empty()
}

/// What the last line counts.
struct Counts {
    mutants: usize,
    right: usize,
    verdicts: usize,
}

impl Counts {
    fn of(proof: &Proof) -> Counts {
        let mutants = proof.rows.iter().filter(|row| row.mutant.is_some()).count();
        let verdicts = proof.rows.iter().map(|row| row.verdicts.len()).sum();
        Counts { mutants, right: proof.rows.len() - mutants, verdicts }
    }
}

fn text(proof: &Proof, plan: &Plan, show: &Show) {
    for row in proof.rows.iter().filter(|row| show.reports && !row.report.is_empty()) {
        println(&format!("{}\n{}\n", row.id, row.report));
    }
    for lab in LABS {
        if plan.matrix
            && let Some(matrix) = Matrix::new(lab.number, &proof.rows)
        {
            println(&matrix.to_string());
        }
    }
    for problem in proof.problems.iter().chain(&proof.changed) {
        println(&format!("PROBLEM  {}", clean(problem)));
    }
    let mut slowest: Vec<_> = proof.rows.iter().map(|row| (row.slowest.0, &row.slowest.1, &row.id)).collect();
    slowest.sort();
    for (time, case, id) in slowest.iter().rev().take(3) {
        println(&format!("slowest  {:>5.2} s  {case} on {id}", time.as_secs_f64()));
    }
    let Counts { mutants, right, verdicts } = Counts::of(proof);
    println(&format!(
        "{mutants} mutants, {right} right programs and stubs; {verdicts} verdicts in each of {} run{}; {} problems, {} changed verdicts",
        plan.runs.max(1),
        if plan.runs > 1 { "s" } else { "" },
        proof.problems.len(),
        proof.changed.len()
    ));
}

fn document(proof: &Proof, plan: &Plan, show: &Show) -> Value {
    let Counts { mutants, right, verdicts } = Counts::of(proof);
    json!({
        "format": "loopback-prove",
        "version": json::VERSION,
        "grader": version::GRADER,
        "pack": version::of_this_pack(),
        "runs": plan.runs.max(1),
        "proven": is_proven(proof),
        "mutants": mutants,
        "right": right,
        "verdicts": verdicts,
        "problems": proof.problems,
        "changed": proof.changed,
        "programs": proof.rows.iter().map(|row| program(row, show)).collect::<Vec<_>>(),
    })
}

fn program(row: &Row, show: &Show) -> Value {
    let mut value = json!({
        "id": row.id,
        "lab": row.lab,
        "problems": row.problems,
        "slowest": { "case": row.slowest.1, "ms": row.slowest.0.as_secs_f64() * 1000.0 },
        "verdicts": row.verdicts.iter().map(|(case, told)| (case.clone(), verdict(told))).collect::<serde_json::Map<_, _>>(),
    });
    if let Some(mutant) = &row.mutant {
        value["mutant"] = json!({
            "what": mutant.what, "caught": mutant.caught, "finding": mutant.finding,
            "unique": mutant.unique, "racy": mutant.racy,
        });
    }
    if show.reports && !row.report.is_empty() {
        value["report"] = json!(row.report);
    }
    value
}

/// `failed no-answer` as its two words.
fn verdict(told: &str) -> Value {
    match told.strip_prefix("failed ") {
        Some(finding) => json!({ "outcome": "failed", "finding": finding }),
        None => json!({ "outcome": told }),
    }
}

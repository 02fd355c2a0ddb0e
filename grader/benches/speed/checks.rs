//! Figures of the engine itself: building, judging, hanging, memory.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use grader::build::{Built, Source, Stage, Toolchain, Workspace, build, invocations};
use grader::check::{Check, Outcome};
use grader::lab::Setup;
use grader::labs::{self, LABS, LabInfo};
use grader::prove::{Mutant, mutants};
use grader::report;
use grader::run::{self, CaseResult};
use grader::wire::What;
use grader::workbook::{self, Ready};

use crate::{Figure, median, timed};

pub fn all(workspace: &Workspace, row: &mut dyn FnMut(Figure)) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let mut solutions = Vec::new();
    for lab in LABS {
        let text = fs::read_to_string(workspace.solution(lab.number).join("src/lib.rs"))?;
        solutions.push((lab, ready(workspace, &toolchain, lab, &text)?));
    }
    // First: what many checks at once leave in the heap is not a single check's.
    let (memory, who) = most_memory(&solutions)?;
    row(Figure::count(format!("the grader's memory, greediest check ({who})"), memory, 64, "MiB"));
    let mut together = Duration::ZERO;
    for (lab, (setup, _)) in &solutions {
        let took = median(3, || verdict(lab, setup))?;
        together += took;
        row(Figure::time(
            format!("lab {}: all checks on the solution, built", lab.number),
            took,
            Duration::from_secs(2),
        ));
    }
    row(Figure::time("all five labs' checks on the solutions, built", together, Duration::from_secs(6)));
    for lab in LABS {
        row(stubs(workspace, &toolchain, lab)?);
    }
    row(one_mutant(workspace, &toolchain)?);
    let (hang, who) = slowest_hang(workspace, &toolchain)?;
    row(Figure::time(format!("slowest hang, last progress to verdict ({who})"), hang, Duration::from_secs(1)));
    Ok(())
}

fn ready(workspace: &Workspace, toolchain: &Toolchain, lab: &LabInfo, text: &str) -> Result<(Setup, Built)> {
    let stage = Stage::new(workspace, lab.number, Source::Text(text))?;
    match workbook::ready(&stage, toolchain, lab, 0x5eed, false) {
        Ready::Built(ready) => Ok((ready.0, ready.2)),
        Ready::DoesNotCompile(message) => bail!("{message}"),
        Ready::Trouble(error) => Err(error),
    }
}

/// All checks of a lab on its solution.
fn verdict(lab: &LabInfo, setup: &Setup) -> Result<Duration> {
    let checks: Vec<&'static Check> = all_checks(lab);
    let (took, results) = timed(|| Ok(run::run_checks(setup, &checks, run::default_jobs(), |_| {})))?;
    ensure!(results.iter().all(|result| result.passed()), "lab {}: the solution does not pass", lab.number);
    Ok(took)
}

fn all_checks(lab: &LabInfo) -> Vec<&'static Check> {
    labs::lab(lab.number).map(|lab| lab.checks.iter().collect()).unwrap_or_default()
}

/// From a built lab of stubs to its report.
fn stubs(workspace: &Workspace, toolchain: &Toolchain, lab: &LabInfo) -> Result<Figure> {
    let text = fs::read_to_string(workspace.lab(lab.number).join("src/lib.rs"))?;
    let stage = Stage::new(workspace, lab.number, Source::Text(&text))?;
    let Ready::Built(ready) = workbook::ready(&stage, toolchain, lab, 0x5eed, false) else {
        bail!("the stubs of lab {} do not build", lab.number);
    };
    let (setup, context, _built) = *ready;
    let checks = all_checks(lab);
    let lab = labs::lab(lab.number).context("no such lab")?;
    let took = median(3, || {
        let (took, _) = timed(|| {
            let results = run::run_checks(&setup, &checks, run::default_jobs(), |_| {});
            Ok(report::summary(lab, &results, &context))
        })?;
        Ok(took)
    })?;
    Ok(Figure::time(format!("lab {}: stubs, built, to the report", lab.number), took, Duration::from_millis(500)))
}

/// Stage and build against the same two `rustc` calls without anything of ours.
fn one_mutant(workspace: &Workspace, toolchain: &Toolchain) -> Result<Figure> {
    let text = fs::read_to_string(workspace.solution(1).join("src/lib.rs"))?;
    let ours = median(9, || {
        let (took, _) = timed(|| {
            let stage = Stage::new(workspace, 1, Source::Text(&text))?;
            Ok(build(&stage, toolchain)?)
        })?;
        Ok(took)
    })?;
    let stage = Stage::new(workspace, 1, Source::Text(&text))?;
    build(&stage, toolchain)?;
    let calls = invocations(&stage, toolchain)?;
    let bare = median(9, || {
        let (took, _) = timed(|| {
            for call in &calls {
                let mut command = Command::new(&call.program);
                command.args(&call.args).current_dir(&call.cwd).env_clear().envs(call.env.iter().cloned());
                ensure!(command.output()?.status.success(), "a bare rustc fails");
            }
            Ok(())
        })?;
        Ok(took)
    })?;
    Ok(Figure::ratio("building one mutant, against a bare rustc of the same two files", ours, bare, 1.5))
}

/// Every mutant that is said to hang: from the last thing that happened on the wire to the verdict.
fn slowest_hang(workspace: &Workspace, toolchain: &Toolchain) -> Result<(Duration, String)> {
    let mut slowest = (Duration::ZERO, String::new());
    for lab in LABS {
        let solution = fs::read_to_string(workspace.solution(lab.number).join("src/lib.rs"))?;
        for mutant in mutants(workspace, lab.number)?.into_iter().filter(|mutant| !mutant.hang.is_empty()) {
            let (setup, _built) = ready(workspace, toolchain, lab, &mutant.text(&solution)?)?;
            let result = target(&setup, &mutant)?;
            ensure!(matches!(result.outcome, Outcome::Failed(_)), "{} is not caught", mutant.id);
            let time = since_progress(&result);
            if time > slowest.0 {
                slowest = (time, format!("{} at {}", mutant.id, mutant.caught));
            }
        }
    }
    Ok(slowest)
}

fn target(setup: &Setup, mutant: &Mutant) -> Result<CaseResult> {
    let (id, letter) = mutant.target();
    let check = labs::check(id).context("no such check")?;
    let case = check.cases.iter().find(|case| case.letter == letter).context("no such case")?;
    // One round of a check about a race is one verdict.
    Ok(run::run_case_once(setup, check, case))
}

fn since_progress(result: &CaseResult) -> Duration {
    let quiet = |what: &What| {
        matches!(what, What::Wait { .. } | What::Stop { .. } | What::Say { .. } | What::Exit { .. } | What::StdinClosed)
    };
    let last = result.wire.events.iter().filter(|event| !quiet(&event.what)).map(|event| event.until).max();
    result.took.saturating_sub(last.unwrap_or_default())
}

/// The peak of this process during each check of each lab, alone, on its solution.
fn most_memory(solutions: &[(&'static LabInfo, (Setup, Built))]) -> Result<(u64, String)> {
    let mut most = (0, String::from("not measured: no /proc"));
    if !cfg!(target_os = "linux") {
        return Ok(most);
    }
    for (lab, (setup, _)) in solutions {
        for check in all_checks(lab) {
            for case in check.cases {
                // 5 resets the peak: proc(5), clear_refs.
                fs::write("/proc/self/clear_refs", "5")?;
                run::run_case(setup, check, case);
                let peak = peak_kib()?.div_ceil(1024);
                if peak > most.0 {
                    most = (peak, format!("{}{}", check.id, case.letter));
                }
            }
        }
    }
    Ok(most)
}

fn peak_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

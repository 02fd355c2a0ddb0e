//! A class from the first run to one that came late, against the loop that a teacher would write without this.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use grader::build::Workspace;
use tempfile::TempDir;

use super::students::{LABS, class, grade, hand_in, out, run};
use crate::{Figure, Scale, median, timed};

pub fn all(workspace: &Workspace, scale: &Scale, row: &mut dyn FnMut(Figure)) -> Result<()> {
    let folder = TempDir::new()?;
    let (n, root) = (scale.students, folder.path());
    class(workspace, 0..n, &LABS, root)?;
    let whole = timed(|| run(grade(workspace, root, &[])))?.0;
    row(Figure::time(format!("a class of {n} x 5 labs, preflight and all"), whole, Duration::from_secs(300)));

    let again = median(3, || Ok(timed(|| run(grade(workspace, root, &[])))?.0))?;
    row(Figure::ratio("the same again, nothing changed, against the first run", again, whole, 0.01));

    // Number 1 hands in what number 0 has: its own cost is that of a class of one.
    let alone = TempDir::new()?;
    class(workspace, 0..1, &LABS, alone.path())?;
    let own = timed(|| run(grade(workspace, alone.path(), &["--skip-preflight"])))?.0;
    hand_in(workspace, 0, &LABS, &root.join("in/student001"))?;
    let changed = timed(|| run(grade(workspace, root, &[])))?.0;
    row(Figure::time(format!("one of the {n} changed: its own cost and 1 s"), changed, own + Duration::from_secs(1)));

    row(sandbox(workspace, alone.path())?);
    let each = whole / u32::try_from(n)?;
    let plain = plain_loop(workspace, scale.sampled)?;
    let what = format!("a submission of five labs, against a plain loop sampled on {}", scale.sampled);
    row(Figure::ratio(what, each, plain, 1.0 / 15.0));
    Ok(())
}

fn sandbox(workspace: &Workspace, class: &Path) -> Result<Figure> {
    let with = |tier| {
        median(3, || {
            fs::remove_dir_all(out(class))?;
            Ok(timed(|| run(grade(workspace, class, &["--skip-preflight", "--sandbox", tier])))?.0)
        })
    };
    Ok(Figure::ratio("the sandbox on the solutions of five labs, against none", with("bwrap")?, with("none")?, 1.25))
}

/// "Copy into a fresh clone, `cargo test --offline -p labN`", for so many students of all kinds; the mean.
fn plain_loop(workspace: &Workspace, sampled: usize) -> Result<Duration> {
    let mut all = Duration::ZERO;
    for student in 0..sampled {
        let folder = TempDir::new()?;
        let clone = folder.path().join("clone");
        all += timed(|| {
            let status = Command::new("git").args(["clone", "--quiet"]).arg(workspace.root()).arg(&clone).status()?;
            ensure!(status.success(), "git clone fails");
            hand_in(workspace, student, &LABS, &clone)?;
            LABS.iter().try_for_each(|lab| test(&clone, *lab))
        })?
        .0;
    }
    Ok(all / u32::try_from(sampled.max(1))?)
}

/// Whether it passes is the student's matter.
fn test(clone: &Path, lab: u8) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut command = Command::new(cargo);
    command.args(["test", "--offline", "-p", &format!("lab{lab}")]).current_dir(clone);
    command.env("CARGO_TARGET_DIR", clone.join("target"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    Ok(())
}

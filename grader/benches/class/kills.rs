//! SIGKILL at random moments: what is there after the resumed run is what an unbroken run gives, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use grader::build::Workspace;
use grader::prove;
use serde_json::Value;
use tempfile::TempDir;

use super::students::{class, grade, hand_in, out, run};
use crate::{Figure, Scale, timed};

const MUTANT: &str = "lab1-unwraps-bind";

pub fn all(workspace: &Workspace, scale: &Scale, row: &mut dyn FnMut(Figure)) -> Result<()> {
    let folder = TempDir::new()?;
    // A right program, an unusual one, the stubs, and a mistake that shows itself in the same way each time.
    class(workspace, 0..2, &[1], folder.path())?;
    hand_in(workspace, 4, &[1], &folder.path().join("in/stubs"))?;
    let mutants = prove::mutants(workspace, 1)?;
    let mutant = mutants.iter().find(|mutant| mutant.id == MUTANT).context("a mutant is gone")?;
    let to = folder.path().join("in/mutant/labs/lab1/src");
    fs::create_dir_all(&to)?;
    fs::write(to.join("lib.rs"), mutant.text(&prove::solution(workspace, 1)?)?)?;
    let (took, ()) = timed(|| run(grade(workspace, folder.path(), &["--skip-preflight"])))?;
    let expected = results(&out(folder.path()))?;
    let mut random = 20_261_120_u64;
    let mut wrong = 0;
    for _ in 0..scale.kills {
        fs::remove_dir_all(out(folder.path()))?;
        let mut child = grade(workspace, folder.path(), &["--skip-preflight"]).spawn()?;
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(took.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31)));
        // That it has ended by itself just before is one of the moments.
        let _ = child.kill();
        child.wait()?;
        run(grade(workspace, folder.path(), &["--skip-preflight"]))?;
        wrong += u64::from(results(&out(folder.path()))? != expected);
    }
    let what =
        format!("SIGKILL at {} random moments, resumed: results that are not those of an unbroken run", scale.kills);
    row(Figure::count(what, wrong, 0, ""));
    Ok(())
}

/// Records without what differs from run to run, and the table.
fn results(out: &Path) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::from([("grades.csv".to_string(), fs::read_to_string(out.join("grades.csv"))?)]);
    for entry in fs::read_dir(out.join("results"))? {
        let path = entry?.path();
        let mut record: Value = serde_json::from_slice(&fs::read(&path)?)?;
        record.as_object_mut().context("no record")?.remove("observed");
        all.insert(path.display().to_string(), record.to_string());
    }
    Ok(all)
}

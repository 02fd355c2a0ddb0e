//! Gradescope: `results.json` of a submission, and the files of an autograder's zip.
//!
//! Format: <https://gradescope-autograders.readthedocs.io/en/latest/specs/>. Every text is `text`: with `html`, `md` or
//! `ansi` a student's program would write on the page that its teacher reads.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::clean;
use super::feedback::{Shown, ShownCheck, ShownLab};
use crate::grade::model::{Class, Hundredths, Outcome, Row, Status};

/// When students see a hidden check, of which they see the title and the points only. With `hidden` or `after_published`
/// Gradescope keeps the total back as well, as long as they do not see the check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    Visible,
    AfterDueDate,
    #[default]
    AfterPublished,
    Never,
}

impl Hidden {
    fn word(self) -> &'static str {
        match self {
            Hidden::Visible => "visible",
            Hidden::AfterDueDate => "after_due_date",
            Hidden::AfterPublished => "after_published",
            Hidden::Never => "hidden",
        }
    }
}

/// `results.json` of one submission.
///
/// A mark that somebody has to look at has neither `score` nor `tests`: Gradescope then says that the autograder failed and
/// keeps the score empty, where an empty list of tests would be 0 points.
pub fn results(class: &Class, row: &Row, hidden: Hidden) -> Result<String> {
    let shown = Shown::of(class, row);
    let mut results = json!({
        "output": summary(&shown),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": { "loopback": row.record.version, "sandbox": clean::line(&row.record.sandbox, 20) },
    });
    let seconds = row.record.observed.seconds;
    if seconds.is_finite() && seconds >= 0.0 {
        results["execution_time"] = json!(seconds.round());
    }
    if !shown.open {
        results["score"] = points(row.marks.total)?;
        let tests = shown.labs.iter().flat_map(|lab| of_lab(lab, hidden));
        results["tests"] = tests.collect();
    }
    if row.record.status == Status::NeedsALook {
        results["stdout_visibility"] = json!("visible");
    }
    serde_json::to_string_pretty(&results).context("cannot write results.json")
}

/// Never below 0 and never infinite: hundredths of a point, as a number with two places.
fn points(mark: Hundredths) -> Result<Value> {
    let text = Hundredths(mark.0.max(0)).to_string();
    text.parse::<f64>().map(|points| json!(points)).context("a mark is not a number")
}

fn summary(shown: &Shown) -> String {
    let mut lines: Vec<String> = shown.banner.iter().map(ToString::to_string).collect();
    lines.extend([&shown.trouble, &shown.message].into_iter().filter(|text| !text.is_empty()).cloned());
    lines.extend(shown.how.iter().map(|(what, points)| format!("{what}: {points}")));
    lines.extend(shown.remarks.iter().cloned());
    lines.extend(shown.ignored.iter().map(|(path, why)| format!("not used: {path} ({why})")));
    lines.join("\n")
}

fn of_lab(lab: &ShownLab, hidden: Hidden) -> Vec<Value> {
    let tests = lab.checks.iter().map(|check| test(check, hidden));
    let built = (!lab.trouble.is_empty()).then(|| {
        json!({
            "name": format!("lab {}: {}", lab.lab, lab.trouble),
            "number": lab.lab.to_string(),
            "score": 0, "max_score": lab.possible,
            "status": "failed",
            "output": lab.message,
            "output_format": "text", "name_format": "text", "visibility": "visible",
        })
    });
    built.into_iter().chain(tests).collect()
}

fn test(check: &ShownCheck, hidden: Hidden) -> Value {
    // What this machine cannot run is worth nothing either way.
    let of = if check.worst == Outcome::NotRun { check.points } else { check.of };
    let told = check.cases.iter().map(|case| format!("{} {}\n{}", case.id, case.told, case.report));
    json!({
        "name": format!("{} {}", check.id, check.title),
        "number": check.id,
        "score": check.points,
        "max_score": of,
        "status": if check.points == of { "passed" } else { "failed" },
        "output": told.collect::<Vec<_>>().join("\n"),
        "output_format": "text",
        "name_format": "text",
        "tags": [check.tier],
        "visibility": if check.hidden { hidden.word() } else { "visible" },
    })
}

/// The files of an autograder's zip: name at its root, content, and whether it is a program. The grader's own binary, the
/// labs and the course file come beside them.
pub fn autograder() -> [(&'static str, &'static str, bool); 3] {
    [
        ("setup.sh", include_str!("templates/setup.sh"), true),
        ("run_autograder", include_str!("templates/run_autograder"), true),
        ("README.md", include_str!("templates/autograder.md"), false),
    ]
}

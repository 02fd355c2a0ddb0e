//! Classroom50: one `classroom50/result/v1` per submission.
//!
//! Scores are whole numbers there: the checks' points are; the mark is rounded to the nearest, half a point up.

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::clean;
use super::feedback::{Shown, ShownCheck};
use crate::grade::model::{Class, Row};

/// The most bytes of a result.
const MOST: usize = 10 << 20;

/// What only the workflow knows: its release, its commit, its assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Release {
    pub classroom: String,
    pub assignment: String,
    /// `individual` or `group`
    pub assignment_type: String,
    pub owner: String,
    /// The tag: `submit/...`
    pub submission: String,
    pub commit: String,
    pub release: String,
    pub review: String,
    /// When it was handed in; must be the same when it is graded again. RFC 3339.
    pub datetime: String,
    /// Login and number of who pushed the tag.
    pub submitted_by: Option<(String, u64)>,
}

/// The result of one submission.
pub fn result(class: &Class, row: &Row, release: &Release) -> Result<String> {
    check(release)?;
    let shown = Shown::of(class, row);
    if shown.open {
        bail!("`{}` has no mark yet: someone has to look\ntry: cargo grade override, then export again", shown.id);
    }
    let mut result = json!({
        "schema": "classroom50/result/v1",
        "classroom": release.classroom,
        "assignment": release.assignment,
        "assignment_type": release.assignment_type,
        "owner": release.owner,
        "submission": release.submission,
        "commit": release.commit,
        "release": release.release,
        "review": release.review,
        "datetime": utc(&release.datetime)?,
        "score": rounded(row.marks.total.0),
        "max-score": rounded(row.marks.of.0),
        "tests": shown.labs.iter().flat_map(|lab| &lab.checks).map(test).collect::<Vec<Value>>(),
    });
    if !class.graded_at.is_empty() {
        result["graded_at"] = json!(utc(&class.graded_at)?);
    }
    if let Some((username, id)) = &release.submitted_by {
        result["submitted_by"] = json!({ "username": clean::line(username, clean::LINE), "id": id });
    }
    let text = serde_json::to_string_pretty(&result).context("cannot write the result")?;
    ensure!(text.len() <= MOST, "the result of `{}` is larger than 10 MiB", shown.id);
    Ok(text)
}

fn check(release: &Release) -> Result<()> {
    ensure!(
        release.submission.starts_with("submit/"),
        "`{}` is no submission of Classroom50\ntry: a tag that begins with `submit/`",
        clean::line(&release.submission, 80)
    );
    ensure!(
        ["individual", "group"].contains(&release.assignment_type.as_str()),
        "`{}` is no type of assignment\ntry: individual, group",
        clean::line(&release.assignment_type, 80)
    );
    Ok(())
}

/// `YYYY-MM-DDTHH:MM:SSZ`
fn utc(time: &str) -> Result<String> {
    let time: Timestamp =
        time.parse().with_context(|| format!("`{}` is no time\ntry: 2026-11-20T12:00:00Z", clean::line(time, 40)))?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn rounded(hundredths: i64) -> i64 {
    (hundredths.max(0) + 50) / 100
}

fn test(check: &ShownCheck) -> Value {
    let told: Vec<&str> = check.cases.iter().map(|case| case.told.as_str()).collect();
    json!({
        "test-name": format!("{} {}", check.id, check.title),
        "passed": check.points == check.of,
        "score": check.points,
        "max-score": check.of,
        "message": told.join("\n"),
    })
}

//! What a student gets to read: the same report as at home, less what is hidden, and how the mark came about.
//!
//! [`Shown`] is made once per submission, and is all that student-visible exporters know of a record. Of a hidden check it
//! holds the id, the title and the points, and nothing else; so none of them can give away more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use minijinja::Environment;
use serde::Serialize;

use super::{clean, words};
use crate::grade::model::{
    CaseRecord, CheckRecord, Class, Hundredths, LabRecord, LabStatus, Marks, Outcome, Row, Status,
};

/// A submission as its author may see it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    pub title: String,
    pub id: String,
    pub names: String,
    /// Said at the top where programs were not kept in as they should be.
    pub banner: Option<&'static str>,
    /// Empty if it was graded; else what became of it.
    pub trouble: String,
    pub message: String,
    /// Someone has to look before there is a mark.
    pub open: bool,
    /// `34.50 of 100.00`
    pub mark: String,
    pub grade: Option<String>,
    /// How the mark came about: what, how many points.
    pub how: Vec<(String, String)>,
    /// What else there is to say on it: lateness, changes by hand, comments.
    pub remarks: Vec<String>,
    pub labs: Vec<ShownLab>,
    /// Files that were not taken, and why.
    pub ignored: Vec<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ShownLab {
    pub lab: u8,
    pub title: &'static str,
    /// Empty if its checks were run.
    pub trouble: &'static str,
    pub needs_a_look: bool,
    pub message: String,
    pub points: u32,
    pub possible: u32,
    pub checks: Vec<ShownCheck>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ShownCheck {
    pub id: String,
    /// Empty if hidden: a name can say what the check does.
    pub name: String,
    pub title: String,
    pub tier: String,
    pub points: u32,
    pub of: u32,
    pub hidden: bool,
    pub outcome: &'static str,
    #[serde(skip)]
    pub worst: Outcome,
    pub cases: Vec<ShownCase>,
}

/// A case that did not pass, of a check that is not hidden.
#[derive(Clone, Debug, Serialize)]
pub struct ShownCase {
    /// `1.18b`
    pub id: String,
    /// One sentence.
    pub told: String,
    /// As at home; may be empty.
    pub report: String,
}

impl Shown {
    pub fn of(class: &Class, row: &Row) -> Shown {
        Shown::make(class, row, true)
    }

    /// Without the reports, which are packed, and most of what a submission says.
    pub fn brief(class: &Class, row: &Row) -> Shown {
        Shown::make(class, row, false)
    }

    fn make(class: &Class, row: &Row, reports: bool) -> Shown {
        let (record, marks) = (&row.record, &row.marks);
        let open = !marks.open.is_empty() || record.status == Status::NeedsALook;
        Shown {
            title: clean::line(&class.title, clean::LINE),
            id: clean::line(&record.identity.id, clean::LINE),
            names: names(row),
            banner: words::banner(&record.sandbox),
            trouble: trouble(record.status).to_string(),
            message: clean::block(&record.message, clean::BLOCK),
            open,
            mark: if open { String::new() } else { format!("{} of {}", marks.total, marks.of) },
            grade: marks.grade.as_ref().filter(|_| !open).map(|grade| clean::line(grade, clean::LINE)),
            how: how(marks, open),
            remarks: remarks(row),
            labs: record.labs.iter().map(|lab| shown_lab(class, row, lab, reports)).collect(),
            ignored: record.ignored.iter().map(|(path, why)| (short(path), short(why))).collect(),
        }
    }
}

fn short(text: &str) -> String {
    clean::line(text, clean::LINE)
}

fn names(row: &Row) -> String {
    let names: Vec<String> = row.record.identity.people.iter().map(|person| short(&person.name)).collect();
    names.join(", ")
}

fn trouble(status: Status) -> &'static str {
    match status {
        Status::Graded => "",
        Status::BadArchive => "What was handed in could not be read as an archive, so nothing was graded.",
        Status::Empty => "Nothing of any lab was found in what was handed in.",
        Status::Absent => "Nothing was handed in.",
        Status::NeedsALook => {
            "There was trouble while this was graded. Nobody loses points by that: someone will look at it."
        }
    }
}

fn how(marks: &Marks, open: bool) -> Vec<(String, String)> {
    let mut rows = vec![("Points of the checks".to_string(), marks.raw.to_string())];
    rows.extend(marks.manual_items.iter().map(|item| (short(&item.item), format!("+ {} of {}", item.points, item.of))));
    if marks.manual_items.is_empty() && marks.manual != Hundredths(0) {
        rows.push(("Given by people".to_string(), format!("+ {}", marks.manual)));
    }
    if marks.penalty != Hundredths(0) {
        rows.push(("Taken off for lateness".to_string(), format!("- {}", marks.penalty)));
    }
    let total =
        if open { "open: someone has to look first".to_string() } else { format!("{} of {}", marks.total, marks.of) };
    rows.push(("Mark".to_string(), total));
    rows
}

fn remarks(row: &Row) -> Vec<String> {
    let marks = &row.marks;
    let mut remarks: Vec<String> = marks.late.iter().map(|late| short(&late.told)).collect();
    let commented = marks.manual_items.iter().filter(|item| !item.comment.is_empty());
    remarks.extend(commented.map(|item| format!("{}: {}", short(&item.item), clean::line(&item.comment, 2000))));
    // By whom and why stays with the teacher, and so does what a row's note says of others.
    remarks.extend((!marks.overrides.is_empty()).then(|| "This mark was changed by hand.".to_string()));
    remarks
}

fn shown_lab(class: &Class, row: &Row, lab: &LabRecord, reports: bool) -> ShownLab {
    let graded = lab.status == LabStatus::Graded;
    ShownLab {
        lab: lab.lab,
        title: words::lab_title(lab.lab),
        trouble: if graded { "" } else { words::lab_status(lab.status) },
        needs_a_look: lab.status == LabStatus::NeedsALook,
        message: clean::block(&lab.message, clean::BLOCK),
        points: lab.points,
        possible: lab.possible,
        checks: lab.checks.iter().map(|check| shown_check(class, row, check, reports)).collect(),
    }
}

fn shown_check(class: &Class, row: &Row, check: &CheckRecord, reports: bool) -> ShownCheck {
    let hidden = class.hidden.contains(&check.id);
    let open = check.cases.iter().filter(|case| case.outcome != Outcome::Passed && !hidden);
    ShownCheck {
        id: short(&check.id),
        name: if hidden { String::new() } else { short(&check.name) },
        title: if hidden { hidden_title(check) } else { clean::line(&words::title(check), clean::LINE) },
        tier: short(&check.tier),
        points: check.points,
        of: check.of,
        hidden,
        // What is hidden tells no more than its points do.
        outcome: if hidden { "hidden" } else { words::outcome(check.outcome) },
        worst: check.outcome,
        cases: open.map(|case| shown_case(class, row, check, case, reports)).collect(),
    }
}

/// The title in this grader's table; never what a record says.
fn hidden_title(check: &CheckRecord) -> String {
    words::known(&check.id).map_or_else(|| "A hidden check.".to_string(), |known| known.title().to_string())
}

fn shown_case(class: &Class, row: &Row, check: &CheckRecord, case: &CaseRecord, reports: bool) -> ShownCase {
    let id = format!("{}{}", check.id, case.case);
    let seen = if reports { row.record.observed.cases.get(&id) } else { None };
    ShownCase {
        told: told(class, case),
        report: seen
            .map(|seen| clean::block(&without_seed(class, check, &seen.report), clean::BLOCK))
            .unwrap_or_default(),
        id: short(&id),
    }
}

/// All checks of a lab have one seed: told for one, it would give away the inputs of a hidden one.
fn without_seed(class: &Class, check: &CheckRecord, report: &str) -> String {
    let lab = check.id.split('.').next();
    if !class.hidden.iter().any(|hidden| hidden.split('.').next() == lab) {
        return report.to_string();
    }
    let seeds: BTreeSet<&str> =
        check.cases.iter().map(|case| case.seed.as_str()).filter(|seed| !seed.is_empty()).collect();
    let without = seeds.iter().fold(report.to_string(), |text, seed| text.replace(&format!(" --seed {seed}"), ""));
    seeds.iter().fold(without, |text, seed| text.replace(*seed, "..."))
}

/// What came of a case that did not pass, as a sentence.
pub fn told(class: &Class, case: &CaseRecord) -> String {
    let reason = short(&case.reason);
    let mut text = match case.outcome {
        Outcome::Passed => "passed".to_string(),
        Outcome::Failed => format!("failed: {reason}"),
        Outcome::NotStarted => format!("not started: `{reason}` is still todo!()"),
        Outcome::Blocked if class.hidden.contains(&case.reason) => {
            "blocked: a check that it builds on did not pass".into()
        }
        Outcome::Blocked => format!("blocked: {reason}, which it builds on, did not pass"),
        Outcome::NotRun => format!("not run on this machine, which costs nothing: {reason}"),
        Outcome::NeedsALook => {
            "needs a look: trouble while it was graded, which costs nothing until someone has looked".into()
        }
    };
    if let Some((failed, runs)) = case.rounds.filter(|rounds| rounds.1 > 1) {
        text.push_str(&format!(" (in {failed} of {runs} runs)"));
    }
    if case.unsteady {
        text.push_str("; unsteady: the same program passes at times");
    }
    text
}

/// A page that needs nothing but a browser.
pub fn html(class: &Class, row: &Row) -> Result<String> {
    page(&Shown::of(class, row))
}

fn page(shown: &Shown) -> Result<String> {
    static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut templates = Environment::new();
        // A mistake in it shows itself when the template is asked for.
        let _ = templates.add_template("feedback.html", include_str!("templates/feedback.html"));
        templates
    });
    let template = TEMPLATES.get_template("feedback.html").context("cannot read the template of the feedback")?;
    template.render(minijinja::value::Serde(shown)).context("cannot write the feedback")
}

/// The same as Markdown, for platforms that show it.
pub fn markdown(class: &Class, row: &Row) -> String {
    text(&Shown::of(class, row))
}

fn text(shown: &Shown) -> String {
    let md = clean::markdown;
    let mut text = format!("# {}: {}\n\n", md(&shown.title), md(&shown.names));
    if let Some(banner) = shown.banner {
        text.push_str(&format!("> **{}**\n\n", md(banner)));
    }
    if !shown.trouble.is_empty() {
        text.push_str(&format!("**{}**\n\n", md(&shown.trouble)));
    }
    if !shown.message.is_empty() {
        text.push_str(&format!("{}\n", clean::fenced(&shown.message)));
    }
    text.push_str("## How the mark came about\n\n| What | Points |\n|---|---:|\n");
    for (what, points) in &shown.how {
        text.push_str(&format!("| {} | {} |\n", md(what), md(points)));
    }
    if let Some(grade) = &shown.grade {
        text.push_str(&format!("| Grade | {} |\n", md(grade)));
    }
    text.push('\n');
    for remark in &shown.remarks {
        text.push_str(&format!("- {}\n", md(remark)));
    }
    text.push('\n');
    shown.labs.iter().for_each(|lab| markdown_lab(&mut text, lab));
    if !shown.ignored.is_empty() {
        text.push_str("## Files that were not used\n\n");
        for (path, why) in &shown.ignored {
            text.push_str(&format!("- {}: {}\n", md(path), md(why)));
        }
    }
    text
}

fn markdown_lab(text: &mut String, lab: &ShownLab) {
    let md = clean::markdown;
    text.push_str(&format!("## Lab {}: {}\n\n", lab.lab, md(lab.title)));
    if lab.trouble.is_empty() {
        text.push_str(&format!("{} of {} points\n\n", lab.points, lab.possible));
    } else {
        text.push_str(&format!("**{}**\n\n", md(lab.trouble)));
    }
    if !lab.message.is_empty() {
        text.push_str(&format!("{}\n", clean::fenced(&lab.message)));
    }
    if lab.checks.is_empty() {
        return;
    }
    text.push_str("| Check | | Points | |\n|---|---|---:|---|\n");
    for check in &lab.checks {
        let (id, title) = (md(&check.id), md(&check.title));
        text.push_str(&format!("| {id} | {title} | {}/{} | {} |\n", check.points, check.of, check.outcome));
    }
    text.push('\n');
    for case in lab.checks.iter().flat_map(|check| &check.cases) {
        text.push_str(&format!("- **{}** {}\n\n", md(&case.id), md(&case.told)));
        if !case.report.is_empty() {
            text.push_str(&format!("{}\n", clean::fenced(&case.report)));
        }
    }
}

/// `ID.md` and `ID.html`, in a folder that is there.
pub fn write(class: &Class, row: &Row, folder: &Path) -> Result<()> {
    let name = clean::file_name(&row.record.identity.id);
    let shown = Shown::of(class, row);
    for (ending, text) in [("md", text(&shown)), ("html", page(&shown)?)] {
        let path = folder.join(format!("{name}.{ending}"));
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

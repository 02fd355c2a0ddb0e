//! The class report: one HTML file that needs no network, for the teacher alone.
//!
//! What can be read without a script (figures, distribution, lessons, marks) is in the page; the heat map and the ladders are
//! drawn in the browser from JSON, for a thousand ladders as pictures would be a file that nobody can open. Text of others
//! gets into the page through the template's autoescape, and into what the script draws as text nodes, never as HTML.

mod data;
mod figures;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use super::{clean, words};
use crate::grade::model::{Class, LabStatus, Outcome, Row, Status};
use figures::{Figures, LabFigures, Lesson};

/// All that the template knows.
#[derive(Serialize)]
struct Page {
    title: String,
    graded_at: String,
    sandbox: String,
    banner: Option<&'static str>,
    preflight: Vec<String>,
    figures: Figures,
    labs: Vec<LabFigures>,
    lessons: Vec<Lesson>,
    /// Where most are lost: indices into `lessons`.
    first: Vec<Lesson>,
    rows: Vec<Line>,
    late: Vec<(String, String)>,
    troubles: Vec<Trouble>,
    unsteady: Vec<(String, String)>,
    unplaced: Vec<(String, String)>,
    style: &'static str,
}

/// A row of the table of marks.
#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    labs: Vec<Option<String>>,
    raw: String,
    manual: String,
    penalty: String,
    total: Option<String>,
    of: String,
    grade: String,
    note: String,
    /// For the filter: `graded late open trouble`.
    tags: String,
}

#[derive(Serialize)]
struct Trouble {
    id: String,
    what: String,
    message: String,
}

/// Before and behind the data.
const DATA: &str = "<script type=\"application/json\" id=\"data\">";
const SCRIPT: &str =
    concat!("</script>\n<script>", include_str!("templates/report.js"), "</script>\n</body>\n</html>\n");

/// The page.
pub fn html(class: &Class) -> Result<String> {
    let mut page = Vec::new();
    Report::of(class).write_to(class, &mut page).context("cannot write the class report")?;
    String::from_utf8(page).context("the class report is not UTF-8")
}

/// `report.html` in this folder.
pub fn write(class: &Class, folder: &Path) -> Result<()> {
    Report::of(class).write(class, folder)
}

/// A report while rows go by, one after the other in the order of ids. What it keeps of each is small; of checks and
/// ladders it keeps what will be shown.
#[derive(Default)]
pub struct Report {
    data: data::Data,
    lessons: figures::Lessons,
    troubles: Vec<Trouble>,
    unsteady: Vec<(String, String)>,
}

impl Report {
    fn of(class: &Class) -> Report {
        let mut report = Report::default();
        class.rows.iter().for_each(|row| report.add(class, row));
        report
    }

    /// Of `class`, all but the rows must be known.
    pub fn add(&mut self, class: &Class, row: &Row) {
        self.data.add(class, row);
        self.lessons.add(row);
        self.troubles.extend(troubles(row));
        self.unsteady.extend(unsteady(row));
    }

    /// `report.html` in this folder. The rows of `class` need to have neither checks nor messages by now.
    pub fn write(self, class: &Class, folder: &Path) -> Result<()> {
        let path = folder.join("report.html");
        let failed = || format!("cannot write `{}`", path.display());
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let mut file = BufWriter::new(File::create(&path).with_context(failed)?);
        self.write_to(class, &mut file).with_context(failed)?;
        file.flush().with_context(failed)
    }

    fn write_to(self, class: &Class, to: &mut impl Write) -> Result<()> {
        let data = self.data;
        to.write_all(upper(page(class, self.lessons.finish(class), self.troubles, self.unsteady))?.as_bytes())?;
        to.write_all(DATA.as_bytes())?;
        data.write(class, &mut |json| Ok(to.write_all(clean::json_in_html(json).as_bytes())?))?;
        Ok(to.write_all(SCRIPT.as_bytes())?)
    }
}

/// All that can be read without a script.
fn upper(page: Page) -> Result<String> {
    static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut templates = Environment::new();
        // A mistake in it shows itself when the template is asked for.
        let _ = templates.add_template("report.html", include_str!("templates/report.html"));
        templates
    });
    let template = TEMPLATES.get_template("report.html").context("cannot read the template of the class report")?;
    template.render(minijinja::context! { page => Serde(page) }).context("cannot write the class report")
}

fn page(class: &Class, lessons: Vec<Lesson>, troubles: Vec<Trouble>, unsteady: Vec<(String, String)>) -> Page {
    let short = |text: &str| clean::line(text, clean::LINE);
    let mut first: Vec<Lesson> = lessons.iter().filter(|lesson| lesson.commonest > 0).cloned().collect();
    first.sort_by_key(|lesson| std::cmp::Reverse(lesson.commonest));
    first.truncate(6);
    Page {
        title: short(&class.title),
        graded_at: when(&class.graded_at),
        sandbox: short(&class.sandbox),
        banner: words::class_banner(class),
        preflight: class.preflight.iter().map(|why| short(why)).collect(),
        figures: Figures::of(class),
        labs: class.labs.iter().map(|lab| LabFigures::of(class, *lab)).collect(),
        lessons,
        first,
        rows: class.rows.iter().map(|row| line(class, row)).collect(),
        late: late(class),
        troubles,
        unsteady,
        unplaced: class.unplaced.iter().map(|(path, why)| (short(path), short(why))).collect(),
        style: include_str!("templates/report.css"),
    }
}

/// `2026-11-20 12:00 UTC`
fn when(time: &str) -> String {
    let parsed: Result<jiff::Timestamp, _> = time.parse();
    parsed.map_or_else(|_| clean::line(time, 40), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn line(class: &Class, row: &Row) -> Line {
    let marks = &row.marks;
    let open = !marks.open.is_empty();
    let of_lab = |lab: &u8| marks.labs.iter().find(|mark| mark.lab == *lab).map(|mark| words::short(mark.total.0));
    Line {
        id: label(row),
        name: names(row),
        labs: class.labs.iter().map(of_lab).collect(),
        raw: marks.raw.to_string(),
        manual: marks.manual.to_string(),
        penalty: marks.penalty.to_string(),
        total: (!open).then(|| marks.total.to_string()),
        of: words::short(marks.of.0),
        grade: clean::line(marks.grade.as_deref().filter(|_| !open).unwrap_or(""), 40),
        note: note(row),
        tags: tags(row).join(" "),
    }
}

fn label(row: &Row) -> String {
    clean::line(&row.record.identity.id, 64)
}

fn names(row: &Row) -> String {
    let names: Vec<String> = row.record.identity.people.iter().map(|person| clean::line(&person.name, 80)).collect();
    names.join(", ")
}

fn note(row: &Row) -> String {
    let mut parts: Vec<String> = Vec::new();
    if row.record.status != Status::Graded {
        parts.push(words::status(row.record.status).to_string());
    }
    parts.extend(row.marks.open.iter().map(|why| format!("open: {}", clean::line(why, 120))));
    parts.extend(row.marks.late.as_ref().map(|late| clean::line(&late.told, 120)));
    parts.extend((!row.marks.overrides.is_empty()).then(|| "changed by hand".to_string()));
    parts.extend((!row.note.is_empty()).then(|| clean::line(&row.note, 120)));
    parts.join("; ")
}

fn tags(row: &Row) -> Vec<&'static str> {
    let lab =
        |lab: &crate::grade::model::LabRecord| lab.status != LabStatus::Graded && lab.status != LabStatus::Missing;
    let troubled = row.record.status != Status::Graded || row.record.labs.iter().any(lab);
    let tags = [
        (row.record.status == Status::Graded, "graded"),
        (row.marks.late.is_some(), "late"),
        (!row.marks.open.is_empty(), "open"),
        (troubled, "trouble"),
    ];
    tags.into_iter().filter(|tag| tag.0).map(|tag| tag.1).collect()
}

fn late(class: &Class) -> Vec<(String, String)> {
    let late = class.rows.iter().filter_map(|row| Some((row, row.marks.late.as_ref()?)));
    late.map(|(row, late)| (label(row), clean::line(&late.told, clean::LINE))).collect()
}

/// What of a submission was not graded, and why.
fn troubles(row: &Row) -> Vec<Trouble> {
    let message = |text: &str| clean::block(text, 4000);
    let mut all = Vec::new();
    if row.record.status != Status::Graded {
        let what = words::status(row.record.status).to_string();
        all.push(Trouble { id: label(row), what, message: message(&row.record.message) });
    }
    for lab in row.record.labs.iter().filter(|lab| !matches!(lab.status, LabStatus::Graded | LabStatus::Missing)) {
        let what = format!("lab {}: {}", lab.lab, words::lab_status(lab.status));
        all.push(Trouble { id: label(row), what, message: message(&lab.message) });
    }
    let looks = row.record.labs.iter().flat_map(|lab| &lab.checks);
    for check in looks.filter(|check| check.outcome == Outcome::NeedsALook) {
        let why: BTreeMap<&str, ()> = check.cases.iter().map(|case| (case.reason.as_str(), ())).collect();
        let why: Vec<&str> = why.into_keys().filter(|why| !why.is_empty()).collect();
        let what = format!("check {} needs a look", clean::line(&check.id, 12));
        all.push(Trouble { id: label(row), what, message: message(&why.join("\n")) });
    }
    all
}

fn unsteady(row: &Row) -> Option<(String, String)> {
    let cases = row
        .record
        .labs
        .iter()
        .flat_map(|lab| &lab.checks)
        .flat_map(|check| check.cases.iter().map(move |case| (check, case)));
    let named: Vec<String> = cases
        .filter(|(_, case)| case.unsteady)
        .map(|(check, case)| match case.rounds {
            Some((failed, runs)) => format!("{}{} failed in {failed} of {runs} runs", check.id, case.case),
            None => format!("{}{}", check.id, case.case),
        })
        .collect();
    (!named.is_empty()).then(|| (label(row), clean::line(&named.join(", "), 400)))
}

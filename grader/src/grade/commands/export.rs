//! What is written of a class: always the table, the report and the feedback; for a platform what it reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::{Done, exit};
use crate::build::Workspace;
use crate::grade::model::{Class, Status};
use crate::grade::one::Work;
use crate::grade::output::sheet::Filled;
use crate::grade::output::{
    actions, canvas, classroom50, clean, csv, feedback, gradescope, junit, moodle, plagiarism, report, share, table,
};
use crate::grade::session::{Session, members};
use crate::grade::store::{part_folder, replace, write_whole};
use crate::workbook::{complain, println};

/// What can be asked for, beside what is always written.
#[derive(Clone, Debug)]
pub enum What {
    /// Moodle's own grading worksheet, filled in, and the zip of feedback.
    Moodle {
        sheet: PathBuf,
    },
    /// Canvas' own gradebook, filled in.
    Canvas {
        sheet: PathBuf,
        assignment: String,
    },
    Gradescope,
    Junit,
    /// The summary of a GitHub Actions job.
    Actions,
    Jplag,
    Dolos,
    /// The one submission of a release, for Classroom50; what only its workflow knows is in a file of JSON.
    Classroom50 {
        release: PathBuf,
    },
    /// A report without names, and a key to it.
    Share,
}

/// The table, the report and the feedback.
pub fn everything(session: &Session) -> Result<()> {
    let out = &session.out;
    // Made apart and then moved: who looks in between, or another grader, finds the old or the new, and nothing halved.
    let part = part_folder(out)?;
    let (report, feedback) = (part.path().join("report.html"), part.path().join("feedback"));
    let (class, told) = made(session, part.path(), &feedback)?;
    fs::rename(&report, out.join("report.html")).context("cannot renew the report")?;
    replace(&feedback, &out.join("feedback"), &part)?;
    write_whole(&out.join("grades.csv"), csv::table(&class)?.as_bytes())?;
    println(&format!("\n{}", table::table(&class)));
    for line in told {
        complain(&format!("to settle: {}", clean::line(&line, clean::LINE)));
    }
    let folder = clean::line(&out.display().to_string(), 60);
    println(&format!("report    {folder}/report.html\ntable     {folder}/grades.csv\nfeedback  {folder}/feedback/"));
    println(&format!("next      {} --out {folder}", next(&session.listing.layout)));
    Ok(())
}

/// Writes the report and the feedback while results go by. Of each row what the tables need is left: without that, a large
/// class takes ten times the memory.
fn made(session: &Session, folder: &Path, feedback: &Path) -> Result<(Class, Vec<String>)> {
    fs::create_dir(feedback).with_context(|| format!("cannot make `{}`", feedback.display()))?;
    let empty = session.without_rows();
    let mut report = report::Report::default();
    let mut rows = Vec::new();
    let told = session.each_row(
        |row| feedback::write(&empty, &row, feedback).map(|()| row),
        |row| {
            report.add(&empty, &row);
            rows.push(row.without_checks());
            Ok(())
        },
    )?;
    let class = Class { rows, ..empty };
    report.write(&class, folder)?;
    Ok((class, told))
}

/// How marks get back to where submissions came from.
fn next(layout: &str) -> &'static str {
    match () {
        () if layout.contains("Moodle") => "cargo grade export moodle --sheet WORKSHEET.csv",
        () if layout.contains("Canvas") => "cargo grade export canvas --sheet GRADEBOOK.csv --assignment TITLE",
        () if layout.contains("Gradescope") => "cargo grade export gradescope",
        () => "cargo grade export moodle|canvas|gradescope|junit|share",
    }
}

/// One of the others.
pub fn export(workspace: &Workspace, session: &mut Session, what: &What) -> Done {
    let (class, _) = session.class()?;
    let out = &session.out.clone();
    match what {
        What::Moodle { sheet } => {
            let filled = moodle::fill(&class, &read(sheet)?)?;
            put(out, "moodle-worksheet.csv", &filled.sheet)?;
            put(out, "moodle-feedback.zip", &moodle::feedback_zip(&class)?)?;
            tell(&filled);
        }
        What::Canvas { sheet, assignment } => {
            let filled = canvas::fill(&class, &read(sheet)?, assignment)?;
            put(out, "canvas-gradebook.csv", &filled.sheet)?;
            tell(&filled);
        }
        What::Gradescope => {
            for row in class.rows.iter().filter(|row| row.record.status != Status::Absent) {
                let name = format!("gradescope/{}/results.json", row.record.identity.id);
                put(out, &name, gradescope::results(&class, row, gradescope::Hidden::default())?.as_bytes())?;
            }
        }
        What::Junit => put(out, "junit.xml", junit::class(&class)?.as_bytes())?,
        What::Actions => {
            print!("{}", actions::commands(&class));
            let summary = actions::summary(&class);
            match std::env::var_os("GITHUB_STEP_SUMMARY") {
                Some(path) => fs::write(&path, summary).context("cannot write the job's summary")?,
                None => put(out, "summary.md", summary.as_bytes())?,
            }
        }
        What::Jplag | What::Dolos => {
            session.bring_files()?;
            plagiarism(workspace, session, &class, matches!(what, What::Jplag))?;
        }
        What::Classroom50 { release } => {
            let told: classroom50::Release = serde_json::from_slice(&read(release)?)
                .with_context(|| format!("`{}` describes no release", release.display()))?;
            let mut rows = class.rows.iter().filter(|row| row.record.status != Status::Absent);
            let (Some(row), None) = (rows.next(), rows.next()) else {
                let why = "Classroom50 takes one submission at a time; try: cargo grade FOLDER with just that one";
                return Err(anyhow!(why).into());
            };
            // Where its workflow wants the files; its runner takes any exit code but 0 for a broken grader.
            let folder = std::env::var_os("CLASSROOM50_BUNDLE_DIR").map_or_else(|| out.clone(), PathBuf::from);
            put(&folder, "result.json", classroom50::result(&class, row, &told)?.as_bytes())?;
        }
        What::Share => {
            let (class, key) = share::share(&class, &secret(session))?;
            let folder = out.join("share");
            report::write(&class, &folder)?;
            put(out, "share/grades.csv", csv::table(&class)?.as_bytes())?;
            put(out, "share-key.csv", key.csv()?.as_bytes())?;
            println(&format!("who is who stands in {}, and nowhere else", out.join("share-key.csv").display()));
        }
    }
    Ok(ExitCode::from(exit::OK))
}

fn plagiarism(workspace: &Workspace, session: &Session, class: &Class, jplag: bool) -> Result<()> {
    let files = |id: &str| -> Vec<(String, Vec<u8>)> {
        // Once for a group, whose members would else be found to have copied from each other.
        let first = |work: &Work| members(&work.found.identity).first().is_some_and(|first| first == id);
        let own = session.works().into_iter().filter(first);
        own.flat_map(|work| work.found.labs)
            .flat_map(|(lab, folder)| sources(&folder.join("src"), &format!("lab{lab}")))
            .collect()
    };
    let mut stubs = Vec::new();
    for lab in &class.labs {
        let path = workspace.lab(*lab).join("src/lib.rs");
        stubs.push((format!("lab{lab}/lib.rs"), read(&path)?));
    }
    let name = if jplag { "jplag" } else { "dolos" };
    let folder = session.out.join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot renew `{}`", folder.display()))?;
    }
    let write = if jplag { plagiarism::jplag } else { plagiarism::dolos };
    let written = write(class, &folder, &secret(session), &files, &stubs)?;
    put(&session.out, &format!("{name}-key.csv"), written.key.csv()?.as_bytes())?;
    println(&format!("{}: {} submissions, {} files", folder.display(), written.submissions, written.files));
    written.left_out.iter().for_each(|one| complain(&format!("left out: {}", clean::line(one, clean::LINE))));
    Ok(())
}

/// The student-owned files of a lab. What is no regular file is not there: the intake has seen to that.
fn sources(folder: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            found.extend(sources(&path, &inner));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.extend(fs::read(&path).ok().map(|bytes| (inner, bytes)));
        }
    }
    found.sort();
    found
}

/// For pseudonyms: the same in every export of this class, and not to be guessed.
fn secret(session: &Session) -> String {
    format!("{:016x}", session.secret())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => bail!("`{}` is no file", path.display()),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn put(out: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = out.join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    write_whole(&path, bytes)?;
    println(&path.display().to_string());
    Ok(())
}

fn tell(filled: &Filled) {
    println(&format!("{} marks filled in", filled.filled));
    let list = |what: &str, ids: &[String]| {
        ids.iter().for_each(|id| println(&format!("  {what}: {}", clean::line(id, clean::LINE))));
    };
    list("left as it was", &filled.left);
    list("graded, but not in the sheet", &filled.not_in_sheet);
    list("in the sheet, but not in the class", &filled.not_in_class);
    list("note", &filled.warnings);
}

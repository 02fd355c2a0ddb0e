//! `cargo lab open 1.09`: the student's editor at the line of the stub that a check is about.
//!
//! `VISUAL`, then `EDITOR`, with arguments in them if need be, as git reads them: on Unix through the shell. How a line is
//! named differs from editor to editor; those that are known by name are told, the others get the file.

mod editor;

use anyhow::{Context, Result, bail};

use super::board::next;
use super::link::Place;
use super::{check, complain, exit, println};
use crate::build::{Workspace, stub_places};
use crate::history::History;
use crate::labs::{self, LABS, LabInfo};
use crate::texts::say;

pub use editor::Editor;

/// Opens what is asked for: a check (1.09), a lab (1), or what is next.
pub fn run(workspace: &Workspace, what: Option<&str>) -> u8 {
    let place = match place(workspace, what) {
        Ok(place) => place,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            return exit::USAGE;
        }
    };
    let Some(editor) = Editor::set() else {
        println(&not_set(&place));
        return exit::USAGE;
    };
    println(&say!("cargo-lab/open/opening_with", place = place.text(), setting = editor.setting));
    match editor.open(workspace.root(), &place) {
        Ok(()) => exit::OK,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            exit::TROUBLE
        }
    }
}

/// What to do without an editor.
pub fn not_set(place: &Place) -> String {
    say!("cargo-lab/open/no_editor_is_set_try_export", place = place.text())
}

/// The place of a check's stub, of what is next in a lab, or of what is next at all.
fn place(workspace: &Workspace, what: Option<&str>) -> Result<Place> {
    let (history, _) = History::load(workspace.root());
    let Some(what) = what else {
        return of_lab(workspace, next::lab_from(&history), &history);
    };
    let selected = check::select(&[what.to_string()]).map_err(anyhow::Error::msg)?;
    match selected.as_slice() {
        [(lab, checks)] if checks.len() == 1 => {
            let check = checks[0];
            let failed = history.last(check.id).map(|seen| seen.case.clone());
            let of = |case: &&crate::check::Case| failed.as_deref() == Some(&format!("{}{}", check.id, case.letter));
            let case = check.cases.iter().find(of).unwrap_or(&check.cases[0]);
            at(workspace, lab, case.stub)
        }
        [(lab, _)] => of_lab(workspace, lab, &history),
        _ => bail!(say!("cargo-lab/open/is_in_several_labs_try_cargo", what)),
    }
}

/// The stub of the first check that failed when it was run last, else the first that is not written.
fn of_lab(workspace: &Workspace, lab: &LabInfo, history: &History) -> Result<Place> {
    let last = |id: &str| history.last(id).filter(|seen| seen.outcome == "failed");
    let mut failed: Vec<_> = lab.checks.iter().filter(|check| last(check.id).is_some()).collect();
    failed.sort_by_key(|check| (check.tier, check.id));
    let stub = failed.first().map(|check| check.cases[0].stub);
    let text = source(workspace, lab)?;
    let unwritten = stub_places(&text).into_iter().find(|place| !place.todo_lines.is_empty()).map(|place| place.name);
    at(workspace, lab, stub.or(unwritten.as_deref()).unwrap_or_default())
}

fn at(workspace: &Workspace, lab: &LabInfo, stub: &str) -> Result<Place> {
    let text = source(workspace, lab)?;
    let line = stub_places(&text).into_iter().find(|place| place.name == stub).map_or(1, |place| place.line);
    Ok(Place { file: format!("labs/lab{}/src/lib.rs", lab.number), line })
}

fn source(workspace: &Workspace, lab: &LabInfo) -> Result<String> {
    let path = workspace.lab(lab.number).join("src/lib.rs");
    let bytes = std::fs::read(&path).with_context(|| {
        say!("cargo-lab/open/cannot_read_try_cargo_lab_reset", path = path.display(), number = lab.number)
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lab with this number; an error says which there are.
pub(super) fn lab(number: u8) -> Result<&'static LabInfo> {
    let last = LABS.len();
    labs::lab(number).with_context(|| say!("cargo-lab/open/there_is_no_lab_try_a", number, last))
}

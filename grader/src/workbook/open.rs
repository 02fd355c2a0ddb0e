//! `cargo lab open 1.09`: the student's editor at the line of the stub that a check is about.
//!
//! `VISUAL`, then `EDITOR`, with arguments in them if need be, as git reads them: on Unix through the shell. How a line is
//! named differs from editor to editor; those that are known by name are told, the others get the file.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;

use anyhow::{Context, Result, bail};

use super::board::next;
use super::link::Place;
use super::{check, complain, exit, println};
use crate::build::{Workspace, stub_places};
use crate::history::History;
use crate::labs::{self, LABS, LabInfo};

/// How an editor is told the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `+45 FILE`
    Plus,
    /// `FILE:45`
    Colon,
    /// `--goto FILE:45`
    Goto,
    /// `--line 45 FILE`
    Line,
    /// `-n45 FILE`
    N,
    /// Only the file.
    File,
}

/// Editors that stay in the terminal.
const IN_TERMINAL: &[(&str, Style)] = &[
    ("vim", Style::Plus),
    ("nvim", Style::Plus),
    ("vi", Style::Plus),
    ("view", Style::Plus),
    ("emacs", Style::Plus),
    ("emacsclient", Style::Plus),
    ("nano", Style::Plus),
    ("pico", Style::Plus),
    ("micro", Style::Plus),
    ("kak", Style::Plus),
    ("joe", Style::Plus),
    ("mcedit", Style::Plus),
    ("mg", Style::Plus),
    ("ne", Style::Plus),
    ("hx", Style::Colon),
    ("helix", Style::Colon),
];

/// Editors with a window of their own.
const WITH_WINDOW: &[(&str, Style)] = &[
    ("code", Style::Goto),
    ("code-insiders", Style::Goto),
    ("codium", Style::Goto),
    ("vscodium", Style::Goto),
    ("cursor", Style::Goto),
    ("windsurf", Style::Goto),
    ("subl", Style::Colon),
    ("sublime_text", Style::Colon),
    ("zed", Style::Colon),
    ("zeditor", Style::Colon),
    ("lapce", Style::Colon),
    ("gvim", Style::Plus),
    ("mvim", Style::Plus),
    ("gedit", Style::Plus),
    ("xed", Style::Plus),
    ("geany", Style::Plus),
    ("bbedit", Style::Plus),
    ("kate", Style::Line),
    ("mate", Style::Line),
    ("idea", Style::Line),
    ("clion", Style::Line),
    ("rustrover", Style::Line),
    ("notepad++", Style::N),
    ("notepad", Style::File),
];

/// What the student has set.
#[derive(Clone, Debug)]
pub struct Editor {
    /// `vim`, `code --wait`: what a shell would run.
    pub setting: String,
    /// `EDITOR`
    variable: &'static str,
}

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
    println(&format!("opening {} with {}", place.text(), editor.setting));
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
    format!("{}\nno editor is set; try: export EDITOR=nano, or: export EDITOR=\"code --wait\", and again", place.text())
}

impl Editor {
    /// `VISUAL` or `EDITOR`; an empty one is none.
    pub fn set() -> Option<Editor> {
        let of = |variable| {
            let setting = std::env::var(variable).ok().filter(|setting| !setting.trim().is_empty())?;
            Some(Editor { setting: setting.trim().to_string(), variable })
        };
        of("VISUAL").or_else(|| of("EDITOR"))
    }

    /// Whether it opens a window, and leaves the terminal alone.
    pub fn has_a_window(&self) -> bool {
        let name = self.name();
        WITH_WINDOW.iter().any(|(known, _)| *known == name)
    }

    /// Opens the place, and waits until the editor is done with it.
    pub fn open(&self, root: &Path, place: &Place) -> Result<()> {
        let mut command = self.command(root, place);
        // A thread of its own starts it: of the first one's children, the checks expect that they are theirs.
        let ended = std::thread::scope(|scope| scope.spawn(|| command.status()).join());
        self.judge(ended.unwrap_or_else(|_| Err(std::io::Error::other("a fault of the grader"))), place)
    }

    /// Opens a window; only if that fails there is something to tell.
    pub fn open_beside<E: Send + 'static>(&self, root: &Path, place: &Place, tell: Sender<E>, event: fn(String) -> E) {
        let (editor, place) = (self.clone(), place.clone());
        let mut command = self.command(root, &place);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        std::thread::spawn(move || {
            if let Err(error) = editor.judge(command.status(), &place) {
                let _ = tell.send(event(format!("{error:#}")));
            }
        });
    }

    fn judge(&self, ended: std::io::Result<ExitStatus>, place: &Place) -> Result<()> {
        let status = ended.with_context(|| self.failed("cannot be run", place))?;
        if !status.success() {
            bail!(self.failed(&format!("failed, {status}"), place));
        }
        Ok(())
    }

    fn failed(&self, how: &str, place: &Place) -> String {
        let Editor { setting, variable } = self;
        format!("the editor `{setting}` {how}; try: set {variable} to another one, or open {} by hand", place.text())
    }

    #[cfg(unix)]
    fn command(&self, root: &Path, place: &Place) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{} \"$@\"", self.setting), &self.setting]);
        command.args(self.arguments(root, place)).current_dir(root);
        command
    }

    #[cfg(not(unix))]
    fn command(&self, root: &Path, place: &Place) -> Command {
        let words = words(&self.setting);
        let mut command = Command::new(words.first().map_or("", String::as_str));
        command.args(words.iter().skip(1)).args(self.arguments(root, place)).current_dir(root);
        command
    }

    fn arguments(&self, root: &Path, place: &Place) -> Vec<String> {
        let name = self.name();
        let known = IN_TERMINAL.iter().chain(WITH_WINDOW).find(|(known, _)| *known == name);
        let file = root.join(&place.file).to_string_lossy().into_owned();
        let line = place.line;
        match known.map_or(Style::File, |(_, style)| *style) {
            Style::Plus => vec![format!("+{line}"), file],
            Style::Colon => vec![format!("{file}:{line}")],
            Style::Goto => vec!["--goto".to_string(), format!("{file}:{line}")],
            Style::Line => vec!["--line".to_string(), line.to_string(), file],
            Style::N => vec![format!("-n{line}"), file],
            Style::File => vec![file],
        }
    }

    /// `vim` of `/usr/bin/vim -u NONE`.
    fn name(&self) -> String {
        let program = words(&self.setting).into_iter().next().unwrap_or_default();
        let name = program.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let ends = [".exe", ".cmd", ".bat"];
        ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name).to_string()
    }
}

/// The words of a setting; what stands in quotes is one.
fn words(setting: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for char in setting.chars() {
        match quote {
            Some(end) if char == end => quote = None,
            None if matches!(char, '"' | '\'') => quote = Some(char),
            None if char.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(char),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
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
        _ => bail!("`{what}` is in several labs; try: cargo lab open 1, or cargo lab open 1.09"),
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
    let bytes = std::fs::read(&path)
        .with_context(|| format!("cannot read `{}`; try: cargo lab reset {}", path.display(), lab.number))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lab with this number; an error says which there are.
pub(super) fn lab(number: u8) -> Result<&'static LabInfo> {
    let last = LABS.len();
    labs::lab(number).with_context(|| format!("there is no lab {number}; try: a number from 1 to {last}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_is_told_the_line_in_its_own_way() {
        let place = Place { file: "labs/lab1/src/lib.rs".to_string(), line: 45 };
        for (setting, want) in [
            ("vim", "+45 /r/labs/lab1/src/lib.rs"),
            ("/usr/bin/nano -l", "+45 /r/labs/lab1/src/lib.rs"),
            ("\"/opt/my editors/hx\" -v", "/r/labs/lab1/src/lib.rs:45"),
            ("code --wait", "--goto /r/labs/lab1/src/lib.rs:45"),
            ("Code.cmd", "--goto /r/labs/lab1/src/lib.rs:45"),
            ("idea", "--line 45 /r/labs/lab1/src/lib.rs"),
            ("ed", "/r/labs/lab1/src/lib.rs"),
        ] {
            let editor = Editor { setting: setting.to_string(), variable: "EDITOR" };
            assert_eq!(editor.arguments(Path::new("/r"), &place).join(" "), want, "{setting}");
        }
    }

    #[test]
    fn words_in_quotes_stay_together() {
        assert_eq!(words("'a b' c  \"d\"e"), ["a b", "c", "de"]);
        assert!(words("  ").is_empty());
    }
}

//! The student's editor: which one it is, and how it is told the line.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;

use anyhow::{Context, Result, bail};

use crate::texts::say;
use crate::workbook::link::Place;

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
        self.judge(
            ended.unwrap_or_else(|_| Err(std::io::Error::other(say!("cargo-lab/open/a_fault_of_the_grader")))),
            place,
        )
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
        let status = ended.with_context(|| self.failed(say!("cargo-lab/open/cannot_be_run"), place))?;
        if !status.success() {
            bail!(self.failed(&say!("cargo-lab/open/failed", status), place));
        }
        Ok(())
    }

    fn failed(&self, how: &str, place: &Place) -> String {
        let Editor { setting, variable } = self;
        say!("cargo-lab/open/the_editor_try_set_to_another", setting, how, variable, place = place.text())
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

//! GitHub Actions: the summary of a job, and notices.
//!
//! The runner takes any line of standard output for a command that begins with `::`. Text of others is therefore escaped
//! within a command, and printed between `::stop-commands::` and its end everywhere else.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::feedback::Shown;
use super::{clean, words};
use crate::grade::model::{Class, Row};

/// The most bytes of a step's summary (1 MiB), less room for the last line.
const MOST: usize = (1 << 20) - 256;

/// For `$GITHUB_STEP_SUMMARY`: the table of the class.
pub fn summary(class: &Class) -> String {
    let md = clean::markdown;
    let mut text = format!("## {}\n\n", md(&class.title));
    if let Some(banner) = words::class_banner(class) {
        let _ = writeln!(text, "> **{}**\n", md(banner));
    }
    for why in &class.preflight {
        let _ = writeln!(text, "> **This machine:** {}\n", md(why));
    }
    let labs: String = class.labs.iter().map(|lab| format!(" Lab {lab} |")).collect();
    let _ = writeln!(text, "| Submission |{labs} Mark | Note |\n|---|{}---:|---|", "---:|".repeat(class.labs.len()));
    for (written, row) in class.rows.iter().enumerate() {
        let line = line(class, row);
        if text.len() + line.len() > MOST {
            let _ = writeln!(text, "\n{} more are in the artifacts of this run.", class.rows.len() - written);
            break;
        }
        text.push_str(&line);
    }
    text
}

fn line(class: &Class, row: &Row) -> String {
    let shown = Shown::brief(class, row);
    let labs: String = class.labs.iter().map(|lab| format!(" {} |", of_lab(row, *lab))).collect();
    let mark = if shown.open { "open".to_string() } else { shown.mark.clone() };
    let note = match shown.trouble.is_empty() {
        true => row.marks.open.first().map(|why| clean::markdown(why)).unwrap_or_default(),
        false => words::status(row.record.status).to_string(),
    };
    format!("| {} |{labs} {mark} | {note} |\n", clean::markdown(&shown.id))
}

fn of_lab(row: &Row, lab: u8) -> String {
    let mark = row.marks.labs.iter().find(|mark| mark.lab == lab);
    mark.map_or_else(String::new, |mark| words::short(mark.total.0))
}

/// For standard output: a notice with the counts, an error for each submission that somebody has to look at.
pub fn commands(class: &Class) -> String {
    let open: Vec<&Row> = class.rows.iter().filter(|row| !row.marks.open.is_empty()).collect();
    let title = clean::command_property(&class.title);
    let told = format!("{} submissions, {} with a mark", class.rows.len(), class.rows.len() - open.len());
    let mut text = format!("::notice title={title}::{}\n", clean::command_text(&told));
    for row in open {
        let id = clean::command_property(&row.record.identity.id);
        let why = clean::command_text(&clean::line(&row.marks.open.join("; "), clean::LINE));
        let _ = writeln!(text, "::error title={id}::needs a look: {why}");
    }
    text
}

/// Text of others for standard output, in which the runner finds no command.
///
/// The word that ends it is a hash of the text: nobody can write a text that holds its own hash.
pub fn quoted(text: &str) -> String {
    let text = clean::block(text, clean::BLOCK);
    let hash = Sha256::digest(text.as_bytes());
    let token: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("::stop-commands::{token}\n{text}\n::{token}::\n")
}

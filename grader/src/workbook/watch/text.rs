//! What the session says, as text; nothing here knows of threads or terminals.

use super::saves::Changed;
use super::screen::bar;
use crate::check::{Check, Outcome};
use crate::labs::LabInfo;
use crate::report::{Context, cut, full, line, summary, wrap};
use crate::run::CheckResult;
use crate::texts::say;
use crate::workbook::board::next::failing;

/// The most lines of the compiler's message: what comes later is often about the same mistake.
const MESSAGE: usize = 40;

/// `lib.rs saved`, `lib.rs, part.rs saved; old.rs gone`.
pub fn changed(changed: &Changed, lab: u8) -> String {
    let folder = format!("labs/lab{lab}/src/");
    let list = |names: &[String], what: &str| {
        let short: Vec<&str> = names.iter().map(|name| name.strip_prefix(&folder).unwrap_or(name)).collect();
        let shown = short.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more =
            if short.len() > 3 { say!("cargo-lab/watch/and_more", count = short.len() - 3) } else { String::new() };
        (!short.is_empty()).then(|| crate::lab::shown(format!("{shown}{more} {what}").as_bytes()))
    };
    [list(&changed.saved, "saved"), list(&changed.gone, "gone")].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// How far a run is: `[####....] 7/18  1.09 answers_full_buffers  3 s | s stop  q quit`.
pub fn progress(done: usize, total: usize, waits_for: Option<&Check>, seconds: u64, width: usize) -> String {
    let bar = match width {
        60.. => format!("{} ", bar(done, total, 20)),
        40.. => format!("{} ", bar(done, total, 8)),
        _ => String::new(),
    };
    let name = waits_for.map_or(String::new(), |check| format!("  {} {}", check.id, check.name));
    let time = if seconds > 0 { format!("  {seconds} s") } else { String::new() };
    let keys = say!("cargo-lab/watch/s_stop_q_quit");
    let text = format!("{bar}{done}/{total}{name}{time}");
    // Keys only where they do not push out what happens.
    if text.chars().count() + keys.len() < width { format!("{text}{keys}") } else { text }
}

/// Where a lab is, and the keys that help now; `chosen` is the check that they are about.
pub fn at_rest(lab: &LabInfo, results: &[CheckResult], chosen: Option<&str>) -> String {
    let failing = failing(results);
    let passed = results.iter().filter(|result| result.passed()).count();
    let number = lab.number;
    match failing.first() {
        Some(first) => say!(
            "cargo-lab/watch/lab_fail_see_h_hint_e",
            number,
            count = failing.len(),
            plural = if failing.len() == 1 { "s" } else { "" },
            id = chosen.unwrap_or(first.check.id)
        ),
        None if crate::workbook::board::next::complete(lab, results) => {
            say!("cargo-lab/watch/lab_all_passes_q_quit_keys", number)
        }
        None => {
            let stub = results.iter().find_map(|result| match &result.leading().outcome {
                Outcome::NotStarted(stub) => Some(say!("cargo-lab/watch/write", name = stub.name)),
                _ => None,
            });
            let stub = stub.unwrap_or_default();
            say!("cargo-lab/watch/lab_of_pass_o_open_h", number, passed, count = results.len(), stub)
        }
    }
}

/// The lab after a run, with what has changed above the report, which ends it.
pub fn after(run: &After<'_>, changes: &[String]) -> String {
    let text = run.text();
    let changes: String = changes.iter().map(|line| format!("\n{line}")).collect();
    match text.split_once("\n\n") {
        Some((head, report)) => format!("{head}{changes}\n\n{report}"),
        None => format!("{text}{changes}"),
    }
}

/// What a run found.
pub struct After<'a> {
    pub lab: &'static LabInfo,
    pub results: &'a [CheckResult],
    pub context: &'a Context,
    /// The check whose report stands above already.
    pub told: Option<&'static str>,
    /// The checks that failed before.
    pub known: Vec<&'static str>,
}

impl After<'_> {
    fn text(&self) -> String {
        let text = summary(self.lab, self.results, self.context);
        let (Some(told), Some(first)) = (self.told, failing(self.results).first().copied()) else { return text };
        // One full report is enough, unless something that worked is broken now.
        if first.check.id != told && !self.known.contains(&first.check.id) {
            return text;
        }
        let Some(head) = text.strip_suffix(&full(first.leading(), self.context)) else { return text };
        // The check whose report stands above needs no line; the one whose report is left out does.
        let own = self.results.iter().find(|result| result.check.id == told).map(|result| line(result.leading()));
        let lines = head.trim_end().lines().filter(|line| Some(*line) != own.as_deref()).map(str::to_string);
        let left_out = (first.check.id != told).then(|| line(first.leading()));
        lines.chain(left_out).collect::<Vec<_>>().join("\n")
    }
}

/// The compiler's message, not all of it where it is long.
pub fn does_not_compile(lab: &LabInfo, message: &str) -> String {
    let clean = crate::workbook::clean(message);
    let lines: Vec<&str> = clean.trim_end().lines().collect();
    let mut text = say!("cargo-lab/watch/lab_does_not_compile_so_no", number = lab.number);
    text.push_str(&lines[..lines.len().min(MESSAGE)].join("\n"));
    // A colour that was begun does not go on behind the cut.
    let reset = if clean.contains('\x1b') { "\x1b[0m" } else { "" };
    text.push_str(reset);
    if lines.len() > MESSAGE {
        text.push_str(&say!(
            "cargo-lab/watch/lines_more_all_of_them_cargo",
            count = lines.len() - MESSAGE,
            number = lab.number
        ));
    }
    text
}

/// What is the machine's or the grader's fault.
pub fn trouble(why: &str) -> String {
    wrap(say!("cargo-lab/watch/trouble_and_not_your_programs_fault"), why, 4).join("\n")
}

/// How many of the checks that were run until a stop are known.
pub fn stopped(done: usize, total: usize) -> String {
    match total {
        0 => say!("cargo-lab/watch/stopped_before_it_was_built_enter").to_string(),
        _ => cut(&say!("cargo-lab/watch/stopped_after_of_checks_enter_runs", done, total), 80),
    }
}

/// The ids of the checks that fail.
pub fn ids_failing(results: &[CheckResult]) -> Vec<&'static str> {
    let failed = |result: &&CheckResult| matches!(result.leading().outcome, Outcome::Failed(_));
    results.iter().filter(failed).map(|result| result.check.id).collect()
}

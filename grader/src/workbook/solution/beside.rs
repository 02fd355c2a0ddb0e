//! Two texts beside each other, function by function: columns where the terminal is wide, else one after the other.

use crate::build::stub_places;
use crate::labs::LabInfo;
use crate::report::cut;
use crate::texts::say;
use crate::workbook::clean;

/// From this width on there are two columns of code that can be read.
const WIDE: usize = 140;

/// The student's functions and the model's, in the order of the stubs; then what else the model has.
pub fn beside(lab: &LabInfo, own: &str, model: &str, width: usize) -> String {
    let (own, model) = (clean(own), clean(model));
    let mut parts = Vec::new();
    for stub in lab.stubs {
        let theirs = function(&own, stub).unwrap_or_else(|| vec![say!("cargo-lab/solution/there_is_no_pub_fn", stub)]);
        let ours = function(&model, stub).unwrap_or_default();
        parts.push(heading(stub, width));
        parts.extend(if width >= WIDE { columns(&theirs, &ours, width) } else { stacked(&theirs, &ours) });
        parts.push(String::new());
    }
    let rest = rest(&model, lab);
    if !rest.is_empty() {
        parts.push(heading(say!("cargo-lab/solution/what_else_the_solution_has"), width));
        parts.extend(rest);
    }
    parts.join("\n").trim_end().to_string()
}

fn heading(name: &str, width: usize) -> String {
    let line = "-".repeat(width.min(80).saturating_sub(name.len() + 4));
    format!("-- {name} {line}")
}

fn stacked(own: &[String], model: &[String]) -> Vec<String> {
    let mut lines = vec!["yours:".to_string()];
    lines.extend(own.iter().cloned());
    lines.extend([String::new(), say!("cargo-lab/solution/the_solution").to_string()]);
    lines.extend(model.iter().cloned());
    lines
}

fn columns(own: &[String], model: &[String], width: usize) -> Vec<String> {
    let room = (width - 3) / 2;
    let (own, model) = (folded(own, room), folded(model, room));
    let line = |turn: usize| {
        let left = own.get(turn).map_or("", String::as_str);
        let right = model.get(turn).map_or("", String::as_str);
        format!("{left:<room$} | {right}").trim_end().to_string()
    };
    let head = say!("cargo-lab/solution/the_solution_2", value = format_args!("{:<room$}", "yours"));
    std::iter::once(head).chain((0..own.len().max(model.len())).map(line)).collect()
}

/// Lines no longer than a column; what is broken off goes on below, further in.
fn folded(lines: &[String], room: usize) -> Vec<String> {
    let mut folded = Vec::new();
    for line in lines {
        let indent: String = line.chars().take_while(|char| *char == ' ').take(room / 2).collect();
        let mut rest: String = line.clone();
        while rest.chars().count() > room {
            // At a blank, if there is one in the second half.
            let chars: Vec<char> = rest.chars().collect();
            let blank = (room / 2..room).rev().find(|at| chars[*at] == ' ');
            let at = blank.unwrap_or(room);
            folded.push(chars[..at].iter().collect());
            let more: String = chars[at..].iter().collect();
            rest = format!("{indent}    {}", more.trim_start());
        }
        folded.push(cut(&rest, room));
    }
    folded
}

/// The lines of a top-level `pub fn`, without its comment; up to the first `}` in column 0.
fn function(text: &str, name: &str) -> Option<Vec<String>> {
    let (first, last) = bounds(text, name)?;
    Some(text.lines().skip(first).take(last + 1 - first).map(|line| line.replace('\t', "    ")).collect())
}

/// Its first and last line, counted from 0.
fn bounds(text: &str, name: &str) -> Option<(usize, usize)> {
    let first = stub_places(text).into_iter().find(|place| place.name == name)?.line as usize - 1;
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().enumerate().skip(first).find(|(_, line)| **line == "}").map(|(at, _)| at);
    Some((first, last.unwrap_or(lines.len() - 1)))
}

/// What is neither a stub nor a comment above one: helpers, types, constants.
fn rest(model: &str, lab: &LabInfo) -> Vec<String> {
    let lines: Vec<&str> = model.lines().collect();
    let mut hidden = vec![false; lines.len()];
    for (first, last) in lab.stubs.iter().filter_map(|stub| bounds(model, stub)) {
        let above = lines[..first].iter().rev().take_while(|line| line.starts_with("///")).count();
        hidden[first - above..=last].fill(true);
    }
    let kept = lines.iter().zip(hidden).filter(|(line, hidden)| !hidden && !line.starts_with("//!"));
    let mut rest: Vec<String> = Vec::new();
    for (line, _) in kept {
        let blank = line.trim().is_empty();
        if !blank || rest.last().is_some_and(|last| !last.is_empty()) {
            rest.push(line.to_string());
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::LABS;

    const OWN: &str = "/// Spec.\npub fn open_listener() {\n    mine()\n}\n";
    const MODEL: &str =
        "//! Doc.\nuse std::io;\n\n/// Spec.\npub fn open_listener() {\n    theirs()\n}\n\nfn helper() {}\n";

    #[test]
    fn in_a_narrow_terminal_they_stand_one_after_the_other() {
        let text = beside(LABS[0], OWN, MODEL, 80);
        let order =
            ["-- open_listener", "yours:", "mine()", "the solution:", "theirs()", "what else", "fn helper() {}"];
        let places: Vec<usize> =
            order.iter().map(|part| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"))).collect();
        assert!(places.is_sorted(), "{text}");
        assert!(!text.contains("Spec") && !text.contains("//! Doc"), "{text}");
    }

    #[test]
    fn in_a_wide_one_there_are_two_columns() {
        let text = beside(LABS[0], OWN, MODEL, 160);
        assert!(text.lines().any(|line| line.contains("mine()") && line.contains("| ") && line.contains("theirs()")));
        assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");
    }

    #[test]
    fn a_long_line_is_broken_and_loses_nothing() {
        let long = format!("    let text = {};", "word + ".repeat(30));
        let folded = folded(std::slice::from_ref(&long), 60);
        assert!(folded.iter().all(|line| line.chars().count() <= 60));
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
        assert_eq!(words(&folded.join(" ")), words(&long));
    }
}

//! The pages of a scene: what is asked, and what came of it. Each fits a screen of 24 lines.

use super::scene::{Scene, section_title};
use crate::lab::shown;
use crate::report::{WIDTH, two_sided, wrap};
use crate::texts::say;
use crate::wire::Wire;

/// The set-up, the question and the answers.
pub fn question(scene: &Scene) -> String {
    let text = &scene.text;
    let (place, of) = scene.place;
    let left = say!("cargo-lab/predict/lab_scene_of", lab = scene.lab, place, of, title = text.title);
    let room = WIDTH.saturating_sub(left.chars().count() + text.name.len()).max(2);
    let mut lines = vec![format!("{left}{}{}", " ".repeat(room), text.name)];
    lines.extend(wrap("  ", &text.setup, 6));
    lines.push(String::new());
    lines.extend(wrap("  ", &text.question, 2));
    if text.unit.is_none() {
        for (turn, answer) in text.answer.iter().enumerate() {
            lines.extend(wrap(&format!("    {}  ", turn + 1), &answer.text, 2));
        }
    }
    lines.join("\n")
}

/// What is asked for at the end of the page.
pub fn prompt(scene: &Scene) -> String {
    match &scene.text.unit {
        Some(_) => say!("cargo-lab/predict/your_prediction_a_number_q_quit").to_string(),
        None => say!("cargo-lab/predict/your_prediction_1_q_quit", count = scene.text.answer.len()),
    }
}

/// The ladder of the run.
pub fn ladder(scene: &Scene, wire: &Wire) -> String {
    two_sided(wire, &scene.text.left, &scene.text.right).join("\n")
}

/// What was observed, whether that was predicted, and why it is so.
pub fn result(scene: &Scene, predicted: Option<&str>, observed: &str, colour: bool) -> String {
    let mut lines = wrap(say!("cargo-lab/predict/head_observed"), &named(scene, observed), 2);
    if let Some(predicted) = predicted {
        let right = predicted == observed;
        let head = if right { say!("cargo-lab/predict/head_right") } else { say!("cargo-lab/predict/head_otherwise") };
        let text = match right {
            true => say!("cargo-lab/predict/as_you_predicted").to_string(),
            false => say!("cargo-lab/predict/you_predicted", predicted = named(scene, predicted)),
        };
        let painted = |line: String| paint(line, right, colour);
        lines.extend(wrap(head, &text, 2).into_iter().enumerate().map(|(turn, line)| match turn {
            0 => painted(line),
            _ => line,
        }));
    }
    lines.extend(wrap(say!("cargo-lab/predict/head_why"), why(scene, observed), 5));
    let section = &scene.text.section;
    let title = section_title(section).map(|title| format!(", \"{title}\"")).unwrap_or_default();
    lines.extend(wrap(
        say!("cargo-lab/predict/head_see"),
        &say!("cargo-lab/predict/book", section, title, see = scene.text.see),
        2,
    ));
    lines.join("\n")
}

/// An observation in the words of its answer.
fn named(scene: &Scene, key: &str) -> String {
    if let Some([one, many]) = &scene.text.unit {
        let unit = if key == "1" { one } else { many };
        return format!("{} {unit}", shown(key.as_bytes()));
    }
    let at = scene.text.answer.iter().position(|answer| answer.key == key);
    match at {
        Some(at) => format!("{}  {}", at + 1, scene.text.answer[at].text),
        None => say!("cargo-lab/predict/none_of_the_answers", key = shown(key.as_bytes())),
    }
}

fn why<'a>(scene: &'a Scene, observed: &str) -> &'a str {
    match scene.answer(observed) {
        Some(answer) => &answer.why,
        None => {
            say!("cargo-lab/predict/systems_differ_here_and_yours_did")
        }
    }
}

fn paint(line: String, right: bool, colour: bool) -> String {
    match (colour, right) {
        (false, _) => line,
        (true, true) => format!("\x1b[1;32m{line}\x1b[0m"),
        (true, false) => format!("\x1b[1;33m{line}\x1b[0m"),
    }
}

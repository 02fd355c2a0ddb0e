//! `cargo lab predict`: what will happen? First the student says it, then it is done on loopback, and both are compared.
//!
//! No answer is written down anywhere: what is called right is what the run has just shown, and the texts explain each
//! thing that may be seen. So a system that does something else is told as it is.
//!
//! In reading order: `scene` (a text and a function), `play` and `calls` (both ends of a connection), `lab1` to `lab5` (the
//! scenes), `show` (the pages), `table` (who is asked what), `memory` (what was predicted before).

mod calls;
mod lab1;
mod lab2;
mod lab3;
mod lab4;
mod lab5;
mod memory;
mod play;
mod scene;
mod show;
mod table;

use std::io::{self, IsTerminal};

use super::{complain, exit, println};
use crate::build::Workspace;
use crate::labs::LABS;
use crate::report::{self, WIDTH, cut};
use crate::texts::say;
use memory::Memory;
use scene::Scene;
use table::Table;

/// What was asked for.
#[derive(Debug, Default)]
pub struct Options {
    /// A lab's number or a scene's name; without it, the scenes are listed.
    pub what: Option<String>,
    /// One prediction for each scene, in order, instead of asking for them.
    pub answers: Vec<String>,
    /// Plays and explains every scene, and asks nothing.
    pub show: bool,
    /// Also the scenes that were predicted right before.
    pub again: bool,
    pub colour: bool,
}

/// Runs the command. A wrong prediction is no failure: the exit code tells only of trouble.
pub fn run(workspace: &Workspace, options: &Options) -> u8 {
    let (memory, damaged) = memory::load(workspace.root());
    if let Some(damaged) = damaged {
        complain(&damaged);
    }
    let Some(what) = &options.what else { return list(&memory, options.colour) };
    let scenes = match select(what).and_then(|scenes| fits(scenes, options)) {
        Ok(scenes) => scenes,
        Err(message) => {
            complain(&format!("error: {message}"));
            return exit::USAGE;
        }
    };
    let table = Table { workspace, colour: options.colour };
    match () {
        () if !options.answers.is_empty() => table.compare(&scenes, &options.answers),
        () if options.show || !io::stdin().is_terminal() => table.show(&scenes),
        () => table.ask(&scenes, &memory, options.again),
    }
}

/// The scenes of a lab, or the one with this name.
fn select(what: &str) -> Result<Vec<Scene>, String> {
    let number = what.strip_prefix("lab").unwrap_or(what).parse().ok();
    let of_lab = number.map(scene::of).unwrap_or_default();
    if !of_lab.is_empty() {
        return Ok(of_lab);
    }
    let (found, others): (Vec<Scene>, Vec<Scene>) = scene::all().into_iter().partition(|scene| scene.text.name == what);
    match found.is_empty() {
        false => Ok(found),
        true => Err(say!(
            "cargo-lab/predict/is_no_lab_and_no_scene",
            escape_debug = what.escape_debug(),
            others = near(what, &others).join("\n  ")
        )),
    }
}

/// The three names that are most like what was asked for.
fn near(asked: &str, scenes: &[Scene]) -> Vec<String> {
    let mut names: Vec<&str> = scenes.iter().map(|scene| scene.text.name.as_str()).collect();
    names.sort_by_key(|name| report::distance(&asked.to_lowercase(), name));
    names.into_iter().take(3).map(str::to_string).collect()
}

/// Answers that make no sense are told before anything is played.
fn fits(scenes: Vec<Scene>, options: &Options) -> Result<Vec<Scene>, String> {
    if options.answers.len() > scenes.len() {
        return Err(say!(
            "cargo-lab/predict/answers_for_scenes_try_one_for",
            count = options.answers.len(),
            count2 = scenes.len()
        ));
    }
    for (scene, typed) in scenes.iter().zip(&options.answers) {
        scene.read(typed.trim()).map_err(|want| {
            say!(
                "cargo-lab/predict/is_no_answer_to_try",
                escape_debug = typed.escape_debug(),
                name = scene.text.name,
                want
            )
        })?;
    }
    Ok(scenes)
}

/// Whether there is something to predict in this lab.
pub fn has_scenes(lab: u8) -> bool {
    !scene::of(lab).is_empty()
}

/// `cargo lab predict` alone.
fn list(memory: &Memory, colour: bool) -> u8 {
    println(say!("cargo-lab/predict/say_what_will_happen_then_see"));
    for lab in LABS {
        let scenes = scene::of(lab.number);
        if scenes.is_empty() {
            continue;
        }
        println(&say!("cargo-lab/predict/lab", number = lab.number, title = lab.title()));
        for scene in scenes {
            let mark = match memory.get(&scene.text.name) {
                Some(true) => "*",
                Some(false) => "!",
                None => " ",
            };
            println(&cut(&format!("  {mark} {:<22}{}", scene.text.name, scene.text.title), WIDTH));
        }
    }
    let legend = say!("cargo-lab/predict/predicted_right_predicted_otherwise_no");
    println(&if colour { format!("\x1b[2m{legend}\x1b[0m") } else { legend.to_string() });
    exit::OK
}

//! Plays scenes and compares them with predictions: from the command line, or asked for at the terminal.

use std::io;

use super::memory::{self, Memory};
use super::play::Play;
use super::scene::Scene;
use super::show;
use crate::build::Workspace;
use crate::texts::say;
use crate::workbook::{complain, exit, print, println};

/// Where scenes are played.
pub struct Table<'a> {
    pub workspace: &'a Workspace,
    pub colour: bool,
}

/// What a person wants after a page.
enum Turn {
    Typed(String),
    Quit,
}

impl Table<'_> {
    /// Every scene with its run and its answer.
    pub fn show(&self, scenes: &[Scene]) -> u8 {
        let mut worst = exit::OK;
        for scene in scenes {
            println(&show::question(scene));
            println("");
            match self.play(scene) {
                Some(observed) => println(&format!("\n{}\n", show::result(scene, None, &observed, self.colour))),
                None => worst = exit::TROUBLE,
            }
        }
        worst
    }

    /// The same with predictions from the command line.
    pub fn compare(&self, scenes: &[Scene], answers: &[String]) -> u8 {
        let mut score = Score::default();
        for (scene, typed) in scenes.iter().zip(answers) {
            println(&show::question(scene));
            println("");
            let predicted = scene.read(typed.trim()).unwrap_or_default();
            self.judge(scene, &predicted, &mut score);
            println("");
        }
        score.tell()
    }

    /// Asks for each prediction at the terminal.
    pub fn ask(&self, scenes: &[Scene], memory: &Memory, again: bool) -> u8 {
        let known = |scene: &&Scene| !again && scenes.len() > 1 && memory.get(&scene.text.name) == Some(&true);
        let open: Vec<&Scene> = scenes.iter().filter(|scene| !known(scene)).collect();
        if open.len() < scenes.len() {
            let count = scenes.len() - open.len();
            println(&say!("cargo-lab/predict/of_predicted_right_before_all_of", count, count2 = scenes.len()));
        }
        let mut score = Score::default();
        for (turn, scene) in open.iter().enumerate() {
            println(&show::question(scene));
            println("");
            let Some(predicted) = predict(scene) else { break };
            println("");
            self.judge(scene, &predicted, &mut score);
            println("");
            if turn + 1 < open.len()
                && matches!(read_line(say!("cargo-lab/predict/enter_next_scene_q_quit")), Turn::Quit)
            {
                break;
            }
            println("");
        }
        score.tell()
    }

    /// Plays a scene whose outcome was predicted, and remembers how it went.
    fn judge(&self, scene: &Scene, predicted: &str, score: &mut Score) {
        let Some(observed) = self.play(scene) else {
            score.trouble = true;
            return;
        };
        println(&format!("\n{}", show::result(scene, Some(predicted), &observed, self.colour)));
        score.all += 1;
        score.right += usize::from(predicted == observed);
        if let Err(error) = memory::note(self.workspace.root(), &scene.text.name, predicted, &observed) {
            score.unnoted = Some(error);
        }
    }

    /// Plays a scene and prints its ladder; `None` if the machine was in its way.
    fn play(&self, scene: &Scene) -> Option<String> {
        let play = Play::default();
        let result = (scene.run)(&play);
        println(&show::ladder(scene, &play.into_wire()));
        match result {
            Ok(observed) => Some(observed),
            Err(error) => {
                complain(&say!("cargo-lab/predict/trouble_this_machine_did_not_let", error));
                None
            }
        }
    }
}

/// How it went, all in all.
#[derive(Default)]
struct Score {
    right: usize,
    all: usize,
    trouble: bool,
    unnoted: Option<io::Error>,
}

impl Score {
    fn tell(&self) -> u8 {
        if self.all > 0 {
            println(&say!("cargo-lab/predict/of_predicted_right", right = self.right, all = self.all));
        }
        if let Some(error) = &self.unnoted {
            complain(&say!(
                "cargo-lab/predict/this_is_not_remembered_cannot_write",
                folder = crate::remembered::FOLDER,
                error
            ));
        }
        if self.trouble { exit::TROUBLE } else { exit::OK }
    }
}

/// Asks until there is a prediction; `None` to quit.
fn predict(scene: &Scene) -> Option<String> {
    loop {
        match read_line(&show::prompt(scene)) {
            Turn::Quit => return None,
            Turn::Typed(typed) => match scene.read(&typed) {
                Ok(key) => return Some(key),
                Err(want) => println(&say!("cargo-lab/predict/please", want)),
            },
        }
    }
}

/// A line of standard input; its end is `q` too.
fn read_line(prompt: &str) -> Turn {
    print(prompt);
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(1..) if !line.trim().eq_ignore_ascii_case("q") => Turn::Typed(line.trim().to_string()),
        Ok(0) | Err(_) => {
            println("");
            Turn::Quit
        }
        Ok(_) => Turn::Quit,
    }
}

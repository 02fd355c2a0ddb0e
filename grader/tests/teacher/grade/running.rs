//! A grader as a child process, while it works.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::class::{BROKEN, Class, MUTANT, SOLUTION, STUBS};

/// The same command as a child in a process group of its own, which all that it starts is in.
pub fn start(class: &Class, tier: &str, args: &[&str]) -> Child {
    let from = class.grade_in(tier, args);
    let mut command = Command::new(from.get_program());
    command.args(from.get_args()).current_dir(from.get_current_dir().unwrap()).process_group(0);
    command.envs(from.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

pub fn small() -> Class {
    let class = Class::new();
    // The seed of the course, so that two folders have the same.
    class.rules(&format!("seed = \"twelve characters\"\n{}", super::class::RULES));
    for (name, text) in [("ada", &SOLUTION), ("bo", &MUTANT), ("cy", &STUBS), ("di", &BROKEN)] {
        class.hand_in(name, text);
    }
    class
}

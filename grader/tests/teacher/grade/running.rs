//! A grader as a child process, while it works.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::class::{BROKEN, Class, MUTANT, SOLUTION, STUBS};

/// The same command as a child in a process group of its own, which all that it starts is in.
pub fn start(class: &Class, tier: &str, args: &[&str]) -> Child {
    let from = class.grade_in(tier, args);
    let mut command = Command::new(from.get_program());
    command.args(from.get_args()).current_dir(from.get_current_dir().unwrap()).process_group(0);
    command.envs(from.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Processes that belong to the run: of its process group, or with its folder in their command line.
pub fn related(group: u32, folder: &Path) -> BTreeSet<u32> {
    let folder = folder.to_string_lossy().into_owned();
    let belongs = |pid: &u32| {
        let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let stat = String::from_utf8_lossy(&read("stat")).into_owned();
        // state, parent, group: behind the name, which may hold anything
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let alive = fields.first().is_some_and(|state| !matches!(*state, "Z" | "X" | ""));
        let of_group = fields.get(2).is_some_and(|of| *of == group.to_string());
        let named = [read("cmdline"), read("environ")].concat();
        alive && (of_group || String::from_utf8_lossy(&named).contains(&folder))
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(belongs).collect()
}

/// Nothing tells a process that strangers have ended, so this looks again and again.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
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

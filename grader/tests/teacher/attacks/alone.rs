//! The grader itself is killed: nothing that it has started goes on.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use grader::grade::doctor::arsenal;
use grader::grade::doctor::run::{alone, named, work};
use grader::grade::judge::Job;
use grader::grade::one::{Bench, Program};
use grader::proc;

use super::range::{all, bench, range};

/// In the environment of the helper, which is this test binary again: what it is to be busy with.
const ROLE: &str = "LOOPBACK_ATTACKS_ROLE";

/// Rows 67, 69 and 72: SIGKILL of whoever grades, while a program or a compiler runs.
#[test]
fn nothing_outlives_a_grader_that_is_killed() {
    if let Some(role) = std::env::var_os(ROLE) {
        return grade_until_killed(&role);
    }
    if range().is_none() {
        return;
    }
    all(
        &["program", "compiler"],
        |role| (*role).to_string(),
        |role| {
            // What it leaves in its folder for temporary files goes with this.
            let folder =
                tempfile::Builder::new().prefix("loopback-killed-").tempdir().map_err(|error| error.to_string())?;
            std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
            let mut helper = Helper::start(role, folder.path());
            let family = helper.busy(if *role == "program" { "lab1" } else { "rustc" })?;
            helper.0.kill().map_err(|error| error.to_string())?;
            helper.0.wait().map_err(|error| error.to_string())?;
            gone(&family)
        },
    );
}

struct Helper(Child);

impl Helper {
    fn start(role: &str, folder: &Path) -> Helper {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again
            .args(["--exact", "attacks::alone::nothing_outlives_a_grader_that_is_killed", "--nocapture"])
            .env(ROLE, role)
            .env("TMPDIR", folder);
        Helper(again.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Waits until the helper's own program of this name runs, and tells all that it has started.
    fn busy(&mut self, name: &str) -> Result<Vec<u32>, String> {
        let stdout = BufReader::new(self.0.stdout.take().unwrap());
        let _ = stdout.lines().map_while(Result::ok).find(|line| line.contains("helper begins"));
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let family = proc::family(self.0.id());
            if family.iter().any(|pid| named(name).contains(pid)) {
                return Ok(family.into_iter().filter(|pid| *pid != self.0.id()).collect());
            }
            // There is no event for a process of somebody else's.
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(format!("no `{name}` was seen"))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Zombies do not count: whoever inherits them waits for them.
fn gone(family: &[u32]) -> Result<(), String> {
    let there = || family.iter().copied().filter(|pid| !proc::tasks(*pid).is_empty() && !proc::is_zombie(*pid));
    let end = Instant::now() + Duration::from_secs(5);
    while there().next().is_some() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
    let left: Vec<_> = there().collect();
    if left.is_empty() && family.len() > 2 { Ok(()) } else { Err(format!("{left:?} of {family:?} are still there")) }
}

/// What the helper does: it would take longer than anybody waits.
fn grade_until_killed(role: &OsStr) {
    let bench = bench(grader::grade::sandbox::Tier::Bwrap);
    if role == "starts" {
        return start_for_ever(&bench);
    }
    let arsenal = arsenal::Arsenal::new(&bench).unwrap();
    println!("helper begins");
    if role == "program" {
        alone(&bench, &arsenal, "waits").unwrap();
    } else {
        let folder = arsenal::submission().unwrap();
        let text = arsenal::lib_rs(&bench, &arsenal.bait, "const-eval").unwrap();
        arsenal::write(folder.path(), &text).unwrap();
        bench.grade(&work("endless", folder.path()));
    }
}

/// Starts one sandbox after another around a program of the machine's own.
fn start_for_ever(bench: &Bench) {
    let program = Program::take(Path::new("/usr/bin/sleep")).unwrap();
    println!("helper begins");
    loop {
        let job = Job { lab: 1, alone: Some(vec!["0.001".into()]), ..Job::default() };
        bench.judge(&program, job).unwrap();
    }
}

/// Killed at many moments, most of them while a sandbox is being made: nobody is left in a network of a judge's.
#[test]
fn a_sandbox_that_is_being_made_goes_too() {
    if range().is_none() {
        return;
    }
    let rounds: Vec<u64> = (0..24).collect();
    all(
        &rounds,
        |round| format!("round {round}"),
        |round| {
            let folder =
                tempfile::Builder::new().prefix("loopback-killed-").tempdir().map_err(|error| error.to_string())?;
            std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
            let mut helper = Helper::start("starts", folder.path());
            let mut family = helper.busy("bwrap")?;
            // Not synchronisation: another moment in each round.
            std::thread::sleep(Duration::from_micros(round * 150));
            family.extend(proc::family(helper.0.id()).into_iter().filter(|pid| *pid != helper.0.id()));
            let networks: Vec<_> = family.iter().filter_map(|pid| network(*pid)).collect();
            helper.0.kill().map_err(|error| error.to_string())?;
            helper.0.wait().map_err(|error| error.to_string())?;
            let own = network(std::process::id());
            let there = || -> Vec<u32> {
                let inside = |pid: &u32| network(*pid).is_some_and(|it| networks.contains(&it) && Some(it) != own);
                proc::everybody().into_iter().filter(|pid| inside(pid) && !proc::is_zombie(*pid)).collect()
            };
            let end = Instant::now() + Duration::from_secs(10);
            while !there().is_empty() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(2));
            }
            let left = there();
            if left.is_empty() { Ok(()) } else { Err(format!("{left:?} are still there")) }
        },
    );
}

fn network(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/ns/net")).ok()
}

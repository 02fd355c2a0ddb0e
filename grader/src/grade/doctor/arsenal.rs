//! The fixtures as programs. All attacks of a running program are one submission; which one it is, is written into a copy
//! of the built program, so that they cost one build.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;

use super::bait::Bait;
use crate::build::{Source, Stage, StageFailure, build};
use crate::grade::one::{Bench, Program};

const RUNNING: &[(&str, &str)] = &[
    ("lib.rs", include_str!("attacks/arsenal/lib.rs")),
    ("heavy.rs", include_str!("attacks/arsenal/heavy.rs")),
    ("judged.rs", include_str!("attacks/arsenal/judged.rs")),
    ("looks.rs", include_str!("attacks/arsenal/looks.rs")),
    ("net.rs", include_str!("attacks/arsenal/net.rs")),
    ("raw.rs", include_str!("attacks/arsenal/raw.rs")),
    ("right.rs", include_str!("attacks/arsenal/right.rs")),
];

const BUILDS: &[(&str, &str)] = &[
    ("include-file", include_str!("attacks/builds/include-file.rs")),
    ("path-module", include_str!("attacks/builds/path-module.rs")),
    ("build-environment", include_str!("attacks/builds/build-environment.rs")),
    ("feature", include_str!("attacks/builds/feature.rs")),
    ("proc-macro", include_str!("attacks/builds/proc-macro.rs")),
    ("own-crates", include_str!("attacks/builds/own-crates.rs")),
    ("const-eval", include_str!("attacks/builds/const-eval.rs")),
    ("macro-bomb", include_str!("attacks/builds/macro-bomb.rs")),
    ("fat-program", include_str!("attacks/builds/fat-program.rs")),
    ("large-program", include_str!("attacks/builds/large-program.rs")),
    ("many-errors", include_str!("attacks/builds/many-errors.rs")),
    ("nesting", include_str!("attacks/builds/nesting.rs")),
];

/// In front of the attack's name, in the built program.
const MARK: &[u8] = b"LOOPBACK-ATTACK=";
const ROOM: usize = 24;

/// The bait, and the program that holds the attacks.
#[derive(Debug)]
pub struct Arsenal {
    pub bait: Bait,
    program: Vec<u8>,
    at: usize,
    copies: TempDir,
}

impl Arsenal {
    /// Builds them as the bench builds any submission.
    pub fn new(bench: &Bench) -> Result<Arsenal> {
        let bait = Bait::new()?;
        let folder = submission()?;
        for (name, text) in RUNNING {
            fs::write(folder.path().join("src").join(name), bait.filled(text, bench.workspace.root()))?;
        }
        let stage =
            Stage::new(&bench.workspace, 1, Source::Folder(folder.path())).map_err(|failure| match failure {
                StageFailure::Refused(why) => anyhow!(why),
                StageFailure::Trouble(error) => error,
            })?;
        let built =
            build(&stage, &bench.toolchain).map_err(|failure| anyhow!("the attacks do not build: {failure}"))?;
        let program = fs::read(&built.program).context("cannot read the program of attacks")?;
        let mut marks = program.windows(MARK.len() + ROOM).enumerate();
        let (at, _) = marks
            .find(|(_, window)| window.starts_with(MARK) && window[MARK.len()..].iter().all(|byte| *byte == b'.'))
            .context("the program of attacks has no mark")?;
        let copies = tempfile::Builder::new().prefix("loopback-attack-").tempdir().context("no temporary folder")?;
        Ok(Arsenal { bait, program, at: at + MARK.len(), copies })
    }

    /// The program that makes this attack.
    pub fn program(&self, attack: &str) -> Result<Program> {
        ensure!(attack.len() <= ROOM, "`{attack}` is too long");
        let mut bytes = self.program.clone();
        bytes[self.at..self.at + attack.len()].copy_from_slice(attack.as_bytes());
        let folder = tempfile::Builder::new().tempdir_in(self.copies.path()).context("no temporary folder")?;
        let path = folder.path().join("lab1");
        fs::write(&path, bytes).context("cannot write a program")?;
        Program::take(&path)
    }
}

/// A folder for a submission of lab 1.
pub fn submission() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("loopback-submission-").tempdir().context("no temporary folder")?;
    fs::create_dir(folder.path().join("src"))?;
    Ok(folder)
}

/// The `lib.rs` of an attack on the compiler: the attack, then the solution.
pub fn lib_rs(bench: &Bench, bait: &Bait, name: &str) -> Result<String> {
    let (_, attack) =
        BUILDS.iter().find(|(known, _)| *known == name).with_context(|| format!("no fixture `{name}`"))?;
    let solution = honest(bench)?;
    let attack = bait
        .filled(attack, bench.workspace.root())
        .replace("@OPEN@", &"(".repeat(50_000))
        .replace("@CLOSE@", &")".repeat(50_000))
        .replace("@ERRORS@", &format!("let wrong: u8 = \"{}\";\n", "no number ".repeat(30)).repeat(5_000));
    // Attributes of the whole crate come first, doc comments of the solution with them.
    Ok(format!("{attack}\n{}", without_inner_docs(&solution)))
}

/// A `lib.rs` for any lab that floods the judge's peers.
pub fn hostile_peer(bench: &Bench, lab: u8) -> Result<String> {
    Ok(format!("{}\n{}", solution(bench, lab)?, include_str!("attacks/builds/hostile-peer.rs")))
}

/// The solution of lab 1.
pub fn honest(bench: &Bench) -> Result<String> {
    solution(bench, 1)
}

fn solution(bench: &Bench, lab: u8) -> Result<String> {
    let path: PathBuf = bench.workspace.solution(lab).join("src/lib.rs");
    fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn without_inner_docs(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("//!")).map(|line| format!("{line}\n")).collect()
}

/// Writes a submission of lab 1 with this `lib.rs`.
pub fn write(folder: &Path, lib_rs: &str) -> Result<()> {
    fs::write(folder.join("src/lib.rs"), lib_rs).context("cannot write a submission")
}

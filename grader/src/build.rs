//! Builds one submission with two direct `rustc` calls: the student's library as `labN`, then the lab's own `main.rs`
//! with it.
//!
//! Mutants, variants, `cargo lab` and the sandbox all build here; `cargo test -p labN` uses what cargo built. There is
//! no manifest, no lock file, no build script and no shared target folder in play: one student's file can neither change
//! how another's is built nor be handed to him. What this module leaves out is the fence around the compiler: a sandbox
//! takes [`invocations`] as data and runs them its own way.
//!
//! In reading order: `workspace` (where the labs are), `stage` (whose file is taken), `temporary` (where stages live),
//! `toolchain` (which rustc, which anyhow), `run` (one call, with a limit), `source` (edits of a text).

mod kept;
mod run;
mod stage;
mod temporary;
mod toolchain;
mod workspace;

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};

pub use crate::source::{StubPlace, edit, put_back, stub_places};
pub use run::{Invocation, Outcome, run};
pub use stage::{Ignored, Source, Stage, StageFailure, Why};
pub use temporary::{Folder as TemporaryFolder, forget_all};
pub use toolchain::Toolchain;
pub use workspace::Workspace;

/// A program that was built, and the folder that it lives in: the folder goes when stage and program are both dropped.
#[derive(Clone, Debug)]
pub struct Built {
    pub program: PathBuf,
    /// The compiler's warnings, as it wrote them; empty when there are none.
    pub warnings: String,
    _folder: Arc<temporary::Folder>,
}

/// Why there is no program. The first two are the submission's doing, the third never is.
#[derive(Debug)]
pub enum BuildFailure {
    /// The compiler's own words: untrusted text, at most 64 KiB, with colours if they were asked for.
    Compile { message: String },
    /// The compiler was still at work when [`Toolchain::limit`] had passed, and was killed.
    Timeout,
    /// No compiler, no linker, no anyhow, a full disk: the machine's or the grader's fault.
    Trouble(anyhow::Error),
}

/// Builds the program of one stage.
///
/// Who is at fault is not read off the compiler's message, for parts of it are the student's words: where the message
/// could be about the machine, a program of our own is compiled. If that fails too, it is the machine.
pub fn build(stage: &Stage, toolchain: &Toolchain) -> Result<Built, BuildFailure> {
    let calls = invocations(stage, toolchain)?;
    let place = toolchain.kept.as_ref().and_then(|kept| kept.place(stage, &calls, program_of(stage)));
    if let Some((program, warnings)) = place.as_ref().and_then(kept::Place::find) {
        return Ok(Built { program, warnings, _folder: stage.folder() });
    }
    let built = match attempt(stage, toolchain, calls) {
        Err(BuildFailure::Compile { message }) if may_be_the_machine(&message) => {
            toolchain.prove()?;
            attempt(stage, toolchain, invocations(stage, toolchain)?)?
        }
        result => result?,
    };
    if let Some(place) = place {
        place.keep(&built.program, &built.warnings);
    }
    Ok(built)
}

/// What stands around the compiler where nobody trusts the source: it turns a call into one that runs it inside.
pub trait Fence: fmt::Debug + Send + Sync {
    /// `stage` is the folder that the compiler works in, `anyhow` the rlib that the call names.
    fn around(&self, call: &Invocation, stage: &Path, anyhow: &Path) -> Result<Invocation>;
}

/// The two calls, in order. All paths in them but rustc's and anyhow's are relative to the stage, so that messages and
/// panics name `labs/labN/src/lib.rs:LINE` and a sandbox can put the stage where it likes.
///
/// The error is a missing anyhow, which is never the submission's.
pub fn invocations(stage: &Stage, toolchain: &Toolchain) -> Result<Vec<Invocation>> {
    let name = format!("lab{}", stage.lab());
    let library = format!("{OUT}/lib{name}.rlib");
    let anyhow = toolchain.anyhow()?;
    let anyhow_folder = anyhow.parent().unwrap_or(Path::new("."));

    // The library gets anyhow too, as it does from cargo: what compiles at home compiles here.
    let call = |kind| {
        Call::new(stage, toolchain, &name, kind)
            .arg("--extern")
            .arg(joined("anyhow=", &anyhow))
            .arg("-L")
            .arg(joined("dependency=", anyhow_folder))
    };
    let lib = call("lib").args(["-o", &library]).arg(format!("labs/{name}/src/lib.rs"));
    let bin = call("bin")
        .args(["--extern", &format!("{name}={library}")])
        .args(["-L", &format!("dependency={OUT}")])
        .args(["-o", &format!("{OUT}/{}", program_of(stage))])
        .arg(format!("labs/{name}/src/main.rs"));
    Ok(vec![lib.0, bin.0])
}

/// Where the stage keeps what is built, relative to its root.
const OUT: &str = "out";

/// One call of rustc while it is put together.
struct Call(Invocation);

impl Call {
    /// The flags that both calls share: those of cargo's dev profile, without debug information, which panics do not need.
    fn new(stage: &Stage, toolchain: &Toolchain, name: &str, kind: &str) -> Call {
        let color = if toolchain.color { "always" } else { "never" };
        Call(toolchain.rustc_in(stage.root(), &stage.root().join(OUT)))
            .args(["--error-format", "human", "--color", color])
            .args(["--crate-name", name, "--crate-type", kind, "--edition", "2024"])
            .args(["-C", "opt-level=0", "-C", "debug-assertions=on", "-C", "overflow-checks=on"])
            .args(["-C", "debuginfo=0", "-C", "strip=debuginfo", "-C", "embed-bitcode=no"])
            // Library and program have the same name; without this rustc takes them for one crate (E0519).
            .args(["-C", &format!("metadata={name}-{kind}")])
            .arg("--remap-path-prefix")
            .arg(joined(stage.root().as_os_str(), "=."))
            .args(stage.incremental().iter().flat_map(|&folder| ["-C", folder]))
    }

    fn arg(mut self, arg: impl Into<OsString>) -> Call {
        self.0.args.push(arg.into());
        self
    }

    fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Call {
        self.0.args.extend(args.into_iter().map(OsString::from));
        self
    }
}

fn joined(first: impl Into<OsString>, second: impl AsRef<std::ffi::OsStr>) -> OsString {
    let mut whole = first.into();
    whole.push(second);
    whole
}

fn attempt(stage: &Stage, toolchain: &Toolchain, calls: Vec<Invocation>) -> Result<Built, BuildFailure> {
    let deadline = Instant::now() + toolchain.limit;
    let mut warnings = String::new();
    for mut invocation in calls {
        if let Some(fence) = &toolchain.fence {
            invocation = fence.around(&invocation, stage.root(), &toolchain.anyhow()?)?;
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        let outcome = run(&invocation, rest).with_context(|| toolchain::cannot_run(&invocation.program))?;
        match outcome.status {
            None => return Err(BuildFailure::Timeout),
            Some(status) if status.success() => warnings.push_str(&outcome.stderr),
            Some(status) => return Err(BuildFailure::Compile { message: in_full(outcome.stderr, status) }),
        }
    }

    let program = stage.root().join(OUT).join(program_of(stage));
    let is_file = fs::symlink_metadata(&program).is_ok_and(|found| found.is_file());
    if !is_file {
        return Err(anyhow!("`rustc` reported success, but there is no program `{}`", program.display()).into());
    }
    Ok(Built { program, warnings, _folder: stage.folder() })
}

fn program_of(stage: &Stage) -> String {
    format!("lab{}{EXE_SUFFIX}", stage.lab())
}

/// rustc ends with 1 when it has explained itself; every other end (a signal, a crash of the compiler) is worth a line.
fn in_full(mut message: String, status: ExitStatus) -> String {
    if status.code() != Some(1) {
        message.push_str(&format!("\nthe compiler did not end by itself: {status}\n"));
    }
    message
}

/// Whether a message could be about the machine: it points at no line of source, or has one of the known phrases.
/// A wrong yes costs two more compiler runs, and decides nothing.
fn may_be_the_machine(message: &str) -> bool {
    let plain = without_colours(message);
    !plain.contains("--> ") || PHRASES.iter().any(|phrase| plain.contains(phrase))
}

/// Crates of another compiler, missing or broken ones; no linker; no room.
const PHRASES: [&str; 12] = [
    "E0460",
    "E0461",
    "E0462",
    "E0463",
    "E0514",
    "E0786",
    "extern location for anyhow",
    "error: linker",
    "error: linking",
    "No space left on device",
    "(os error 28)",
    "(os error 112)",
];

/// The text without the `ESC [ ... m` sequences of rustc's colours.
pub(crate) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain
}

impl fmt::Display for BuildFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildFailure::Compile { message } => write!(f, "does not compile:\n{}", message.trim_end()),
            BuildFailure::Timeout => write!(f, "the compiler did not finish within its time limit"),
            BuildFailure::Trouble(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for BuildFailure {}

impl From<anyhow::Error> for BuildFailure {
    fn from(error: anyhow::Error) -> BuildFailure {
        BuildFailure::Trouble(error)
    }
}

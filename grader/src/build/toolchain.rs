//! Which rustc, with which environment, and the anyhow that was compiled for it. Found once, shared by all threads.

use std::env::{self, consts::EXE_SUFFIX};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::kept::Kept;
use super::temporary::Folder;
use super::{Fence, Invocation, Workspace, run};

/// The compiler and what it needs of this machine. Change the fields after [`Toolchain::find`] as you need.
#[derive(Debug)]
pub struct Toolchain {
    pub rustc: PathBuf,
    /// The whole environment of the compiler, but for the folder of temporary files, which is each build's own.
    pub env: Vec<(OsString, OsString)>,
    /// Wall-clock time for one build, both calls together.
    pub limit: Duration,
    /// Whether the compiler's messages have colours.
    pub color: bool,
    /// The sandbox around the compiler; at home there is none.
    pub fence: Option<Arc<dyn Fence>>,
    /// Where programs are kept, to be used again when nothing has changed; without it everything is built.
    pub kept: Option<Kept>,
    /// Whether folders are used again, with what the compiler remembers of its last run there: for many builds of one
    /// person's programs in one process. A single build is slower with it.
    pub incremental: bool,
    anyhow: Mutex<Option<Anyhow>>,
}

#[derive(Clone, Debug)]
struct Anyhow {
    rlib: PathBuf,
    /// Cargo has built it for this compiler just now: there is no better one.
    by_cargo: bool,
}

/// Wall-clock time for one build, unless [`Toolchain::limit`] says otherwise.
const LIMIT: Duration = Duration::from_secs(60);
/// Wall-clock time for `cargo build -p anyhow`, which may wait for another cargo.
const CARGO_LIMIT: Duration = Duration::from_secs(300);

/// What the compiler, and the linker that it starts, may need. Not `CARGO_*`, not `RUSTC_BOOTSTRAP`: a submission can read
/// these with `option_env!`, and features that are not stable stay closed.
#[cfg(not(windows))]
const ENV: &[&str] = &["PATH", "SDKROOT", "DEVELOPER_DIR", "MACOSX_DEPLOYMENT_TARGET"];
#[cfg(windows)]
const ENV: &[&str] = &[
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "CommonProgramFiles",
    "LIB",
    "LIBPATH",
    "VCINSTALLDIR",
    "VSINSTALLDIR",
    "VCToolsInstallDir",
    "VSCMD_ARG_TGT_ARCH",
    "WindowsSdkDir",
    "WindowsSDKVersion",
];
/// What only rustup's stand-in for rustc needs.
const RUSTUP_ENV: &[&str] = &["HOME", "USERPROFILE", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

impl Toolchain {
    /// `$RUSTC`, else the rustc beside `$CARGO` (which cargo sets for what it runs), else the one on the PATH.
    pub fn find() -> Result<Toolchain> {
        let given = env::var_os("RUSTC").and_then(|rustc| on_path(&rustc));
        let beside_cargo = || env::var_os("CARGO").and_then(|cargo| beside(Path::new(&cargo), "rustc"));
        let Some(rustc) = given.or_else(beside_cargo).or_else(|| on_path("rustc".as_ref())) else {
            bail!("there is no `rustc` on the PATH; try: install Rust from https://rustup.rs");
        };
        let rustc = behind_rustup(rustc);
        let mut env = inherited(ENV);
        if !is_compiler(&rustc) {
            env.extend(inherited(RUSTUP_ENV));
        }
        let anyhow = Mutex::new(beside_this_program().map(|rlib| Anyhow { rlib, by_cargo: false }));
        Ok(Toolchain { rustc, env, limit: LIMIT, color: false, fence: None, kept: None, incremental: false, anyhow })
    }

    /// For a student's own tools: what has not changed is not built again.
    pub fn keeping_programs(mut self) -> Toolchain {
        self.kept = Kept::beside_this_program();
        self
    }

    /// For many builds of one person's programs: each looks at what has changed since the last.
    pub fn building_on_the_last(mut self) -> Toolchain {
        self.incremental = true;
        self
    }

    /// The rlib of anyhow: the newest beside the running program; if there is none, one that cargo builds.
    pub fn anyhow(&self) -> Result<PathBuf> {
        let mut known = self.anyhow.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = Some(Anyhow { rlib: self.anyhow_from_cargo()?, by_cargo: true });
        }
        known.as_ref().map(|anyhow| anyhow.rlib.clone()).context("there is no anyhow")
    }

    /// Use this rlib of anyhow, until it turns out to be of another compiler.
    pub fn use_anyhow(&self, rlib: PathBuf) {
        *self.anyhow.lock().unwrap_or_else(PoisonError::into_inner) = Some(Anyhow { rlib, by_cargo: false });
    }

    /// Compiles a program of our own. If that works, a failure was not the machine's; if it fails because of anyhow, cargo
    /// is asked for another one, and builds that failed for it will work now.
    pub fn prove(&self) -> Result<()> {
        let used = self.anyhow()?;
        let Some(message) = self.probe(&used)? else { return Ok(()) };
        // Not any mention of it: a linker's complaint names all files that it was given.
        if !message.contains("`anyhow`") && !message.contains("location for anyhow") {
            return Err(cannot_compile(&message));
        }
        let fresh = self.another_anyhow(&used)?;
        self.probe(&fresh)?.map_or(Ok(()), |message| Err(cannot_compile(&message)))
    }

    /// A call of rustc with no arguments yet.
    pub(super) fn rustc_in(&self, cwd: &Path, temporary: &Path) -> Invocation {
        let mut env = self.env.clone();
        env.extend(["TMPDIR", "TMP", "TEMP"].map(|name| (name.into(), temporary.into())));
        Invocation { program: self.rustc.clone(), args: Vec::new(), cwd: cwd.to_path_buf(), env }
    }

    /// What the compiler says against a program that is certainly right.
    fn probe(&self, anyhow: &Path) -> Result<Option<String>> {
        let folder = Folder::new()?;
        let source = folder.path().join("probe.rs");
        fs::write(&source, PROBE).with_context(|| format!("cannot write `{}`", source.display()))?;
        let mut call = self.rustc_in(folder.path(), folder.path());
        let mut external = OsString::from("anyhow=");
        external.push(anyhow);
        let program = format!("probe{EXE_SUFFIX}");
        let flags = ["--edition", "2024", "-C", "strip=debuginfo", "-o", &program, "probe.rs", "--extern"];
        call.args.extend(flags.map(OsString::from));
        call.args.push(external);

        let outcome = run(&call, LIMIT).with_context(|| cannot_run(&self.rustc))?;
        let worked = outcome.status.is_some_and(|status| status.success());
        Ok((!worked).then_some(outcome.stderr))
    }

    /// The first thread asks cargo; the others, which found the same one wanting, wait and get the answer too.
    fn another_anyhow(&self, used: &Path) -> Result<PathBuf> {
        let mut known = self.anyhow.lock().unwrap_or_else(PoisonError::into_inner);
        match known.as_ref() {
            Some(anyhow) if anyhow.rlib != used || anyhow.by_cargo => Ok(anyhow.rlib.clone()),
            _ => {
                let rlib = self.anyhow_from_cargo()?;
                *known = Some(Anyhow { rlib: rlib.clone(), by_cargo: true });
                Ok(rlib)
            }
        }
    }

    fn anyhow_from_cargo(&self) -> Result<PathBuf> {
        let cargo = env::var_os("CARGO").map(PathBuf::from).or_else(|| beside(&self.rustc, "cargo"));
        let program = cargo.unwrap_or_else(|| "cargo".into());
        let args = ["build", "--offline", "--package", "anyhow", "--message-format=json"].map(OsString::from).to_vec();
        // Cargo is trusted and may read its configuration: the user's environment, but with our compiler.
        let mut env: Vec<(OsString, OsString)> = env::vars_os().filter(|(name, _)| name != "RUSTC").collect();
        env.push(("RUSTC".into(), self.rustc.clone().into()));
        let call = Invocation { program, args, cwd: Workspace::find()?.root().to_path_buf(), env };

        let outcome = run(&call, CARGO_LIMIT).with_context(|| cannot_run(&call.program))?;
        rlib_in(&outcome.stdout).with_context(|| {
            format!(
                "cargo cannot build anyhow for `{}`: {}; try: cargo build",
                self.rustc.display(),
                outcome.stderr.trim_end()
            )
        })
    }
}

/// What every lab's program needs: a compiler, std, anyhow, a linker, and a little room on the disk.
const PROBE: &str = "fn main() -> anyhow::Result<()> {\n    Ok(())\n}\n";

pub(super) fn cannot_run(program: &Path) -> String {
    format!("cannot run `{}`; try: reinstall Rust from https://rustup.rs, or set RUSTC", program.display())
}

fn cannot_compile(message: &str) -> anyhow::Error {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    // A linker that finds no room for its mapped output file dies of a bus error.
    let advice = if says(&["No space left", "(os error 28)", "(os error 112)", "Bus error"]) {
        "make room on the disk, or set TMPDIR to a folder that has some"
    } else if says(&["linker", "linking"]) {
        "install a C compiler (Debian: `apt install gcc`, macOS: `xcode-select --install`, Windows: Visual Studio's build tools)"
    } else {
        "rustc --version; cargo clean"
    };
    anyhow!("`rustc` cannot compile a program of three lines: {}; try: {advice}", message.trim_end())
}

/// The path of a program that is named by a path, or found on the PATH.
fn on_path(name: &OsStr) -> Option<PathBuf> {
    if Path::new(name).components().count() > 1 {
        return Some(PathBuf::from(name));
    }
    let mut file = name.to_os_string();
    if Path::new(name).extension().is_none() {
        file.push(EXE_SUFFIX);
    }
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

fn beside(program: &Path, name: &str) -> Option<PathBuf> {
    let path = program.parent()?.join(format!("{name}{EXE_SUFFIX}"));
    path.is_file().then_some(path)
}

/// Whether this is rustc itself, with its libraries: rustup's stand-in has none beside it.
fn is_compiler(rustc: &Path) -> bool {
    rustc.parent().and_then(Path::parent).is_some_and(|sysroot| sysroot.join("lib/rustlib").is_dir())
}

/// The compiler that rustup's stand-in would choose. One call here, and every build saves one.
fn behind_rustup(rustc: PathBuf) -> PathBuf {
    if is_compiler(&rustc) {
        return rustc;
    }
    // The choice depends on the folder: it must be ours, not one with somebody's `rust-toolchain.toml`.
    let cwd = Workspace::find().map_or_else(|_| env::temp_dir(), |workspace| workspace.root().to_path_buf());
    let args = ["--print", "sysroot"].map(OsString::from).to_vec();
    let call = Invocation { program: rustc.clone(), args, cwd, env: env::vars_os().collect() };
    let sysroot = run(&call, LIMIT).map(|outcome| PathBuf::from(outcome.stdout.trim_end())).unwrap_or_default();
    let real = sysroot.join("bin").join(format!("rustc{EXE_SUFFIX}"));
    if real.is_file() { real } else { rustc }
}

fn inherited(names: &[&str]) -> Vec<(OsString, OsString)> {
    names.iter().filter_map(|&name| Some((name.into(), env::var_os(name)?))).collect()
}

/// Cargo puts a program into `target/debug` or into a folder in it; what it was built from is in `target/debug/deps`.
fn beside_this_program() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    let folder = program.parent()?;
    let places = [folder.join("deps"), folder.to_path_buf(), folder.join("../deps")];
    places.iter().filter_map(|place| newest_anyhow(place)).next()
}

fn newest_anyhow(folder: &Path) -> Option<PathBuf> {
    let is_anyhow = |name: &str| name.starts_with("libanyhow-") && name.ends_with(".rlib");
    let rlibs = fs::read_dir(folder).ok()?.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_anyhow));
    rlibs.max_by_key(|entry| entry.metadata().and_then(|found| found.modified()).ok()).map(|entry| entry.path())
}

/// The rlib in cargo's JSON messages: `{"reason":"compiler-artifact",..,"filenames":["..libanyhow..rlib","..rmeta"],..}`.
fn rlib_in(messages: &str) -> Option<PathBuf> {
    let lists = messages.lines().filter_map(|line| line.split_once("\"filenames\":[")?.1.split_once(']'));
    let mut names = lists.flat_map(|(list, _)| list.split(',')).map(|name| name.trim_matches('"'));
    let found = names.find(|name| name.contains("libanyhow") && name.ends_with(".rlib"))?;
    Some(PathBuf::from(found.replace("\\\\", "\\")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_rlib_from_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","filenames":["/t/debug/build/anyhow-1/build-script-build"]}"#,
            "\n",
            r#"{"reason":"compiler-artifact","filenames":["C:\\t\\libanyhow-2.rlib","C:\\t\\libanyhow-2.rmeta"],"fresh":true}"#,
        );
        assert_eq!(rlib_in(messages), Some(PathBuf::from(r"C:\t\libanyhow-2.rlib")));
        assert_eq!(rlib_in(r#"{"reason":"build-finished","success":false}"#), None);
    }
}

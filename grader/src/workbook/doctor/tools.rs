//! The compiler and the linker, and what a student works with: editor and terminal.

use std::ffi::OsString;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{Finding, SHORT, Test};
use crate::build::{TemporaryFolder, Toolchain, run};
use crate::workbook::version;

/// A first build may have to wait for cargo, which builds anyhow.
const BUILD: Duration = Duration::from_secs(120);

pub const TESTS: &[Test] = &[
    Test { id: "versions", limit: SHORT, means: "reports may not fit this pack", run: versions },
    Test { id: "rustc", limit: Duration::from_secs(60), means: NONE, run: rustc },
    Test { id: "linker", limit: BUILD, means: NONE, run: |_| linker() },
    Test { id: "program", limit: BUILD, means: NONE, run: |_| program() },
    Test { id: "editor", limit: SHORT, means: "`cargo lab open` starts no editor", run: |_| editor() },
    Test { id: "terminal", limit: SHORT, means: "colours are left out", run: |_| terminal() },
];

const NONE: &str = "no lab can be built";
const INSTALL: &str = "install Rust from https://rustup.rs, or rustup update";

fn versions(root: &Path) -> Finding {
    match (version::warning(root), version::of_pack(root)) {
        (Some(warning), _) => {
            let (found, mend) = warning.split_once("; try: ").unwrap_or((&warning, ""));
            Finding::note(found, "what is checked and what this folder says may differ", mend)
        }
        (None, Some(pack)) => Finding::ok(format!("pack {pack}, grader {}", version::GRADER)),
        (None, None) => Finding::note(
            format!("this pack does not say its version; the grader is {}", version::GRADER),
            "nobody can tell whether they fit",
            "cargo lab update PACK",
        ),
    }
}

fn rustc(root: &Path) -> Finding {
    let asked = || -> Result<String> {
        let toolchain = Toolchain::find()?;
        let output = Command::new(&toolchain.rustc).arg("--version").current_dir(root).output();
        let output = output.with_context(|| format!("cannot run `{}`", toolchain.rustc.display()))?;
        ensure!(output.status.success(), "`{}` ended with {}", toolchain.rustc.display(), output.status);
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    let told = match asked() {
        Ok(told) => told,
        Err(error) => return of_build(&error),
    };
    let (have, need) = (told.split(' ').nth(1).unwrap_or_default(), env!("CARGO_PKG_RUST_VERSION"));
    let whole = |version: &str| if version.split('.').count() == 2 { format!("{version}.0") } else { version.into() };
    match version::compare(&whole(have), &whole(need)) {
        Some(std::cmp::Ordering::Less) => Finding::bad(format!("{told} is older than {need}"), NONE, "rustup update"),
        _ => Finding::ok(told),
    }
}

/// What a failed build says, without its last sentence, which is the advice.
fn of_build(error: &anyhow::Error) -> Finding {
    let text = format!("{error:#}");
    if text.contains("temporary folder") {
        return Finding::bad(text, NONE, "mend `temporary`, above, first");
    }
    let (found, mend) = text.rsplit_once("; try: ").unwrap_or((&text, INSTALL));
    Finding::bad(found, NONE, mend)
}

fn linker() -> Finding {
    let begun = Instant::now();
    match Toolchain::find().and_then(|toolchain| toolchain.prove()) {
        Ok(()) => {
            Finding::ok(format!("a program with anyhow compiles and links, in {:.1} s", begun.elapsed().as_secs_f64()))
        }
        Err(error) => of_build(&error),
    }
}

/// Temporary files may lie where nothing may be executed, and some virus scanners hold new programs.
fn program() -> Finding {
    let tried = || -> Result<(Duration, String)> {
        let folder = TemporaryFolder::new()?;
        let program = compiled(folder.path())?;
        let begun = Instant::now();
        let output = Command::new(&program).output().with_context(|| {
            format!(
                "cannot run what was built in `{}`; try: TMPDIR, a folder without `noexec`",
                folder.path().display()
            )
        })?;
        Ok((begun.elapsed(), String::from_utf8_lossy(&output.stdout).trim().to_string()))
    };
    match tried() {
        Ok((took, said)) if said == SAYS && took > Duration::from_secs(1) => Finding::note(
            format!("a new program takes {:.1} s to start", took.as_secs_f64()),
            "checks take longer, and may say `trouble`",
            "a virus scanner often does that: let it leave out the folder of temporary files",
        ),
        Ok((took, said)) if said == SAYS => {
            Finding::ok(format!("a new program starts and speaks, in {} ms", took.as_millis()))
        }
        Ok((_, said)) => Finding::bad(format!("a new program said `{said}`"), "no check can work", INSTALL),
        Err(error) => of_build(&error),
    }
}

const SAYS: &str = "loopback";

fn compiled(folder: &Path) -> Result<PathBuf> {
    let source = folder.join("probe.rs");
    std::fs::write(&source, format!("fn main() {{ println!(\"{SAYS}\") }}\n")).context("cannot write a source file")?;
    let program = folder.join(format!("probe{}", std::env::consts::EXE_SUFFIX));
    let toolchain = Toolchain::find()?;
    let args = ["--edition".into(), "2024".into(), "-o".into(), OsString::from(&program), OsString::from(&source)];
    let call = run_of(&toolchain, args.to_vec(), folder);
    let outcome = run(&call, BUILD).context("cannot run rustc")?;
    ensure!(outcome.status.is_some_and(|status| status.success()), "{}", outcome.stderr.trim());
    Ok(program)
}

fn run_of(toolchain: &Toolchain, args: Vec<OsString>, cwd: &Path) -> crate::build::Invocation {
    let (program, env) = (toolchain.rustc.clone(), toolchain.env.clone());
    crate::build::Invocation { program, args, cwd: cwd.to_path_buf(), env }
}

fn editor() -> Finding {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some((name, value)) = ["VISUAL", "EDITOR"].into_iter().find_map(|name| Some((name, set(name)?))) else {
        return Finding::note(
            "neither VISUAL nor EDITOR is set",
            "`cargo lab open` cannot start your editor",
            "export EDITOR=\"code --wait\", or nano, vim, hx",
        );
    };
    let program = value.split_whitespace().next().unwrap_or_default();
    match is_program(program) {
        true => Finding::ok(format!("{name} is `{value}`")),
        false => Finding::note(
            format!("{name} is `{value}`, and there is no such program"),
            "`cargo lab open` cannot start it",
            format!("which {program}; then export {name} anew"),
        ),
    }
}

fn is_program(name: &str) -> bool {
    if Path::new(name).components().count() > 1 {
        return Path::new(name).is_file();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let endings = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"][..] } else { &[""] };
    std::env::split_paths(&folders)
        .any(|folder| endings.iter().any(|ending| folder.join(format!("{name}{ending}")).is_file()))
}

fn terminal() -> Finding {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let means = "everything is shown as plain text; nothing is missing";
    match (stdout().is_terminal(), set("NO_COLOR"), set("TERM")) {
        (false, ..) => Finding::ok("not a terminal: plain text"),
        (true, Some(_), _) => Finding::note("NO_COLOR is set", means, "unset NO_COLOR, if you want colours"),
        (true, None, Some(term)) if term == "dumb" => Finding::note("TERM is `dumb`", means, "another terminal"),
        (true, None, Some(term)) => Finding::ok(format!("{term}, with colours")),
        (true, None, None) if cfg!(windows) => Finding::ok("a console, with colours"),
        (true, None, None) => Finding::note("TERM is not set", means, "export TERM=xterm-256color"),
    }
}

//! The compiler and the linker, and what a student works with: editor and terminal.

use std::ffi::OsString;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{Finding, SHORT, Test};
use crate::build::{TemporaryFolder, Toolchain, run};
use crate::texts::say;
use crate::workbook::version;

/// A first build may have to wait for cargo, which builds anyhow.
const BUILD: Duration = Duration::from_secs(120);

pub const TESTS: &[Test] = &[
    Test { id: "versions", limit: SHORT, means: || say!("cargo-lab/doctor/means_versions"), run: versions },
    Test { id: "rustc", limit: Duration::from_secs(60), means: means_none, run: rustc },
    Test { id: "linker", limit: BUILD, means: means_none, run: |_| linker() },
    Test { id: "program", limit: BUILD, means: means_none, run: |_| program() },
    Test { id: "editor", limit: SHORT, means: || say!("cargo-lab/doctor/means_editor"), run: |_| editor() },
    Test { id: "terminal", limit: SHORT, means: || say!("cargo-lab/doctor/means_terminal"), run: |_| terminal() },
];

fn means_none() -> &'static str {
    say!("cargo-lab/doctor/means_none")
}
fn means_install() -> &'static str {
    say!("cargo-lab/doctor/means_install")
}

fn versions(root: &Path) -> Finding {
    match (version::warning(root), version::of_pack(root)) {
        (Some(warning), _) => {
            let (found, mend) = warning.split_once("; try: ").unwrap_or((&warning, ""));
            Finding::note(found, say!("cargo-lab/doctor/what_is_checked_and_what_this"), mend)
        }
        (None, Some(pack)) => Finding::ok(say!("cargo-lab/doctor/pack_grader", pack, grader = version::GRADER)),
        (None, None) => Finding::note(
            say!("cargo-lab/doctor/this_pack_does_not_say_its", grader = version::GRADER),
            say!("cargo-lab/doctor/nobody_can_tell_whether_they_fit"),
            say!("cargo-lab/doctor/cargo_lab_update_pack"),
        ),
    }
}

fn rustc(root: &Path) -> Finding {
    let asked = || -> Result<String> {
        let toolchain = Toolchain::find()?;
        let output = Command::new(&toolchain.rustc).arg("--version").current_dir(root).output();
        let output = output.with_context(|| say!("cargo-lab/doctor/cannot_run", rustc = toolchain.rustc.display()))?;
        ensure!(
            output.status.success(),
            say!("cargo-lab/doctor/ended_with", rustc = toolchain.rustc.display(), status = output.status)
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
    };
    let told = match asked() {
        Ok(told) => told,
        Err(error) => return of_build(&error),
    };
    let (have, need) = (told.split(' ').nth(1).unwrap_or_default(), env!("CARGO_PKG_RUST_VERSION"));
    let whole = |version: &str| if version.split('.').count() == 2 { format!("{version}.0") } else { version.into() };
    match version::compare(&whole(have), &whole(need)) {
        Some(std::cmp::Ordering::Less) => Finding::bad(
            say!("cargo-lab/doctor/is_older_than", told, need),
            means_none(),
            say!("cargo-lab/doctor/rustup_update"),
        ),
        _ => Finding::ok(told),
    }
}

/// What a failed build says, without its last sentence, which is the advice.
fn of_build(error: &anyhow::Error) -> Finding {
    let text = format!("{error:#}");
    if text.contains("temporary folder") {
        return Finding::bad(text, means_none(), say!("cargo-lab/doctor/mend_temporary_above_first"));
    }
    let (found, mend) = text.rsplit_once("; try: ").unwrap_or((&text, means_install()));
    Finding::bad(found, means_none(), mend)
}

fn linker() -> Finding {
    let begun = Instant::now();
    match Toolchain::find().and_then(|toolchain| toolchain.prove()) {
        Ok(()) => Finding::ok(say!(
            "cargo-lab/doctor/a_program_with_anyhow_compiles_and",
            elapsed = format_args!("{:.1}", begun.elapsed().as_secs_f64())
        )),
        Err(error) => of_build(&error),
    }
}

/// Temporary files may lie where nothing may be executed, and some virus scanners hold new programs.
fn program() -> Finding {
    let tried = || -> Result<(Duration, String)> {
        let folder = TemporaryFolder::new()?;
        let program = compiled(folder.path())?;
        let begun = Instant::now();
        let output = Command::new(&program)
            .output()
            .with_context(|| say!("cargo-lab/doctor/cannot_run_what_was_built_in", folder = folder.path().display()))?;
        Ok((begun.elapsed(), String::from_utf8_lossy(&output.stdout).trim().to_string()))
    };
    match tried() {
        Ok((took, said)) if said == SAYS && took > Duration::from_secs(1) => Finding::note(
            say!("cargo-lab/doctor/a_new_program_takes_s_to", took = format_args!("{:.1}", took.as_secs_f64())),
            say!("cargo-lab/doctor/checks_take_longer_and_may_say"),
            say!("cargo-lab/doctor/a_virus_scanner_often_does_that"),
        ),
        Ok((took, said)) if said == SAYS => {
            Finding::ok(say!("cargo-lab/doctor/a_new_program_starts_and_speaks", took = took.as_millis()))
        }
        Ok((_, said)) => Finding::bad(
            say!("cargo-lab/doctor/a_new_program_said", said),
            say!("cargo-lab/doctor/no_check_can_work"),
            means_install(),
        ),
        Err(error) => of_build(&error),
    }
}

const SAYS: &str = "loopback";

fn compiled(folder: &Path) -> Result<PathBuf> {
    let source = folder.join("probe.rs");
    std::fs::write(&source, format!("fn main() {{ println!(\"{SAYS}\") }}\n"))
        .context(say!("cargo-lab/doctor/cannot_write_a_source_file"))?;
    let program = folder.join(format!("probe{}", std::env::consts::EXE_SUFFIX));
    let toolchain = Toolchain::find()?;
    let args = ["--edition".into(), "2024".into(), "-o".into(), OsString::from(&program), OsString::from(&source)];
    let call = run_of(&toolchain, args.to_vec(), folder);
    let outcome = run(&call, BUILD).context(say!("cargo-lab/doctor/cannot_run_rustc"))?;
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
            say!("cargo-lab/doctor/neither_visual_nor_editor_is_set"),
            say!("cargo-lab/doctor/cargo_lab_open_cannot_start_your"),
            say!("cargo-lab/doctor/export_editor_code_wait_or_nano"),
        );
    };
    let program = value.split_whitespace().next().unwrap_or_default();
    match is_program(program) {
        true => Finding::ok(say!("cargo-lab/doctor/is", name, value)),
        false => Finding::note(
            say!("cargo-lab/doctor/is_and_there_is_no_such", name, value),
            say!("cargo-lab/doctor/cargo_lab_open_cannot_start_it"),
            say!("cargo-lab/doctor/which_then_export_anew", program, name),
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
    let means = say!("cargo-lab/doctor/everything_is_shown_as_plain_text");
    match (stdout().is_terminal(), set("NO_COLOR"), set("TERM")) {
        (false, ..) => Finding::ok(say!("cargo-lab/doctor/not_a_terminal_plain_text")),
        (true, Some(_), _) => Finding::note(
            say!("cargo-lab/doctor/no_color_is_set"),
            means,
            say!("cargo-lab/doctor/unset_no_color_if_you_want"),
        ),
        (true, None, Some(term)) if term == "dumb" => {
            Finding::note(say!("cargo-lab/doctor/term_is_dumb"), means, say!("cargo-lab/doctor/another_terminal"))
        }
        (true, None, Some(term)) => Finding::ok(say!("cargo-lab/doctor/with_colours", term)),
        (true, None, None) if cfg!(windows) => Finding::ok(say!("cargo-lab/doctor/a_console_with_colours")),
        (true, None, None) => Finding::note(
            say!("cargo-lab/doctor/term_is_not_set"),
            means,
            say!("cargo-lab/doctor/export_term_xterm_256color"),
        ),
    }
}

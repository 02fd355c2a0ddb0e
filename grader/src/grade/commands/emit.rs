//! `cargo grade emit`: a job file, into a folder or to standard output.

use std::process::ExitCode;

use anyhow::Context;

use super::{Done, exit};
use crate::build::Workspace;
use crate::grade::emit::Emit;
use crate::grade::store::write_whole;
use crate::workbook::{print, println};

pub fn emit(workspace: &Workspace, asked: &Emit) -> Done {
    let grader = std::env::current_exe().context("cannot find this program")?;
    let here = std::env::current_dir().context("cannot find the current folder")?;
    let text = asked.text(&grader, workspace.root(), &here)?;
    match &asked.out {
        None => print(&text),
        Some(folder) => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
            let path = folder.join(asked.engine.file());
            write_whole(&path, text.as_bytes())?;
            println(&path.display().to_string());
        }
    }
    Ok(ExitCode::from(exit::OK))
}

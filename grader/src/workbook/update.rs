//! `cargo lab update PACK`: the files of a newer pack, with the student's own left as they are.
//!
//! Everything is looked at before anything is changed: `pack` reads the new one and refuses what is none or only a part,
//! `plan` compares it with this copy, `apply` moves files, and moves them back if one cannot be moved. What is replaced is
//! kept.

mod apply;
mod pack;
mod plan;

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use self::pack::Pack;
use self::plan::Plan;
use super::{clean, complain, exit, println, version};
use crate::build::{Workspace, stub_places};
use crate::labs::LABS;
use crate::texts::say;

/// Puts a pack (a folder or a zip) in the place of this copy's own.
pub fn run(workspace: &Workspace, pack: &Path, force: bool) -> u8 {
    match update(workspace, pack, force) {
        Ok(()) => exit::OK,
        Err(error) => {
            complain(&format!("error: {}", clean(&format!("{error:#}"))));
            if error.downcast_ref::<apply::HalfDone>().is_none() {
                complain(say!("cargo-lab/update/nothing_was_changed"));
            }
            exit::FAILED
        }
    }
}

fn update(workspace: &Workspace, from: &Path, force: bool) -> Result<()> {
    if workspace.root().join(pack::TEACHERS).exists() {
        bail!(say!("cargo-lab/update/this_is_the_teachers_repository_not", teachers = pack::TEACHERS));
    }
    let pack = Pack::open(from)?;
    if same_place(&pack.root, workspace.root()) {
        bail!(say!("cargo-lab/update/is_this_copy_itself_try_the", value = from.display()));
    }
    let here = version::of_pack(workspace.root());
    // A copy that does not say its version is older than all that do.
    let order = here.as_deref().and_then(|here| version::compare(&pack.version, here)).unwrap_or(Ordering::Greater);
    let told = here.as_deref().unwrap_or(say!("cargo-lab/update/without_a_version"));
    if order == Ordering::Less && !force {
        bail!(say!(
            "cargo-lab/update/is_older_than_this_copy_try",
            value = from.display(),
            version = pack.version,
            told
        ));
    }
    let plan = Plan::new(&pack.root, workspace.root())?;
    let kept = match plan.is_empty() {
        true => None,
        false => Some(apply::apply(&plan, &pack.root, workspace.root())?),
    };
    println(&say!("cargo-lab/update/pack", told, version = pack.version));
    match kept {
        None => println(say!("cargo-lab/update/every_file_is_the_same_already")),
        Some(kept) => {
            println(&say!(
                "cargo-lab/update/files_new_changed_gone",
                count = plan.new.len(),
                count2 = plan.changed.len(),
                count3 = plan.gone.len()
            ));
            println(&say!("cargo-lab/update/kept_all_that_was_replaced", kept = clean(&kept.display().to_string())));
        }
    }
    println(say!("cargo-lab/update/yours_labs_labn_src_lib_rs"));
    new_stubs(&pack.root, workspace);
    println(say!("cargo-lab/update/next_cargo_lab"));
    Ok(())
}

fn same_place(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// A newer pack may ask for a function that a `lib.rs` from before does not have.
fn new_stubs(pack: &Path, workspace: &Workspace) {
    for lab in LABS {
        let names = |root: &Path| -> Vec<String> {
            let text = fs::read_to_string(root.join(format!("labs/lab{}/src/lib.rs", lab.number)));
            stub_places(&text.unwrap_or_default()).into_iter().map(|place| place.name).collect()
        };
        let (theirs, ours) = (names(pack), names(workspace.root()));
        let missing: Vec<_> = theirs.into_iter().filter(|name| !ours.contains(name)).collect();
        if !missing.is_empty() {
            println(&say!(
                "cargo-lab/update/look_labs_lab_src_lib_rs",
                number = lab.number,
                missing = missing.join("`, `")
            ));
        }
    }
}

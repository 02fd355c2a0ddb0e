//! `cargo grade gradescope`: one submission inside Gradescope's container, and the zip that makes that container.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde::Deserialize;
use zip::write::SimpleFileOptions;

use super::{Done, Ends, exit, run};
use crate::build::Workspace;
use crate::grade::class;
use crate::grade::output::gradescope;
use crate::grade::sandbox::{self, Tier};
use crate::grade::session::Session;
use crate::grade::store::write_whole;
use crate::labs::LABS;

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    pub submission: PathBuf,
    pub metadata: Option<PathBuf>,
    pub course: Option<PathBuf>,
    pub tier: Tier,
    /// `results.json`
    pub out: PathBuf,
}

/// The parts of `submission_metadata.json` that matter here.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    users: Vec<User>,
}

#[derive(Debug, Default, Deserialize)]
struct User {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
}

/// Grades the one submission.
pub fn grade(workspace: &Workspace, options: &Options) -> Done {
    sandbox::available(options.tier).map_err(|why| Ends::with(exit::NO_SANDBOX, why))?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let mut session = Session::open(folder.path(), options.course.as_deref())?;
    session.take(&options.submission, None)?;
    let metadata = metadata(options.metadata.as_deref())?;
    for handed in &mut session.listing.submissions {
        handed.identity.received = metadata.created_at.clone();
        handed.identity.people = metadata.users.iter().map(person).collect();
    }
    session.listing.sandbox = options.tier.to_string();
    let bench = run::bench(workspace, &session, options.tier)?;
    let works = session.works();
    class::grade(&bench, &session.store, &works, 1, &|_| false, &|_, _| Ok(()))?;
    let (class, _) = session.class()?;
    let row = class.rows.first().context("there is no submission in that folder")?;
    let text = gradescope::results(&class, row, gradescope::Hidden::default())?;
    write_whole(&options.out, text.as_bytes())?;
    Ok(ExitCode::from(exit::OK))
}

fn metadata(path: Option<&Path>) -> Result<Metadata> {
    let Some(path) = path else { return Ok(Metadata::default()) };
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not Gradescope's", path.display()))
}

fn person(user: &User) -> crate::grade::model::Person {
    crate::grade::model::Person { name: user.name.clone(), email: Some(user.email.clone()), ..Default::default() }
}

/// Of our own manifest's packages most are not in the zip. All that cargo has to do there is to compile anyhow.
const MANIFEST: &str = "[workspace]

[package]
name = \"loopback-autograder\"
version = \"0.1.0\"
edition = \"2024\"
publish = false

[lib]
path = \"lib.rs\"

[dependencies]
anyhow = \"1\"
";

/// Writes the autograder's zip: two scripts, this program, the pristine labs, the course file.
pub fn autograder(workspace: &Workspace, course: Option<&Path>, out: &Path) -> Done {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().unix_permissions(0o644);
    let runs = SimpleFileOptions::default().unix_permissions(0o755);
    let put = |zip: &mut zip::ZipWriter<_>, name: &str, bytes: &[u8], how| -> Result<()> {
        zip.start_file(name, how).context("cannot write the zip")?;
        zip.write_all(bytes).context("cannot write the zip")
    };
    for (name, text, program) in gradescope::autograder() {
        put(&mut zip, name, text.as_bytes(), if program { runs } else { plain })?;
    }
    let judge = std::env::current_exe().context("cannot find this program")?;
    put(&mut zip, "grade", &fs::read(judge).context("cannot read this program")?, runs)?;
    put(&mut zip, "Cargo.toml", MANIFEST.as_bytes(), plain)?;
    put(&mut zip, "lib.rs", b"", plain)?;
    put(&mut zip, "Cargo.lock", &fs::read(workspace.root().join("Cargo.lock")).context("Cargo.lock")?, plain)?;
    for lab in LABS.map(|lab| lab.number) {
        for name in ["Cargo.toml", "src/lib.rs", "src/main.rs", "src/provided.rs", "src/errno.rs"] {
            let path = workspace.lab(lab).join(name);
            if path.exists() {
                put(&mut zip, &format!("labs/lab{lab}/{name}"), &fs::read(&path).context("cannot read a lab")?, plain)?;
            }
        }
    }
    let rules = course.map(fs::read).transpose().context("cannot read the course file")?.unwrap_or_default();
    put(&mut zip, "course.toml", &rules, plain)?;
    let bytes = zip.finish().context("cannot write the zip")?.into_inner();
    write_whole(out, &bytes)?;
    crate::workbook::println(&format!("{}: {} bytes", out.display(), bytes.len()));
    Ok(ExitCode::from(exit::OK))
}

//! The command lines of bubblewrap: for a student's program, and for the compiler.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

use super::jail::Spec;
use super::{FIRST_USER, Tier, USERS, bubblewrap, is_root};
use crate::build::{self, Invocation, TemporaryFolder, Toolchain};

/// What both kinds of sandbox share: nothing of the machine's processes, users, names or capabilities.
const APART: &[&str] = &[
    "--unshare-user",
    "--disable-userns",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--uid",
    "1000",
    "--gid",
    "1000",
    "--hostname",
    "loopback",
];

/// The user of the next job; none where the grader is no root, and everything runs as the teacher.
pub fn next_user() -> Option<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    is_root().then(|| FIRST_USER + NEXT.fetch_add(1, Ordering::Relaxed) % USERS)
}

/// The links that the machine itself has in its root: `/lib` is `usr/lib` on most.
pub(super) fn root_links() -> Vec<OsString> {
    let mut args = Vec::new();
    for name in ["bin", "lib", "lib32", "lib64", "sbin"] {
        let path = Path::new("/").join(name);
        match fs::read_link(&path) {
            Ok(target) => args.extend(["--symlink".into(), target.into_os_string(), path.into_os_string()]),
            Err(_) if path.is_dir() && name.starts_with("lib") => {
                args.extend(["--dir".into(), path.into_os_string()]);
            }
            Err(_) => {}
        }
    }
    args
}

/// Processes of its own, and devices. `/dev` is a file system in memory without a bound, so nothing can be made in it.
pub(super) const PROC_AND_DEV: &[&str] =
    &["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--remount-ro", "/dev"];

pub(super) fn apart() -> Vec<OsString> {
    APART.iter().map(OsString::from).collect()
}

/// A bubblewrap around `true`, as it will be around a program.
pub(super) fn probe() -> Result<Command> {
    let mut command = Command::new(bubblewrap()?);
    command.env_clear().args(apart()).args(["--ro-bind", "/usr", "/usr"]).args(root_links()).args(PROC_AND_DEV);
    command.args(["--", "/usr/bin/true"]);
    Ok(command)
}

/// The sandbox around the compiler: the toolchain, the system's linker, one stage. No network, nobody's files.
#[derive(Debug)]
pub struct Fence {
    /// In the tier `uid` there is none: the compiler has a user of its own, and no more.
    bwrap: Option<PathBuf>,
    /// This program, which has the command `jail`.
    jailer: PathBuf,
    sysroot: PathBuf,
    /// A folder of ours: `deps/` with anyhow alone, `rust/` to show the toolchain at.
    ours: TemporaryFolder,
}

impl Fence {
    pub fn new(toolchain: &Toolchain, tier: Tier, jailer: &Path) -> Result<Fence> {
        let bwrap = if tier == Tier::Bwrap { Some(bubblewrap()?) } else { None };
        let sysroot = toolchain.rustc.parent().and_then(Path::parent).context("rustc is in no folder")?;
        let ours = TemporaryFolder::new()?;
        ours.show()?;
        for name in ["deps", "rust"] {
            fs::create_dir(ours.path().join(name))?;
        }
        Ok(Fence { bwrap, jailer: jailer.to_path_buf(), sysroot: sysroot.to_path_buf(), ours })
    }

    /// The compiler's crates, alone in a folder that everybody may read.
    fn anyhow(&self, rlib: &Path) -> Result<PathBuf> {
        let name = rlib.file_name().context("no name")?;
        let to = self.ours.path().join("deps").join(name);
        if !to.exists() {
            let part = tempfile::NamedTempFile::new_in(self.ours.path())?;
            fs::copy(rlib, part.path())?;
            fs::set_permissions(part.path(), fs::Permissions::from_mode(0o644))?;
            part.persist(&to).context("cannot keep a copy of anyhow")?;
        }
        Ok(Path::new("/deps").join(name))
    }

    /// The compiler under a user of its own: what only the grader may read is not shown in a message of the compiler's.
    fn own_user(&self, call: &Invocation, stage: &Path, anyhow: &Path) -> Result<Invocation> {
        let user = next_user();
        if let Some(user) = user {
            give(stage, user)?;
        }
        let inside = self.ours.path().join("deps");
        let rlib = inside.join(self.anyhow(anyhow)?.file_name().context("no name")?);
        let folder = anyhow.parent().unwrap_or(anyhow);
        let mut names = vec![(anyhow.as_os_str(), rlib.as_os_str()), (folder.as_os_str(), inside.as_os_str())];
        let mut mounts = Vec::new();
        let rust = self.ours.path().join("rust");
        if !everybody_reaches(&self.sysroot) {
            mounts.push((self.sysroot.clone(), rust.clone()));
            names.push((self.sysroot.as_os_str(), rust.as_os_str()));
        }
        let mut run = vec![renamed(call.program.as_os_str(), &names)];
        run.extend(call.args.iter().map(|arg| renamed(arg, &names)));
        let spec = Spec { user, mounts, network: false, limits: true, watch: false, run };
        let args = vec!["jail".into(), spec.text().into()];
        let env = call.env.iter().filter(|(name, _)| !HOMES.iter().any(|home| name == home)).cloned();
        Ok(Invocation { program: self.jailer.clone(), args, cwd: call.cwd.clone(), env: env.collect() })
    }

    fn bwrap_args(&self, stage: &Path, rust: &Path) -> Vec<OsString> {
        let mut args = apart();
        args.push("--unshare-net".into());
        args.extend(["--ro-bind", "/usr", "/usr"].map(OsString::from));
        args.extend(root_links());
        args.extend(["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"].map(OsString::from));
        args.extend(PROC_AND_DEV.iter().map(OsString::from));
        args.extend(["--size", "67108864", "--tmpfs", "/tmp"].map(OsString::from));
        let mut show = |how: &str, from: PathBuf, to: &str| {
            args.extend([how.into(), from.into_os_string(), to.into()]);
        };
        show("--ro-bind", rust.to_path_buf(), "/rust");
        show("--ro-bind", self.ours.path().join("deps"), "/deps");
        show("--ro-bind", stage.join("labs"), "/w/labs");
        show("--bind", stage.join("out"), "/w/out");
        args.extend(["--remount-ro", "/", "--chdir", "/w", "--"].map(OsString::from));
        args
    }
}

impl build::Fence for Fence {
    fn around(&self, call: &Invocation, stage: &Path, anyhow: &Path) -> Result<Invocation> {
        let Some(bwrap) = &self.bwrap else { return self.own_user(call, stage, anyhow) };
        let inside = self.anyhow(anyhow)?;
        let user = next_user();
        let mut mounts = Vec::new();
        let mut rust = self.sysroot.clone();
        if let Some(user) = user {
            rust = self.ours.path().join("rust");
            mounts.push((self.sysroot.clone(), rust.clone()));
            give(stage, user)?;
        }
        let names = [
            (stage.as_os_str(), OsStr::new("/w")),
            (self.sysroot.as_os_str(), OsStr::new("/rust")),
            (anyhow.as_os_str(), inside.as_os_str()),
            (anyhow.parent().unwrap_or(anyhow).as_os_str(), OsStr::new("/deps")),
        ];
        let mut run = vec![bwrap.clone().into_os_string()];
        run.extend(self.bwrap_args(stage, &rust));
        run.push(renamed(call.program.as_os_str(), &names));
        run.extend(call.args.iter().map(|arg| renamed(arg, &names)));
        let spec = Spec { user, mounts, network: false, limits: true, watch: false, run };
        let env = call.env.iter().map(|(name, value)| match name.to_str() {
            Some("PATH") => (name.clone(), "/usr/bin:/bin".into()),
            _ => (name.clone(), renamed(value, &names)),
        });
        Ok(Invocation {
            program: self.jailer.clone(),
            args: vec!["jail".into(), spec.text().into()],
            cwd: "/".into(),
            env: env.filter(|(name, _)| !HOMES.iter().any(|home| name == home)).collect(),
        })
    }
}

/// Folders of the teacher's that no compiler needs.
const HOMES: [&str; 3] = ["HOME", "RUSTUP_HOME", "CARGO_HOME"];

/// Whether any user may pass through all folders of a path.
fn everybody_reaches(path: &Path) -> bool {
    let open = |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o5 == 0o5);
    path.ancestors().all(open)
}

/// The text with the machine's paths replaced by those inside.
fn renamed(text: &OsStr, names: &[(&OsStr, &OsStr)]) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut bytes = text.as_bytes().to_vec();
    for (from, to) in names {
        let (from, to) = (from.as_bytes(), to.as_bytes());
        let mut at = 0;
        while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
            bytes.splice(at + found..at + found + from.len(), to.iter().copied());
            at += found + to.len();
        }
    }
    OsString::from_vec(bytes)
}

/// Makes a stage the job's own, so that its compiler can read and write there, and nobody else's can.
fn give(stage: &Path, user: u32) -> Result<()> {
    let cannot = || format!("cannot give `{}` to the job's user", stage.display());
    // The folder above holds other stages: it can be passed through, not listed.
    if let Some(above) = stage.parent() {
        fs::set_permissions(above, fs::Permissions::from_mode(0o711)).with_context(cannot)?;
    }
    let mut todo = vec![stage.to_path_buf()];
    while let Some(path) = todo.pop() {
        lchown(&path, Some(user), Some(user)).with_context(cannot)?;
        if fs::symlink_metadata(&path).with_context(cannot)?.is_dir() {
            for entry in fs::read_dir(&path).with_context(cannot)? {
                todo.push(entry.with_context(cannot)?.path());
            }
        }
    }
    Ok(())
}

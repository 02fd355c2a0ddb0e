//! How programs that nobody trusts are kept in.
//!
//! Three tiers, and never a weaker one in silence:
//!
//! | tier | what holds |
//! |---|---|
//! | `bwrap` | judge and program in a network namespace of their own; the program in bubblewrap: its own processes, files and user, no capability, a filter of system calls |
//! | `uid` | the program under a user of its own, without capabilities, with limits; it sees files and network of the machine |
//! | `none` | nothing: only for programs that are our own |
//!
//! In reading order: `bwrap` (the command lines), `cage` (one program in it), `seccomp` (which calls are refused),
//! `jail` (user, mounts and network of a judge or a compiler), `memory` (who watches it), `plain` (the tier `uid`).

mod bwrap;
mod cage;
pub mod jail;
mod memory;
mod plain;
mod seccomp;
mod watchman;

use std::fmt;
use std::path::PathBuf;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

pub use bwrap::Fence;
pub use bwrap::next_user;
pub use cage::Bubble;
pub use memory::Watch as Memory;
pub use plain::OwnUser;

/// The first of the users that jobs run as, when the grader is root. Numbers from here are in nobody's use: neither
/// distributions nor systemd give them out (systemd's "Users, groups, UIDs and GIDs").
pub const FIRST_USER: u32 = 60_600;
/// So many of them are used in turn for compilers and judges: far more than there are jobs at once. Those behind them are
/// for programs of the tier `uid`.
pub const USERS: u32 = 256;
/// All users that a job may run as.
pub const ALL_USERS: u32 = USERS + plain::JUDGES * plain::EACH;

/// So many processes and threads a program may have: lab 5 needs some 150.
pub const PROCESSES: u64 = 256;
/// Bytes that each process of a program may have of its own.
pub const DATA: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes that all processes of a program may have together, in memory.
pub const MEMORY: u64 = 1024 * 1024 * 1024;
/// Bytes of the largest file it may write; there is little to write to.
pub const FILE: u64 = 16 * 1024 * 1024;
/// Seconds of CPU time.
pub const CPU: u64 = 120;
/// Its priority: whoever shares the machine comes first.
pub const NICE: i32 = 10;
/// Bytes that the compiler may have of its own.
pub const COMPILER_DATA: u64 = 3 * 1024 * 1024 * 1024;
/// Bytes of the largest file that it, or its linker, may write.
pub const COMPILER_FILE: u64 = 256 * 1024 * 1024;
/// Seconds of CPU time of each of its processes.
pub const COMPILER_CPU: u64 = 300;

/// How strong the sandbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    None,
    Uid,
    Bwrap,
}

impl Tier {
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::None => "none",
            Tier::Uid => "uid",
            Tier::Bwrap => "bwrap",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Tier, String> {
        let all = [Tier::Bwrap, Tier::Uid, Tier::None];
        all.into_iter()
            .find(|tier| tier.as_str() == text)
            .ok_or_else(|| format!("`{text}` is none of bwrap, uid, none"))
    }
}

/// Whether this process is the machine's root; then each job gets a user of its own.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Finds out whether the tier works here, by using it. The error says what is missing and what gives it.
pub fn available(tier: Tier) -> Result<()> {
    match tier {
        Tier::None => Ok(()),
        Tier::Uid if is_root() => Ok(()),
        Tier::Uid => {
            bail!("tier `uid` gives each program a user of its own, which only root can; try: sudo, or --sandbox bwrap")
        }
        Tier::Bwrap => bubblewrap_works(),
    }
}

/// The path of bubblewrap.
pub fn bubblewrap() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let found = std::env::split_paths(&path).map(|folder| folder.join("bwrap")).find(|file| file.is_file());
    found.context(
        "bubblewrap is not installed; try: apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)",
    )
}

fn bubblewrap_works() -> Result<()> {
    bubblewrap()?;
    let judge = std::env::current_exe().context("cannot find this program")?;
    let mut probe = Command::new(judge);
    probe.args(["jail", "--probe"]).env_clear();
    let spec = jail::Spec { user: is_root().then_some(FIRST_USER), network: true, ..jail::Spec::default() };
    probe.arg(spec.text());
    let output = probe.output().context("cannot start the probe of the sandbox")?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    bail!("the sandbox does not work here: {}; {}", said.trim(), advice())
}

/// What a refusal usually comes from, as far as this machine tells.
fn advice() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_string();
    if read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        return "AppArmor keeps user namespaces from programs here (Ubuntu 24.04); try: sudo sysctl \
                kernel.apparmor_restrict_unprivileged_userns=0, or a profile for bwrap and this program"
            .to_string();
    }
    if read("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        return "try: sudo sysctl kernel.unprivileged_userns_clone=1".to_string();
    }
    if read("/proc/sys/user/max_user_namespaces") == "0" {
        return "try: sudo sysctl user.max_user_namespaces=10000".to_string();
    }
    if std::path::Path::new("/.dockerenv").exists() || std::path::Path::new("/run/.containerenv").exists() {
        return "this is a container, whose seccomp profile keeps user namespaces from programs; try: docker run \
                --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or --sandbox uid"
            .to_string();
    }
    "try: cargo grade doctor".to_string()
}

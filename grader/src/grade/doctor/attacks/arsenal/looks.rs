//! Looks around, quietly: what of the machine, the teacher and the judge can be read, called and reached.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::process::Command;

use crate::raw::{self, refused, syscall};
use crate::{net, tell};

const WORD: &str = "@WORD@";
const FILE: &str = "@FILE@";
const ROOT: &str = "@ROOT@";

pub fn all() {
    tell("environment", environment());
    tell("arguments", in_proc("cmdline", &[WORD, ROOT]));
    tell("mounts", mounts());
    tell("descriptors", descriptors());
    tell("parent's descriptors", parents());
    tell("memory of others", memory());
    tell("processes", processes());
    tell("canary file", canary());
    tell("machine's files", files());
    tell("other jobs", jobs());
    tell("tools", tools());
    tell("privileges", privileges());
    tell("proc sys", proc_sys());
    tell("terminal", OpenOptions::new().write(true).open("/dev/tty").map_or_else(text, |_| Ok("opened".into())));
    for (name, number, [a, b, c, d]) in raw::CALLS {
        // SAFETY: the arguments point nowhere.
        tell(name, refused(unsafe { syscall(*number, *a, *b, *c, *d) }));
    }
    others();
    net::all();
}

fn text<T>(error: std::io::Error) -> Result<T, String> {
    Err(error.to_string())
}

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Rows 14, 18 and 73: any variable, of any process that it sees, but the one that every run has.
fn environment() -> Result<String, String> {
    let mut names = BTreeSet::new();
    for pid in pids() {
        let found = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        for entry in found.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            names.insert(String::from_utf8_lossy(entry).split('=').next().unwrap_or_default().to_string());
        }
    }
    names.extend(std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned()));
    let known = ["LOOPBACK_RUN", "PWD"];
    let others: Vec<_> = names.into_iter().filter(|name| !known.contains(&name.as_str())).take(4).collect();
    if others.is_empty() { Err("nothing but LOOPBACK_RUN".into()) } else { Ok(others.join(" ")) }
}

fn in_proc(file: &str, words: &[&str]) -> Result<String, String> {
    for pid in pids().into_iter().filter(|pid| *pid != std::process::id()) {
        let found = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let found = String::from_utf8_lossy(&found).into_owned();
        if let Some(word) = words.iter().find(|word| found.contains(**word)) {
            return Ok(format!("`{word}` of process {pid}"));
        }
    }
    Err("nothing of the teacher's".into())
}

/// What is mounted besides its own few files.
fn mounts() -> Result<String, String> {
    let own = ["/", "/proc", "/dev", "/tmp", "/w", "/etc", "/usr", "/lib", "/lib64"];
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let point = |line: &str| line.split(' ').nth(4).unwrap_or_default().to_string();
    let mine = |at: &str| own.iter().any(|own| at == *own || (*own != "/" && at.starts_with(&format!("{own}/"))));
    let others: Vec<_> = table.lines().map(point).filter(|at| !mine(at)).take(3).collect();
    match table.contains(WORD) || table.contains(ROOT) || !others.is_empty() {
        true => Ok(format!("{others:?}")),
        false => Err("its own files only".into()),
    }
}

fn descriptors() -> Result<String, String> {
    let others: Vec<_> =
        links("self")?.into_iter().filter(|(number, to)| *number > 2 && !to.starts_with("/proc")).collect();
    if others.is_empty() { Err("none but its own three".into()) } else { Ok(format!("{others:?}")) }
}

/// What its parent has open, and it has not, and can write to.
fn parents() -> Result<String, String> {
    let parent = std::os::unix::process::parent_id().to_string();
    let own: Vec<_> = links("self")?.into_iter().map(|(_, to)| to).collect();
    let others = links(&parent)?.into_iter().filter(|(_, to)| !own.contains(to));
    let open = |number: &i32| OpenOptions::new().append(true).open(format!("/proc/{parent}/fd/{number}")).is_ok();
    let others: Vec<_> = others.filter(|(number, _)| open(number)).collect();
    if others.is_empty() { Err("none that it can write to".into()) } else { Ok(format!("{others:?}")) }
}

/// The descriptors of a process, and what each is.
fn links(of: &str) -> Result<Vec<(i32, String)>, String> {
    let entries = fs::read_dir(format!("/proc/{of}/fd")).map_err(|error| error.to_string())?;
    let link = |path: std::path::PathBuf| {
        let number = path.file_name()?.to_str()?.parse().ok()?;
        Some((number, fs::read_link(path).ok()?.to_string_lossy().into_owned()))
    };
    Ok(entries.flatten().filter_map(|entry| link(entry.path())).collect())
}

/// Rows 6 and 75: opened for writing, not written.
fn memory() -> Result<String, String> {
    let mine = std::process::id();
    let open = |pid: &u32| OpenOptions::new().write(true).open(format!("/proc/{pid}/mem")).is_ok();
    let opened: Vec<u32> = pids().into_iter().filter(|pid| *pid != mine).filter(open).take(3).collect();
    if opened.is_empty() { Err("not one can be opened".into()) } else { Ok(format!("{opened:?}")) }
}

fn processes() -> Result<String, String> {
    let count = pids().len();
    if count > 3 { Ok(format!("{count} in sight")) } else { Err(format!("{count} in sight")) }
}

fn canary() -> Result<String, String> {
    let text = fs::read_to_string(FILE).map_err(|error| error.to_string())?;
    if text.contains(WORD) { Ok("read".into()) } else { Err("another file".into()) }
}

/// Row 74.
fn files() -> Result<String, String> {
    let list = ["/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/run", "/sys", "/usr/bin", "/opt", ROOT];
    let there: Vec<_> = list.into_iter().filter(|path| Path::new(path).exists()).collect();
    if there.is_empty() { Err("none is there".into()) } else { Ok(there.join(" ")) }
}

/// The grader's folders of other submissions, beside which the canary's is.
fn jobs() -> Result<String, String> {
    let above = Path::new(FILE).ancestors().nth(2).unwrap_or(Path::new("/tmp"));
    let names = [above, Path::new("/tmp")].into_iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let names = names.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let found = names.filter(|name| name.starts_with("loopback-")).count();
    if found == 0 { Err("none in sight".into()) } else { Ok(format!("{found} in sight")) }
}

/// Row 85.
fn tools() -> Result<String, String> {
    let list = ["curl", "python3", "nc", "busybox", "/bin/sh", "/usr/bin/env", "/usr/bin/true", "sh"];
    let starts = |tool: &&str| Command::new(tool).arg("--version").output().is_ok();
    let started: Vec<_> = list.into_iter().filter(starts).collect();
    if started.is_empty() { Err("none starts".into()) } else { Ok(started.join(" ")) }
}

fn privileges() -> Result<String, String> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).unwrap_or_default().to_string()
    };
    let none = |name| field(name).bytes().all(|digit| digit == b'0');
    let held = none("CapEff:") && none("CapPrm:") && none("CapInh:") && field("NoNewPrivs:") == "1";
    let told = format!("CapEff {} NoNewPrivs {}", field("CapEff:"), field("NoNewPrivs:"));
    if held { Err(told) } else { Ok(told) }
}

/// Rows 78 and 86: opened for writing, not written.
fn proc_sys() -> Result<String, String> {
    let list = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"];
    let open = |path: &&str| OpenOptions::new().write(true).open(path).is_ok();
    let opened: Vec<_> = list.into_iter().filter(open).collect();
    if opened.is_empty() { Err("none can be opened".into()) } else { Ok(opened.join(" ")) }
}

/// Calls that need more than a number.
fn others() {
    let [readv, open, getfd, clone, unshare] = raw::NUMBERS;
    let me = std::process::id() as usize;
    // SAFETY: no pointer is followed but those to nothing; a child ends at once.
    unsafe {
        tell("call process_vm", refused(syscall(readv, me, 0usize, 0usize, 0usize, 0usize, 0usize)));
        let pidfd = syscall(open, me, 0usize);
        tell("call pidfd_getfd", refused(syscall(getfd, pidfd, 0usize, 0usize)));
        const NEW_USER: usize = 0x1000_0000;
        // In a child: a success must not change what comes after it.
        tell("call unshare", in_child(|| syscall(unshare, NEW_USER) == 0));
        let child = syscall(clone, NEW_USER | 17, 0usize, 0usize, 0usize, 0usize);
        if child == 0 {
            raw::_exit(0);
        }
        tell("call clone", refused(child));
        raw::waitpid(child as i32, std::ptr::null_mut(), 0);
    }
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: the numbers of `getpid` in the two other tables of this processor.
        tell("call x32", refused(unsafe { syscall(0x4000_0000 | 39) }));
        tell("call i386", in_child(|| i386_getpid() > 0));
    }
}

#[cfg(target_arch = "x86_64")]
fn i386_getpid() -> i64 {
    let result: i64;
    // SAFETY: `int 0x80` with 20 is getpid, which takes nothing.
    unsafe {
        std::arch::asm!("int 0x80", inlateout("rax") 20i64 => result, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
    };
    result
}

/// In a child of its own, which may be killed for it.
fn in_child(works: impl Fn() -> bool) -> Result<String, String> {
    let mut status = 0;
    // SAFETY: the child makes system calls only, and ends.
    unsafe {
        match raw::fork() {
            0 => raw::_exit(if works() { 0 } else { 1 }),
            child => raw::waitpid(child, &mut status, 0),
        };
    }
    if status == 0 { Ok("it may".into()) } else { Err(format!("status {status:#x}")) }
}

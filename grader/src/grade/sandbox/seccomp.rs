//! Which system calls are refused inside: those that no lab needs and that have a history of holes.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result, anyhow};
use rustix::fd::OwnedFd;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// Refused whatever their arguments are.
#[cfg(target_arch = "x86_64")]
const REFUSED: &[(&str, i64)] = &[
    ("ptrace", 101),
    ("syslog", 103),
    ("personality", 135),
    ("mount", 165),
    ("umount2", 166),
    ("swapon", 167),
    ("reboot", 169),
    ("init_module", 175),
    ("quotactl", 179),
    ("add_key", 248),
    ("request_key", 249),
    ("keyctl", 250),
    ("mq_open", 240),
    ("perf_event_open", 298),
    ("fanotify_init", 300),
    ("open_by_handle_at", 304),
    ("setns", 308),
    ("process_vm_readv", 310),
    ("process_vm_writev", 311),
    ("kcmp", 312),
    ("finit_module", 313),
    ("kexec_file_load", 320),
    ("bpf", 321),
    ("userfaultfd", 323),
    ("io_uring_setup", 425),
    ("io_uring_enter", 426),
    ("io_uring_register", 427),
    ("open_tree", 428),
    ("move_mount", 429),
    ("fsopen", 430),
    ("pidfd_getfd", 438),
    ("unshare", 272),
    ("pivot_root", 155),
    ("chroot", 161),
    // Memory that belongs to no process, so that neither a limit nor the watch sees it.
    ("shmget", 29),
    ("memfd_create", 319),
    ("memfd_secret", 447),
    ("semget", 64),
    ("msgget", 68),
];
#[cfg(target_arch = "aarch64")]
const REFUSED: &[(&str, i64)] = &[
    ("ptrace", 117),
    ("syslog", 116),
    ("personality", 92),
    ("mount", 40),
    ("umount2", 39),
    ("swapon", 224),
    ("reboot", 142),
    ("init_module", 105),
    ("quotactl", 60),
    ("add_key", 217),
    ("request_key", 218),
    ("keyctl", 219),
    ("mq_open", 180),
    ("perf_event_open", 241),
    ("fanotify_init", 262),
    ("open_by_handle_at", 265),
    ("setns", 268),
    ("process_vm_readv", 270),
    ("process_vm_writev", 271),
    ("kcmp", 272),
    ("finit_module", 273),
    ("bpf", 280),
    ("userfaultfd", 282),
    ("kexec_file_load", 294),
    ("io_uring_setup", 425),
    ("io_uring_enter", 426),
    ("io_uring_register", 427),
    ("open_tree", 428),
    ("move_mount", 429),
    ("fsopen", 430),
    ("pidfd_getfd", 438),
    ("unshare", 97),
    ("pivot_root", 41),
    ("chroot", 51),
    // Memory that belongs to no process, so that neither a limit nor the watch sees it.
    ("shmget", 194),
    ("memfd_create", 279),
    ("memfd_secret", 447),
    ("semget", 190),
    ("msgget", 186),
];

#[cfg(target_arch = "x86_64")]
const SOCKET: i64 = 41;
#[cfg(target_arch = "aarch64")]
const SOCKET: i64 = 198;

const EPERM: u32 = 1;
/// `AF_UNIX`, `AF_INET`, `AF_INET6`. Not `AF_NETLINK`: the C library asks there which addresses the machine has, and takes
/// it that both kinds are there when it gets no answer.
const FAMILIES: [u64; 3] = [1, 2, 10];
const SOCK_RAW: u64 = 3;
/// The bits of a socket's type that are not flags.
const TYPE: u64 = 0xf;

/// The filter as the kernel wants it. A call of another architecture (32 bits) kills its process.
pub fn filter() -> Result<Vec<u8>> {
    let arch: TargetArch = std::env::consts::ARCH.try_into().map_err(|_| anyhow!("no filter for this processor"))?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|(_, call)| (*call, Vec::new())).collect();
    rules.insert(SOCKET, sockets()?);
    let refuse = SeccompAction::Errno(EPERM);
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()?;
    let whole = OTHER_NUMBERS.iter().copied().map(own).chain(program);
    Ok(whole.flat_map(|one| instruction(&one)).collect())
}

/// In front of the filter, as `code, jump if true, jump if false, operand`: the numbers of x32, which are those of this
/// architecture with bit 30 set, would pass it as calls that it does not know. They get `EPERM`.
#[cfg(target_arch = "x86_64")]
const OTHER_NUMBERS: &[(u16, u8, u8, u32)] = &[
    // BPF_LD | BPF_W | BPF_ABS: `seccomp_data.nr`
    (0x20, 0, 0, 0),
    // BPF_JMP | BPF_JGE | BPF_K
    (0x35, 0, 1, 0x4000_0000),
    // BPF_RET | BPF_K: SECCOMP_RET_ERRNO
    (0x06, 0, 0, 0x0005_0000 | EPERM),
];
#[cfg(not(target_arch = "x86_64"))]
const OTHER_NUMBERS: &[(u16, u8, u8, u32)] = &[];

fn own((code, jt, jf, k): (u16, u8, u8, u32)) -> seccompiler::sock_filter {
    seccompiler::sock_filter { code, jt, jf, k }
}

/// Refused are: any family but the three, and raw sockets.
fn sockets() -> Result<Vec<SeccompRule>> {
    let family = |not| SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, not);
    let others = FAMILIES.into_iter().map(family).collect::<Result<Vec<_>, _>>()?;
    let raw = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(TYPE), SOCK_RAW)?;
    Ok(vec![SeccompRule::new(others)?, SeccompRule::new(vec![raw])?])
}

fn instruction(one: &seccompiler::sock_filter) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..2].copy_from_slice(&one.code.to_ne_bytes());
    bytes[2] = one.jt;
    bytes[3] = one.jf;
    bytes[4..].copy_from_slice(&one.k.to_ne_bytes());
    bytes
}

/// A pipe that holds the filter, for bubblewrap to read.
pub fn pipe(filter: &[u8]) -> Result<OwnedFd> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).context("cannot make a pipe")?;
    std::fs::File::from(write).write_all(filter).context("the filter does not fit a pipe")?;
    Ok(read)
}

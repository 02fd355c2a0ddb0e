//! System calls by number. The C library is linked anyway.

use std::io;

unsafe extern "C" {
    pub fn syscall(number: i64, ...) -> i64;
    pub fn fork() -> i32;
    pub fn setsid() -> i32;
    pub fn kill(pid: i32, signal: i32) -> i32;
    pub fn signal(signal: i32, handler: usize) -> usize;
    pub fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    pub fn _exit(code: i32) -> !;
    pub fn socket(family: i32, kind: i32, protocol: i32) -> i32;
    pub fn close(fd: i32) -> i32;
    pub fn setsockopt(fd: i32, level: i32, option: i32, value: *const i32, length: u32) -> i32;
    pub fn prctl(option: i32, ...) -> i32;
    pub fn pause() -> i32;
    pub fn alarm(seconds: u32) -> u32;
    pub fn sched_setaffinity(pid: i32, size: usize, mask: *const u64) -> i32;
}

pub const EPERM: i32 = 1;
pub const EACCES: i32 = 13;
pub const ENOSPC: i32 = 28;
pub const ENOSYS: i32 = 38;
pub const EAFNOSUPPORT: i32 = 97;
pub const EPROTONOSUPPORT: i32 = 93;

/// Calls with arguments that do nothing: whatever but a refusal means that the kernel looked at them.
pub fn refused(result: i64) -> Result<String, String> {
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        _ if result >= 0 => Ok(format!("gives {result}")),
        Some(EPERM | EACCES | ENOSYS | ENOSPC) => Err(error.to_string()),
        _ => Ok(format!("the kernel answers: {error}")),
    }
}

#[cfg(target_arch = "x86_64")]
pub const CALLS: &[(&str, i64, [usize; 4])] = &[
    ("call io_uring", 425, [0, 0, 0, 0]),
    ("call userfaultfd", 323, [0, 0, 0, 0]),
    ("call bpf", 321, [0, 0, 0, 0]),
    ("call perf", 298, [0, 0, 0, 0]),
    ("call keyctl", 250, [0xffff, 0, 0, 0]),
    ("call add_key", 248, [0, 0, 0, 0]),
    ("call mq_open", 240, [0, 0, 0, 0]),
    ("call msgget", 68, [0x7a7a_0001, 0, 0, 0]),
    ("call semget", 64, [0x7a7a_0001, 1, 0, 0]),
    ("call shmget", 29, [0x7a7a_0001, 1, 0, 0]),
    ("call memfd", 319, [0, 0, 0, 0]),
    ("call setns", 308, [usize::MAX, 0, 0, 0]),
    ("call mount", 165, [0, 0, 0, 0]),
    ("call kcmp", 312, [1, 1, 99, 0]),
    ("call by_handle", 304, [0, 0, 0, 0]),
    ("call pivot_root", 155, [0, 0, 0, 0]),
    ("call chroot", 161, [0, 0, 0, 0]),
    ("call fanotify", 300, [0xffff_ffff, 0, 0, 0]),
    ("call ptrace", 101, [16, 0x7fff_ffff, 0, 0]),
];
#[cfg(target_arch = "aarch64")]
pub const CALLS: &[(&str, i64, [usize; 4])] = &[
    ("call io_uring", 425, [0, 0, 0, 0]),
    ("call userfaultfd", 282, [0, 0, 0, 0]),
    ("call bpf", 280, [0, 0, 0, 0]),
    ("call perf", 241, [0, 0, 0, 0]),
    ("call keyctl", 219, [0xffff, 0, 0, 0]),
    ("call add_key", 217, [0, 0, 0, 0]),
    ("call mq_open", 180, [0, 0, 0, 0]),
    ("call msgget", 186, [0x7a7a_0001, 0, 0, 0]),
    ("call semget", 190, [0x7a7a_0001, 1, 0, 0]),
    ("call shmget", 194, [0x7a7a_0001, 1, 0, 0]),
    ("call memfd", 279, [0, 0, 0, 0]),
    ("call setns", 268, [usize::MAX, 0, 0, 0]),
    ("call mount", 40, [0, 0, 0, 0]),
    ("call kcmp", 272, [1, 1, 99, 0]),
    ("call by_handle", 265, [0, 0, 0, 0]),
    ("call pivot_root", 41, [0, 0, 0, 0]),
    ("call chroot", 51, [0, 0, 0, 0]),
    ("call fanotify", 262, [0xffff_ffff, 0, 0, 0]),
    ("call ptrace", 117, [16, 0x7fff_ffff, 0, 0]),
];

/// `process_vm_readv`, `pidfd_open`, `pidfd_getfd`, `clone`, `unshare`
#[cfg(target_arch = "x86_64")]
pub const NUMBERS: [i64; 5] = [310, 434, 438, 56, 272];
#[cfg(target_arch = "aarch64")]
pub const NUMBERS: [i64; 5] = [270, 434, 438, 220, 97];

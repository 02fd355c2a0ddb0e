//! Sections A, G, H and J: what of the machine, the teacher and the judge can be read, called and reached.

use super::super::attack::{Attack, Control, Uid, Way};
use Control::{None as NoControl, Works, WorksForRoot};
use Uid::{Depends, DoesNot, Holds};

const fn row(rows: &'static str, name: &'static str, tries: &'static str, control: Control, uid: Uid) -> Attack {
    Attack { rows, name, tries, way: Way::Says("looks"), control, uid }
}

const KERNEL: Control = NoControl("most kernels are built without it");
const EMPTY: Control = NoControl("depends on what runs on the machine");

pub static ATTACKS: &[Attack] = &[
    row("14, 18, 73", "environment", "variables of any process in `/proc`", Works, Holds),
    row("14, 73", "arguments", "arguments of other processes", Works, Depends),
    row("73", "mounts", "names of the machine's folders in `mountinfo`", Works, DoesNot),
    row("73", "descriptors", "inherited descriptors", Works, Holds),
    row(
        "own",
        "parent's descriptors",
        "descriptors of its parent, such as the status pipe of bubblewrap",
        WorksForRoot,
        Holds,
    ),
    row("6, 75", "memory of others", "`/proc/PID/mem` of the judge, opened for writing", WorksForRoot, Holds),
    row("14, 75", "processes", "sees other processes", Works, DoesNot),
    row("74", "canary file", "another student's file, by its path", Works, DoesNot),
    row("74", "machine's files", "`/etc/passwd`, homes, the workspace with its solutions", Works, DoesNot),
    row("74, own", "other jobs", "the stages and programs of other jobs", Works, DoesNot),
    row("85", "tools", "starts curl, python3, nc, a shell", Works, DoesNot),
    row("77, 78", "privileges", "capabilities, and programs that give more of them", Works, Holds),
    row("78, 86", "proc sys", "`/proc/sys/kernel/core_pattern`, opened for writing", WorksForRoot, Holds),
    row("77", "terminal", "TIOCSTI on the teacher's terminal", NoControl("a test has no terminal"), Depends),
    row("77", "call io_uring", "io_uring", EMPTY, Depends),
    row("77", "call userfaultfd", "userfaultfd", EMPTY, Depends),
    row("77", "call bpf", "bpf", WorksForRoot, Depends),
    row("77", "call perf", "perf_event_open", Works, DoesNot),
    row("66", "call keyctl", "keyrings", Works, DoesNot),
    row("66", "call add_key", "a key of its own", Works, DoesNot),
    row("66", "call mq_open", "POSIX message queues", Works, DoesNot),
    row("66", "call msgget", "System V message queues", Works, DoesNot),
    row("66", "call semget", "System V semaphores", Works, DoesNot),
    row("58, 66", "call shmget", "System V memory, which belongs to no process", Works, DoesNot),
    row("58", "call memfd", "memory that is a file, and is in no limit", Works, DoesNot),
    row("77", "call setns", "another namespace", WorksForRoot, Depends),
    row("78", "call mount", "mount", Works, DoesNot),
    row("77", "call kcmp", "kcmp", EMPTY, Depends),
    row("77", "call by_handle", "open_by_handle_at", WorksForRoot, Depends),
    row("78", "call pivot_root", "pivot_root", WorksForRoot, Holds),
    row("78", "call chroot", "chroot", WorksForRoot, Depends),
    row("66", "call fanotify", "fanotify", EMPTY, Depends),
    row("75", "call ptrace", "ptrace", Works, DoesNot),
    row("75", "call process_vm", "process_vm_readv", Works, DoesNot),
    row("75", "call pidfd_getfd", "pidfd_getfd", Works, DoesNot),
    row("77", "call unshare", "a user namespace by unshare", EMPTY, Depends),
    row("77", "call clone", "a user namespace by clone", EMPTY, Depends),
    row("77", "call x32", "calls by their numbers of x32", KERNEL, Depends),
    row("77", "call i386", "calls of 32 bits, past the filter", KERNEL, Depends),
    row("79", "out by TCP", "a listener of the machine on 127.0.0.1", Works, DoesNot),
    row("79", "out by TCP on IPv6", "a listener of the machine on ::1", Works, DoesNot),
    row("79", "out by UDP", "datagrams to the machine, as DNS would be", Works, DoesNot),
    row("79, own", "out by an abstract socket", "an abstract Unix socket of the grader", Works, DoesNot),
    row("79", "out by a named socket", "a Unix socket in a folder, such as docker.sock", Works, DoesNot),
    row("79", "interfaces", "any network but loopback", EMPTY, Depends),
    row("own", "abstract names", "abstract sockets of the judge, in the network that both are in", EMPTY, Depends),
    row("77", "socket vsock", "AF_VSOCK", EMPTY, Depends),
    row("77, 79", "socket packet", "AF_PACKET, to read the judge's traffic", WorksForRoot, Holds),
    row("77, 79", "socket raw", "a raw socket (ICMP)", WorksForRoot, Holds),
    row("77, 79", "socket raw on IPv6", "a raw socket (ICMPv6)", EMPTY, Holds),
    row("77", "socket netlink", "AF_NETLINK", Works, DoesNot),
    row("77", "socket alg", "AF_ALG", EMPTY, Depends),
    row("77", "socket xdp", "AF_XDP", EMPTY, Depends),
];

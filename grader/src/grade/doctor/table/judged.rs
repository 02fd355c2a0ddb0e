//! Sections A, E, F and H: programs that want points for nothing, or the judge to fail.

use super::super::attack::{Attack, Control, Uid, Want, Way};
use Control::{Exits, Prints, Runs, SameQuestion};

const fn row(rows: &'static str, name: &'static str, tries: &'static str, want: Want, control: Control) -> Attack {
    Attack { rows, name, tries, way: Way::Judged(name, want), control, uid: Uid::Holds }
}

use Want::{Judged, NoPoints, Passed};

/// A few words beside a program that others have too.
const SAME: Control = Control::None("an honest program but for this; it must be judged as one");

pub static ATTACKS: &[Attack] = &[
    row("1", "exits", "ends with exit code 0", NoPoints, Exits(0)),
    row(
        "2",
        "libtest",
        "prints the lines of a passed test and a verdict, ends with 0",
        NoPoints,
        Prints("test result: ok"),
    ),
    row("4", "panic-hook", "a panic hook that ends with exit code 0", NoPoints, Exits(0)),
    row("5", "constructor", "a constructor that ends with 0 before `main`", NoPoints, Exits(0)),
    row("6", "own-memory", "rewrites memory through `/proc/self/mem`", NoPoints, Prints("own memory: worked (42)")),
    row(
        "7, 8, 82",
        "equal",
        "a type that equals everything, a macro `assert_eq!` that compares nothing, wrong bytes",
        NoPoints,
        Control::None("the judge has no such type: the wire is compared"),
    ),
    row("15, 82", "same-answer", "one answer to every question", NoPoints, SameQuestion),
    row(
        "17",
        "proxy",
        "has any listener in its network answer for it",
        NoPoints,
        Control::None("there is no other server to ask"),
    ),
    row("87", "not-implemented", "prints the panic of a stub", NoPoints, Prints("not yet implemented")),
    row("87", "thread-name", "a thread whose name is `) R 1 1`", Passed, SAME),
    row(
        "91",
        "elsewhere",
        "prints `listening on` somebody else's address",
        NoPoints,
        Prints("listening on 127.0.0.1:9"),
    ),
    row("90, own", "steals", "binds every port it sees in its network", Passed, SAME),
    row("61", "flood", "64 MiB on each of its outputs", Judged, SAME),
    row("63, 88", "spins", "is busy on all cores for six seconds", Judged, SAME),
    row("64", "hangs", "accepts and never answers", NoPoints, Runs(300)),
    row("64", "slow", "answers a byte a second", NoPoints, Runs(300)),
    row("81", "endless", "sends 256 MiB to one who wants a few bytes", NoPoints, Runs(300)),
    row("81", "resets", "resets every connection", NoPoints, Runs(300)),
    row("81", "half-close", "closes its sending side, reads on", NoPoints, Runs(300)),
    row("69", "deaf", "ignores every signal that it may", Passed, SAME),
    row("69", "stops", "stops itself", NoPoints, Runs(300)),
    Attack {
        control: Control::None("outside of a sandbox it would end other programs"),
        ..row("69", "kills-all", "kills every process that it may", NoPoints, SAME)
    },
    Attack {
        control: Control::None("outside of a sandbox it would end other programs"),
        ..row(
            "69, own",
            "kills-first",
            "kills the first process of the sandbox, or writes over its memory, to look like the grader's trouble",
            NoPoints,
            SAME,
        )
    },
    row(
        "own",
        "forges-status",
        "writes a status of bubblewrap's to every descriptor that it finds",
        NoPoints,
        Exits(0),
    ),
    row(
        "own",
        "bwrap-words",
        "prints bubblewrap's own error and ends with 1, to look like the grader's trouble",
        NoPoints,
        Prints("bwrap: Creating new namespace failed"),
    ),
    row("own", "exit-137", "ends with the code that stands for a kill", NoPoints, Exits(137)),
    row("own", "exit-192", "ends with a code that stands for no signal", NoPoints, Exits(192)),
];

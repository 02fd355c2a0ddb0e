//! Sections E and F: takes what it can get.

use super::super::attack::{Attack, Control, Uid, Way};

const fn row(rows: &'static str, name: &'static str, tries: &'static str, way: Way, uid: Uid) -> Attack {
    Attack { rows, name, tries, way, control: Control::Works, uid }
}

use Uid::{DoesNot, Holds};

pub static ATTACKS: &[Attack] = &[
    row("56, 86", "processes started", "300 processes at once", Way::Says("many"), Holds),
    row("57", "threads started", "300 threads at once", Way::Says("many"), Holds),
    row("62", "descriptors opened", "2,000 descriptors", Way::Says("many"), Holds),
    Attack {
        control: Control::None("a machine without limits would feel it"),
        ..row("58", "memory", "1.5 GiB of memory", Way::Killed("memory"), Holds)
    },
    row("60", "room filled", "48 MiB in every folder that it may write to", Way::Says("fills"), DoesNot),
    row("60", "files made", "4,000 files in every folder that it may write to", Way::Says("fills"), DoesNot),
    row(
        "67, 69",
        "left behind",
        "two processes in sessions of their own, deaf, one of them stopped",
        Way::LeavesNothing("leaves"),
        Holds,
    ),
    Attack {
        control: Control::None("its twin: `left behind` without a sandbox goes on"),
        ..row(
            "70",
            "leftover listener",
            "a listener that answers the next student's check",
            Way::Test("the_next_students_network_is_empty"),
            Holds,
        )
    },
    Attack {
        control: Control::None("its twin: `left behind` without a sandbox goes on"),
        ..row(
            "67, 69, 72",
            "grader killed",
            "the grader is killed while programs and compilers run",
            Way::Test("nothing_outlives_a_grader_that_is_killed"),
            Holds,
        )
    },
    Attack {
        control: Control::None("a naive writer follows the link: shown in the test"),
        ..row(
            "9, 10, 11, 13",
            "results",
            "the result's path is a link, a FIFO, a folder or already written",
            Way::Test("results_are_the_parents"),
            Holds,
        )
    },
    Attack {
        control: Control::None("the same program, alone: shown in the test"),
        ..row(
            "88",
            "neighbour",
            "is busy on all cores during a neighbour's check",
            Way::Test("a_busy_neighbour_changes_nothing"),
            Holds,
        )
    },
    Attack {
        control: Control::None("the judge's own peers must withstand it, with or without a sandbox"),
        ..row(
            "81",
            "hostile peer",
            "in every lab: endless answers, lengths that lie, giant and empty datagrams, thousands of connections",
            Way::Test("hostile_peers_of_every_lab"),
            Holds,
        )
    },
    Attack {
        control: Control::None("the machine would have to give a number again at the right moment"),
        ..row(
            "89",
            "process numbers",
            "a process id that comes again between look and kill",
            Way::Test("a_kill_is_bound_to_its_process"),
            Holds,
        )
    },
];

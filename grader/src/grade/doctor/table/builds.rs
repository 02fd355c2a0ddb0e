//! Sections B and C: what the compiler meets.

use super::super::attack::{Attack, Compiled, Control, Uid, Way};
use crate::grade::model::LabStatus;

/// Of a file that everybody may read.
const fn not_by_uid(attack: Attack) -> Attack {
    Attack { uid: Uid::DoesNot, ..attack }
}

const fn row(rows: &'static str, name: &'static str, tries: &'static str, want: Compiled, control: Control) -> Attack {
    Attack { rows, name, tries, way: Way::Built(name, want), control, uid: Uid::Holds }
}

const NOT: Compiled = Compiled::Not(LabStatus::DoesNotCompile);
const HEAVY: Control = Control::None("it takes minutes or gigabytes of whoever lets it");

pub static ATTACKS: &[Attack] = &[
    not_by_uid(row("33", "include-file", "`include_str!` of another's file, in a message", NOT, Control::Leaks)),
    not_by_uid(row("34", "path-module", "`#[path]` of another's file, in a message", NOT, Control::Leaks)),
    row("35", "build-environment", "`option_env!` of a secret", Compiled::Harmless, Control::Leaks),
    row("27", "feature", "a feature that is not stable", NOT, Control::Builds),
    row("20", "proc-macro", "a procedural macro in the submission", NOT, Control::CargoRuns),
    row("24", "own-crates", "`extern crate` of a crate beside it", NOT, Control::CargoRuns),
    row("37", "const-eval", "a constant that is never done", Compiled::Not(LabStatus::CompileTimeout), HEAVY),
    row("38", "macro-bomb", "a macro that is sixteen of itself", Compiled::Not(LabStatus::CompileOutOfMemory), HEAVY),
    row("38, 92", "fat-program", "a static of 300 MB", NOT, HEAVY),
    row(
        "38, own",
        "large-program",
        "a static of 72 MB, which builds",
        Compiled::Not(LabStatus::Refused),
        Control::Builds,
    ),
    row("40", "many-errors", "megabytes of messages", NOT, Control::None("a compiler prints them")),
    row("41", "nesting", "brackets so deep that the compiler crashes", NOT, Control::None("a compiler crashes")),
    Attack {
        rows: "19, 21, 23, 24, 25, 26, 28",
        name: "tampered-project",
        tries: "build.rs, `.cargo/config.toml` (wrapper, linker, runner, env, alias), rust-toolchain.toml, manifest, lock \
                file, workspace, `src/bin/rustc.rs`, edited tests and main.rs",
        way: Way::Tampers,
        control: Control::CargoRuns,
        uid: Uid::Holds,
    },
    Attack {
        rows: "29",
        name: "linked-source",
        tries: "`lib.rs` is a link to somebody else's file",
        way: Way::Test("a_link_is_refused"),
        control: Control::None("a copy follows links: shown in the test"),
        uid: Uid::Holds,
    },
    Attack {
        rows: "30, 92",
        name: "others-binary",
        tries: "what was built before is handed out again, or changed",
        way: Way::Test("an_honest_build_after_an_attack_is_the_same"),
        control: Control::None(
            "cargo with a shared target folder and old file times; shown in the project's own notes",
        ),
        uid: Uid::Holds,
    },
];

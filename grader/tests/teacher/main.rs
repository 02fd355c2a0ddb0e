//! The teacher's side: one program, so that what waits in one test leaves the processors to another. What takes minutes is
//! in `classes.rs` beside it.

#![cfg(target_os = "linux")]

/// Attacks that stay alone, or meet the judge only. Those of the table are in `classes.rs`.
mod attacks {
    mod alone;
    mod peers;
    mod places;
    mod range;
}
#[path = "../common/mod.rs"]
mod common;
/// `cargo grade` from end to end: the program itself, on small classes that it has never seen.
mod grade {
    mod again;
    mod appeals;
    pub mod class;
    mod platforms;
    mod rules;
    pub mod running;
    mod slow;
    pub mod trouble;
}
/// The teacher's guide says what is there.
mod guide {
    mod page;
    mod said;
}
mod intake;
mod merge;
/// What a class becomes for people and platforms: every file parses where it has to, and says what it should.
mod output {
    mod platforms;
    mod sample;
    mod sheets;
    mod students;
}
/// What a student gets.
mod pack {
    mod leaks;
    mod made;
}
mod policy;
mod shard;

//! What takes minutes of the teacher's side, and is run by name: attacks in real sandboxes, graders that are killed, the
//! guide followed to its end, texts that attack, a real browser, the tools that know the engines' rules.
//!
//! `cargo test -p grader --test classes`. `LOOPBACK_KILLS=50` makes the test that kills the grader do so at fifty moments
//! instead of six. With `BLESS=1` the screens in the guide are made anew.

#![cfg(target_os = "linux")]

/// Every attack of the table, in the sandbox that grading uses: its control works, the real run does not, and the honest
/// submission that comes next gets its marks. Fixtures are the project's own, bounded, and reach for canaries only.
mod attacks {
    mod control;
    mod doctor;
    mod honest;
    mod neighbours;
    mod range;
    mod table;
    mod uid;
}
#[path = "../common/mod.rs"]
mod common;
mod emit;
mod grade {
    #[expect(dead_code, reason = "`main.rs` uses the rest")]
    pub mod class;
    mod interrupted;
    pub mod related;
    pub mod running;
    mod users;
}
/// The guide's files get written, and its screens are real ones.
mod guide {
    mod class;
    mod page;
    mod runs;
    mod screens;
}
mod output {
    mod browser;
    mod hostile;
    mod sample;
    mod webdriver;
}
mod pack {
    mod made;
    mod readme;
}
/// An engine takes the machine away.
mod shard {
    mod stop;
}

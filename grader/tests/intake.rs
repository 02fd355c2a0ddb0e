//! What a teacher downloads becomes submissions: every platform's form, and every form of attack. All fixtures are made
//! here, so that a byte of them can be explained; hostile ones lie in ways that no writer of archives would.
#![cfg(target_os = "linux")]

#[path = "intake/git.rs"]
mod git;
#[path = "intake/hostile.rs"]
mod hostile;
#[path = "intake/labs.rs"]
mod labs;
#[path = "intake/layouts.rs"]
mod layouts;
#[path = "intake/make.rs"]
mod make;
#[path = "intake/names.rs"]
mod names;
#[path = "intake/rosters.rs"]
mod rosters;
#[path = "intake/steady.rs"]
mod steady;

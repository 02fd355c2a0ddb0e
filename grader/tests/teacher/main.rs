//! The teacher's side: one program, so that what waits in one test leaves the processors to another.

#![cfg(target_os = "linux")]

mod attacks;
#[path = "../common/mod.rs"]
mod common;
mod grade;
mod guide;
mod intake;
mod merge;
mod output;
mod pack;
mod policy;
mod shard;

//! The student's side: one program, so that what waits in one test leaves the processors to another.

#[cfg(unix)]
mod board;
mod cli;
#[path = "../common/mod.rs"]
mod common;
#[cfg(unix)]
mod desk;
mod docs;
mod explain;
mod hints;
#[cfg(target_os = "linux")]
mod hostile;
mod labpages;
mod machine;
mod outside;
mod peer;
mod predict;
mod replay;
#[cfg(target_os = "linux")]
mod reports;
mod round_trip;
mod schema;
mod screen;
mod stages;
mod submit;
mod tables;
#[cfg(unix)]
mod texts;
#[cfg(target_os = "linux")]
mod walkthrough;
#[cfg(target_os = "linux")]
mod watch;

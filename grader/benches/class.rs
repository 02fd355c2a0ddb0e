//! A class as a whole; the sandbox and `/proc`, of which it is made, are Linux's.

#[cfg(target_os = "linux")]
#[path = "class/all.rs"]
mod all;

#[cfg(target_os = "linux")]
pub use all::{Figure, Scale, median, timed};

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    all::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

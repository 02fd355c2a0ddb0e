//! A faculty: 10,000 and 50,000 stored results through `cargo grade plan`, `merge` and `report`; Linux, as all of it.

#[cfg(target_os = "linux")]
#[path = "scale/all.rs"]
mod all;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    all::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

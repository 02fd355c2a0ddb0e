//! `cargo lab submit` and `cargo lab update`, as a student uses them: zips, receipts, and what must not be lost.

mod copy;
mod packing;
#[cfg(all(feature = "grade", target_os = "linux"))]
mod teacher;
mod updating;

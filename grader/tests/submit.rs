//! `cargo lab submit` and `cargo lab update`, as a student uses them: zips, receipts, and what must not be lost.

#[path = "submit/copy.rs"]
mod copy;
#[path = "submit/packing.rs"]
mod packing;
#[cfg(all(feature = "grade", target_os = "linux"))]
#[path = "submit/teacher.rs"]
mod teacher;
#[path = "submit/updating.rs"]
mod updating;

//! The course's rules: from the course file and records to marks, and what people change afterwards.
#![cfg(target_os = "linux")]

#[path = "policy/audit.rs"]
mod audit;
#[path = "policy/build.rs"]
mod build;
#[path = "policy/changes.rs"]
mod changes;
#[path = "policy/course.rs"]
mod course;
#[path = "policy/late.rs"]
mod late;
#[path = "policy/manual.rs"]
mod manual;
#[path = "policy/marks.rs"]
mod marks;
#[path = "policy/preview.rs"]
mod preview;
#[path = "policy/properties.rs"]
mod properties;
#[path = "policy/several.rs"]
mod several;

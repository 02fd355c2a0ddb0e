//! The course's rules: from the course file and records to marks, and what people change afterwards.

mod audit;
mod build;
mod changes;
mod course;
mod late;
mod manual;
mod marks;
mod preview;
mod properties;
mod several;

//! The course's rules as data: records become marks.
//!
//! Nothing here is remembered from an earlier run: marks are worked out anew, each time, from the [`course`] file, the
//! records, what people gave ([`manual`]) and what was decided since ([`changes`]). So a penalty cannot outlive the mark
//! that it was taken from, and the same four inputs give the same marks on any day and any machine. [`preview`] shows what
//! a change would do before it is written down; [`audit`] keeps who did what.

pub mod audit;
pub mod changes;
pub mod course;
mod journal;
pub mod manual;
pub mod marks;
pub mod people;
pub mod preview;

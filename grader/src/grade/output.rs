//! Results become what people and platforms read: tables, feedback, gradebooks, the class report.
//!
//! One exporter per file. Each takes a whole [`Class`](super::model::Class), and leaves out by itself what its readers may
//! not see: what goes to students is made from [`feedback::Shown`], where nothing of a hidden check is but its id, its title
//! and its points. All text that is not the grader's own passes through [`clean`] on its way out.
//!
//! | module | for whom |
//! |---|---|
//! | [`table`] | the teacher's terminal |
//! | [`csv`] | the teacher's own spreadsheet |
//! | [`report`] | the teacher's browser: the class report |
//! | [`feedback`] | students: Markdown and HTML |
//! | [`moodle`], [`canvas`] | the platform's own sheet, filled in; Moodle's feedback zip |
//! | [`gradescope`], [`classroom50`] | a submission's result as the platform wants it |
//! | [`junit`], [`actions`] | build servers |
//! | [`plagiarism`] | JPlag, Dolos |
//! | [`share`] | anybody: a class without names |
//! | [`clean`], [`sheet`], [`words`] | what the others share |

pub mod actions;
pub mod canvas;
pub mod classroom50;
pub mod clean;
pub mod csv;
pub mod feedback;
pub mod gradescope;
pub mod junit;
pub mod moodle;
pub mod plagiarism;
pub mod report;
pub mod share;
pub mod sheet;
pub mod table;
pub mod words;

//! The course's rules as data: records become marks.

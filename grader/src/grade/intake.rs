//! What a platform let a teacher download becomes submissions: who, when, and which files.

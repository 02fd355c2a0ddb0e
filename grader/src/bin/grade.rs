//! `cargo grade`: a class of submissions that nobody trusts.

fn main() {}

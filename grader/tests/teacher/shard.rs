//! A class in parts: `cargo grade --shard`, the exit codes that engines rely on, and (in `classes.rs`) what happens when
//! one of them takes the machine away.

mod auto;
mod bad;
mod codes;
mod cost;
mod parts;

use std::path::PathBuf;

use grader::grade::shard::ShardFile;

use crate::grade::class::{BROKEN, Class};

/// A class whose programs do not compile: nothing costs less to judge.
fn cheap(students: usize) -> Class {
    let class = Class::new();
    class.rules(&format!("seed = \"twelve characters\"\n{}", crate::grade::class::RULES));
    (0..students).for_each(|number| class.hand_in(&format!("student{number}"), &BROKEN));
    class
}

fn shard_file(class: &Class, name: &str) -> ShardFile {
    ShardFile::read(&shard_path(class, name)).unwrap()
}

fn shard_path(class: &Class, name: &str) -> PathBuf {
    class.path("graded/shards").join(name)
}

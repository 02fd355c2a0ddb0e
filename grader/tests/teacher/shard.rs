//! A class in parts: `cargo grade --shard`, the exit codes that engines rely on, and what happens when one of them takes
//! the machine away.

mod auto;
mod bad;
mod codes;
mod cost;
mod parts;
mod stop;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use grader::grade::shard::ShardFile;
use serde_json::Value;

use crate::grade::class::{BROKEN, Class};

/// Records below a folder of results, without what differs from run to run.
fn records(out: &Path) -> BTreeMap<String, Value> {
    let read = |entry: fs::DirEntry| {
        let mut record: Value = serde_json::from_slice(&fs::read(entry.path()).unwrap()).expect("a whole record");
        record.as_object_mut().unwrap().remove("observed").expect("what was observed");
        (entry.file_name().into_string().unwrap(), record)
    };
    fs::read_dir(out.join("results")).unwrap().map(|entry| read(entry.unwrap())).collect()
}

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

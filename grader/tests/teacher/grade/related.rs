//! What a grader has started.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Processes that belong to the run: of its process group, or with its folder in their command line.
pub fn related(group: u32, folder: &Path) -> BTreeSet<u32> {
    let folder = folder.to_string_lossy().into_owned();
    let belongs = |pid: &u32| {
        let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let stat = String::from_utf8_lossy(&read("stat")).into_owned();
        // state, parent, group: behind the name, which may hold anything
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let alive = fields.first().is_some_and(|state| !matches!(*state, "Z" | "X" | ""));
        let of_group = fields.get(2).is_some_and(|of| *of == group.to_string());
        let named = [read("cmdline"), read("environ")].concat();
        alive && (of_group || String::from_utf8_lossy(&named).contains(&folder))
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(belongs).collect()
}

/// Nothing tells a process that strangers have ended, so this looks again and again.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

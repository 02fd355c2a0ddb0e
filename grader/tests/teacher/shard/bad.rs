//! What cannot be graded in parts: each has its exit code and an error that says how to go on.

use std::fs;

use super::cheap;
use crate::grade::class::{BROKEN, Class, can_mount, files, records, stderr};
use crate::grade::trouble::in_a_namespace_with;

#[test]
fn parts_that_are_none() {
    let class = cheap(1);
    for (part, why) in [
        ("0/0", "at least one part"),
        ("8/8", "no part 8 of 8"),
        ("9/8", "try: --shard 7/8"),
        ("1", "names no part"),
        ("1/", "names no part"),
        ("-1/8", "names no part"),
        ("+1/8", "names no part"),
        ("1/4294967296", "names no part"),
        ("1 / 8", "names no part"),
        ("", "names no part"),
    ] {
        let part = format!("--shard={part}");
        let said = stderr(&class.grade(&[&part]).assert().code(2));
        assert!(said.contains(why), "{part}: {said}");
    }
    assert!(!class.path("graded").exists(), "nothing was begun");
}

/// Each folder would draw a seed of its own, and the parts would not be of one class.
#[test]
fn a_course_without_a_seed() {
    let class = Class::new();
    class.hand_in("ada", &BROKEN);
    let said = stderr(&class.grade(&["--shard", "0/2"]).assert().code(2));
    let line = said.split('`').find(|piece| piece.starts_with("seed = ")).expect("a line to copy").to_string();
    assert!(!class.path("graded/class.json").exists());
    class.rules(&format!("{line}\n{}", crate::grade::class::RULES));
    class.grade(&["--shard", "0/2"]).assert().success();
    // One part is all of it.
    let alone = Class::new();
    alone.hand_in("ada", &BROKEN);
    alone.grade(&["--shard", "0/1"]).assert().success();
    alone.finals(&[("ada", "0.00")]);
}

/// `script` with `$OUT` and `$GRADE`, where it may mount what it likes.
fn in_a_namespace(class: &Class, script: &str) -> String {
    let grade = class.grade(&["--shard", "0/1"]);
    let words: Vec<String> = grade.get_args().map(|arg| format!("'{}'", arg.to_str().unwrap())).collect();
    in_a_namespace_with(class, &grade, &words.join(" ").replace("0/1", "'$PART'"), script)
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    if !can_mount() {
        return;
    }
    let class = cheap(2);
    class.grade(&["--shard", "0/2"]).assert().success();
    let before = files(&class.path("graded"));
    let script = "mount --bind \"$OUT\" \"$OUT\" && mount -o remount,ro,bind \"$OUT\" && PART=1/2
                  eval \"$GRADE\"; echo \"code $?\"";
    let said = in_a_namespace(&class, script);
    assert!(said.contains("code 2") && said.contains("graded`") && said.contains("try: --out"), "{said}");
    assert_eq!(files(&class.path("graded")), before);
}

/// Nothing of a part is there halved; with room it goes on, and what was there counts.
#[test]
fn a_full_disk() {
    if !can_mount() {
        return;
    }
    let class = cheap(6);
    class.grade(&["--shard", "0/2"]).assert().success();
    let expected = records(&class.path("graded"));
    fs::remove_dir_all(class.path("graded")).unwrap();
    fs::create_dir(class.path("graded")).unwrap();
    for kilobytes in [4, 12] {
        let script = format!(
            "mount -t tmpfs -o size=1m none \"$OUT\" && PART=0/2
             dd if=/dev/zero of=\"$OUT/ballast\" bs=1k count={} 2>/dev/null
             eval \"$GRADE\" > /dev/null; echo \"code $?\"; ls -A \"$OUT/results\" \"$OUT/shards\" \"$OUT\"
             rm \"$OUT/ballast\"; eval \"$GRADE\" > /dev/null; echo \"code $?\"; ls \"$OUT/results\" | tr '\\n' ' '; echo",
            1024 - kilobytes
        );
        let said = in_a_namespace(&class, &script);
        let (first, second) = said.split_once("code 4\n").unwrap_or_else(|| panic!("{kilobytes}: {said}"));
        assert!(said.contains("No space left") && said.contains("try: "), "{kilobytes}: {first} {said}");
        let (left, after) = second.split_once("code 0\n").unwrap_or_else(|| panic!("{kilobytes}: {said}"));
        assert!(!left.lines().any(|line| line.starts_with(".part-") || line == "0-of-2.json"), "{kilobytes}: {said}");
        let names = after.lines().next().unwrap_or_default();
        assert_eq!(names.split_whitespace().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{said}");
    }
}

//! Which submissions are whose, and what a part leaves.

use std::collections::BTreeSet;
use std::fs;

use grader::grade::shard::{self, Shard, ShardFile};

use super::{cheap, shard_file, shard_path};
use crate::grade::class::{BROKEN, records, stderr, stdout};
use crate::grade::running::{small, start};

/// Worked out by another program; an engine's job files rely on them from one version to the next.
#[test]
fn the_hash_of_the_id_decides() {
    for (id, of_3, of_8, of_200) in
        [("ada", 2, 6, 198), ("bo", 1, 3, 107), ("cy", 0, 2, 10), ("di", 0, 1, 41), ("2026001", 1, 5, 109)]
    {
        for (of, index) in [(1, 0), (3, of_3), (8, of_8), (200, of_200)] {
            let takers: Vec<u32> = (0..of).filter(|at| Shard { index: *at, of }.takes(id)).collect();
            assert_eq!(takers, [index], "{id} of {of}");
        }
    }
}

#[test]
fn parts_are_about_equal() {
    for of in [2, 8, 50] {
        let part = |index: u32| {
            let shard = Shard::new(index, of).unwrap();
            (0..10_000).filter(|number| shard.takes(&format!("2026{number:05}"))).count()
        };
        let even = 10_000 / of as usize;
        let sizes: Vec<usize> = (0..of).map(part).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 10_000);
        // Five standard deviations of a fair draw.
        let slack = (25.0 * even as f64).sqrt() as usize;
        assert!(sizes.iter().all(|size| size.abs_diff(even) <= slack), "{sizes:?}");
    }
}

/// Both parts at once in one folder, and each in a folder of its own: the same records as those of one machine.
#[test]
fn parts_make_the_whole() {
    let class = small();
    let mut children = ["0/2", "1/2", "1/2"].map(|part| start(&class, "none", &["--shard", part]));
    for child in &mut children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let out = class.path("graded");
    let in_parts = records(&out);
    assert_eq!(in_parts.len(), 4);
    let names: BTreeSet<String> =
        fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(
        names,
        ["course.toml", "results", "shards"].map(String::from).into(),
        "what is the whole class's is not"
    );

    let files = ShardFile::all(&out).unwrap();
    let ids = ["ada", "bo", "cy", "di"].map(String::from);
    let course = shard::digest(&fs::read(class.path("course.toml")).unwrap());
    for (at, (path, file)) in files.iter().enumerate() {
        assert_eq!(*path, shard_path(&class, &format!("{at}-of-2.json")));
        assert_eq!((file.schema, file.shard, file.of, &file.course), (1, at as u32, 2, &course));
        assert_eq!((file.submissions.as_slice(), &file.class), (&ids[..], &shard::digest(b"ada\nbo\ncy\ndi")));
        assert!(file.toolchain.starts_with("rustc 1.") && file.seconds.values().all(|seconds| *seconds > 0.0));
        let listing = file.listing.as_ref().unwrap();
        let listed: Vec<&String> = listing.submissions.iter().map(|found| &found.identity.id).collect();
        assert!(file.mine.iter().eq(listed.iter().copied()) && file.mine.iter().eq(file.seconds.keys()));
        assert_eq!((listing.seed, file.unplaced.len()), (0, 0), "what nobody may see is in the course file alone");
    }
    assert_eq!((&files[0].1.mine[..], &files[1].1.mine[..]), (&ids_of(&["ada", "cy"])[..], &ids_of(&["bo", "di"])[..]));

    // The whole class in the same folder: everything is there already.
    let whole = small();
    whole.grade(&[]).assert().success();
    assert_eq!(records(&whole.path("graded")), in_parts);
    class.grade(&[]).assert().success();
    let log = fs::read_to_string(out.join("audit.jsonl")).unwrap_or_default();
    assert_eq!(log, "", "nothing was judged again");
    assert_eq!(fs::read(out.join("grades.csv")).unwrap(), fs::read(whole.path("graded/grades.csv")).unwrap());
    let file = shard_file(&whole, "0-of-1.json");
    assert_eq!((file.class, file.mine.len(), file.listing), (files[0].1.class.clone(), 4, None));
}

fn ids_of(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_string()).collect()
}

/// One student more moves nobody: what is graded stays graded, and where.
#[test]
fn a_part_goes_on_where_it_was() {
    let class = cheap(4);
    let grade = |part: &str| stdout(&class.grade(&["--shard", part]).assert().success());
    let said = grade("0/2");
    let judged = || fs::read_to_string(shard_path(&class, "0-of-2.audit.jsonl")).unwrap().lines().count();
    let mine = shard_file(&class, "0-of-2.json").mine;
    assert_eq!(judged(), mine.len());
    assert!(said.contains(&format!("part 0/2: {} of 4 submissions", mine.len())) && said.contains("merge"), "{said}");
    grade("0/2");
    assert_eq!(judged(), mine.len(), "nothing was judged again");
    // A result that was cut short is made anew, whatever a clock has said.
    let path = class.path("graded/results").join(format!("{}.json", mine[0]));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    grade("0/2");
    assert_eq!(judged(), mine.len() + 1);
    for year in ["1970", "2170"] {
        fs::write(&path, text.replacen("\"at\": \"20", &format!("\"at\": \"{}", &year[..2]), 1)).unwrap();
        grade("0/2");
        assert_eq!(judged(), mine.len() + 1, "clocks of other machines do not matter");
    }
    let more = (4..50).map(|number| format!("student{number}")).find(|id| Shard::new(1, 2).unwrap().takes(id)).unwrap();
    class.hand_in(&more, &BROKEN);
    grade("0/2");
    assert_eq!((judged(), shard_file(&class, "0-of-2.json").submissions.len()), (mine.len() + 1, 5));
    // Parts of the class as it was then and of the class as it is now do not go together, and it shows.
    assert_eq!(shard_file(&class, "0-of-2.json").mine, mine);
}

#[test]
fn a_part_without_anybody_ends_well() {
    let class = cheap(1);
    let of_8 = (0..8).find(|index| !Shard::new(*index, 8).unwrap().takes("student0")).unwrap();
    class.grade(&["--shard", &format!("{of_8}/8")]).assert().success();
    let file = shard_file(&class, &format!("{of_8}-of-8.json"));
    assert_eq!((file.mine.len(), file.submissions.len()), (0, 1));
}

#[test]
fn a_part_file_that_was_cut_short_is_named() {
    let class = cheap(1);
    class.grade(&["--shard", "0/1"]).assert().success();
    let path = shard_path(&class, "0-of-1.json");
    let text = fs::read_to_string(&path).unwrap();
    for (bad, why) in [
        (text[..text.len() / 2].to_string(), "not whole"),
        (text.replacen("\"schema\": 1", "\"schema\": 7", 1), "version 7"),
        (text.replacen("\"of\": 1", "\"of\": 0", 1), "makes no sense"),
    ] {
        fs::write(&path, bad).unwrap();
        let said = format!("{:#}", ShardFile::all(&class.path("graded")).unwrap_err());
        assert!(said.contains("0-of-1.json") && said.contains(why), "{said}");
    }
}

/// Parts of one machine that begin at the same time look once whether right programs pass there; later ones not at all.
#[test]
fn the_preflight_is_kept_for_the_other_parts_of_a_machine() {
    // One in each part.
    let class = cheap(0);
    ["ada", "bo"].iter().for_each(|id| class.hand_in(id, &BROKEN));
    let command = |part: &str| {
        let mut command = class.command(&[]);
        command.arg(class.path("in")).args(["--sandbox", "none", "--shard", part, "--course"]);
        command.arg(class.path("course.toml")).arg("--out").arg(class.path("graded"));
        command
    };
    let said = |part: &str| stderr(&command(part).assert().success());
    let both = std::thread::scope(|scope| {
        let other = scope.spawn(|| said("1/2"));
        [said("0/2"), other.join().unwrap()]
    });
    let begun = |said: &&String| said.contains("do right programs pass here, now?");
    assert_eq!(both.iter().filter(begun).count(), 1, "{both:?}");
    fs::remove_dir_all(class.path("graded/results")).unwrap();
    for part in ["0/2", "1/2"] {
        let said = said(part);
        assert!(said.contains("passed here within the last hour"), "{said}");
    }
}

//! What does not fit is named, and nothing is written.

use std::fs;

use grader::grade::commands::exit;
use grader::grade::merge::gather;
use grader::grade::shard::Shard;

use super::made::Parts;

fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

#[test]
fn a_part_that_has_not_ended() {
    let parts = Parts::two();
    let (_, there) = parts.of("s001");
    let said = parts.refused(&[&there]);
    let gone: Vec<String> = parts.made.ids().into_iter().filter(|id| parts.of(id).1 != there).collect();
    assert!(!gone.is_empty());
    gone.iter().for_each(|id| says(&said, &[&format!("`{id}`: in no part that has ended")]));
    says(&said, &["--allow-missing"]);
}

#[test]
fn a_result_that_is_gone_or_cut_short() {
    let parts = Parts::two();
    let whole = fs::read(parts.result("s003")).unwrap();
    fs::write(parts.result("s003"), &whole[..whole.len() / 2]).unwrap();
    fs::remove_file(parts.result("s004")).unwrap();
    fs::write(parts.result("s005"), fs::read(parts.result("s006")).unwrap()).unwrap();
    let said = parts.refused(&["p0", "p1"]);
    says(&said, &["s003.json` was cut short", "s004.json` is not there", "s005.json` is somebody else's"]);
    assert!(!said.contains("s001"), "{said}");
}

/// Their marks stay open: nobody drops out, and nobody has 0 points for it. An older result is set aside.
#[test]
fn who_is_missing_is_a_row_all_the_same() {
    let parts = Parts::two();
    parts.merge(&["p0", "p1"]);
    fs::remove_file(parts.result("s004")).unwrap();
    let (_, there) = parts.of("s004");
    let options = grader::grade::merge::Options { allow_missing: true, ..parts.options(&[&there]) };
    let merged = gather(&options).unwrap_or_else(|ends| panic!("{:#}", ends.why));
    let class = merged.session.class().unwrap().0;
    let ids: Vec<&str> = class.rows.iter().map(|row| row.record.identity.id.as_str()).collect();
    assert_eq!(ids, ["s000", "s001", "s002", "s003", "s004", "s005", "s006", "zoe"]);
    let s004 = &class.rows[4];
    assert!(!s004.marks.open.is_empty(), "{:?}", s004.marks);
    assert!(parts.path("class/results/s004.json.older").exists());
}

#[test]
fn two_different_results_of_one_submission() {
    let parts = Parts::two();
    let (part, _) = parts.of("s002");
    parts.made.part(&parts.path("other"), part, |record| {
        if record.identity.id == "s002" {
            record.labs[0].points += 1;
        }
    });
    let said = parts.refused(&["p0", "other", "p1"]);
    says(&said, &["`s002` has different results in", "/other`"]);
    assert!(!said.contains("s003"), "{said}");
}

#[test]
fn a_part_of_another_class() {
    let parts = Parts::two();
    let more = super::made::Made::new(8);
    more.part(&parts.path("p1"), Shard { index: 1, of: 2 }, |_| {});
    let said = parts.refused(&["p0", "p1"]);
    says(&said, &["different classes", "0-of-2.json", "1-of-2.json", "`s007` is only in the second"]);
}

#[test]
fn a_part_by_another_grader_or_with_another_course() {
    for (change, word) in
        [(0, "by different graders (0.1.0, 0.2.0)"), (1, "with different compilers"), (2, "course file")]
    {
        let parts = Parts::two();
        parts.change(1, |file| match change {
            0 => file.grader = "0.2.0".to_string(),
            1 => file.toolchain = "rustc 1.96.0".to_string(),
            _ => file.course = "0".repeat(64),
        });
        says(&parts.refused(&["p0", "p1"]), &[word, "1-of-2.json"]);
    }
    let parts = Parts::two();
    fs::write(parts.path("p1/course.toml"), "labs = [1]\n").unwrap();
    says(&parts.refused(&["p0", "p1"]), &["p1/course.toml", "is not the course file"]);
}

#[test]
fn a_part_whose_file_was_cut_short_or_changed() {
    let parts = Parts::two();
    let path = Shard { index: 1, of: 2 }.path(&parts.path("p1"));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 20]).unwrap();
    says(&parts.refused(&["p0", "p1"]), &["1-of-2.json", "is not whole"]);
    fs::write(&path, &whole).unwrap();
    parts.change(1, |file| drop(file.submissions.pop()));
    says(&parts.refused(&["p0", "p1"]), &["1-of-2.json", "was changed"]);
}

#[test]
fn another_download_with_the_same_names() {
    let parts = Parts::two();
    let (part, folder) = parts.of("s002");
    fs::create_dir(parts.path("other")).unwrap();
    parts.made.part(&parts.path("other"), part, |_| {});
    let mut file = parts.made.file(part);
    for found in &mut file.listing.as_mut().unwrap().submissions {
        found.content = format!("later {}", found.content);
    }
    file.write(&parts.path("other")).unwrap();
    says(&parts.refused(&[&folder, "other"]), &["with other files", "/other/"]);
}

#[test]
fn a_folder_that_is_not_there_or_has_no_part() {
    let parts = Parts::two();
    let ends = gather(&parts.options(&["p0", "nowhere"])).map(drop).unwrap_err();
    assert_eq!(ends.code, exit::USAGE);
    says(&format!("{:#}", ends.why), &["nowhere"]);
    fs::create_dir(parts.path("empty")).unwrap();
    says(&parts.refused(&["p0", "empty"]), &["no part has ended in", "empty"]);
}

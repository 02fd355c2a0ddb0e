//! What people read: feedback, tables, a class without names, and the folders for tools that look for copies.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use grader::check::Kind;
use grader::grade::model::*;
use grader::grade::output::share::share;
use grader::grade::output::{csv, feedback, plagiarism, report, table, words};
use tempfile::TempDir;

use crate::sample::sample_class;

/// A mark with every part: points, points of people, lateness.
fn marked() -> Class {
    let mut class = sample_class(1);
    class.rows[0].marks = Marks {
        raw: Hundredths(6_000),
        manual: Hundredths(450),
        manual_items: vec![ManualMark {
            item: "style".to_string(),
            points: Hundredths(450),
            of: Hundredths(1_000),
            by: "ta7".to_string(),
            comment: "short functions".to_string(),
        }],
        penalty: Hundredths(1_000),
        total: Hundredths(5_450),
        of: Hundredths(11_000),
        grade: Some("3.3".to_string()),
        late: Some(Late { told: "2 days late, 10 points off".to_string(), ..Late::default() }),
        overrides: vec!["final 54.00 -> 54.50, by prof, oral".to_string()],
        ..Marks::default()
    };
    class.rows[0].note = "the same files as s0003".to_string();
    class
}

#[test]
fn feedback_says_how_the_mark_came_about() {
    let class = marked();
    let text = feedback::markdown(&class, &class.rows[0]);
    let page = feedback::html(&class, &class.rows[0]).unwrap();
    for part in [
        "60.00",
        "+ 4.50 of 10.00",
        "- 10.00",
        "54.50 of 110.00",
        "3.3",
        "2 days late, 10 points off",
        "short functions",
        "changed by hand",
    ] {
        let escaped = part.replace('+', "\\+").replace('-', "\\-").replace('.', "\\.");
        assert!(text.contains(&escaped), "{escaped}");
        assert!(page.contains(part), "{part}: {page}");
    }
    for part in ["ta7", "prof", "oral", "s0003"] {
        assert!(!page.contains(part) && !text.contains(part), "{part} stays with the teacher");
    }
}

#[test]
fn feedback_shows_the_report_as_at_home() {
    let class = sample_class(12);
    let mut shown = 0;
    for row in &class.rows {
        let (text, page) = (feedback::markdown(&class, row), feedback::html(&class, row).unwrap());
        for (id, seen) in row.record.observed.cases.iter() {
            let hidden = id.starts_with("1.16");
            assert_eq!(text.contains(&seen.report), !hidden, "{id}");
            assert_eq!(page.contains(&seen.report), !hidden, "{id}");
            shown += usize::from(!hidden);
        }
    }
    assert!(shown > 20, "{shown}");
}

#[test]
fn feedback_names_the_sandbox_where_it_was_weak() {
    for (sandbox, expected) in
        [("bwrap", None), ("uid", Some("Weak sandbox (uid)")), ("none", Some("No sandbox (none)"))]
    {
        let mut class = sample_class(1);
        class.rows[0].record.sandbox = sandbox.to_string();
        let page = feedback::html(&class, &class.rows[0]).unwrap();
        assert_eq!(page.contains("class=\"banner\""), expected.is_some(), "{sandbox}");
        let everywhere = [
            page,
            feedback::markdown(&class, &class.rows[0]).replace('\\', ""),
            table::table(&class),
            report::html(&class).unwrap(),
        ];
        for text in everywhere {
            assert!(expected.is_none_or(|expected| text.contains(expected)), "{sandbox}: {text}");
        }
    }
}

#[test]
fn feedback_without_a_grade_says_why() {
    let class = sample_class(60);
    let cases = [
        (Status::Absent, "Nothing was handed in."),
        (Status::BadArchive, "the central directory is cut off"),
        (Status::NeedsALook, "Not marked yet"),
    ];
    for (status, expected) in cases {
        let row = class.rows.iter().find(|row| row.record.status == status).unwrap();
        let page = feedback::html(&class, row).unwrap();
        assert!(page.contains(expected), "{status:?}: {page}");
    }
}

#[test]
fn an_open_mark_is_an_empty_cell() {
    let class = sample_class(60);
    let text = csv::table(&class).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let expected =
        "id,name,email,canvas,login,moodle,sid,group,received,status,lab1_status,lab1_raw,lab1_total,lab1_of";
    assert!(headers.iter().collect::<Vec<_>>().join(",").starts_with(expected), "{headers:?}");
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    for (record, row) in reader.records().zip(&class.rows) {
        let record = record.unwrap();
        let open = !row.marks.open.is_empty();
        let total = if open { String::new() } else { row.marks.total.to_string() };
        assert_eq!((&record[at("id")], &record[at("final")]), (row.record.identity.id.as_str(), total.as_str()));
        assert_eq!(&record[at("open")], row.marks.open.join("; "));
        assert_eq!(&record[at("raw")], row.marks.raw.to_string());
    }
    assert!(text.ends_with("\r\n"));
}

#[test]
fn the_terminal_table_says_what_matters() {
    let mut class = sample_class(60);
    class.preflight = vec!["lab 4: the solution failed 4.14".to_string()];
    let text = table::table(&class);
    for part in [
        "s0017",
        "absent",
        "bad archive",
        "needs a look",
        "60 submissions",
        "!! this machine: lab 4",
        "not placed: J Smith_4711/lab1.zip",
        "  open  ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn every_kind_of_finding_has_words() {
    let mut all = BTreeSet::new();
    for kind in Kind::ALL {
        let doing = words::doing(kind.as_str());
        assert!(!doing.starts_with("fail (") && doing.len() < 60 && all.insert(doing.clone()), "{doing}");
    }
    assert_eq!(words::doing("something-new"), "fail (something-new)");
}

#[test]
fn a_shared_class_has_no_names() {
    let mut class = sample_class(24);
    let other = class.rows[3].record.identity.people[0].name.clone();
    let own = class.rows[1].record.identity.people[0].clone();
    let row = &mut class.rows[1];
    row.note = format!("the same as {other}");
    row.record.ignored.push((format!("home/{}/notes.txt", own.name), String::new()));
    row.record.message = format!("mail {} or student1 (sid {})", own.email.unwrap(), own.ids["sid"]);
    row.record.labs[0].message = format!("/home/{}/lab1", own.ids["login"]);
    row.marks.overrides = vec![format!("s0001: {} asked", own.name)];
    let (shared, key) = share(&class, "secret").unwrap();
    let everything =
        format!("{shared:?}{}{}", report::html(&shared).unwrap(), csv::table(&shared).unwrap()).to_lowercase();
    for person in class.rows.iter().flat_map(|row| &row.record.identity.people) {
        let name = person.name.to_lowercase();
        let told = [Some(name), person.email.clone(), person.ids.get("login").cloned(), person.ids.get("sid").cloned()];
        for text in told.into_iter().flatten() {
            assert!(!everything.contains(&text), "{text}");
        }
    }
    assert!(
        !everything.contains("s0001") && !everything.contains("assignsubmission") && !everything.contains("müller")
    );
    assert_eq!(key.rows.len(), 24);
    assert_eq!(key.csv().unwrap().lines().next(), Some("pseudonym,id,names,emails"));
}

/// The marks are the same, whoever they belong to; and the order of pseudonyms says nothing.
#[test]
fn a_shared_class_keeps_its_marks() {
    let class = sample_class(40);
    let (shared, key) = share(&class, "secret").unwrap();
    for row in &class.rows {
        let pseudonym = key.pseudonym(&row.record.identity.id).unwrap();
        let same = shared.rows.iter().find(|row| row.record.identity.id == pseudonym).unwrap();
        assert_eq!((same.marks.total, same.record.labs.len()), (row.marks.total, row.record.labs.len()));
        let points = |row: &Row| row.record.labs.iter().map(|lab| lab.points).collect::<Vec<_>>();
        assert_eq!(points(same), points(row));
    }
    let order =
        |secret: &str| share(&class, secret).unwrap().1.rows.into_iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    let ids: Vec<String> = class.rows.iter().map(|row| row.record.identity.id.clone()).collect();
    assert_eq!(order("secret"), order("secret"));
    assert_ne!(order("secret"), order("another"));
    assert_ne!(order("secret"), ids);
}

/// A student who is called like a peer of lab 5 is not told by the ladders, which all have that peer.
#[test]
fn peers_keep_their_names() {
    let mut class = sample_class(6);
    class.rows[2].record.identity.people[0].name = "Bob Client".to_string();
    let (shared, _) = share(&class, "secret").unwrap();
    let peers = |class: &Class| -> BTreeSet<String> {
        let seen = class.rows.iter().flat_map(|row| row.record.observed.cases.iter().map(|(_, seen)| seen));
        seen.flat_map(|seen| seen.ladder.into_iter().map(|rung| rung.peer)).collect()
    };
    assert_eq!(peers(&shared), peers(&class));
    assert!(!format!("{shared:?}").contains("Bob Client"));
}

fn files(id: &str) -> Vec<(String, Vec<u8>)> {
    let of = |path: &str| (path.to_string(), format!("// {id}\nfn main() {{}}\n").into_bytes());
    vec![of("lab1/src/lib.rs"), of("lab2/src/lib.rs"), of("../escaped.rs"), of("/tmp/escaped.rs"), of("a\\..\\b.rs")]
}

fn tree(folder: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => drop(all.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_string())),
            }
        }
    }
    all
}

#[test]
fn plagiarism_tools_get_folders_without_names() {
    let class = sample_class(3);
    let stubs = vec![("lab1/src/lib.rs".to_string(), b"todo!()".to_vec())];
    let outside = TempDir::new().unwrap();
    let folder = outside.path().join("jplag");
    let written = plagiarism::jplag(&class, &folder, "secret", &files, &stubs).unwrap();
    let expected = [
        "README.md",
        "base/lab1/src/lib.rs",
        "submissions/p01/lab1/src/lib.rs",
        "submissions/p01/lab2/src/lib.rs",
        "submissions/p02/lab1/src/lib.rs",
        "submissions/p02/lab2/src/lib.rs",
        "submissions/p03/lab1/src/lib.rs",
        "submissions/p03/lab2/src/lib.rs",
    ];
    assert_eq!(tree(&folder), expected.map(String::from).into());
    assert_eq!((written.submissions, written.files, written.left_out.len()), (3, 7, 9));
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1, "nothing beside its folder");
    let folder = outside.path().join("dolos");
    plagiarism::dolos(&class, &folder, "secret", &files, &stubs).unwrap();
    let info = fs::read_to_string(folder.join("info.csv")).unwrap();
    let mut reader = ::csv::Reader::from_reader(info.as_bytes());
    let names: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_string()).collect();
    assert_eq!(names.len(), 6);
    assert!(names.iter().all(|name| folder.join(name).is_file()), "{names:?}");
    assert!(!info.contains("Ada") && !info.contains("s0000"));
}

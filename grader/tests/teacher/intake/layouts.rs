//! One fixture for each form of download, and what is made of it.

use grader::grade::intake::Options;
use grader::grade::model::Tries;

use super::make::{Place, gz, lib, tar_of, told, zip_of};

fn labs(labs: &[u8]) -> Options {
    Options { labs: labs.to_vec(), ..Options::default() }
}

/// The same class in each wrapping must come out the same.
#[test]
fn folders_zips_tars_and_one_archive_of_all() {
    let files = [("labs/lab1/src/lib.rs", "// a"), ("labs/lab1/Cargo.toml", "x"), ("README.md", "me")];
    let packed = |one: &str| match one {
        "zip" => zip_of(&files),
        "tar" => tar_of(&files),
        _ => gz(&tar_of(&files)),
    };
    let expected = |layout: &str, kind: &str| {
        let prefix = if kind.is_empty() { "" } else { "anna/" };
        format!(
            "{layout}\nanna: anna; lab1\n  lab1: Cargo.toml src/lib.rs\n  - {prefix}README.md: it is not in the folder of a lab\n"
        )
    };
    for kind in ["zip", "tar", "tar.gz", "tgz"] {
        let place = Place::new();
        place.write(&format!("anna.{kind}"), packed(kind));
        assert_eq!(place.told(&Options::default()), expected("one archive per student", kind), "{kind}");
        // A single submission.
        let one = place.path(&format!("in/anna.{kind}"));
        let intake = place.intake_of(&one, &Options::default()).unwrap();
        assert_eq!(told(&intake), expected("the submission of one student", kind), "{kind}");
    }
    let place = Place::new();
    for (name, text) in files {
        place.write(&format!("anna/{name}"), text);
    }
    assert_eq!(place.told(&Options::default()), expected("one folder per student", ""));

    let inside: Vec<(String, &str)> = files.iter().map(|(name, text)| (format!("class/anna/{name}"), *text)).collect();
    let inside: Vec<(&str, &str)> = inside.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let bert = [("class/bert/lib.rs", "// b")];
    let all = [&inside[..], &bert[..]].concat();
    for (name, bytes) in [("all.zip", zip_of(&all)), ("all.tar.gz", gz(&tar_of(&all)))] {
        let place = Place::new();
        place.write(name, bytes);
        let intake = place.intake_of(&place.path("in").join(name), &labs(&[1])).unwrap();
        assert_eq!(told(&intake), expected("one folder per student", "") + "bert: bert; lab1\n", "{name}");
    }
}

/// What it is, its files, the options, what is told of it.
type Row<'a> = (&'a str, Vec<(&'a str, Vec<u8>)>, Options, &'a str);

#[test]
fn platforms() {
    let zipped = zip_of(&[("src/lib.rs", &lib(2)), ("__MACOSX/._lib.rs", "junk"), (".DS_Store", "junk")]);
    let rows: Vec<Row<'_>> = vec![
        (
            "moodle in folders: two of equal name, an odd name, a trailing _, __MACOSX, online text beside a file",
            vec![
                ("Anna Müller_101_assignsubmission_file/lab2.zip", zipped.clone()),
                ("Anna Müller_102_assignsubmission_file_/lib.rs", lib(1).into()),
                ("Anna Müller_102_assignsubmission_onlinetext/onlinetext.html", "<p>fn</p>".into()),
                ("Zoë Ö'Neill-Ng_7_assignsubmission_file/lab 1/src/lib.rs", "//".into()),
                ("__MACOSX/Anna", "junk".into()),
                ("Bert_9_assignsubmission_onlinetext_/onlinetext.html", "<p>fn main</p>".into()),
            ],
            Options::default(),
            "a Moodle download, in folders
anna-muller-101: Anna Müller; lab2
  - .DS_Store: macOS adds it
  - __MACOSX/: macOS adds it
anna-muller-102: Anna Müller; lab1
  - onlinetext.html: online text is HTML, in which an editor has changed spaces, quotes and `<`: it is not taken as `lib.rs`; \
             ask for the file, or put it there by hand
bert-9: Bert; 
  Empty: there is no `lib.rs` of a lab in it (`onlinetext.html`: online text is HTML, in which an editor has changed spaces, \
             quotes and `<`: it is not taken as `lib.rs`; ask for the file, or put it there by hand); try: hand in the lab's \
             folder, with `src/lib.rs`
  - onlinetext.html: online text is HTML, in which an editor has changed spaces, quotes and `<`: it is not taken as `lib.rs`; \
             ask for the file, or put it there by hand
zoe-o-neill-ng-7: Zoë Ö'Neill-Ng; lab1
",
        ),
        (
            "moodle flat",
            vec![
                ("Anna Ng_5_assignsubmission_file_lib.rs", lib(3).into()),
                ("Anna Ng_5_assignsubmission_file_notes.txt", "n".into()),
                ("Bo_6_assignsubmission_file_my_lab4.zip", zip_of(&[("x/src/lib.rs", "//")])),
            ],
            Options::default(),
            "a Moodle download, not in folders
anna-ng-5: Anna Ng; lab3
  - notes.txt: it is not in the folder of a lab
bo-6: Bo; lab4
",
        ),
        (
            "moodle blind",
            vec![
                ("Participant_12_assignsubmission_file/lib.rs", "//".into()),
                ("Participant_3_assignsubmission_file/lib.rs", "//".into()),
            ],
            labs(&[5]),
            "a Moodle download, in folders, blind
participant-12: Participant 12; lab5
participant-3: Participant 3; lab5
",
        ),
        (
            "canvas: late, two files, tries, text and link entries",
            vec![
                ("muellerannna_LATE_11_501_lab1.zip", zip_of(&[("lib.rs", "//")])),
                ("ngzoe_12_601_lib.rs", "// first".into()),
                ("ngzoe_12_607_lib-1.rs", lib(1).into()),
                ("ngzoe_12_607_net.rs", "// once".into()),
                ("okbo_13_text.html", "<p>".into()),
                ("okcy_14_link.html", "<a>".into()),
                ("okdi_15_700_lab-2.zip", zip_of(&[("lib.rs", "//")])),
                ("readme.txt", "by hand".into()),
            ],
            labs(&[1, 2]),
            "a Canvas download
muellerannna-11: muellerannna, late; lab1
ngzoe-12: ngzoe; lab1
  lab1: src/lib.rs src/net.rs
  not graded: ngzoe_12_601_lib.rs (try 1)
okbo-13: okbo; 
  Empty: there is no `lib.rs` of a lab in it (`text.html`: online text is HTML, in which an editor has changed spaces, quotes \
             and `<`: it is not taken as `lib.rs`; ask for the file, or put it there by hand); try: hand in the lab's folder, \
             with `src/lib.rs`
  - text.html: online text is HTML, in which an editor has changed spaces, quotes and `<`: it is not taken as `lib.rs`; ask \
             for the file, or put it there by hand
okcy-14: okcy; 
  Empty: there is no `lib.rs` of a lab in it; try: hand in the lab's folder, with `src/lib.rs`
  - link.html: it is a link, which is not followed; ask for the file
okdi-15: okdi; lab2
unplaced readme.txt: its name is not one that Canvas makes
",
        ),
        (
            "canvas, anonymous",
            vec![("anon_77_501_lib.rs", "//".into())],
            labs(&[1]),
            "a Canvas download, anonymous
anon-77: anonymous 77; lab1
",
        ),
        (
            "gradescope: one, a group, one that the metadata does not know",
            vec![
                (
                    "assignment_9_export/submission_metadata.yml",
                    "---
submission_41:
  :submitters:
  - :name: Anna Ng
    :sid: '0041'
    :email: anna@uni.example
  :created_at: 2026-03-01 10:00:00.000000000 +01:00
  :score: 3.0
  :history:
  - :created_at: 2026-02-28 10:00:00.000000000 Z
    :score: 1.0
submission_42:
  :submitters:
  - :name: Bo
    :sid: 42
  - :name: Cy
    :email: cy@uni.example
  :created_at: 2026-03-02T10:00:00Z
submission_43:
  :submitters:
  - :name: Gone
"
                    .into(),
                ),
                ("assignment_9_export/submission_41/src/lib.rs", lib(1).into()),
                ("assignment_9_export/submission_42/lab1/lib.rs", "//".into()),
                ("assignment_9_export/submission_42/__MACOSX/x", "junk".into()),
                ("assignment_9_export/submission_99/lib.rs", "//".into()),
            ],
            Options::default(),
            "a Gradescope export
0041: Anna Ng, 2026-03-01T09:00:00Z; lab1
  not graded: 2026-02-28T10:00:00Z
submission_42: Bo + Cy, 2026-03-02T10:00:00Z; lab1
  - __MACOSX: macOS adds it
unplaced submission_43: the metadata names it, but it is not there
unplaced submission_99: the metadata does not name it
",
        ),
        (
            "a pattern",
            vec![
                ("u17#Anna Ng#2#lib.rs", "// 2".into()),
                ("u17#Anna Ng#10#lib.rs", "// 10".into()),
                ("u18#Bo#1#LATE lib.rs", "//".into()),
                ("index.html", "".into()),
            ],
            Options {
                pattern: Some("^(?P<id>u[0-9]+)#(?P<name>[^#]+)#(?P<try>[0-9]+)#(?:(?P<late>LATE) )?(?P<file>.+)$".into()),
                labs: vec![1],
                ..Options::default()
            },
            "names that the course's own pattern fits
u17: Anna Ng; lab1
  not graded: u17#Anna Ng#2#lib.rs (try 2)
u18: Bo, late; lab1
unplaced index.html: the intake's pattern does not fit its name
",
        ),
        (
            "a list by hand: what is nobody's is told",
            vec![
                ("anna/lab1/src/lib.rs", "//".into()),
                ("bo.rar", "Rar!".into()),
                ("grades.csv", "a,b".into()),
                ("cy/notes.txt", "later".into()),
                ("di/sol.7z", "7z".into()),
            ],
            Options::default(),
            "one folder per student
anna: anna; lab1
cy: cy; 
  Empty: there is no `lib.rs` of a lab in it; try: hand in the lab's folder, with `src/lib.rs`
  - notes.txt: it is not in the folder of a lab
di: di; 
  Empty: there is no `lib.rs` of a lab in it (`sol.7z`: archives of this kind are not read; try: a zip or tar.gz); try: hand in \
             the lab's folder, with `src/lib.rs`
  - sol.7z: archives of this kind are not read; try: a zip or tar.gz
unplaced bo.rar: archives of this kind are not read; try: a zip or tar.gz
unplaced grades.csv: it is neither a folder nor an archive of a student
",
        ),
    ];
    let mut wrong = String::new();
    for (what, files, options, expected) in rows {
        let place = Place::new();
        for (name, bytes) in files {
            place.write(name, bytes);
        }
        let got = place.told(&options);
        if got != expected {
            wrong.push_str(&format!("== {what}\n-- want\n{expected}-- got\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Info-ZIP, Java, Python with a stream (sizes behind the data) and with zip64, GNU tar and Python's: what a strict reader
/// could trip over.
#[test]
fn archives_of_real_programs() {
    let fixtures = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/intake");
    let mut read = 0;
    for entry in std::fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let place = Place::new();
        place.write(&name, std::fs::read(&path).unwrap());
        let told = place.told(&Options::default());
        let id = name.split('.').next().unwrap();
        assert_eq!(told, format!("one archive per student\n{id}: {id}; lab1\n"));
        read += 1;
    }
    assert_eq!(read, 6);
}

/// A folder with nothing in it is somebody who handed in nothing that can be read, not nobody.
#[test]
fn an_empty_folder_is_a_submission() {
    let place = Place::new();
    place.folder("anna").write("bo/lab1/src/lib.rs", "//");
    let intake = place.intake(&Options::default()).unwrap();
    assert_eq!(intake.found.iter().map(|found| found.labs.len()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn which_try_counts() {
    let place = Place::new();
    place.write("ngzoe_12_601_lib.rs", "// first").write("ngzoe_12_607_lib-1.rs", "// second");
    let told = |tries| place.told(&Options { tries, labs: vec![1], ..Options::default() });
    let (latest, best, error) = (told(Tries::Latest), told(Tries::Best), told(Tries::Error));
    assert_eq!(latest, "a Canvas download\nngzoe-12: ngzoe; lab1\n  not graded: ngzoe_12_601_lib.rs (try 1)\n");
    assert_eq!(best, "a Canvas download\nngzoe-12: ngzoe; lab1\nngzoe-12: ngzoe, try 2; lab1\n");
    assert!(error.contains("unplaced ngzoe_12_601_lib.rs (try 1): `ngzoe` has several submissions"), "{error}");
    let latest = place.intake(&Options { labs: vec![1], ..Options::default() }).unwrap();
    assert_eq!(std::fs::read_to_string(latest.found[0].labs[&1].join("src/lib.rs")).unwrap(), "// second");
}

#[test]
fn what_cannot_be_told_is_an_error_that_says_how_to_go_on() {
    let place = Place::new();
    place.write("notes.txt", "no list").write("anna/lib.rs", "//");
    let cases = [
        ("in/notes.txt", None, "neither a folder nor an archive nor a list"),
        ("in/gone", None, "cannot read"),
        ("in", Some("("), "the pattern of the intake is none"),
        ("in", Some("(?P<nmae>x)"), "has a group `nmae`; try: (?P<id>...)"),
        ("in", Some("(?P<file>x)"), "says nobody's name"),
        ("in", Some("^(?P<id>[0-9]+)$"), "fits no name here, such as `anna`"),
    ];
    for (from, pattern, expected) in cases {
        let options = Options { pattern: pattern.map(str::to_string), ..Options::default() };
        let error = format!("{:#}", place.intake_of(&place.path(from), &options).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }
}

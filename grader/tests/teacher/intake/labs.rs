//! Where labs are found in what students hand in.

use grader::grade::intake::Options;

use super::make::{Place, lib, zip_of};

/// What it is, the files of anna's zip, the labs that are asked for, what is told of her.
type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a [u8], &'a str);

#[test]
fn wherever_they_are() {
    let two = lib(2);
    let rows: Vec<Row<'_>> = vec![
        (
            "the whole workspace, with what is never taken",
            vec![
                ("labs/lab1/src/lib.rs", "//"),
                ("labs/lab1/src/net/mod.rs", "//"),
                ("labs/lab2/src/lib.rs", "//"),
                ("labs/lab2/build.rs", "//"),
                ("labs/lab2/target/debug/lab2", "elf"),
                (".git/config", "x"),
                ("grader/src/lib.rs", "//"),
            ],
            &[1, 2],
            "anna: anna; lab1 lab2
  lab1: src/lib.rs src/net/mod.rs
  lab2: build.rs src/lib.rs
  - .git/: version control is not read
  - anna/grader/src/lib.rs: it is not in the folder of a lab
  - labs/lab2/target/: what the compiler made is made anew
unplaced anna.zip: `anna/grader/src/lib.rs`: nothing tells which lab it is; try: a folder `labN`
",
        ),
        ("only the labs", vec![("lab4/src/lib.rs", "//"), ("lab5/src/lib.rs", "//")], &[], "anna: anna; lab4 lab5\n"),
        ("one folder too deep", vec![("hw/lab4/src/lib.rs", "//")], &[], "anna: anna; lab4\n"),
        ("three too deep", vec![("a/b/c/labs/lab4/src/lib.rs", "//")], &[], "anna: anna; lab4\n"),
        ("src alone, one lab asked for", vec![("src/lib.rs", "//")], &[3], "anna: anna; lab3\n"),
        ("src alone, by its stubs", vec![("src/lib.rs", &two)], &[], "anna: anna; lab2\n"),
        (
            "lib.rs alone",
            vec![("lib.rs", &two), ("net.rs", "//")],
            &[1, 2],
            "anna: anna; lab2\n  lab2: src/lib.rs src/net.rs\n",
        ),
        ("another name", vec![("lab1_lib.rs", "//"), ("Lab 2.rs", "//")], &[], "anna: anna; lab1 lab2\n"),
        ("as a browser names it", vec![("lib (1).rs", "//")], &[1], "anna: anna; lab1\n"),
        ("in a folder that says so", vec![("Lab 2 - final/lib.rs", "//")], &[], "anna: anna; lab2\n"),
        ("with backslashes", vec![("labs\\lab4\\src\\lib.rs", "//")], &[], "anna: anna; lab4\n"),
        (
            "the exact folder beats a name",
            vec![("lab1/src/lib.rs", "//"), ("lab1 old/src/lib.rs", "//")],
            &[1],
            "anna: anna; lab1\n  - anna/lab1 old/src/lib.rs: it is not in the folder of a lab\n",
        ),
        (
            "a module that is called lib.rs",
            vec![("lab1/src/lib.rs", "//"), ("lab1/src/util/lib.rs", "//"), ("lab1/src/sub/src/lib.rs", "//")],
            &[1],
            "anna: anna; lab1\n  lab1: src/lib.rs src/sub/src/lib.rs src/util/lib.rs\n",
        ),
        (
            "not asked for",
            vec![("lab1/src/lib.rs", "//"), ("lab2/src/lib.rs", "//")],
            &[1],
            "anna: anna; lab1\n  - anna/lab2/src/lib.rs: this lab is not asked for\n",
        ),
        (
            "two of one lab",
            vec![("a/lab1/src/lib.rs", "//"), ("b/lab1/src/lib.rs", "//")],
            &[1],
            "unplaced anna.zip: there are several of lab 1: `anna/a/lab1/src/lib.rs`, `anna/b/lab1/src/lib.rs`\n",
        ),
        (
            "nothing tells which",
            vec![("src/lib.rs", "// nothing")],
            &[1, 2],
            "unplaced anna.zip: `anna/src/lib.rs`: nothing tells which lab it is; try: a folder `labN`\n",
        ),
        (
            "no lab at all",
            vec![("thesis.pdf", "%PDF")],
            &[1],
            "anna: anna; 
  Empty: there is no `lib.rs` of a lab in it; try: hand in the lab's folder, with `src/lib.rs`
  - anna/thesis.pdf: it is not in the folder of a lab
",
        ),
    ];
    let mut wrong = String::new();
    for (what, files, labs, expected) in rows {
        let place = Place::new();
        place.write("anna.zip", zip_of(&files));
        let got = place.told(&Options { labs: labs.to_vec(), ..Options::default() });
        if got != format!("one archive per student\n{expected}") {
            wrong.push_str(&format!("== {what}\n-- want\n{expected}-- got\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The platform's archive, the student's own in it, and no further.
#[test]
fn a_zip_in_a_zip_in_a_zip() {
    let innermost = zip_of(&[("lab1/src/lib.rs", "// too deep")]);
    let inner = super::make::zip(&[
        super::make::item("lab2/src/lib.rs", "// right"),
        super::make::item("lab1.zip", &innermost),
    ]);
    let outer = super::make::zip(&[super::make::item("Anna_7_assignsubmission_file/work.zip", &inner)]);
    let place = Place::new();
    place.write("all.zip", outer);
    let intake = place.intake_of(&place.path("in/all.zip"), &Options::default()).unwrap();
    assert_eq!(
        super::make::told(&intake),
        "a Moodle download, in folders\nanna-7: Anna; lab2\n  - lab1.zip: an archive in an archive is not opened\n"
    );
}

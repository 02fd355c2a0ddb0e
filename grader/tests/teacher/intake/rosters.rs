//! Class lists: how they are read, whom they place, who is absent.

use std::fs;

use grader::grade::intake::{Options, roster};
use grader::grade::model::Tries;

use super::make::{Place, told};

#[test]
fn columns_and_the_quirks_of_spreadsheets() {
    let rows: &[(&[u8], &str)] = &[
        (b"name,email,sid\nAnna Ng,a@x,0012\n", "Anna Ng a@x sid=0012"),
        (b"\xef\xbb\xbfLast name;First name;ID number;Group\r\nNg;Anna;12;G1\r\n", "Anna Ng  sid=12 G1"),
        (b"sep=;\nFull name;Username\n\"Ng; Anna\";ang\n", "Ng; Anna  login=ang"),
        (b"Name\tStudent ID\nAnna\t=\"0012\"\n", "Anna  sid=0012"),
        (b"Name,Student ID\nAnna,'0012\n", "Anna  sid=0012"),
        (
            b"Student,ID,SIS User ID,SIS Login ID,Section\n\"Ng, Anna\",77,s1,ang,A\n",
            "Ng, Anna  canvas=77 login=ang sid=s1",
        ),
        (b"Identifier,Full name,Email address\nTeilnehmer 31,Anna,a@x\n", "Anna a@x moodle=31"),
        (b"Vorname;Nachname;E-Mail-Adresse\nZo\xeb;M\xfcller;z@x\n", "Zo\u{eb} M\u{fc}ller z@x"),
        (b"name\nA\x1b[2Jnna\n\n,\n", "A[2Jnna "),
    ];
    for (bytes, expected) in rows {
        let roster = roster::parse(bytes).unwrap();
        let row = &roster.rows[0];
        let ids = row.person.ids.iter().map(|(kind, id)| format!(" {kind}={id}")).collect::<String>();
        let group = row.group.iter().map(|group| format!(" {group}")).collect::<String>();
        let got = format!("{} {}{ids}{group}", row.person.name, row.person.email.as_deref().unwrap_or_default());
        assert_eq!(got, *expected);
        assert_eq!(roster.rows.len(), 1, "{expected}");
    }
    for (bytes, expected) in [
        (&b"points,group\n3,a\n"[..], "no column says who it is"),
        (b"\xff\xfen\0", "UTF-16; try: save it as `CSV UTF-8`"),
        (b"", "no column says who it is"),
    ] {
        let error = format!("{:#}", roster::parse(bytes).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }
    let notes = roster::parse(b"name,sid\na,001234\nb,4321\nc,123456\nd,1.23E+05\ne,100001\n").unwrap().notes;
    assert!(
        notes.iter().any(|note| note.contains("1 of the roster's 4 numbers are shorter than 6 digits")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.contains("1.23E+05 was rounded")), "{notes:?}");
}

fn with(place: &Place, csv: &str) -> Options {
    // Beside the download it would be taken for a part of it.
    let path = place.path("spool.csv");
    fs::write(&path, csv).unwrap();
    Options { roster: Some(path), labs: vec![1], ..Options::default() }
}

/// `(what, roster, names at the top, expected)`
#[test]
fn whom_a_name_places() {
    let rows: &[(&str, &str, &[&str], &str)] = &[
        (
            "by number, login, address, either order of a name, without accents",
            "name,sid,login,email\nAnna Ng,0012,ang,a@x\nBo Li,13,bli,b@x\nZoë Ö'Neill-Ng,14,zon,z@x\nCy,15,cy,c@x\nDi,16,di,d@x\n",
            &["12", "Li Bo", "oneill ng, zoe", "C@X"],
            "one folder per student
ang: Anna Ng; lab1
bli: Bo Li; lab1
cy: Cy; lab1
zon: Zoë Ö'Neill-Ng; lab1
absent: di (Di)
",
        ),
        (
            "two of equal name: listed, and not absent",
            "name,sid\nAnna Ng,1\nAnna Ng,2\nBo,3\n",
            &["Anna Ng", "Bo"],
            "one folder per student
3: Bo; lab1
unplaced Anna Ng: 2 people on the roster could be meant by `Anna Ng`; try: a roster with the platform's numbers
note: several people on the roster are called `Anna Ng`: a name alone does not place theirs
",
        ),
        (
            "two of equal name, told apart by Moodle's numbers",
            "name,sid,moodle\nAnna Ng,1,Participant 51\nAnna Ng,2,52\n",
            &["Anna Ng_51_assignsubmission_file", "Anna Ng_52_assignsubmission_file"],
            "a Moodle download, in folders
1: Anna Ng; lab1
2: Anna Ng; lab1
note: several people on the roster are called `Anna Ng`: a name alone does not place theirs
",
        ),
        (
            "two of equal name in the download, one on the roster",
            "name,sid\nAnna Ng,1\n",
            &["Anna Ng_51_assignsubmission_file", "Anna Ng_52_assignsubmission_file"],
            "a Moodle download, in folders
unplaced Anna Ng_51_assignsubmission_file: submissions of different people are all taken for `Anna Ng`'s, by the name alone
unplaced Anna Ng_52_assignsubmission_file: submissions of different people are all taken for `Anna Ng`'s, by the name alone
",
        ),
        (
            "groups; one is absent",
            "name,login,group\nAnna,a,Red\nBo,b,Red\nCy,c,Blue\nDi,d,Blue\n",
            &["Red_7_assignsubmission_file"],
            "a Moodle download, in folders
red-ba19e9c3d5: Anna + Bo of Red; lab1
absent: blue-ec7d56a016 (Cy + Di)
",
        ),
        (
            "not on the roster: graded, and told",
            "name,login\nAnna,a\n",
            &["Anna", "Mallory"],
            "one folder per student
a: Anna; lab1
mallory-941e7c6118: Mallory; lab1
note: `Mallory` (Mallory) is not on the roster
",
        ),
        (
            "the same person twice, and nothing says which is later",
            "name,login\nAnna Ng,a\n",
            &["Anna Ng", "Ng Anna"],
            "one folder per student
unplaced Anna Ng: `Anna Ng` has several submissions, and nothing says which is the latest; try: remove one, or grade the best
unplaced Ng Anna: `Anna Ng` has several submissions, and nothing says which is the latest; try: remove one, or grade the best
",
        ),
    ];
    let mut wrong = String::new();
    for (what, csv, tops, expected) in rows {
        let place = Place::new();
        for top in *tops {
            place.write(&format!("{top}/src/lib.rs"), "//");
        }
        let options = with(&place, csv);
        let got = told(&grader::grade::intake::intake(&place.path("in"), &options, &place.path("spool")).unwrap());
        if got != *expected {
            wrong.push_str(&format!("== {what}\n-- want\n{expected}-- got\n{got}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// An id that stands in a student's file is nobody's.
#[test]
fn identity_is_never_from_the_submission() {
    let place = Place::new();
    place
        .write("anna/src/lib.rs", "// author: bo")
        .write("anna/submission_metadata.yml", "anna:\n  :submitters:\n  - :name: Bo\n");
    place.write("anna/roster.csv", "name,sid\nBo,1\n").write("bo/src/lib.rs", "//");
    let intake = place.intake(&Options { labs: vec![1], tries: Tries::Error, ..Options::default() }).unwrap();
    let ids: Vec<&str> = intake.found.iter().map(|found| found.identity.id.as_str()).collect();
    assert_eq!(ids, ["anna", "bo"]);
    assert_eq!(intake.found[0].identity.people[0].name, "anna");
}

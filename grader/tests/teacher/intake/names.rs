//! Names that platforms make, one parser each.

use grader::grade::intake::names::{canvas, canvas_try, lab_in, moodle};
use grader::grade::intake::place::lab_of;
use grader::grade::intake::{entry, identity};

#[test]
fn moodle_names() {
    let rows = [
        ("Anna Ng_12_assignsubmission_file", Some(("Anna Ng", "12", "file", None))),
        ("Anna Ng_12_assignsubmission_file_", Some(("Anna Ng", "12", "file", None))),
        (
            "Zoë Ö'Neill-Ng_1_assignsubmission_onlinetext_x.html",
            Some(("Zoë Ö'Neill-Ng", "1", "onlinetext", Some("x.html"))),
        ),
        ("Team 3_44_assignsubmission_file_a_b_c.zip", Some(("Team 3", "44", "file", Some("a_b_c.zip")))),
        ("_1_assignsubmission_file", Some(("", "1", "file", None))),
        ("Anna_Ng_12_assignsubmission_file", None),
        ("Anna Ng_x_assignsubmission_file", None),
        ("Anna Ng_12_assignfeedback", None),
        ("", None),
    ];
    for (text, expected) in rows {
        let got = moodle(text);
        let got = got.as_ref().map(|g| (g.name.as_str(), g.id.as_str(), g.kind.as_str(), g.file.as_deref()));
        assert_eq!(got, expected, "{text}");
    }
}

#[test]
fn canvas_names() {
    let rows = [
        ("ngzoe_12_601_lib.rs", Some(("ngzoe", false, "12", "601", "lib.rs"))),
        ("ngzoe_LATE_12_601_my_file_2.zip", Some(("ngzoe", true, "12", "601", "my_file_2.zip"))),
        ("ngzoe_late_12_601_x", Some(("ngzoe", true, "12", "601", "x"))),
        ("öneillngzoë_12_601_x", Some(("öneillngzoë", false, "12", "601", "x"))),
        ("anon_9_601_x", Some(("anon", false, "9", "601", "x"))),
        ("ngzoe_12_text.html", Some(("ngzoe", false, "12", "", "text.html"))),
        ("ngzoe_LATE_12_link.html", Some(("ngzoe", true, "12", "", "link.html"))),
        ("ngzoe_12_lib.rs", None),
        ("ngzoe_12_601_", None),
        ("lib.rs", None),
    ];
    for (text, expected) in rows {
        let got = canvas(text);
        let got =
            got.as_ref().map(|g| (g.name.as_str(), g.late, g.user.as_str(), g.attachment.as_str(), g.file.as_str()));
        assert_eq!(got, expected, "{text}");
    }
    let rows = [
        ("lib.rs", ("lib.rs", 1)),
        ("lib-1.rs", ("lib.rs", 2)),
        ("work-12.tar.gz", ("work.tar.gz", 13)),
        ("lab1-2.zip", ("lab1.zip", 3)),
        ("lab-2.zip", ("lab-2.zip", 1)),
        ("My Lab-3.zip", ("My Lab-3.zip", 1)),
        ("-1.rs", ("-1.rs", 1)),
        ("x-01.rs", ("x-01.rs", 1)),
        ("x-100.rs", ("x-100.rs", 1)),
        ("x-1", ("x", 2)),
    ];
    for (text, (base, number)) in rows {
        assert_eq!(canvas_try(text), (base.to_string(), number), "{text}");
    }
}

#[test]
fn labs_in_names() {
    let rows = [
        ("lab3", Some(3)),
        ("Lab 3 - echo", Some(3)),
        ("lab_03", Some(3)),
        ("anna-lab2-final", Some(2)),
        ("lab34", None),
        ("lab0", None),
        ("lab6", None),
        ("collab3", None),
        ("lab1 and lab2", None),
        ("lab2/lab2", Some(2)),
        ("LAB#5", Some(5)),
        ("lab", None),
    ];
    for (text, expected) in rows {
        assert_eq!(lab_in(text), expected, "{text}");
    }
}

#[test]
fn labs_by_their_stubs() {
    for lab in 1..=5 {
        assert_eq!(lab_of(&super::make::lib(lab)), Some(lab));
        let stub = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../labs/lab{lab}/src/lib.rs"));
        assert_eq!(lab_of(&std::fs::read_to_string(stub).unwrap()), Some(lab));
    }
    // Both labs 1 and 5 have a `serve`.
    for text in [
        "",
        "pub fn serve() {}",
        "fn unserve() {} fn serves() {}",
        &(super::make::lib(1) + &super::make::lib(2)[..0])[..20],
    ] {
        assert_eq!(lab_of(text), None, "{text}");
    }
}

#[test]
fn ids_are_safe_and_tell_people_apart() {
    let names = [
        "anna",
        "Anna",
        "ANNA",
        "anna ng",
        "anna-ng",
        "Anna  Ng",
        "änna",
        "anna\u{308}",
        "",
        ".",
        "..",
        "-rf",
        "../x",
        "李",
        "王",
    ];
    let mut ids: Vec<String> = names.iter().map(|name| identity::of(name)).collect();
    // What looks like an id with a hash gets one of its own.
    ids.push(identity::of(&ids[1]));
    ids.push(identity::of(&"x".repeat(500)));
    for id in &ids {
        assert!(id.len() <= 64 && !id.starts_with(['.', '-']) && !id.is_empty(), "{id}");
        assert!(id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')), "{id}");
    }
    assert_eq!(ids[0], "anna");
    assert_eq!(ids[4], "anna-ng");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn what_is_shown_is_printable_and_tells_bytes_apart() {
    for (raw, shown) in [
        (&b"plain name.rs"[..], "plain name.rs"),
        (b"50%", "50%25"),
        (b"\x1b[2J\x00", "%1B[2J%00"),
        ("a\u{202e}b\u{200b}".as_bytes(), "a%E2%80%AEb%E2%80%8B"),
        (b"\xff\xfe", "%FF%FE"),
        ("Zoë".as_bytes(), "Zoë"),
    ] {
        assert_eq!(entry::shown(raw), shown);
    }
}

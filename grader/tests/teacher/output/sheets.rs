//! The platforms' own sheets, filled in: what is filled is right, and every other byte is as it was.

use grader::grade::model::*;
use grader::grade::output::sheet::{Filled, Sheet};
use grader::grade::output::{canvas, moodle};

use super::sample::sample_class;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/output/", $name))
    };
}

/// The first five of the sample, with marks that are easy to follow.
fn class() -> Class {
    let mut class = sample_class(5);
    for (row, total) in class.rows.iter_mut().zip([8_750, 3_333, 10_000, 0, 5_000]) {
        row.marks =
            Marks { raw: Hundredths(total), total: Hundredths(total), of: Hundredths(10_000), ..Marks::default() };
    }
    class
}

fn text(filled: &Filled) -> String {
    String::from_utf8(filled.sheet.clone()).unwrap()
}

/// What stood there is replaced once; all else is the same.
fn replaced(sheet: &[u8], changes: &[(&str, &str)]) -> String {
    let mut text = String::from_utf8(sheet.to_vec()).unwrap();
    for (from, to) in changes {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn moodle_gets_its_own_worksheet_back() {
    let mut class = class();
    class.rows[2].marks.open = vec!["look".to_string()];
    let filled = moodle::fill(&class, fixture!("moodle-en.csv")).unwrap();
    let expected = replaced(
        fixture!("moodle-en.csv"),
        &[
            (",A,,100.00,", ",A,87.50,100.00,"),
            (
                "9:00 AM\",-,\r\n",
                "9:00 AM\",-,\"Points: 87.50 of the checks; 87.50 of 100.00. Details are in the feedback file.\"\r\n"
                    .replace('"', "")
                    .as_str(),
            ),
            ("\"A; B\",12.00,", "\"A; B\",33.33,"),
        ],
    );
    // The comment of ours holds no comma, so it needs no quotes.
    let expected = expected.replace("9:00 AM,-,Points", "9:00 AM\",-,Points");
    assert_eq!(text(&filled), expected);
    assert_eq!(filled.filled, 2);
    assert_eq!(filled.left, ["s0002: open, someone has to look"]);
    assert_eq!(filled.not_in_class, ["Participant 9999"]);
    assert_eq!(filled.not_in_sheet, ["Dilan Nakamura (s0003)", "Eszter Novák (s0004)"]);
    assert_eq!(filled.warnings, ["s0001: has a comment already, which stays"]);
}

#[test]
fn a_comment_of_ours_is_replaced() {
    let filled = moodle::fill(&class(), fixture!("moodle-en.csv")).unwrap();
    assert!(!text(&filled).contains("Points: old"));
    assert!(text(&filled).contains("B,100.00,100.00,Yes,-,-,Points: 100.00 of the checks; 100.00 of 100.00."));
}

#[test]
fn moodle_speaks_the_teachers_language() {
    let sheets: [(&str, &[u8], &str); 4] = [
        ("German", fixture!("moodle-de.csv"), ",\"43,75\",\"50,00\",Ja"),
        ("French", fixture!("moodle-fr.csv"), ",\"17,50\",\"20,00\",Oui"),
        ("Spanish", fixture!("moodle-es.csv"), ",\"8,75\",\"10,00\",Sí"),
        ("Italian", fixture!("moodle-it.csv"), ",26.25,30.00,Sì"),
    ];
    for (language, sheet, expected) in sheets {
        let filled = moodle::fill(&class(), sheet).unwrap_or_else(|error| panic!("{language}: {error:#}"));
        assert!(text(&filled).contains(expected), "{language}: {}", text(&filled));
        let comments =
            text(&filled).lines().filter(|line| line.contains(",-,Points: ") || line.contains(",-,\"Points: ")).count();
        assert_eq!(comments, filled.filled, "{language}");
        assert_eq!(filled.not_in_class, Vec::<String>::new(), "{language}");
    }
}

#[test]
fn a_sheet_that_a_spreadsheet_has_saved_becomes_one_that_moodle_reads() {
    let filled = moodle::fill(&class(), fixture!("moodle-excel.csv")).unwrap();
    let text = text(&filled);
    assert!(text.contains("Participant 4000,\"Ada, of Lovelace\",student0@example.org,70000,Submitted for grading - ,\"87,50\",\"100,00\",Yes"), "{text}");
    assert!(
        text.starts_with('\u{feff}') && !text.contains(';') || text.matches(';').count() == 1,
        "only the comment has one: {text}"
    );
    assert_eq!(filled.warnings.len(), 2, "{:?}", filled.warnings);
    assert!(filled.warnings[0].contains("lost the zeros"));
    assert!(filled.warnings[1].contains("separated by commas"));
}

#[test]
fn a_sheet_that_does_not_fit_is_refused() {
    let without = |column: &str| {
        let text = String::from_utf8(fixture!("moodle-en.csv").to_vec()).unwrap();
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            let kept = row.iter().zip(&rows[0]).filter(|(_, header)| !header.starts_with(column)).map(|(cell, _)| cell);
            writer.write_record(kept).unwrap();
        }
        writer.into_inner().unwrap()
    };
    let scale = replaced(fixture!("moodle-fr.csv"), &[("\"20,00\"", "satisfaisant")]).into_bytes();
    let cases: [(Vec<u8>, &str); 8] = [
        (without("Identifier"), "no column Identifier"),
        (without("Last modified"), "no column Last modified (grade)"),
        (without("Maximum"), "no column Maximum Grade"),
        (scale, "not with a scale"),
        (b"\xff\xfeI\0d\0".to_vec(), "UTF-16"),
        (b"Identifier,Full name\nParticipant 1,M\xfcller\n".to_vec(), "not UTF-8"),
        (b"PK\x03\x04....".to_vec(), "not CSV"),
        (Vec::new(), "is empty"),
    ];
    for (sheet, expected) in cases {
        let error = format!("{:#}", moodle::fill(&class(), &sheet).unwrap_err());
        assert!(error.contains(expected) && error.contains("try: "), "{expected}: {error}");
    }
}

#[test]
fn canvas_gets_its_own_gradebook_back() {
    let mut class = class();
    class.rows[3].record.identity.people[0].ids.clear();
    class.rows[4].record.identity.people[0].ids.clear();
    class.rows[4].record.identity.people[0].name = "Eszter Novák".to_string();
    let filled = canvas::fill(&class, fixture!("canvas.csv"), "Labs, all").unwrap();
    let expected = replaced(
        fixture!("canvas.csv"),
        &[
            ("8.00,,,80.0", "8.00,43.75,,80.0"),
            ("user2x,example.instructure.com,\"Net 1\",,,", "user2x,example.instructure.com,\"Net 1\",,50.00,"),
            (
                "\"Nakamura, Dilan\",,,,example.instructure.com,\"Net 1\",,,",
                "\"Nakamura, Dilan\",,,,example.instructure.com,\"Net 1\",,0.00,",
            ),
        ],
    );
    assert_eq!(text(&filled), expected);
    assert_eq!(filled.filled, 3);
    assert_eq!(filled.left, ["s0001: `EX` stays"]);
    assert_eq!(filled.not_in_class, ["Novák, Eszter", "Novák, Eszter", "Student, Test"]);
    assert_eq!(filled.not_in_sheet, ["Eszter Novák (s0004)"]);
    assert_eq!(filled.warnings, Vec::<String>::new());
}

#[test]
fn canvas_columns_are_chosen_not_guessed() {
    let cases = [
        ("4711", Ok("8.75,,,80.0")),
        ("Lab 1 (4713)", Ok("8.00,,4.38,80.0")),
        ("Lab 1", Err("several assignments")),
        ("Lab 7", Err("no assignment `Lab 7`; it has `Lab 1 (4711)`, `Labs, all (4712)`, `Lab 1 (4713)`")),
        ("Final Score", Err("no assignment")),
    ];
    for (assignment, expected) in cases {
        match (canvas::fill(&class(), fixture!("canvas.csv"), assignment), expected) {
            (Ok(filled), Ok(part)) => assert!(text(&filled).contains(part), "{assignment}: {}", text(&filled)),
            (Err(error), Err(part)) => {
                let error = format!("{error:#}");
                assert!(error.contains(part) && error.contains("try: "), "{assignment}: {error}");
            }
            (got, _) => panic!("{assignment}: {got:?}"),
        }
    }
    let read_only = replaced(fixture!("canvas.csv"), &[("10.00,50.00", "(read only),50.00")]);
    let error = canvas::fill(&class(), read_only.as_bytes(), "4711").unwrap_err().to_string();
    assert!(error.contains("read only"), "{error}");
    let error = canvas::fill(&class(), fixture!("moodle-en.csv"), "4711").unwrap_err().to_string();
    assert!(error.contains("no gradebook of Canvas"), "{error}");
    let listed = canvas::assignments(fixture!("canvas.csv")).unwrap();
    assert_eq!(listed.get("4712").map(String::as_str), Some("Labs, all"));
}

/// Whatever the csv crate reads in a file, the sheet reads too, and writes the same bytes where nothing was changed.
#[test]
fn a_sheet_is_read_as_the_csv_crate_reads_it() {
    let sheets: [&[u8]; 9] = [
        fixture!("moodle-en.csv"),
        fixture!("moodle-de.csv"),
        fixture!("canvas.csv"),
        b"a,b\n1,2",
        b"a,b\r\n\"x\"\"y\",\"line\r\nline\"\r\n,\r\n",
        b"a,b\n\"\",\n,\"\"\n",
        b"a,b,c\n,,\n,,x\n",
        "\u{feff}a,\u{e9}\n\u{1f600},\"\u{e9},\"\n".as_bytes(),
        b"only\nx\n",
    ];
    for bytes in sheets {
        let sheet = Sheet::read(bytes, "sheet").unwrap();
        assert_eq!(sheet.write(false), bytes, "unchanged");
        assert_eq!(sheet.write(true), bytes, "commas already");
        let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(plain);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), sheet.len());
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                assert_eq!(sheet.value(at, column), cell, "{at}, {column}");
            }
        }
    }
}

#[test]
fn each_cell_can_be_set_alone() {
    let bytes = b"a,b,c\n,,\n\"x\",\"\",z\n";
    for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
        let mut sheet = Sheet::read(bytes, "sheet").unwrap();
        let before: Vec<String> = (0..9).map(|at| sheet.value(at / 3, at % 3).to_string()).collect();
        assert!(sheet.set(row, column, "new, \"value\""));
        let again = Sheet::read(&sheet.write(false), "sheet").unwrap();
        for (at, old) in before.iter().enumerate() {
            let expected = if at == row * 3 + column { "new, \"value\"" } else { old };
            assert_eq!(again.value(at / 3, at % 3), expected, "set {row}, {column}, read {at}");
        }
        assert!(!sheet.set(9, 0, "x") && !sheet.set(0, 9, "x"));
    }
}

#[test]
fn marks_are_scaled_in_whole_hundredths() {
    use grader::grade::output::sheet::{number, scaled};
    let cases = [
        (8_750, 10_000, 5_000, 4_375),
        (3_333, 10_000, 1_000, 333),
        (3_335, 10_000, 1_000, 334),
        (1, 3, 10_000, 3_333),
        (2, 3, 10_000, 6_667),
        (12_000, 10_000, 10_000, 10_000),
        (-5, 10_000, 10_000, 0),
        (5, 0, 10_000, 0),
        (i64::MAX, i64::MAX, 10_000, 10_000),
    ];
    for (mark, of, most, expected) in cases {
        assert_eq!(scaled(Hundredths(mark), Hundredths(of), Hundredths(most)), Hundredths(expected), "{mark} of {of}");
    }
    let numbers = [
        ("100", Some(10_000)),
        ("100.00", Some(10_000)),
        ("12,5", Some(1_250)),
        (" 7.129 ", Some(712)),
        ("", None),
        ("-1", None),
        ("1e308", None),
        ("NaN", None),
        ("99999999999999999999", None),
        ("1.2.3", None),
    ];
    for (text, expected) in numbers {
        assert_eq!(number(text), expected.map(Hundredths), "{text}");
    }
}

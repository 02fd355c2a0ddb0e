//! From a platform's download to marks in its own sheet, with nothing renamed by hand.

use std::fs;
use std::io::Read;

use serde_json::Value;

use super::class::{BROKEN, Class, RULES, SOLUTION, STUBS, stdout};

/// Cells that are filled in: empty before, and these afterwards.
fn filled(template: &str, marks: &[&str]) -> String {
    marks.iter().fold(template.to_string(), |text, mark| text.replacen("{}", mark, 1))
}

fn comment(points: &str) -> String {
    format!("Points: {points} of the checks; {points} of 100.00. Details are in the feedback file.")
}

const MOODLE: &str = "\u{feff}Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\",\"Grade can be changed\",\"Last modified (submission)\",\"Last modified (grade)\",\"Feedback comments\"\r\n\
    Participant 101,\"Ada Ó'Neill-Ng\",ada@example.org,\"Submitted for grading - \",{},50.00,Yes,\"Friday, 13 November 2026, 9:00 AM\",-,{}\r\n\
    Participant 102,\"Cy \"\"C\"\" Lee\",cy@example.org,\"Submitted for grading - \",{},50.00,Yes,\"Friday, 13 November 2026, 9:00 AM\",-,{}\r\n\
    Participant 103,Di,di@example.org,\"Submitted for grading - \",{},50.00,Yes,\"Friday, 13 November 2026, 9:00 AM\",-,{}\r\n\
    Participant 999,Gone,gone@example.org,\"No submission\",,50.00,Yes,-,-,\"\"\r\n";

/// In folders, flat, and blind: what is downloaded, and how the folders of its feedback begin.
type Moodle = (&'static str, fn(&str, u32) -> String, fn(&str, u32) -> String);
const MOODLES: [Moodle; 3] = [
    ("in folders", |name, id| format!("{name}_{id}_assignsubmission_file/lib.rs"), |name, id| format!("{name}_{id}")),
    ("flat", |name, id| format!("{name}_{id}_assignsubmission_file_lib.rs"), |name, id| format!("{name}_{id}")),
    (
        "blind",
        |_, id| format!("Participant_{id}_assignsubmission_file/lib.rs"),
        |_, id| format!("Participant {id}_{id}"),
    ),
];

#[test]
fn moodle() {
    for (layout, path, folder) in MOODLES {
        let class = Class::new();
        let students = [("Ada Ó'Neill-Ng", 101, &SOLUTION), ("Cy Lee", 102, &STUBS), ("Di", 103, &BROKEN)];
        for (name, id, text) in students {
            class.write(&format!("in/{}", path(name, id)), text.as_bytes());
        }
        class.grade(&[]).assert().success();
        let sheet = class.write("sheet.csv", filled(MOODLE, &["", "", "", "", "", ""]));
        let told = stdout(&class.then(&["export", "moodle", "--sheet", sheet.to_str().unwrap()]).assert().success());
        assert!(told.contains("3 marks filled in") && told.contains("Participant 999"), "{layout}: {told}");

        let (full, none) = (comment("100.00"), comment("0.00"));
        let expected = filled(MOODLE, &["50.00", &full, "0.00", &none, "0.00", &none]);
        assert_eq!(class.text("moodle-worksheet.csv"), expected, "{layout}");
        // The sheet that was filled in goes through again, as after a regrade: not a byte changes.
        let again = class.path("graded/moodle-worksheet.csv");
        class.then(&["export", "moodle", "--sheet", again.to_str().unwrap()]).assert().success();
        assert_eq!(class.text("moodle-worksheet.csv"), expected, "{layout}");

        let zip = fs::read(class.path("graded/moodle-feedback.zip")).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        for (name, id, text) in students {
            let name = format!("{}_assignsubmission_file/feedback.html", folder(name, id));
            let mut html = String::new();
            zip.by_name(&name).unwrap_or_else(|_| panic!("{layout}: {name}")).read_to_string(&mut html).unwrap();
            let expected = if **text == *BROKEN { "does not compile" } else { "lab 1" };
            assert!(html.to_lowercase().contains(expected), "{layout}, {name}: {html}");
        }
    }
}

#[test]
fn canvas() {
    const SHEET: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (4711),Labs (4712),Final Score\r\n    \
        Points Possible,,,,,10.00,80.00,(read only)\r\n\
        \"Ng, Ada\",11,0070000,ada,\"Net 1\",8.00,{},80.0\r\n\
        \"Lee, Cy\",12,0070001,cy,\"Net 1\",,{},\r\n\
        \"Student, Test\",99,,x,\"Net 1\",,,\r\n";
    let class = Class::new();
    class.write("in/ngada_11_501_lib.rs", SOLUTION.as_bytes());
    class.write("in/leecy_LATE_12_502_lib.rs", STUBS.as_bytes());
    class.grade(&[]).assert().success();
    let sheet = class.write("sheet.csv", filled(SHEET, &["", ""]));
    let export = |sheet: &str| {
        let args = ["export", "canvas", "--assignment", "Labs", "--sheet", sheet];
        stdout(&class.then(&args).assert().success())
    };
    assert!(export(sheet.to_str().unwrap()).contains("2 marks filled in"));
    let expected = filled(SHEET, &["80.00", "0.00"]);
    assert_eq!(class.text("canvas-gradebook.csv"), expected);
    export(class.path("graded/canvas-gradebook.csv").to_str().unwrap());
    assert_eq!(class.text("canvas-gradebook.csv"), expected);
}

#[test]
fn gradescope() {
    const METADATA: &str = "---\n\
        submission_41:\n  :submitters:\n  - :name: Ada Ng\n    :sid: '0041'\n    :email: ada@example.org\n  :created_at: 2026-03-01T10:00:00Z\n\
        submission_42:\n  :submitters:\n  - :name: Cy Lee\n    :sid: '0042'\n  - :name: Di\n    :sid: '0043'\n  :created_at: 2026-03-01T11:00:00Z\n";
    let class = Class::new();
    class.write("in/assignment_9_export/submission_metadata.yml", METADATA);
    class.write("in/assignment_9_export/submission_41/lib.rs", SOLUTION.as_bytes());
    class.write("in/assignment_9_export/submission_42/lib.rs", SOLUTION.as_bytes());
    // One of the group is late for everybody.
    class.rules(&format!("{RULES}\n[late]\ndeadline = \"2026-03-01 10:30 +00:00\"\npenalty = \"10 %\"\n"));
    class.grade(&[]).assert().success();
    let export = || {
        class.then(&["export", "gradescope"]).assert().success();
        let read = |name| class.text(&format!("gradescope/{}/results.json", class.id_of(name)));
        [read("Ada Ng"), read("Cy Lee"), read("Di")]
    };
    let first = export();
    let results = first.each_ref().map(|text| serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(results.each_ref().map(|one| one["score"].as_f64()), [Some(100.0), Some(90.0), Some(90.0)]);
    for result in &results {
        let tests = result["tests"].as_array().unwrap();
        assert_eq!(tests.len(), grader::labs::lab(1).unwrap().checks.len());
        assert!(tests.iter().all(|test| test["max_score"].as_f64().is_some_and(|most| most > 0.0)));
    }
    assert_eq!(export(), first);
}

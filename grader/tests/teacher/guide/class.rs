//! The class of the guide: seven students, as three platforms would hand them out, made of the project's own programs.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use grader::grade::sandbox::{self, Tier};
use grader::prove;
use zip::write::SimpleFileOptions;

use super::page::root;

/// The page's, and less patience with checks that fail.
const COURSE: &str = "title = \"Networks, autumn 2026\"\nlabs = [1, 2]\n[unsteady]\nruns = 2\n";

/// Name, address, number, and the files that were handed in.
type Student = (&'static str, &'static str, Vec<(&'static str, Vec<u8>)>);

pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    zipped(&files.iter().map(|(name, text)| ((*name).to_string(), text.as_bytes().to_vec())).collect::<Vec<_>>())
}

pub fn solution(lab: u8) -> String {
    fs::read_to_string(root().join(format!("solutions/solution{lab}/src/lib.rs"))).unwrap()
}

fn students() -> Vec<Student> {
    let (one, two) = (solution(1), solution(2));
    let stub = |lab: u8| fs::read_to_string(root().join(format!("labs/lab{lab}/src/lib.rs"))).unwrap();
    let workspace = grader::build::Workspace::find().unwrap();
    let mutants = prove::mutants(&workspace, 1).unwrap();
    let wrong = mutants.iter().find(|mutant| mutant.id == "lab1-full-buffer-means-more").unwrap().text(&one).unwrap();
    let both = |one: &str, two: &str| packed(&[("labs/lab1/src/lib.rs", one), ("labs/lab2/src/lib.rs", two)]);
    let mut broken = packed(&[("labs/lab1/src/lib.rs", &one)]);
    broken.truncate(broken.len() - 150);
    vec![
        ("Ada Castellanos", "ada.castellanos", vec![("labs.zip", both(&one, &two))]),
        (
            "Björn Ågren",
            "bjorn.agren",
            vec![
                ("lab1.zip", packed(&[("lab1/src/lib.rs", &wrong)])),
                ("lab2.zip", packed(&[("lab2/src/lib.rs", &two)])),
            ],
        ),
        ("Elif Yılmaz", "elif.yilmaz", vec![("labs.zip", both(&one, &two.replacen(';', "", 3)))]),
        ("José Muñoz", "jose.munoz", vec![("lib.rs", one.clone().into_bytes())]),
        ("Noor Khan", "noor.khan", Vec::new()),
        ("Priya Raman", "priya.raman", vec![("labs.zip", broken)]),
        ("Thu Nguyễn", "thu.nguyen", vec![("labs.zip", both(&stub(1), &stub(2)))]),
    ]
}

/// Writes all that the pages name as being there: downloads, sheets, rosters, course files, a list of repositories.
pub fn write(to: &Path) {
    let put = |name: &str, bytes: &[u8]| {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let (mut moodle, mut canvas, mut scope, mut other) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut worksheet = String::from(WORKSHEET);
    let mut gradebook = String::from(GRADEBOOK);
    let mut about = String::from("---\n");
    for (at, (name, login, files)) in students().into_iter().enumerate() {
        let (sid, number, user) = (2_026_001 + at, 48_113 + at, 90_100 + at);
        let (first, last) = name.split_once(' ').unwrap();
        let short: String = format!("{last}{first}").to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let state = if files.is_empty() { "No submission" } else { "Submitted for grading - " };
        worksheet.push_str(&format!(
            "\"Participant {number}\",\"{name}\",{login}@example.org,{sid},\"{state}\",,100.00,Yes,-,-,\r\n"
        ));
        gradebook.push_str(&format!("\"{last}, {first}\",{user},{sid},{login},Net 1,,\r\n"));
        if !files.is_empty() {
            about.push_str(&format!(
                "submission_{at}:\n  :submitters:\n  - :name: {name}\n    :sid: \"{sid}\"\n    :email: {login}@example.org\n  \
                 :created_at: 2026-11-20 1{at}:00:00.000000000 Z\n"
            ));
        }
        for (place, (file, bytes)) in files.into_iter().enumerate() {
            moodle.push((format!("{name}_{number}_assignsubmission_file/{file}"), bytes.clone()));
            canvas.push((format!("{short}_{user}_{}_{file}", 770_000 + 10 * at + place), bytes.clone()));
            scope.push((format!("assignment_6001_export/submission_{at}/{file}"), bytes.clone()));
            other.push((format!("{}_{sid}_{file}", name.replace(' ', "-")), bytes));
        }
    }
    moodle.push(("Sam Visitor/notes.txt".to_string(), b"a file of nobody".to_vec()));
    scope.push(("assignment_6001_export/submission_metadata.yml".to_string(), about.into_bytes()));
    put("submissions.zip", &zipped(&moodle));
    put("worksheet.csv", worksheet.as_bytes());
    put("canvas/submissions.zip", &zipped(&canvas));
    put("canvas/gradebook.csv", gradebook.as_bytes());
    put("gradescope/submissions.zip", &zipped(&scope));
    put("other/submissions.zip", &zipped(&other));
    put("course.toml", COURSE.as_bytes());
}

const WORKSHEET: &str = "\u{feff}Identifier,\"Full name\",\"Email address\",\"ID number\",Status,Grade,\"Maximum Grade\",\"Grade can be \
                         changed\",\"Last modified (submission)\",\"Last modified (grade)\",\"Feedback comments\"\r\n";
const GRADEBOOK: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Labs 1 and 2 (5512),Final Score\r\n    Points \
                         Possible,,,,,20.00,(read only)\r\n";

/// The sandbox to grade in; where there is none, our own programs run without.
pub fn tier() -> Tier {
    let user = sandbox::is_root().then_some(sandbox::FIRST_USER);
    let spec = sandbox::jail::Spec { user, network: true, ..sandbox::jail::Spec::default() };
    let probe = Command::new(env!("CARGO_BIN_EXE_grade")).args(["jail", "--probe", &spec.text()]).output().unwrap();
    if probe.status.success() { Tier::Bwrap } else { Tier::None }
}

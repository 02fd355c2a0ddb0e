//! Strings that want to be more than text, in every field that a student or a platform writes, through every exporter
//! (attacks.md 83): the file parses, the string is inert, and what is hidden is in nothing that students get.

use std::fs;

use grader::grade::model::*;
use grader::grade::output::classroom50::Release;
use grader::grade::output::gradescope::Hidden;
use grader::grade::output::*;
use quick_xml::events::Event;
use serde_json::Value;
use tempfile::TempDir;

use super::sample::sample_class;

/// What stands in each field of a hidden check, and must not be in what students get.
const CANARY: &str = "hidden-canary-7d1f";

const STRINGS: &[&str] = &[
    "\u{1b}[31mred\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}]8;;http://evil.example\u{1b}\\link",
    "\u{9b}31m\u{9d}0;c1\u{9c}",
    "<script>window.pwned = 1</script>",
    "<img src=x onerror=window.pwned=1>\"'><svg onload=window.pwned=1>",
    "</script><script>window.pwned = 1</script><!--",
    "]]></failure><testcase name=\"free points\"/><![CDATA[",
    "{{ 7 * 7 }}{% raw %}{#",
    "[click](javascript:window.pwned=1) ![x](http://evil.example/x.png) <b>bold</b>",
    "```\n# free\n<script>window.pwned=1</script>\n``````\n~~~",
    "| a | b |\n|---|---|\n@everyone #1 http://evil.example www.evil.example",
    "::error file=a,line=1::free",
    "x\n::set-output name=score::100\r\n::add-mask::1\n##[error]",
    "=HYPERLINK(\"http://evil.example\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "a,b;c\"d\"\"e\nf",
    "\u{0}\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}\u{7f}\u{fffe}\u{ffff}",
    "\u{202e}gnp.exe\u{202c}\u{2066}x\u{2069}\u{200b}\u{feff}\u{e0041}",
    "\u{fffd}\u{fffd} invalid UTF-8 that was replaced earlier",
    "../../etc/passwd",
    "CON:|?*<>\\..",
    "",
];

fn strings() -> Vec<String> {
    STRINGS.iter().map(ToString::to_string).chain([format!("{}<b>", "long ".repeat(4_000))]).collect()
}

/// A row for each string, in which it stands everywhere.
pub fn class() -> Class {
    let mut class = sample_class(0);
    let mut honest = sample_class(12).rows;
    honest.retain(|row| row.record.labs.iter().any(|lab| !lab.checks.is_empty()));
    for (at, text) in strings().iter().enumerate() {
        let mut row = honest[at % honest.len()].clone();
        infect(&mut row, text);
        row.record.identity.id = format!("h{at:02}");
        class.rows.push(row);
    }
    class.hidden = vec!["1.01".to_string()];
    class.rows.iter_mut().for_each(hide);
    class.title = STRINGS[4].to_string();
    class.unplaced = strings().into_iter().map(|text| (text.clone(), text)).collect();
    class.preflight = vec![STRINGS[0].to_string(), STRINGS[2].to_string()];
    class.sandbox = STRINGS[3].to_string();
    class
}

fn infect(row: &mut Row, text: &str) {
    let own = || text.to_string();
    row.note = own();
    row.marks.grade = Some(own());
    row.marks.overrides = vec![own()];
    row.marks.late = Some(Late { told: own(), ..Late::default() });
    row.marks.manual_items = vec![ManualMark { item: own(), by: own(), comment: own(), ..ManualMark::default() }];
    let record = &mut row.record;
    record.message = own();
    record.ignored = vec![(own(), own())];
    record.identity.origin = own();
    record.identity.group = Some(own());
    for person in &mut record.identity.people {
        (person.name, person.email) = (own(), Some(own()));
        person.ids.insert("sid".to_string(), own());
    }
    for lab in &mut record.labs {
        lab.message = own();
        for case in
            lab.checks.iter_mut().flat_map(|check| &mut check.cases).filter(|case| case.outcome != Outcome::Passed)
        {
            case.reason = own();
        }
    }
    let spoil = |seen: Seen| {
        let rungs = seen.ladder.iter().map(|rung| Rung { peer: own(), detail: own(), first: own(), ..rung.clone() });
        let ladder = rungs.chain([Rung { what: own(), ms: f64::MAX, ..Rung::default() }]).collect();
        Seen { report: own(), want: own(), got: own(), note: own(), waits: vec![own()], ladder }
    };
    let cases = record.observed.cases.iter().map(|(id, seen)| (id.to_string(), spoil(seen)));
    record.observed.cases = cases.collect();
}

/// Its first check is hidden and failed, with the canary wherever something could give it away.
fn hide(row: &mut Row) {
    let canary = || CANARY.to_string();
    for check in row.record.labs.iter_mut().flat_map(|lab| &mut lab.checks) {
        let hidden = check.id == "1.01";
        for case in &mut check.cases {
            if hidden {
                (case.outcome, case.points) = (Outcome::Failed, 0);
                (case.reason, case.seed) = (canary(), canary());
            }
        }
        if hidden {
            (check.name, check.outcome, check.points) = (canary(), Outcome::Failed, 0);
        }
    }
    let rung = Rung { detail: canary(), first: canary(), ..Rung::default() };
    let seen = Seen {
        report: canary(),
        want: canary(),
        got: canary(),
        note: canary(),
        waits: vec![canary()],
        ladder: vec![rung],
    };
    row.record.observed.cases.insert("1.01".to_string(), &seen);
}

fn release() -> Release {
    Release {
        assignment_type: "individual".to_string(),
        submission: "submit/1".to_string(),
        datetime: "2026-11-20T12:00:00+01:00".to_string(),
        ..Release::default()
    }
}

/// Everything that a student, or somebody whom a student may ask, gets to see.
fn student_visible(class: &Class) -> Vec<(String, String)> {
    let mut all = vec![
        ("actions summary".to_string(), actions::summary(class)),
        ("actions commands".to_string(), actions::commands(class)),
        ("junit of the class".to_string(), junit::class(class).unwrap()),
    ];
    for row in &class.rows {
        let id = &row.record.identity.id;
        all.push((format!("{id}.md"), feedback::markdown(class, row)));
        all.push((format!("{id}.html"), feedback::html(class, row).unwrap()));
        all.push((format!("{id} gradescope"), gradescope::results(class, row, Hidden::default()).unwrap()));
        all.push((format!("{id} classroom50"), classroom50::result(class, row, &release()).unwrap()));
        all.push((format!("{id} junit"), junit::submission(class, row).unwrap()));
    }
    all
}

/// No control but the line's end, nothing that turns the direction of text.
fn assert_printable(what: &str, text: &str) {
    let strange = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\r')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
    };
    let found: Vec<char> = text.chars().filter(strange).take(5).collect();
    assert!(found.is_empty(), "{what}: {found:?}");
}

#[test]
fn nothing_hidden_gets_out() {
    let class = class();
    for (what, text) in student_visible(&class) {
        assert!(!text.contains(CANARY), "{what}: the canary is out");
    }
    // The teacher sees it, so the canary was there to be found.
    assert!(report::html(&class).unwrap().contains(CANARY));
    let points = feedback::markdown(&class, &class.rows[0]);
    assert!(
        points.contains(
            "| 1\\.01 | A right server listens on the address it was given, and prints the port\\. | 0/5 | hidden |"
        ),
        "{points}"
    );
}

#[test]
fn every_text_is_printable() {
    let class = class();
    let teacher = [
        ("table", table::table(&class)),
        ("csv", csv::table(&class).unwrap()),
        ("report", report::html(&class).unwrap()),
        ("quoted", actions::quoted(STRINGS[0])),
    ];
    let teacher = teacher.map(|(what, text)| (what.to_string(), text));
    for (what, text) in student_visible(&class).into_iter().chain(teacher) {
        assert_printable(&what, &text);
    }
}

#[test]
fn the_terminal_table_has_80_columns() {
    let text = table::table(&class());
    let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn no_cell_is_a_formula() {
    let text = csv::table(&class()).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let width = reader.headers().unwrap().len();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.unwrap();
        assert_eq!(record.len(), width);
        let number = |cell: &str| cell.parse::<f64>().is_ok();
        let risky = |cell: &&str| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']) && !number(cell);
        assert_eq!(record.iter().find(risky), None);
        rows += 1;
    }
    assert_eq!(rows, strings().len());
    // The text itself is all there, behind an apostrophe.
    assert!(text.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "{text}");
}

#[test]
fn json_parses_and_scores_are_numbers_of_ours() {
    let mut class = class();
    class.rows[0].record.observed.seconds = f64::NAN;
    class.rows[1].record.observed.seconds = 1e308 * 10.0;
    class.rows[2].marks.total = Hundredths(-100);
    for row in &class.rows {
        let results: Value =
            serde_json::from_str(&gradescope::results(&class, row, Hidden::default()).unwrap()).unwrap();
        assert!(results["score"].as_f64().unwrap() >= 0.0);
        for test in results["tests"].as_array().unwrap() {
            assert!(test["score"].as_u64().unwrap() <= test["max_score"].as_u64().unwrap());
            assert_eq!((&test["output_format"], &test["name_format"]), (&"text".into(), &"text".into()));
        }
        let result: Value = serde_json::from_str(&classroom50::result(&class, row, &release()).unwrap()).unwrap();
        assert!(result["score"].as_u64().is_some());
    }
}

#[test]
fn xml_parses_and_holds_no_case_of_theirs() {
    let class = class();
    let text = junit::class(&class).unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    let (mut cases, mut names) = (0, std::collections::BTreeSet::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == b"testcase" => {
                let attributes: Vec<String> =
                    tag.attributes().map(|one| String::from_utf8(one.unwrap().value.into_owned()).unwrap()).collect();
                names.insert(attributes.join("\u{1}"));
                cases += 1;
            }
            _ => {}
        }
    }
    assert_eq!(names.len(), cases, "classname and name are unique together");
    let expected: usize = class
        .rows
        .iter()
        .flat_map(|row| &row.record.labs)
        .map(|lab| lab.checks.len() + usize::from(lab.status != LabStatus::Graded))
        .sum();
    assert_eq!(cases, expected);
    let bad =
        |c: char| !matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(text.chars().find(|c| bad(*c)), None, "characters that XML 1.0 does not have");
}

#[test]
fn no_line_of_theirs_is_a_workflow_command() {
    let class = class();
    let commands = actions::commands(&class);
    assert_eq!(commands.lines().count(), 1, "nothing is open, so there is just the notice: {commands}");
    for text in strings() {
        let mut open = class.clone();
        open.rows.truncate(1);
        open.rows[0].marks.open = vec![text.clone()];
        let commands = actions::commands(&open);
        assert_eq!(commands.lines().count(), 2, "{commands:?}");
        assert!(commands.lines().all(|line| line.starts_with("::notice title=") || line.starts_with("::error title=")));
        let quoted = actions::quoted(&text);
        let token = quoted.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap().to_string();
        assert_eq!(quoted.lines().last().unwrap(), format!("::{token}::"));
        assert_eq!(quoted.matches(&token).count(), 2);
    }
}

#[test]
fn a_summary_that_is_too_long_says_what_is_missing() {
    let mut class = sample_class(1);
    let row = &mut class.rows[0].record;
    row.identity.id = "x".repeat(190);
    (row.labs, row.observed) = (Vec::new(), Observed::default());
    class.rows = vec![class.rows[0].clone(); 9000];
    let summary = actions::summary(&class);
    assert!(summary.len() <= 1 << 20 && summary.len() > 1_000_000);
    let (rows, more) = (summary.matches("| xxx").count(), summary.lines().last().unwrap().to_string());
    assert_eq!(more, format!("{} more are in the artifacts of this run.", 9000 - rows));
}

/// Outside fences nothing of theirs is HTML, a link or a mention.
#[test]
fn markdown_is_text() {
    let class = class();
    for row in &class.rows {
        let text = feedback::markdown(&class, row);
        let mut fence: Option<String> = None;
        for line in text.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            match &fence {
                Some(open) if line == open => fence = None,
                Some(open) => assert!(ticks.len() < open.len(), "a fence of theirs ends ours: {line}"),
                None if ticks.len() >= 3 => fence = Some(ticks),
                None => assert_plain(line),
            }
        }
        assert_eq!(fence, None, "every fence is closed");
    }
}

fn assert_plain(line: &str) {
    let line = line.strip_prefix("> ").unwrap_or(line);
    assert!(!line.contains('<') && !line.contains('>'), "{line}");
    for sign in ["](", "![", " @every", "http:", "www.", "``"] {
        assert!(!line.contains(sign), "{sign} in {line}");
    }
}

#[test]
fn html_holds_no_tag_of_theirs() {
    let class = class();
    let pages =
        class.rows.iter().map(|row| feedback::html(&class, row).unwrap()).chain([report::html(&class).unwrap()]);
    for page in pages {
        for tag in ["<img", "<svg onload", "<b>", "<iframe", "<script>window", "onerror=window.pwned=1>"] {
            assert!(!page.contains(tag), "{tag}");
        }
        assert!(page.contains("Content-Security-Policy"));
        assert!(page.matches("</script").count() <= 2);
    }
}

#[test]
fn names_of_files_stay_in_their_folder() {
    let mut class = class();
    for (row, text) in class.rows.iter_mut().zip(strings()) {
        row.record.identity.id = format!("{text}{}", row.record.identity.id);
    }
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("feedback")).unwrap();
    class.rows.iter().for_each(|row| feedback::write(&class, row, &folder.path().join("feedback")).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read_dir(folder.path().join("feedback")).unwrap().count(), 2 * class.rows.len());
    let zip = moodle::feedback_zip(&class).unwrap();
    let archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    assert_eq!(archive.len(), class.rows.len());
    for name in archive.file_names().map(Result::unwrap) {
        let (folder, file) = name.split_once('/').unwrap();
        assert_eq!(file, "feedback.html");
        let parts: Vec<&str> = folder.split('_').collect();
        assert_eq!((parts.len(), &parts[2..]), (4, &["assignsubmission", "file"][..]), "{folder}");
        assert!(parts[1].bytes().all(|byte| byte.is_ascii_digit()), "{folder}");
    }
}

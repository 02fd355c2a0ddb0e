//! Points from teaching assistants' files.

use super::build::{course, fails, record, shown};
use grader::grade::model::Record;
use grader::grade::policy::changes::Changes;
use grader::grade::policy::manual::{Manual, Sheet, read};
use grader::grade::policy::marks;
use grader::grade::policy::people::People;

const COURSE: &str =
    "labs = [1]\n[[manual]]\nitem = 'style'\npoints = 10\n[[manual]]\nitem = 'oral'\npoints = 7.5\nrequired = false\n";

fn class() -> Vec<Record> {
    let mut records: Vec<Record> = ["ada", "bob", "cyd", "dan"].map(|id| record(id, None, vec![fails(1, &[])])).into();
    records[2].identity.people[0].name = "Kim Lee".to_string();
    records[3].identity.people[0].name = "Kim Lee".to_string();
    records[3].identity.people[0].ids.insert("sid".to_string(), "0042".to_string());
    for place in [0, 1] {
        records[place].identity.group = Some("Team 3".to_string());
    }
    records
}

fn people() -> People {
    People::new(&class())
}

fn sheets(texts: &[(&str, &str)]) -> Vec<Sheet> {
    texts.iter().map(|(by, text)| Sheet { by: by.to_string(), bytes: text.as_bytes().to_vec() }).collect()
}

/// `ada style 7.50 anna`, one for each mark; and the conflicts.
fn told(manual: &Manual) -> (Vec<String>, Vec<String>) {
    let marks = manual.marks.iter().flat_map(|(id, marks)| {
        marks.iter().map(move |mark| {
            format!("{id} {} {} {} {}", mark.item, mark.points, mark.by, mark.comment).trim().to_string()
        })
    });
    (marks.collect(), manual.conflicts.iter().map(ToString::to_string).collect())
}

/// Files with who wrote them; the marks that are taken; the conflicts.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a [&'a str]);

#[test]
fn what_disagrees_is_listed_and_never_settled() {
    let single = course(&format!("groups = 'single'\n{COURSE}"));
    #[rustfmt::skip]
    let table: [Row; 15] = [
        (&[("anna", "student,item,points,comment\nada,style,7.5,neat\nbob,style,10,\n")],
            &["ada style 7.50 anna neat", "bob style 10.00 anna"], &[]),
        // Excel's way, with a byte order mark and commas in numbers; an e-mail address, a number of the platform.
        (&[("anna", "\u{feff}Email;Item;Points\r\nADA@example.org;style;7,5\r\n0042;oral;1\r\n")],
            &["ada style 7.50 anna", "dan oral 1.00 anna"], &[]),
        // No points yet is not 0 points.
        (&[("anna", "id,item,points\nada,style,\nbob,style,0\n")], &["bob style 0.00 anna"], &[]),
        (&[("anna", "id,item,points\nada,style,7\n"), ("ben", "id,item,points\nada,style,7.00\nada,oral,2\n")],
            &["ada style 7.00 anna, ben", "ada oral 2.00 ben"], &[]),
        (&[("anna", "id,item,points\nada,style,7\n"), ("ben", "id,item,points\nada,style,8\nada,oral,2\n")],
            &["ada oral 2.00 ben"], &["anna:2: ada has different points of `style`: 7.00 (anna:2), 8.00 (ben:2)"]),
        (&[("anna", "id,item,points\nada,style,7\nada,style,8\n")], &[],
            &["anna:2: ada has different points of `style`: 7.00 (anna:2), 8.00 (anna:3)"]),
        (&[("anna", "id,item,points\neve,style,7\n")], &[], &["anna:2: nobody in the class is `eve`"]),
        (&[("anna", "name,item,points\nkim  lee,style,7\n")], &[], &["anna:2: `kim  lee` could be cyd or dan; try: the id"]),
        (&[("anna", "id,name,item,points\ncyd,Kim Lee,style,7\n,Kim Lee,style,7\n")], &["cyd style 7.00 anna"],
            &["anna:3: `Kim Lee` could be cyd or dan; try: the id"]),
        (&[("anna", "id,name,item,points\nada,Kim Lee,style,7\n")], &[], &["anna:2: `ada, Kim Lee` are different people"]),
        (&[("anna", "id,item,points\nada,style,10.01\n")], &[], &["anna:2: 10.01 points of `style` are more than 10.00"]),
        (&[("anna", "id,item,points\nada,style,-1\nada,style,ten\n")], &[],
            &["anna:2: `-1` are no points of `style`; try: a number from 0 to 10.00", "anna:3: `ten` are no points of `style`; try: a number from 0 to 10.00"]),
        (&[("anna", "id,item,points\nada,stlye,5\n")], &[], &["anna:2: the course has no item `stlye`; try: `style`, `oral`"]),
        (&[("anna", "id,points\nada,5\n")], &[],
            &["anna:1: no column `item` in `id,points`; try: `student,item,points,comment` as the first line"]),
        (&[("anna", "")], &[],
            &["anna:1: no column `student`, `id`, `email` or `name` in ``; try: `student,item,points,comment` as the first line"]),
    ];
    for (files, marks, conflicts) in table {
        let got = told(&read(&single, &people(), &sheets(files)));
        assert_eq!(got.0, marks, "{files:?}");
        assert_eq!(got.1, conflicts, "{files:?}");
    }
}

#[test]
fn a_group_has_the_same_points_unless_the_course_says_otherwise() {
    let files = sheets(&[("anna", "student,item,points\nada,style,7\n")]);
    let same = told(&read(&course(COURSE), &people(), &files)).0;
    assert_eq!(same, ["ada style 7.00 anna", "bob style 7.00 anna"]);
    let single = told(&read(&course(&format!("groups = 'single'\n{COURSE}")), &people(), &files)).0;
    assert_eq!(single, ["ada style 7.00 anna"]);
    let by_group = sheets(&[("anna", "student,item,points\nteam 3,style,7\n")]);
    assert_eq!(told(&read(&course(COURSE), &people(), &by_group)).0, same);
    let torn = sheets(&[("anna", "student,item,points\nada,style,7\nbob,style,8\n")]);
    assert_eq!(read(&course(COURSE), &people(), &torn).conflicts.len(), 2, "one for each of them");
}

#[test]
fn the_mark_is_open_until_points_are_there_and_undisputed() {
    let course = course(&format!("groups = 'single'\n{COURSE}"));
    let anna = "id,item,points\nada,style,7.5\nbob,style,7\ncyd,style,11\n";
    let manual = read(&course, &people(), &sheets(&[("anna", anna), ("ben", "id,item,points\nbob,style,8\n")]));
    let marks = marks::marks(&course, &class(), &manual, &Changes::default()).expect("marks");
    let shown: Vec<String> = marks.iter().map(|(id, marks)| format!("{id}: {}", shown(marks))).collect();
    #[rustfmt::skip]
    let want = [
        "ada: 100.00 + 7.50 - 0.00 = 107.50 of 117.50",
        "bob: 100.00 + 0.00 - 0.00 = 100.00 of 117.50 open: manual points: bob has different points of `style`: 7.00 (anna:3), 8.00 (ben:2); no points for `style` yet",
        "cyd: 100.00 + 0.00 - 0.00 = 100.00 of 117.50 open: manual points: 11.00 points of `style` are more than 10.00; no points for `style` yet",
        "dan: 100.00 + 0.00 - 0.00 = 100.00 of 117.50 open: no points for `style` yet",
    ];
    assert_eq!(shown, want);
}

/// Bytes that are no text, quotes that never end, rows of any length: listed or read, never a panic.
#[test]
fn damaged_sheets_are_refused_row_by_row() {
    let course = course(COURSE);
    let hostile: [&[u8]; 5] = [
        b"id,item,points\nada,style,\xff\xfe\n",
        b"id,item,points\n\"ada,style,7\n",
        b"id,item,points\nada\nada,style,7,8,9,10\n",
        b"id,item,points\n\0,\0,\0\n",
        b"\xff\xfe\0\0",
    ];
    let found: Vec<usize> = hostile
        .iter()
        .map(|bytes| {
            read(&course, &people(), &[Sheet { by: "anna".to_string(), bytes: bytes.to_vec() }]).conflicts.len()
        })
        .collect();
    assert_eq!(found, [1, 0, 0, 1, 1]);
}

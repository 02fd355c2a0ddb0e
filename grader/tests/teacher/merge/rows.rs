//! How results become rows.

use std::fs;

use grader::grade::intake::Found;
use grader::grade::model::{Identity, LabRecord, LabStatus, Person, Record};
use grader::grade::session::Session;

use super::made::Made;

/// A group that hands in each lab by itself has a row for each of its members, with all labs.
#[test]
fn parts_of_a_group_are_one_row_for_each_member() {
    let folder = tempfile::tempdir().unwrap();
    let course = folder.path().join("course.toml");
    fs::write(&course, "labs = [1, 2]\ntries = \"best\"\nseed = \"00000000000000aa\"\n").unwrap();
    let mut session = Session::open(&folder.path().join("out"), Some(&course)).unwrap();
    let people = ["Ada", "Bob"].map(|name| Person { name: name.to_string(), ..Person::default() });
    let identity = Identity { id: "team".to_string(), people: people.to_vec(), ..Identity::default() };
    let made = Made::new(2).records.swap_remove(1);
    for lab in [1, 2] {
        let graded = LabRecord { lab, ..made.labs[0].clone() };
        let missing = LabRecord { lab: 3 - lab, status: LabStatus::Missing, checks: Vec::new(), ..graded.clone() };
        let record = Record {
            identity: identity.clone(),
            key: format!("{lab:064x}"),
            labs: vec![graded, missing],
            ..made.clone()
        };
        session.store.put(&record, lab.into()).unwrap();
        let found = Found { identity: identity.clone(), attempt: lab.into(), ..Found::default() };
        session.listing.submissions.push(found);
    }
    let rows = session.class().unwrap().0.rows;
    let ids: Vec<&str> = rows.iter().map(|row| row.record.identity.id.as_str()).collect();
    assert_eq!(ids, ["team.ada", "team.bob"]);
    for row in rows {
        let labs: Vec<(u8, LabStatus)> = row.record.labs.iter().map(|lab| (lab.lab, lab.status)).collect();
        assert_eq!(labs, [(1, LabStatus::Graded), (2, LabStatus::Graded)]);
        assert!(row.marks.labs.iter().all(|lab| lab.raw.0 > 0), "{:?}", row.marks);
    }
}

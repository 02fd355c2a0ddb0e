//! What must not depend on chance: the order of entries, who else is in the class, how often it is read.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use grader::grade::intake::{Intake, Options};

use super::make::{Place, item, lib, listing, told, zip, zip_of};

const NAMES: [&str; 9] = [
    "Anna",
    "anna",
    "Anna Ng",
    "anna-ng",
    "Zoë Ö'Neill-Ng",
    "李",
    "王",
    "-rf",
    "a very long name of somebody, more than forty letters",
];

fn class(names: &[&str]) -> Vec<u8> {
    let text = lib(1);
    zip(&names.iter().map(|name| item(format!("class/{name}/lib.rs"), &text)).collect::<Vec<_>>())
}

fn ids(intake: &Intake) -> BTreeMap<String, String> {
    intake.found.iter().map(|found| (found.identity.origin.clone(), found.identity.id.clone())).collect()
}

/// The intake is looked at while its files are there.
fn read<T>(bytes: &[u8], look: impl Fn(&Intake) -> T) -> T {
    let place = Place::new();
    place.write("all.zip", bytes);
    look(&place.intake_of(&place.path("in/all.zip"), &Options::default()).unwrap())
}

#[test]
fn nobody_is_renamed_when_somebody_joins() {
    let all = read(&class(&NAMES), ids);
    assert_eq!(all.len(), NAMES.len());
    for left_out in 0..NAMES.len() {
        let names: Vec<&str> =
            NAMES.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, name)| *name).collect();
        for (origin, id) in read(&class(&names), ids) {
            assert_eq!(all[&origin], id);
        }
    }
}

#[test]
fn the_order_of_entries_does_not_matter() {
    let forward = read(&class(&NAMES), told);
    let backward: Vec<&str> = NAMES.iter().rev().copied().collect();
    assert_eq!(read(&class(&backward), told), forward);
}

/// The key of a record is made from it.
#[test]
fn the_content_is_that_of_the_files_alone() {
    let read = |name: &str, files: &[(&str, &str)]| {
        let place = Place::new();
        place.write(name, zip_of(files));
        place.intake(&Options { labs: vec![1, 2], ..Options::default() }).unwrap().found[0].content.clone()
    };
    let one = read("anna.zip", &[("lab1/src/lib.rs", "a"), ("lab1/src/b.rs", "b")]);
    assert_eq!(one.len(), 64);
    assert_eq!(read("bo.zip", &[("deeper/lab1/src/b.rs", "b"), ("deeper/lab1/src/lib.rs", "a"), ("notes", "")]), one);
    for other in [
        &[("lab2/src/lib.rs", "a"), ("lab2/src/b.rs", "b")][..],
        &[("lab1/src/lib.rs", "ab"), ("lab1/src/b.rs", "")],
        &[("lab1/src/lib.rs", "a"), ("lab1/src/c.rs", "b")],
    ] {
        assert_ne!(read("anna.zip", other), one, "{other:?}");
    }
}

#[test]
fn no_name_of_a_student_is_in_a_path() {
    let place = Place::new();
    for number in 0..200 {
        place.write(
            &format!("Secret Person{number}_{number}_assignsubmission_file/secret_lab1.zip"),
            zip_of(&[("src/lib.rs", "//")]),
        );
    }
    let began = Instant::now();
    let intake = place.intake(&Options::default()).unwrap();
    let took = began.elapsed();
    assert_eq!(intake.found.len(), 200);
    assert!(took < Duration::from_secs(20), "{took:?}");
    let all = listing(&place.path("spool"));
    assert_eq!(all.len(), 200 * 4, "{all:?}");
    for path in all {
        let below = path.strip_prefix(place.path("spool")).unwrap().to_string_lossy().into_owned();
        assert!(!below.to_lowercase().contains("secret"), "{below}");
    }
    assert_eq!(fs::read_to_string(intake.found[7].labs[&1].join("src/lib.rs")).unwrap(), "//");
}

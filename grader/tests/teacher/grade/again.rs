//! What was graded is not graded again, whoever asks, and how often.

use std::fs;

use super::class::{Class, SOLUTION, files, stdout};

fn when(class: &Class) -> Vec<String> {
    ["ada", "bo", "cy", "di"].map(|id| class.record(id)["observed"]["at"].to_string()).to_vec()
}

#[test]
fn nothing_changed_and_nothing_is_judged() {
    let class = Class::graded();
    let (results, at) = (class.results(), when(&class));
    assert_eq!(class.judged(), 4);
    class.grade(&[]).assert().success();
    assert_eq!((class.results(), when(&class), class.judged()), (results, at, 4));
}

#[test]
fn one_changed_and_only_that_one_is_judged() {
    let class = Class::graded();
    let at = when(&class);
    class.hand_in("cy", &SOLUTION);
    class.grade(&[]).assert().success();
    let now = when(&class);
    let changed: Vec<usize> = (0..4).filter(|student| at[*student] != now[*student]).collect();
    assert_eq!((changed, class.judged()), (vec![2], 5));
    assert_eq!(class.log().last().unwrap()["student"], "cy");
    assert_eq!(class.column("final")["cy"], "100.00");
}

/// Names, numbers and receipt times may be known better the second time; no program needs to run for that.
#[test]
fn a_roster_that_comes_later_is_used() {
    let class = Class::graded();
    let roster = class
        .write("roster.csv", "Full name,ID number,Email address\nAda Ng,ada,ada@example.org\nBo,bo,bo@example.org\n");
    class.grade(&["--roster", roster.to_str().unwrap()]).assert().success();
    assert_eq!((class.column("email")["ada"].as_str(), class.judged()), ("ada@example.org", 4));
}

/// Both read the same download into the same folder, and neither takes anything from the other.
#[test]
fn two_graders_at_once_both_end_well() {
    let (alone, class) = (Class::graded(), Class::of_four());
    std::thread::scope(|scope| {
        let graders = [(); 2].map(|()| scope.spawn(|| class.grade(&["--jobs", "2"]).assert().success()));
        for grader in graders {
            grader.join().unwrap();
        }
    });
    // The seed is drawn at random, so a case's seed differs from the other class's, and points do not.
    assert_eq!(class.column("final"), alone.column("final"));
    let judged = class.judged();
    assert!((4..=8).contains(&judged), "{judged}");
    assert!(stdout(&class.then(&["audit"]).assert().success()).contains(&format!("{judged} lines")));
    class.grade(&[]).assert().success();
    assert_eq!(class.judged(), judged, "what both left is whole and is kept");
    let names =
        |part: &str| files(&class.path("graded")).keys().filter(|path| path.to_string_lossy().contains(part)).count();
    assert_eq!((names("results"), names("feedback"), names(".part-")), (4, 8, 0));
    assert_eq!(fs::read_dir(class.path("graded/files")).unwrap().count(), 1);
}

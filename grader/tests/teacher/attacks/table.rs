//! The table, row by row.

use grader::grade::doctor::arsenal::Arsenal;
use grader::grade::doctor::attack::{Attack, Compiled, Way};
use grader::grade::doctor::{attacks, markdown, run, run_alone};
use grader::grade::model::LabStatus;
use grader::grade::one::Program;

use super::control::control;
use super::honest::{honest_program, passes};
use super::range::{Range, all, bench, range};

fn rows(wanted: impl Fn(&Attack) -> bool) -> Vec<Attack> {
    attacks().into_iter().filter(|attack| wanted(attack)).collect()
}

fn every(range: &Range, rows: &[Attack]) {
    let honest = honest_program(&range.bench);
    let (said, trouble) = run_alone(&range.bench, &range.arsenal, rows);
    assert!(trouble.is_empty(), "{trouble:?}");
    all(
        rows,
        |attack| attack.name.to_string(),
        |attack| {
            control(&range.bench, &range.arsenal, attack)?;
            run::run(&range.bench, &range.arsenal, attack, &said).map_err(|error| format!("{error:#}"))?;
            next(range, attack, &honest)
        },
    );
}

/// After an attack on the judge or the compiler: the honest program is judged as ever.
fn next(range: &Range, attack: &Attack, honest: &Program) -> Result<(), String> {
    match attack.way {
        Way::Says(_) => Ok(()),
        _ => passes(&range.bench, honest).map_err(|why| format!("the next one: {why}")),
    }
}

#[test]
fn what_a_program_can_see_call_and_take() {
    let Some(range) = range() else { return };
    // With a bait of its own, which nobody else's control reaches for.
    let arsenal = Arsenal::new(&range.bench).unwrap();
    let rows = rows(|attack| matches!(attack.way, Way::Says(_) | Way::Killed(_) | Way::LeavesNothing(_)));
    run_alone(&range.bench, &arsenal, &rows);
    assert_eq!(arsenal.bait.taken(), Vec::<&str>::new(), "what the sandbox must keep them from");
    every(&range, &rows);
}

#[test]
fn what_a_program_can_do_to_its_verdict() {
    let Some(range) = range() else { return };
    every(&range, &rows(|attack| matches!(attack.way, Way::Judged(..))));
}

#[test]
fn what_the_compiler_meets() {
    let Some(range) = range() else { return };
    let endless = |attack: &Attack| matches!(attack.way, Way::Built(_, Compiled::Not(LabStatus::CompileTimeout)));
    every(&range, &rows(|attack| matches!(attack.way, Way::Built(..) | Way::Tampers) && !endless(attack)));
    // With less patience than an honest build on a busy machine is given.
    let mut hasty = bench(grader::grade::sandbox::Tier::Bwrap);
    hasty.toolchain.limit = std::time::Duration::from_secs(4);
    for attack in rows(endless) {
        run::run(&hasty, &range.arsenal, &attack, &run::Said::new()).unwrap();
    }
    passes(&range.bench, &honest_program(&range.bench)).unwrap();
}

#[test]
fn names_are_unique_and_tests_exist() {
    let tests = concat!(
        include_str!("alone.rs"),
        include_str!("neighbours.rs"),
        include_str!("peers.rs"),
        include_str!("places.rs")
    );
    let all = attacks();
    for attack in &all {
        assert_eq!(all.iter().filter(|other| other.name == attack.name).count(), 1, "{}", attack.name);
        if let Way::Test(name) = attack.way {
            assert!(tests.contains(&format!("fn {name}()")), "there is no test `{name}`");
        }
    }
}

/// Rows of the list that are this sandbox's business; archives, git and exports are others'.
#[test]
fn every_row_of_the_list_is_there() {
    let rows: Vec<u32> =
        attacks().iter().flat_map(|attack| attack.rows.split(", ")).filter_map(|row| row.parse().ok()).collect();
    let wanted = [
        1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 33, 34, 35, 37,
    ];
    let more = [38, 40, 41, 56, 57, 58, 60, 61, 62, 63, 64, 66, 67, 69, 70, 72, 73, 74, 75, 77, 78, 79, 81, 82];
    let last = [85, 86, 87, 88, 89, 90, 91, 92];
    let missing: Vec<_> = wanted.iter().chain(&more).chain(&last).filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_page_of_the_docs_is_the_table() {
    let path = grader::build::Workspace::find().unwrap().root().join("docs/src/attacks.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, markdown()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(page, markdown(), "run this test with BLESS=1");
}

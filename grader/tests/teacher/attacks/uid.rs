//! The tier `uid`: what it holds, and that what it does not hold is what is said of it.

use grader::grade::doctor::arsenal::Arsenal;
use grader::grade::doctor::attack::{Attack, Uid, Way};
use grader::grade::doctor::{attacks, run, run_alone};
use grader::grade::sandbox::{self, Tier};

use super::honest::{honest_program, passes};
use super::range::{all, bench};
use crate::common::skipped;

#[test]
fn the_tier_uid_holds_what_it_says() {
    if !sandbox::is_root() {
        return skipped("the tier uid needs root");
    }
    let bench = bench(Tier::Uid);
    let arsenal = Arsenal::new(&bench).unwrap();
    let tried = |attack: &Attack| !matches!(attack.way, Way::Test(_)) && !is_slow(attack);
    let rows: Vec<Attack> = attacks().into_iter().filter(tried).collect();
    let (said, trouble) = run_alone(&bench, &arsenal, &rows);
    assert!(trouble.is_empty(), "{trouble:?}");
    all(
        &rows,
        |attack| attack.name.to_string(),
        |attack| {
            let result = run::run(&bench, &arsenal, attack, &said).map_err(|error| format!("{error:#}"));
            match (attack.uid, result) {
                (Uid::Holds, result) => result.map(drop),
                (Uid::Depends, _) => Ok(()),
                (Uid::DoesNot, Ok(held)) => Err(format!("is held, and the table says that it is not: {held}")),
                (Uid::DoesNot, Err(_)) => Ok(()),
            }
        },
    );
    passes(&bench, &honest_program(&bench)).unwrap();
}

/// The same limits apply, and are tried in the tier `bwrap`.
fn is_slow(attack: &Attack) -> bool {
    ["const-eval", "macro-bomb", "fat-program", "large-program"].contains(&attack.name)
}

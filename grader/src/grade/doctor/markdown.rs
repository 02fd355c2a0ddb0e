//! The page of the docs about attacks, made from the table.

use super::attack::{Attack, Uid};
use super::{attacks, machine};
use crate::grade::sandbox::Tier;

const INTRODUCTION: &str = "\
# What a submission could try

This page is made from the table that `cargo grade doctor` and the tests run. Each attack is a small submission that the
project ships; *control* is what shows that it would work without the sandbox, *tier `bwrap`* what comes of it there, and
*`uid`* whether that tier holds too. All are bounded in count, size and time, and reach for loopback listeners of the
grader's own and for canary files in throw-away folders only. The numbers are those of the project's list of attacks.

";

/// `docs/src/attacks.md`
pub fn markdown() -> String {
    let mut page = INTRODUCTION.to_string();
    page.push_str("| rows | attack | what it tries | control | tier `bwrap` | `uid` |\n|---|---|---|---|---|---|\n");
    for attack in attacks() {
        page.push_str(&row(&attack));
    }
    page.push_str("\n## What is not held\n");
    for tier in [Tier::Bwrap, Tier::Uid, Tier::None] {
        page.push_str(&format!("\nTier `{tier}`:\n\n"));
        machine::lines(tier).iter().for_each(|line| page.push_str(&format!("- {line}\n")));
    }
    page
}

fn row(attack: &Attack) -> String {
    let uid = match attack.uid {
        Uid::Holds => "holds",
        Uid::DoesNot => "**not held**",
        Uid::Depends => "as the machine is",
    };
    let Attack { rows, name, tries, way, control, .. } = attack;
    let cells = [rows, name, tries].map(|cell| cell.replace('|', "\\|"));
    let control = control.told().replace('|', "\\|");
    format!("| {} | {control} | {} | {uid} |\n", cells.join(" | "), way.told())
}

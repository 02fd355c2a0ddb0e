//! The list of checks, for the terminal and for the book: from the same table that grades.

use super::{exit, print};
use crate::check::{Check, Tier};
use crate::labs::{LABS, LabInfo};

/// Prints it for the terminal.
pub fn text() -> u8 {
    for lab in LABS {
        print(&format!("lab {}  {}\n", lab.number, lab.title()));
        for check in lab.checks {
            print(&format!("  {}  {:>2}  {:<6}  {}\n", check.id, check.points(), check.tier, check.name));
        }
    }
    exit::OK
}

/// The book's page.
pub fn markdown() -> String {
    let mut page = String::from(
        "# The checks\n\n<!-- Made by `cargo lab list --format markdown`; a test compares it with the grader's table. -->\n\n\
         Each lab is worth 100 points. *Stub* is the last stub that a check needs: it is the stage in which the program is started.\n",
    );
    for lab in LABS {
        page.push_str(&format!("\n## Lab {}: {}\n\n{}\n", lab.number, lab.title(), tiers(lab)));
        for check in lab.checks {
            page.push_str(&section(check));
        }
    }
    page
}

fn tiers(lab: &LabInfo) -> String {
    let of = |tier: Tier| {
        let checks: Vec<&Check> = lab.checks.iter().filter(|check| check.tier == tier).collect();
        let points: u32 = checks.iter().map(|check| check.points()).sum();
        let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
        format!("| {tier} | {points} | {} |\n", ids.join(" "))
    };
    let rows: String = [Tier::Core, Tier::Robust, Tier::Expert].into_iter().map(of).collect();
    format!("| tier | points | checks |\n|---|---|---|\n{rows}")
}

fn section(check: &Check) -> String {
    let mut text = format!(
        "\n### {} `{}`\n\n{} points, {}. {}\n\n",
        check.id,
        check.name,
        check.points(),
        check.tier,
        check.title()
    );
    text.push_str(&format!("*Catches:* {}\n\n*See:* {}\n", check.catches(), check.reference()));
    if check.cases.len() == 1 {
        return format!("{text}\n*Stub:* `{}`\n", check.cases[0].stub);
    }
    text.push_str("\n| case | points | stub | the peer |\n|---|---|---|---|\n");
    for case in check.cases {
        text.push_str(&format!("| {} | {} | `{}` | {} |\n", case.letter, case.points, case.stub, check.what(case)));
    }
    text
}

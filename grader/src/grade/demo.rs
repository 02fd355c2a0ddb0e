//! A class to look at: 24 students from the solutions, the variants, the mutants and the stubs, laid out as Moodle does.
//!
//! All of it is our own code. What the grader makes of it is a real run, like any class's.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::build::Workspace;
use crate::labs::LABS;
use crate::prove::{self, Mutant};

/// Invented names, with the letters that break what other tools make of names.
const NAMES: [&str; 24] = [
    "Ada Castellanos",
    "Amara Nwosu",
    "Björn Ågren",
    "Chen Wei",
    "Chiara D'Angelo",
    "Dmitri Volkov",
    "Elif Yılmaz",
    "Farid Haddad",
    "Grace Kimani",
    "Hana Suzuki",
    "Ines Duarte",
    "Jakub Wiśniewski",
    "José Muñoz",
    "Kofi Mensah",
    "Lars Ö'Neill-Ng",
    "Leila Farahani",
    "Maja Kovač",
    "Noor Khan",
    "Olga Petrova",
    "Priya Raman",
    "Quentin Lefèvre",
    "Sam Taylor",
    "Thu Nguyễn",
    "Zoë van Dijk",
];

/// Who has handed in what, by place in [`NAMES`].
enum Work {
    /// Everything right.
    Solutions,
    /// Right, and unusual.
    Variants,
    /// Each lab wrong in its own way.
    Mutants,
    /// Right up to this lab, then wrong once, then stubs.
    UpTo(u8),
    /// One lab does not compile.
    Broken(u8),
    Stubs,
    /// On the roster, and that is all.
    Absent,
}

fn work(student: usize) -> Work {
    match student {
        0 | 9 => Work::Solutions,
        3 | 17 => Work::Variants,
        5 | 14 => Work::Absent,
        7 => Work::Broken(3),
        12 | 22 => Work::Stubs,
        student if student % 3 == 1 => Work::UpTo(1 + (student % 5) as u8),
        _ => Work::Mutants,
    }
}

/// Writes the download and the roster. `from` is an empty folder.
pub fn write(workspace: &Workspace, to: &Path) -> Result<()> {
    let mut roster = String::from("Full name,Email address,ID number\n");
    for (student, name) in NAMES.into_iter().enumerate() {
        roster.push_str(&format!("{name},{},{}\n", email(name), 2_026_000 + student));
        let folder = to.join("submissions").join(format!("{name}_{}_assignsubmission_file", 4711 + student));
        for lab in LABS.map(|lab| lab.number) {
            let Some(text) = text(workspace, student, lab)? else { continue };
            let source = folder.join(format!("labs/lab{lab}/src"));
            fs::create_dir_all(&source).with_context(|| format!("cannot make `{}`", source.display()))?;
            fs::write(source.join("lib.rs"), text)?;
        }
    }
    fs::write(to.join("roster.csv"), roster)?;
    fs::write(to.join("course.toml"), COURSE)?;
    Ok(())
}

/// What a student has handed in for a lab.
fn text(workspace: &Workspace, student: usize, lab: u8) -> Result<Option<String>> {
    let solution = prove::solution(workspace, lab)?;
    let stubs = || {
        let path = workspace.lab(lab).join("src/lib.rs");
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    Ok(match work(student) {
        Work::Absent => None,
        Work::Solutions => Some(solution),
        Work::Stubs => Some(stubs()?),
        Work::Variants => {
            let variants = prove::variants(workspace, lab)?;
            // Those that think before each answer are for another scale.
            let mut full = variants.into_iter().filter(|variant| variant.scale == crate::lab::Scale::Full);
            Some(full.nth(student % 3).map_or(solution, |variant| variant.text))
        }
        Work::Broken(broken) if broken == lab => Some(solution.replacen(';', "", 3)),
        Work::Broken(_) => Some(solution),
        Work::UpTo(last) if lab < last => Some(solution),
        Work::UpTo(last) if lab == last => Some(mutant(workspace, lab, student)?.text(&solution)?),
        Work::UpTo(_) => Some(stubs()?),
        Work::Mutants => Some(mutant(workspace, lab, student)?.text(&solution)?),
    })
}

/// One of the rows of real mistakes, so that several students have the same.
fn mutant(workspace: &Workspace, lab: u8, student: usize) -> Result<Mutant> {
    let all = prove::mutants(workspace, lab)?;
    let real: Vec<Mutant> = all.into_iter().filter(|mutant| !mutant.row.is_empty()).collect();
    let turn = (student / 2) * 3 % real.len().max(1);
    real.into_iter().nth(turn).context("a lab without mutants")
}

fn email(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_ascii_lowercase() || *c == ' ').collect();
    format!("{}@example.org", plain.replace(' ', "."))
}

const COURSE: &str = r#"# The rules of the demo class. Every key is explained in the book, "The course file".
title = "Loopback, a demo class"
"#;

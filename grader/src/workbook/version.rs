//! Which pack and which grader: they differ when a grader that was built earlier, or elsewhere, is run in this copy.
//!
//! The version of a pack is that of its workspace; the grader has it compiled in.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use crate::build::Workspace;
use crate::texts::say;

/// This program's own.
pub const GRADER: &str = env!("CARGO_PKG_VERSION");

/// The version of the pack with this root, as its `Cargo.toml` tells it.
pub fn of_pack(root: &Path) -> Option<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).ok()?;
    // One line of a file of ours is no reason to read all of TOML.
    let lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.package]").skip(1);
    let mut fields = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once('='));
    let (_, version) = fields.find(|(name, _)| name.trim() == "version")?;
    let version = version.split('"').nth(1)?;
    numbers(version).map(|_| version.to_string())
}

/// The version of the pack around the current directory.
pub fn of_this_pack() -> Option<String> {
    of_pack(Workspace::find().ok()?.root())
}

/// Which of two versions is older; `None` where one of them is none.
pub fn compare(one: &str, other: &str) -> Option<Ordering> {
    Some(numbers(one)?.cmp(&numbers(other)?))
}

/// A sentence for whoever runs a grader of one version in a pack of another.
pub fn warning(root: &Path) -> Option<String> {
    let pack = of_pack(root)?;
    match compare(&pack, GRADER)? {
        Ordering::Equal => None,
        Ordering::Less => Some(say!("cargo-lab/version/the_pack_is_older", pack, grader = GRADER)),
        Ordering::Greater => Some(say!("cargo-lab/version/the_pack_is_newer", pack, grader = GRADER)),
    }
}

/// Both versions, for the foot of what is shown: `pack 0.1.0, grader 0.1.0`. What differs is said.
pub fn told(root: &Path) -> String {
    let Some(pack) = of_pack(root) else { return say!("cargo-lab/version/only_the_grader", grader = GRADER) };
    match compare(&pack, GRADER) {
        Some(Ordering::Equal) => say!("cargo-lab/version/the_same", pack, grader = GRADER),
        _ => say!("cargo-lab/version/they_differ", pack, grader = GRADER),
    }
}

/// `1.2.3` as numbers; what stands after `-` or `+` does not count.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let plain = version.split(['-', '+']).next()?;
    let mut parts = plain.split('.').map(str::parse);
    let numbers = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_differ_are_told() {
        let pack = tempfile::tempdir().unwrap();
        let told = |version: &str| {
            let manifest = format!("[workspace]\nversion = \"7.7.7\"\n[workspace.package]\nversion = {version}\n");
            fs::write(pack.path().join("Cargo.toml"), manifest).unwrap();
            told(pack.path())
        };
        assert_eq!(told(&format!("{GRADER:?}")), format!("pack {GRADER}, grader {GRADER}"));
        for other in ["0.0.1", "99.0.0"] {
            let differ = format!("pack {other}, grader {GRADER}: they DIFFER, so what is said above may not fit");
            assert_eq!(told(&format!("{other:?}")), differ);
        }
        assert_eq!(told("\"no version\""), format!("grader {GRADER}; the pack does not say its version"));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(compare("0.9.0", "0.10.0"), Some(Ordering::Less));
        assert_eq!(compare("1.0.0", "1.0.0+later"), Some(Ordering::Equal));
        for bad in ["", "1", "1.2", "1.2.3.4", "1.x.3"] {
            assert_eq!(compare(bad, "1.0.0"), None, "{bad}");
        }
    }
}

//! With a terminal: scenes are asked one by one, the tour goes on page by page. `script` (util-linux) is the terminal.

use std::io::Write;
use std::process::{self, Stdio};

use tempfile::TempDir;

use super::{SCREEN, copy};
use crate::common;

/// What a terminal shows when this is typed.
fn typed(folder: &TempDir, args: &str, keys: &str) -> Option<String> {
    typed_with(folder, args, keys, ("TERM", "xterm"))
}

fn typed_with(folder: &TempDir, args: &str, keys: &str, variable: (&str, &str)) -> Option<String> {
    let mut command = process::Command::new("script");
    command.args(["-qec", &format!("{} {args}", env!("CARGO_BIN_EXE_lab")), "/dev/null"]);
    command.current_dir(folder.path()).env("TERM", "xterm").env_remove("NO_COLOR").env(variable.0, variable.1);
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        common::skipped("there is no `script` to be a terminal");
        return None;
    };
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

#[test]
fn a_terminal_is_asked_scene_by_scene() {
    let folder = copy();
    // Nonsense, a right prediction, on to the next scene, and out.
    let Some(said) = typed(&folder, "predict 2", "seven\n8\n\nq\n") else { return };
    assert!(said.contains("a number of bytes, please"), "{said}");
    assert!(said.contains("\x1b[1;32m  RIGHT"), "{said}");
    assert!(said.contains("lab 2, scene 2 of 6") && !said.contains("lab 2, scene 3 of 6"), "{said}");
    assert!(said.trim_end().ends_with("1 of 1 predicted right"), "{said}");

    // What was predicted right is not asked again, unless it is wished for.
    let said = typed(&folder, "predict 2", "q\n").unwrap();
    assert!(said.contains("1 of 6 predicted right before") && said.contains("lab 2, scene 2 of 6"), "{said}");
    let said = typed(&folder, "predict 2 --again", "q\n").unwrap();
    assert!(said.contains("lab 2, scene 1 of 6"), "{said}");
}

#[test]
fn colour_is_left_out_where_it_is_not_wanted() {
    let folder = copy();
    let Some(said) = typed(&folder, "predict two-writes", "8\n") else { return };
    assert!(said.contains('\x1b'), "{said}");
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let said = typed_with(&folder, "predict two-writes", "8\n", variable).unwrap();
        assert!(said.contains("RIGHT") && !said.contains('\x1b'), "{said}");
    }
}

#[test]
fn the_tour_goes_on_page_by_page() {
    let folder = copy();
    let Some(said) = typed(&folder, "tour", "\n\n\nq\n") else { return };
    let pages: Vec<&str> = said.split("q: quit ").collect();
    assert_eq!(pages.len(), 5, "{said}");
    assert!(pages.iter().all(|page| page.trim().lines().count() <= SCREEN), "{said}");
    assert!(pages[1].contains("FAILED") && pages[3].contains("want") && !said.contains("That was the tour"), "{said}");
}

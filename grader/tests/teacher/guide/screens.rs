//! The screens in the guide's pages.

use std::fs;

use super::page::{docs, read};

/// The block behind `<!-- screen: NAME -->`.
pub fn screen(text: &str, name: &str) -> String {
    let (_, rest) = text.split_once(&format!("<!-- screen: {name} -->\n```text\n")).expect(name);
    rest.split_once("\n```").expect("the block's end").0.to_string()
}

/// Compares a screen with what a run has shown; with `BLESS=1` writes it.
pub fn same_screen(page: &str, name: &str, shown: &str) {
    let shown = shown.trim_matches('\n');
    let text = read(page);
    let old = screen(&text, name);
    if std::env::var_os("BLESS").is_some() {
        let begin = format!("<!-- screen: {name} -->\n```text\n");
        let text = text.replace(&format!("{begin}{old}\n```"), &format!("{begin}{shown}\n```"));
        fs::write(docs().join(page), text).unwrap();
    } else {
        assert_eq!(old, shown, "{page}, {name}: run this test with BLESS=1");
    }
}

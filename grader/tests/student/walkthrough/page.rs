//! Pages of the book whose screens are made here.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use grader::build::Workspace;

use super::shape;

/// A run of which the kernel decides the order of some rows, or what a check besides the one that is shown makes of a wrong
/// program, is repeated: what is wrong is so each time.
const TRIES: u32 = 6;
/// What fits into a terminal, and onto a page.
pub const COLUMNS: usize = 80;

/// A screen, by its name on the page.
pub type Screen = (&'static str, String);

fn path(page: &str) -> PathBuf {
    Workspace::find().unwrap().root().join("docs/src").join(page)
}

pub fn read(page: &str) -> String {
    fs::read_to_string(path(page)).unwrap_or_default().replace("\r\n", "\n")
}

/// Compares what a page shows with what is seen now. With `BLESS=1` what differs is written anew.
pub fn compare(page: &str, run: impl Fn() -> Vec<Screen>) {
    let mut differ = Vec::new();
    for _ in 0..TRIES {
        let screens = run();
        let odd = screens.iter().flat_map(|(_, text)| text.lines()).find(|line| line.chars().count() > COLUMNS);
        assert_eq!(odd, None, "wider than a terminal");
        let text = read(page);
        differ = screens.iter().filter(|(name, now)| !same(name, &screen(&text, name), now)).cloned().collect();
        if differ.is_empty() {
            return;
        }
        // All of them, so that they are of one run.
        if std::env::var_os("BLESS").is_some() {
            return write(page, &screens);
        }
    }
    let told = |(name, now): &Screen| format!("{name} was\n{}\nnow\n{now}\n", screen(&read(page), name));
    panic!("{page}: run this test with BLESS=1\n{}", differ.iter().map(told).collect::<String>());
}

fn same(name: &str, old: &str, now: &str) -> bool {
    let shape = if name == "doctor" { shape::of_doctor } else { shape::of };
    shape(old) == shape(now)
}

fn head(name: &str) -> String {
    format!("<!-- screen: {name} -->\n```text\n")
}

/// The block behind `<!-- screen: NAME -->`.
pub fn screen(text: &str, name: &str) -> String {
    let (_, rest) = text.split_once(&head(name)).unwrap_or_else(|| panic!("the page has no screen `{name}`"));
    rest.split_once("```").expect("the block's end").0.trim_end().to_string()
}

/// The names of a page's screens, in order.
pub fn screens(page: &str) -> Vec<String> {
    let text = read(page);
    let names = text.lines().filter_map(|line| line.strip_prefix("<!-- screen: ")?.strip_suffix(" -->"));
    names.map(str::to_string).collect()
}

pub fn write(page: &str, screens: &[Screen]) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock();
    let mut text = read(page);
    for (name, now) in screens {
        let (before, rest) = text.split_once(&head(name)).expect("it was found before");
        let (_, after) = rest.split_once("```").expect("it was found before");
        text = format!("{before}{}{now}\n```{after}", head(name));
    }
    fs::write(path(page), text).unwrap();
}

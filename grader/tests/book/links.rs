//! Every link in the book, in README.md and in the labs' own pages leads somewhere, anchors included. A page for students
//! links to none that only teachers have. Links that leave the project are not followed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use grader::build::Workspace;

const TEACHER: &str = "<!-- teacher -->";
const END: &str = "<!-- /teacher -->";

fn root() -> PathBuf {
    Workspace::find().expect("the workspace").root().to_path_buf()
}

/// A page of text.
pub struct Page {
    /// `docs/src/alone.md`
    pub name: String,
    pub text: String,
}

impl Page {
    fn open(name: &str) -> Page {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Page { name: name.to_string(), text: text.replace("\r\n", "\n") }
    }

    /// The lines outside of blocks of code.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        let mut fence = None;
        self.text.lines().filter(move |line| {
            let ticks = line.trim_start().chars().take_while(|char| *char == '`').count();
            match fence {
                None if ticks >= 3 => fence = Some(ticks),
                Some(open) if ticks >= open => fence = None,
                None => return true,
                Some(_) => {}
            }
            false
        })
    }

    /// Where its links lead: `(target, for teachers only)`.
    fn links(&self) -> Vec<(String, bool)> {
        let mut links = Vec::new();
        let mut hidden = false;
        let mut paragraph = String::new();
        for line in self.prose().chain([""]) {
            let bare = line.trim();
            if bare.is_empty() || bare == TEACHER || bare == END {
                links.extend(targets(&paragraph).into_iter().map(|target| (target, hidden)));
                paragraph.clear();
                hidden = bare == TEACHER || (bare.is_empty() && hidden);
            } else if bare.ends_with(TEACHER) {
                links.extend(targets(bare).into_iter().map(|target| (target, true)));
            } else {
                paragraph.push_str(&format!("{bare} "));
            }
        }
        links
    }

    /// The names under which its headings can be found.
    fn anchors(&self) -> Vec<String> {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let headings = self.prose().filter(|line| line.starts_with('#'));
        let anchor = |line: &str| {
            let id = id(line.trim_start_matches('#').trim());
            let times = seen.entry(id.clone()).or_default();
            *times += 1;
            if *times == 1 { id } else { format!("{id}-{}", *times - 1) }
        };
        headings.map(anchor).collect()
    }
}

/// The targets of the links in a paragraph. In code there are none.
fn targets(paragraph: &str) -> Vec<String> {
    let prose: String = paragraph.split('`').step_by(2).collect();
    let behind = prose.split("](").skip(1);
    behind.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_string()).collect()
}

/// As mdBook makes it of a heading's text.
fn id(heading: &str) -> String {
    let mut text = String::new();
    // Of a link, the words are in the heading.
    for part in heading.split("](") {
        let words = if text.is_empty() { part } else { part.split_once(')').map_or(part, |(_, rest)| rest) };
        text.push_str(words);
    }
    let kept = |char: char| match char {
        ' ' => Some('-'),
        '_' | '-' => Some(char),
        _ => char.is_alphanumeric().then(|| char.to_ascii_lowercase()),
    };
    text.chars().filter_map(kept).collect()
}

fn markdown(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder of the project") {
        let entry = entry.expect("a file");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(markdown(&name));
        } else if name.ends_with(".md") {
            found.push(name);
        }
    }
    found.sort();
    found
}

pub fn pages() -> Vec<Page> {
    let mut names = markdown("docs/src");
    names.push("README.md".to_string());
    names.extend((1..=5).map(|lab| format!("labs/lab{lab}/README.md")));
    names.iter().map(|name| Page::open(name)).collect()
}

/// `docs/src/book` and `../alone.md` make `docs/src/alone.md`.
fn joined(folder: &Path, target: &str) -> String {
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "`{target}` leads out of the project"),
            part => path.push(part),
        }
    }
    path.to_string_lossy().replace('\\', "/")
}

/// The page or file that a link leads to, and the anchor there; `None` for the rest of the world.
fn destination(page: &Page, target: &str) -> Option<(String, Option<String>)> {
    if ["http:", "https:", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = match target.split_once('#') {
        None => (target, None),
        Some((path, anchor)) => (path, Some(anchor.to_string())),
    };
    let folder = Path::new(&page.name).parent().expect("a folder");
    let path = if path.is_empty() { page.name.clone() } else { joined(folder, path) };
    Some((path, anchor))
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let anchors: BTreeMap<&str, Vec<String>> = pages.iter().map(|page| (page.name.as_str(), page.anchors())).collect();
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in &pages {
        for (target, _) in page.links() {
            let Some((path, anchor)) = destination(page, &target) else { continue };
            followed += 1;
            let there = root().join(&path).exists();
            let inside = !page.name.starts_with("docs/src/") || path.starts_with("docs/src/");
            let found = anchor.is_none_or(|anchor| anchors.get(path.as_str()).is_some_and(|all| all.contains(&anchor)));
            if !(there && inside && found) {
                wrong.push(format!("{}: ({target})", page.name));
            }
        }
        for part in page.text.split("{{#include ").skip(1) {
            let file = part.split("}}").next().expect("a name");
            let (path, anchor) = file.split_once(':').unwrap_or((file, ""));
            let path = root().join(joined(Path::new(&page.name).parent().expect("a folder"), path));
            let text = fs::read_to_string(path);
            let is_there = |text: String| anchor.is_empty() || text.contains(&format!("ANCHOR: {anchor}\n"));
            if !text.is_ok_and(is_there) {
                wrong.push(format!("{}: {{{{#include {file}}}}}", page.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(followed > 200, "only {followed} links were found");
}

#[test]
fn every_page_stands_in_the_summary_once() {
    let summary = Page::open("docs/src/SUMMARY.md");
    let mut listed: Vec<String> =
        summary.links().iter().filter_map(|(target, _)| Some(destination(&summary, target)?.0)).collect();
    listed.sort();
    let mut there = markdown("docs/src");
    there.retain(|name| *name != summary.name);
    assert_eq!(listed, there);
}

/// A pack for students has neither these pages nor the parts that link to them.
#[test]
fn a_page_for_students_needs_no_page_for_teachers() {
    let summary = Page::open("docs/src/SUMMARY.md");
    let teachers: BTreeSet<String> = summary
        .links()
        .iter()
        .filter(|(_, hidden)| *hidden)
        .filter_map(|(target, _)| Some(destination(&summary, target)?.0))
        .collect();
    assert!(teachers.contains("docs/src/teachers.md"), "{teachers:?}");
    for page in pages().iter().filter(|page| !teachers.contains(&page.name)) {
        for (target, _) in page.links().iter().filter(|(_, hidden)| !hidden) {
            let Some((path, _)) = destination(page, target) else { continue };
            assert!(!teachers.contains(&path), "{}: ({target}) is for teachers", page.name);
        }
    }
}

/// What is said above of headings is what mdBook does.
#[test]
fn anchors_are_those_of_mdbook() {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let mdbook = home.expect("a home").join("loopback-tools/bin/mdbook");
    if !mdbook.exists() {
        assert!(std::env::var_os("LOOPBACK_NO_SKIP").is_none(), "`{}` is missing", mdbook.display());
        eprintln!("SKIPPED: mdBook is not installed (see .ci/run)");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let output =
        Command::new(mdbook).arg("build").arg(root().join("docs")).arg("--dest-dir").arg(folder.path()).output();
    let output = output.expect("mdBook");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for page in pages().iter().filter(|page| page.name.starts_with("docs/src/") && !page.name.ends_with("SUMMARY.md")) {
        let html = page.name.strip_prefix("docs/src/").expect("it was seen").replace(".md", ".html");
        let text = fs::read_to_string(folder.path().join(&html)).unwrap_or_else(|error| panic!("{html}: {error}"));
        let body = text.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>")).expect("the page").0;
        let theirs: BTreeSet<String> = (1..=6).flat_map(|level| ids(body, level)).collect();
        assert_eq!(page.anchors().into_iter().collect::<BTreeSet<_>>(), theirs, "{html}");
    }
}

/// The ids of the headings of this level.
fn ids(html: &str, level: u8) -> Vec<String> {
    let begin = format!("<h{level} id=\"");
    let behind = html.split(&begin).skip(1);
    behind.filter_map(|rest| Some(rest.split_once('"')?.0.to_string())).collect()
}

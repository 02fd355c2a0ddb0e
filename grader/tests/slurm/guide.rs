//! The page "More than one machine", followed word for word: a class of 40 as an array of 8.

use std::fs;

use grader::build::Workspace;
use serial_test::serial;

use super::class::{self, types};
use super::cluster::{Cluster, cluster};

#[test]
#[serial]
fn a_class_of_40_as_the_guide_says() {
    let Some(cluster) = cluster() else { return };
    class::write(cluster.folder.path(), 40);
    class::with_cargo(&cluster);
    let page = Page::read();
    let mut shown = Vec::new();
    for line in page.commands() {
        let text = types(&cluster, &line);
        if line.starts_with("bash ") {
            cluster.all_ended();
        }
        shown.push(text);
    }
    class::same_as_one_machine(&cluster);
    assert_eq!(class::files(&cluster.path("graded")).len(), 40);
    for (name, text) in ["slurm-emit", "slurm-submit", "slurm-part", "slurm-merge"].into_iter().zip(shown) {
        page.same(name, &general(&cluster, &text));
    }
}

/// Without what differs from run to run: where it ran, and how fast.
fn general(cluster: &Cluster, text: &str) -> String {
    let text = text.replace(&cluster.folder.path().display().to_string(), "/shared");
    let node = |line: &str| line.replace(" on node1,", " on node2,");
    // Who is first depends on the machine; the same order each time reads as well.
    let (mut graded, rest): (Vec<String>, Vec<String>) =
        text.lines().map(node).partition(|line| line.contains("] student"));
    graded.sort_by_key(|line| line.split("] ").nth(1).map(str::to_string));
    let graded = graded.iter().enumerate().map(|(at, line)| {
        let (_, rest) = line.split_once(" of ").unwrap();
        format!("[{} of {rest}", at + 1)
    });
    let mut graded: Vec<String> = graded.collect();
    let mut all = Vec::new();
    let last = rest.iter().rposition(|line| line.starts_with("preflight")).map_or(0, |at| at + 1);
    for (at, line) in rest.into_iter().enumerate() {
        if at == last {
            all.append(&mut graded);
        }
        all.push(line);
    }
    all.join("\n")
}

/// The section about Slurm.
struct Page {
    path: std::path::PathBuf,
    text: String,
}

impl Page {
    fn read() -> Page {
        let path = Workspace::find().unwrap().root().join("docs/src/teachers/engines.md");
        let text = fs::read_to_string(&path).unwrap();
        Page { path, text }
    }

    fn commands(&self) -> Vec<String> {
        let slurm = self.text.split("\n## ").find(|section| section.starts_with("Slurm")).unwrap();
        let blocks = slurm.split("```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
        blocks.flat_map(str::lines).map(str::to_string).collect()
    }

    /// Compares a screen with what was shown; with `BLESS=1` writes it.
    fn same(&self, name: &str, shown: &str) {
        let begin = format!("<!-- screen: {name} -->\n```text\n");
        let text = fs::read_to_string(&self.path).unwrap();
        let (before, rest) = text.split_once(&begin).unwrap();
        let (old, after) = rest.split_once("```").unwrap();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&self.path, format!("{before}{begin}{shown}\n```{after}")).unwrap();
        } else {
            assert_eq!(old.trim_end(), shown, "{name}; BLESS=1 writes it anew");
        }
    }
}

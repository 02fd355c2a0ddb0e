//! A node is lost, a task preempted, a node without user namespaces: nothing is lost, nothing doubled, and it is said.

use std::fs;

use serial_test::serial;

use super::class::{self, files, in_the_middle, said};
use super::cluster::{cluster, until};

/// Each part has more than it can do before somebody looks.
const STUDENTS: usize = 24;
const PARTS: usize = 2;

#[test]
#[serial]
fn what_a_lost_node_did_is_queued_again() {
    let Some(mut cluster) = cluster() else { return };
    class::write(cluster.folder.path(), STUDENTS);
    class::submit(&cluster, PARTS);
    let part = in_the_middle(&cluster, PARTS, "node2");
    cluster.lose(1);
    let before = files(&cluster.path("graded-parts"));
    cluster.all_ended();
    let said = said(&cluster, part);
    assert!(said.contains(" on node2, run 1\n") && said.contains(" on node1, run 2\n"), "{said}");
    let after = files(&cluster.path("graded-parts"));
    assert_eq!(after.len(), STUDENTS);
    assert!(before.iter().all(|(name, file)| after[name] == *file), "what was graded is not graded again");
    class::each_once(&cluster, STUDENTS);
}

#[test]
#[serial]
fn a_preempted_task_goes_on_where_it_was() {
    let Some(cluster) = cluster() else { return };
    class::write(cluster.folder.path(), STUDENTS);
    class::submit(&cluster, PARTS);
    let part = in_the_middle(&cluster, PARTS, "node2");
    let urgent = ["--parsable", "-p", "urgent", "-w", "node2", "-n", "1", "--output=/dev/null", "--wrap", "true"];
    cluster.run("sbatch", &urgent);
    until("the part has stopped", || said(&cluster, part).contains("ended with exit code 143"));
    let before = files(&cluster.path("graded-parts"));
    cluster.all_ended();
    let said = said(&cluster, part);
    assert!(said.contains("run 2\n") && said.ends_with("ended with exit code 0\n"), "{said}");
    let after = files(&cluster.path("graded-parts"));
    assert!(before.iter().all(|(name, file)| after[name] == *file), "what was graded is not graded again");
    class::each_once(&cluster, STUDENTS);
}

#[test]
#[serial]
fn a_node_without_user_namespaces_says_so() {
    let Some(mut cluster) = cluster() else { return };
    cluster.refuse_namespaces();
    class::write(cluster.folder.path(), 4);
    // All of it goes to that node.
    cluster.run("scontrol", &["update", "nodename=node1", "state=drain", "reason=test"]);
    class::submit(&cluster, 1);
    until("the part has ended", || said(&cluster, 0).contains("ended with"));
    cluster.all_ended();
    let said = said(&cluster, 0);
    assert!(said.contains("ended with exit code 3") && said.contains("max_user_namespaces"), "{said}");
    assert!(!said.contains("run 2\n"), "no other try changes that: {said}");
    assert!(!cluster.path("graded-parts/results").exists() || files(&cluster.path("graded-parts")).is_empty());
    let merge = fs::read_to_string(cluster.path("graded-parts-log/merge.txt")).unwrap();
    assert!(merge.contains("error: "), "{merge}");
    assert!(!cluster.path("graded/grades.csv").exists());
}

//! What parts and a queue cost: the same class on the same processors, once over two nodes of a real Slurm, and once in one
//! run. `cargo bench -p grader --bench nodes`, as root and with Slurm installed.

#[cfg(target_os = "linux")]
#[path = "../tests/slurm/class.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod class;
#[cfg(target_os = "linux")]
#[path = "../tests/slurm/cluster.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod cluster;
#[cfg(target_os = "linux")]
#[path = "../tests/common/mod.rs"]
mod common;

/// At most so many times as long as one machine alone.
#[cfg(target_os = "linux")]
const AT_MOST: f64 = 1.15;

#[cfg(target_os = "linux")]
fn main() {
    let Some(cluster) = cluster::cluster() else { return };
    class::write(cluster.folder.path(), 40);
    let begin = std::time::Instant::now();
    class::submit(&cluster, 8);
    cluster.all_ended();
    let nodes = begin.elapsed().as_secs_f64();
    let begin = std::time::Instant::now();
    class::on_one_machine(cluster.folder.path());
    let one = begin.elapsed().as_secs_f64();
    let ratio = nodes / one;
    println!("two nodes {nodes:.1} s, one run {one:.1} s: {ratio:.2} x, at most {AT_MOST} x");
    if ratio > AT_MOST {
        std::process::exit(1);
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("Slurm runs on Linux");
}

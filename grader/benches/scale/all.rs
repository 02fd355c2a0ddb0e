//! What many parts cost once they are graded: `cargo bench -p grader --bench scale`.
//!
//! `-- --quick` does the same with a few hundred results, for looking. Nothing is judged: the records are made up, in the
//! shape and about the size of real ones, as 64 parts would have left them in one folder that they share. What is measured
//! is the program that `cargo bench` builds, which is optimised; `GRADE=target/debug/grade` measures another. For how long
//! a part needs to begin, programs are judged after all.

#[path = "../figure/mod.rs"]
#[expect(dead_code, reason = "the other benches use the rest")]
mod figure;
#[path = "first.rs"]
mod first;
#[path = "made.rs"]
mod made;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use figure::Figure;
use grader::build::Workspace;
use tempfile::TempDir;

/// Results that merge has a limit for, and those of a large faculty.
const FULL: [usize; 2] = [10_000, 50_000];
const QUICK: [usize; 2] = [200, 400];
const PARTS: u32 = 64;

pub fn main() -> Result<()> {
    let [some, all] = if std::env::args().any(|arg| arg == "--quick") { QUICK } else { FULL };
    let workspace = Workspace::find()?;
    let tool = Tool { grade: grade(), workspace };
    figure::table(|row| {
        row(first::measure(&tool)?);
        let folder = TempDir::new()?;
        let parts = folder.path().join("parts");
        made::write(&parts, some, PARTS)?;
        let merged =
            tool.run(["merge".as_ref(), parts.as_os_str(), "--out".as_ref(), folder.path().join("class").as_os_str()])?;
        row(Figure::time(
            format!("merge of {some} results, with table, report and feedback"),
            merged.took,
            Duration::from_secs(10),
        ));
        row(Figure::count("its memory", merged.mib, 256, "MiB"));
        println!("| its processor time | {:.1} s | | |", merged.cpu.as_secs_f64());
        drop(folder);
        large(&tool, all)
    })
}

/// Without limits: figures for the book.
fn large(tool: &Tool, n: usize) -> Result<()> {
    let folder = TempDir::new()?;
    let [submissions, parts, class] = ["submissions", "parts", "class"].map(|name| folder.path().join(name));
    made::submissions(&submissions, n)?;
    made::write(&parts, n, PARTS)?;
    let told = |what: &str, run: &Run| {
        println!("| {what}, {n} submissions | {:.1} s, {} MiB | | |", run.took.as_secs_f64(), run.mib)
    };
    let plan = [
        "plan".as_ref(),
        submissions.as_os_str(),
        "--shards".as_ref(),
        "64".as_ref(),
        "--last".as_ref(),
        parts.as_os_str(),
    ];
    told("plan", &tool.run(plan)?);
    told(
        "merge into another folder",
        &tool.run(["merge".as_ref(), parts.as_os_str(), "--out".as_ref(), class.as_os_str()])?,
    );
    told("merge in place", &tool.run(["merge".as_ref(), parts.as_os_str(), "--out".as_ref(), parts.as_os_str()])?);
    told("report", &tool.run(["report".as_ref(), "--out".as_ref(), class.as_os_str()])?);
    let [results, report] = [bytes(&parts.join("results"))?, fs::metadata(class.join("report.html"))?.len()];
    println!(
        "| size of the results, and of their report | {} MB, {} MB | | |",
        results / 1_000_000,
        report / 1_000_000
    );
    Ok(())
}

fn bytes(folder: &Path) -> Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

fn grade() -> PathBuf {
    std::env::var_os("GRADE").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_grade")), PathBuf::from)
}

struct Tool {
    grade: PathBuf,
    workspace: Workspace,
}

struct Run {
    took: Duration,
    /// Of all its threads, in the program and in the kernel.
    cpu: Duration,
    mib: u64,
}

impl Tool {
    /// Runs it to its end, and watches how much memory it has at most.
    fn run<const N: usize>(&self, args: [&OsStr; N]) -> Result<Run> {
        let said = TempDir::new()?;
        let log = said.path().join("stderr");
        let start = Instant::now();
        let mut command = Command::new(&self.grade);
        command.args(args).current_dir(self.workspace.root()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut child = command.spawn()?;
        let (mut kib, mut cpu) = (0, Duration::ZERO);
        while child.try_wait()?.is_none() {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            kib = kib.max(now.unwrap_or(0));
            cpu = used(child.id()).unwrap_or(cpu);
            std::thread::sleep(Duration::from_millis(5));
        }
        let took = start.elapsed();
        ensure!(child.wait()?.success(), "cargo grade fails: {}", fs::read_to_string(&log)?);
        Ok(Run { took, cpu, mib: u64::div_ceil(kib, 1024) })
    }
}

/// The processor time of a process until now: `utime` and `stime` of `/proc/PID/stat`, in hundredths of a second.
fn used(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let times = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok());
    Some(Duration::from_millis(times.sum::<Option<u64>>()? * 10))
}

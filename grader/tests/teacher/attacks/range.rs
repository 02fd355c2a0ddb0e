//! The bench that all of these tests share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use grader::build::Workspace;
use grader::grade::doctor::arsenal::Arsenal;
use grader::grade::one::Bench;
use grader::grade::sandbox::{self, Tier};

use crate::common::skipped;

/// The program that has the command `jail`.
pub fn judge() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_grade"))
}

/// Bubblewrap, where it works; where it does not, that is said.
pub struct Range {
    pub bench: Bench,
    pub arsenal: Arsenal,
}

/// The one that all tests share which run at this moment. Its folders go with the last of them.
pub fn range() -> Option<Arc<Range>> {
    static RANGE: Mutex<Weak<Range>> = Mutex::new(Weak::new());
    let mut known = RANGE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(range) = known.upgrade() {
        return Some(range);
    }
    if let Err(error) = bubblewrap_works() {
        skipped(&format!("bubblewrap does not work here: {error}"));
        return None;
    }
    let bench = bench(Tier::Bwrap);
    let arsenal = Arsenal::new(&bench).unwrap();
    let range = Arc::new(Range { bench, arsenal });
    *known = Arc::downgrade(&range);
    Some(range)
}

pub fn bench(tier: Tier) -> Bench {
    let workspace = Workspace::find().unwrap();
    // Not the graders' secret: seeds of these tests are given by hand.
    Bench::new(workspace, tier, judge(), 7).unwrap()
}

/// `sandbox::available` asks the running program, which is not the grader here.
fn bubblewrap_works() -> Result<(), String> {
    sandbox::bubblewrap().map_err(|error| error.to_string())?;
    let user = sandbox::is_root().then_some(sandbox::FIRST_USER);
    let own = sandbox::jail::Spec { user, network: true, ..Default::default() };
    let output = std::process::Command::new(judge()).args(["jail", "--probe", &own.text()]).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// Does `work` for each, four at a time; the names of those that fail with what they say.
pub fn all<T: Sync>(items: &[T], name: impl Fn(&T) -> String + Sync, work: impl Fn(&T) -> Result<(), String> + Sync) {
    let queue = Mutex::new(items.iter());
    let failed = Mutex::new(Vec::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(item) = next() {
                    if let Err(why) = work(item) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{}: {why}", name(item)));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

//! The served clock: time in which the program *could have run*, and whether all of it is asleep.
//!
//! A wall clock punishes a program that the machine did not let run. Each look here, about every 10 ms, adds at most
//! 20 ms, less what the program's threads waited for a CPU (the second number of `schedstat`). A starved program is not
//! punished, and one that spins or polls is not excused. What a thread is *doing* never decides anything; see `waits`.

use std::time::{Duration, Instant};

use crate::proc::{self, Task};

/// Between two looks.
pub const TICK: Duration = Duration::from_millis(10);
/// For so long a thread in state `D` is taken to wait for the disk, which is nobody's fault. A pipe that is held by
/// another thread of the program looks the same, and lasts.
const DISK: Duration = Duration::from_secs(3);
/// After so much served time without progress the looks become fewer: each costs a few files of `/proc` for each thread.
const A_WHILE: Duration = Duration::from_millis(100);
/// What one look adds at most.
const MOST: Duration = Duration::from_millis(20);

/// Which clock this machine allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// `/proc` tells when the program could run.
    Served,
    /// Plain deadlines: 3 s for what must come, 300 ms for what must not.
    Plain,
}

impl Clock {
    /// A self-test: does `/proc` count this process's own work?
    pub fn choose() -> Clock {
        let plain = std::env::var_os("LOOPBACK_PLAIN_CLOCK").is_some();
        if !plain && proc::available() { Clock::Served } else { Clock::Plain }
    }
}

/// Watches one program.
#[derive(Debug)]
pub struct Watch {
    pid: u32,
    clock: Clock,
    looked: Instant,
    before: Vec<Task>,
    served: Duration,
    /// How long a thread has been waiting for the disk.
    disk: Duration,
    /// Served time since the last progress.
    pub idle: Duration,
    /// How long everything has been asleep and unchanged.
    pub quiet: Duration,
}

impl Watch {
    pub fn new(pid: u32, clock: Clock) -> Watch {
        Watch {
            pid,
            clock,
            looked: Instant::now(),
            before: Vec::new(),
            served: Duration::ZERO,
            disk: Duration::ZERO,
            idle: Duration::ZERO,
            quiet: Duration::ZERO,
        }
    }

    /// Time served so far.
    pub fn served(&self) -> Duration {
        self.served
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Starts the counts of `idle` and `quiet` anew: the check begins to wait for something else.
    pub fn begin(&mut self) {
        self.idle = Duration::ZERO;
        self.quiet = Duration::ZERO;
    }

    /// A look at what is not the program yet, but the sandbox that will start it: no time of this is the program's.
    pub fn look_away(&mut self) {
        self.looked = Instant::now();
        self.begin();
    }

    /// How long until the next look is due. When nothing has come for a while, half as many looks tell the same.
    pub fn due(&self) -> Duration {
        let gap = if self.idle < A_WHILE { TICK } else { MOST };
        gap.saturating_sub(self.looked.elapsed())
    }

    /// One look. `progress`: something came or went on wire, pipe or queue since the last one.
    pub fn look(&mut self, progress: bool) {
        let passed = self.looked.elapsed().min(MOST);
        self.looked = Instant::now();
        let now = match self.clock {
            Clock::Served => snapshot(self.pid),
            Clock::Plain => Vec::new(),
        };
        let on_disk = now.iter().any(|task| task.state == 'D');
        self.disk = if on_disk { self.disk + passed } else { Duration::ZERO };
        let served = if self.disk > DISK { passed } else { served(passed, &self.before, &now) };
        self.served += served;
        self.idle += served;
        let same = self.clock == Clock::Served && !now.is_empty() && now == self.before && now.iter().all(Task::asleep);
        self.quiet = if same && !progress { self.quiet + passed } else { Duration::ZERO };
        if progress {
            self.idle = Duration::ZERO;
        }
        self.before = now;
    }

    /// Whether all threads were asleep, and had not run, between two reads of `/proc` just now.
    pub fn asleep(&self) -> bool {
        self.clock == Clock::Served && !self.before.is_empty() && self.before.iter().all(Task::asleep) && {
            snapshot(self.pid) == self.before
        }
    }
}

fn snapshot(pid: u32) -> Vec<Task> {
    let mut all = proc::all_tasks(pid);
    all.retain(|task| task.state != 'Z');
    all
}

/// Of the time that has passed, what the program could have used: at least what its threads have run, together.
///
/// A wait for a CPU shows in `schedstat` only when it is over. So while a thread wants a CPU, or waits for the disk, nothing
/// but what has been run counts; when none does, it is all of the time but for the longest wait. Threads that keep each
/// other from running are no excuse: they run.
fn served(passed: Duration, before: &[Task], now: &[Task]) -> Duration {
    let grown = |count: fn(&Task) -> u64| {
        now.iter().map(move |task| {
            let earlier = before.iter().find(|other| (other.pid, other.tid) == (task.pid, task.tid));
            count(task).saturating_sub(earlier.map_or(0, count))
        })
    };
    let ran = Duration::from_nanos(grown(|task| task.ran).sum());
    let starved = Duration::from_nanos(grown(|task| task.starved).max().unwrap_or(0));
    let held_up = now.iter().any(|task| matches!(task.state, 'R' | 'D'));
    let free = if held_up { Duration::ZERO } else { passed.saturating_sub(starved) };
    free.max(ran.min(passed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(state: char, tid: u32, ran_ms: u64, starved_ms: u64) -> Task {
        let (ran, starved) = (ran_ms * 1_000_000, starved_ms * 1_000_000);
        Task { pid: 1, tid, name: String::new(), state, ran, starved, slices: 0 }
    }

    #[test]
    fn time_counts_as_served_unless_others_had_the_cpu() {
        let ms = Duration::from_millis;
        let before = [task('R', 1, 50, 70), task('S', 2, 0, 0)];
        for (what, now, want) in [
            ("asleep", [task('S', 1, 50, 70), task('S', 2, 0, 0)], 10),
            ("asleep after a wait", [task('S', 1, 51, 76), task('S', 2, 0, 0)], 4),
            ("asleep after a long wait", [task('S', 1, 51, 170), task('S', 2, 0, 0)], 1),
            ("waits for a CPU, which shows later", [task('R', 1, 50, 70), task('S', 2, 0, 0)], 0),
            ("waits for the disk", [task('D', 1, 50, 70), task('S', 2, 0, 0)], 0),
            ("has waited for a CPU, and runs", [task('R', 1, 53, 170), task('S', 2, 0, 0)], 3),
            ("runs all the time", [task('R', 1, 60, 70), task('S', 2, 0, 0)], 10),
            ("kept from running by its own threads", [task('R', 1, 50, 170), task('R', 2, 9, 0)], 9),
            ("runs on several CPUs", [task('R', 1, 60, 170), task('R', 2, 10, 0)], 10),
        ] {
            assert_eq!(served(ms(10), &before, &now), ms(want), "{what}");
        }
    }
}

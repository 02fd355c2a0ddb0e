//! The served clock: time in which the program *could have run*, and whether all of it is asleep.
//!
//! A wall clock punishes a program that the machine did not let run. Each look here, about every 10 ms, adds at most
//! 20 ms, less what the program's threads waited for a CPU (the second number of `schedstat`). A starved program is not
//! punished, and one that spins or polls is not excused. What a thread is *doing* never decides anything; see `waits`.

use std::time::{Duration, Instant};

use crate::proc::{self, Task};

/// Between two looks.
pub const TICK: Duration = Duration::from_millis(10);
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

    /// How long until the next look is due.
    pub fn due(&self) -> Duration {
        TICK.saturating_sub(self.looked.elapsed())
    }

    /// One look. `progress`: something came or went on wire, pipe or queue since the last one.
    pub fn look(&mut self, progress: bool) {
        let elapsed = self.looked.elapsed();
        let passed = elapsed.min(MOST);
        self.looked = Instant::now();
        let now = match self.clock {
            Clock::Served => snapshot(self.pid),
            Clock::Plain => Vec::new(),
        };
        let served = served(passed, &self.before, &now);
        self.served += served;
        self.idle = (self.idle + served).saturating_sub(taken_back(elapsed, &self.before, &now));
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
    proc::family(pid).into_iter().flat_map(proc::tasks).filter(|task| task.state != 'Z').collect()
}

/// Of the time that has passed, what the program could have used: less the longest wait for a CPU of any of its threads,
/// but at least what the others have used meanwhile. Threads that keep each other from running are no excuse.
fn served(passed: Duration, before: &[Task], now: &[Task]) -> Duration {
    let (others_ran, starved) = grown(before, now);
    let starved = if now.iter().any(|task| held_up(before, task)) { passed } else { starved };
    passed.saturating_sub(starved).max(others_ran.min(passed))
}

/// Whether a thread has waited for a CPU ever since the last look, which its counters do not show yet, or waits for the
/// disk.
fn held_up(before: &[Task], now: &Task) -> bool {
    let ready = || now.state == 'R' && before.iter().any(|earlier| earlier.state == 'R' && earlier == now);
    now.state == 'D' || ready()
}

/// A wait for a CPU shows only when it is over. So a long one was counted as served by the looks in between; that is taken
/// back now, unless its other threads kept a CPU busy. What fits between this look and the last has never been counted.
fn taken_back(elapsed: Duration, before: &[Task], now: &[Task]) -> Duration {
    let (others_ran, starved) = grown(before, now);
    if others_ran * 2 < elapsed { starved.saturating_sub(elapsed) } else { Duration::ZERO }
}

/// Since the last look: the longest wait for a CPU of any thread, and before it the time that all the others have run.
fn grown(before: &[Task], now: &[Task]) -> (Duration, Duration) {
    let since = |task: &Task, count: fn(&Task) -> u64| {
        let earlier = before.iter().find(|other| (other.pid, other.tid) == (task.pid, task.tid));
        count(task).saturating_sub(earlier.map_or(0, count))
    };
    let both = |task: &Task| (since(task, |task| task.starved), since(task, |task| task.ran));
    let (starved, ran) = now.iter().map(both).max().unwrap_or_default();
    let all_ran: u64 = now.iter().map(|task| both(task).1).sum();
    (Duration::from_nanos(all_ran - ran), Duration::from_nanos(starved))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(tid: u32, ran_ms: u64, starved_ms: u64) -> Task {
        let (ran, starved) = (ran_ms * 1_000_000, starved_ms * 1_000_000);
        Task { pid: 1, tid, name: String::new(), state: 'R', ran, starved, slices: 0 }
    }

    fn asleep(task: Task) -> Task {
        Task { state: 'S', ..task }
    }

    #[test]
    fn time_counts_as_served_unless_others_had_the_cpu() {
        let ms = Duration::from_millis;
        let before = [task(1, 50, 70), task(2, 0, 0)];
        for (what, now, want) in [
            ("asleep", [asleep(task(1, 50, 70)), asleep(task(2, 0, 0))], 10),
            ("waiting for a CPU all the time", [task(1, 50, 70), asleep(task(2, 0, 0))], 0),
            ("waiting for the disk", [Task { state: 'D', ..task(1, 50, 70) }, asleep(task(2, 0, 0))], 0),
            ("kept from running by others", [task(1, 50, 80), asleep(task(2, 0, 0))], 0),
            ("partly", [task(1, 53, 76), asleep(task(2, 0, 0))], 4),
            ("kept from running by its own threads", [task(1, 50, 170), task(2, 9, 0)], 9),
            ("a long wait, and only then a CPU", [task(1, 60, 170), asleep(task(2, 0, 0))], 0),
            ("on several CPUs", [task(1, 60, 170), task(2, 10, 0)], 10),
        ] {
            assert_eq!(served(ms(10), &before, &now), ms(want), "{what}");
        }
    }

    #[test]
    fn a_long_wait_for_a_cpu_is_taken_back_when_it_is_over() {
        let ms = Duration::from_millis;
        let before = [task(1, 50, 70), task(2, 0, 0)];
        assert_eq!(taken_back(ms(10), &before, &[task(1, 51, 130), task(2, 0, 0)]), ms(50));
        assert_eq!(taken_back(ms(10), &before, &[task(1, 51, 75), task(2, 0, 0)]), ms(0));
        assert_eq!(taken_back(ms(10), &before, &[task(1, 50, 130), task(2, 9, 0)]), ms(0), "it ran");
    }
}

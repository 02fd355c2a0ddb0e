//! Waiting for the program: until something comes, or until it is shown that nothing will.

use std::rc::Weak;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;

use super::Lab;
use crate::check::{Patience, Stop};
use crate::clock::{Clock, TICK, Watch};
use crate::program::Program;

/// A program that keeps going without ever finishing what it owes is stopped after so much served time.
const LONGEST: Duration = Duration::from_secs(20);
/// The same for all the waits of a check together: a program that gives one byte now and then ends no single wait.
const LONGEST_CHECK: Duration = Duration::from_secs(120);
/// Whatever the clock says, a single wait ends after this; then it is the machine's trouble.
const GIVE_UP: Duration = Duration::from_secs(180);
/// "Nothing more comes" is shown by this much quiet ...
const SETTLED: Duration = Duration::from_millis(25);
/// ... or, for a program that never sleeps, by this much served time without anything.
const SETTLED_SERVED: Duration = Duration::from_millis(250);

/// Why a check did not come to its end when the run was halted.
pub(crate) const HALTED: &str = "stopped before it was done";

/// What came of a wait.
pub type Waited<T> = Result<T, Stuck>;

/// Why nothing more is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// All of it asleep for so long, and nothing on its way.
    Quiet(Duration),
    /// So much time served without progress.
    Served(Duration),
    /// It has ended.
    Ended,
    /// It makes progress, but never gets there.
    Slow,
}

impl Lab {
    /// Polls `sockets`, runs `attempt` whenever something may have changed, and returns what it gives; or why it is
    /// useless to wait any longer. `attempt` also runs once at the start and once after the program has ended.
    pub fn until<T>(
        &self,
        sockets: &[(BorrowedFd<'_>, PollFlags)],
        patience: Patience,
        attempt: impl FnMut() -> Result<Option<T>, Stop>,
    ) -> Result<Waited<T>, Stop> {
        self.wait(sockets, patience, |stuck| self.gives_up(patience, stuck), attempt)
    }

    /// The same; `ends` says whether the patience's end is the wait's.
    fn wait<T>(
        &self,
        sockets: &[(BorrowedFd<'_>, PollFlags)],
        patience: Patience,
        ends: impl Fn(Stuck) -> bool,
        mut attempt: impl FnMut() -> Result<Option<T>, Stop>,
    ) -> Result<Waited<T>, Stop> {
        let start = Instant::now();
        self.with_watch(Watch::begin);
        let served = self.with_watch(|watch| watch.served()).unwrap_or_default();
        let mut seen = self.activity();
        loop {
            if let Some(got) = attempt()? {
                return Ok(Ok(got));
            }
            if self.has_ended().is_some() {
                let last = attempt()?;
                return Ok(last.ok_or(Stuck::Ended));
            }
            self.pause_for_events(sockets)?;
            let now = self.activity();
            let stuck = self.look(now != seen || self.behind(), patience, served);
            if let Some(stuck) = stuck.filter(|stuck| ends(*stuck)) {
                // What came between the attempt and the look is not lost.
                let last = attempt()?;
                return Ok(last.ok_or(stuck));
            }
            seen = now;
            if start.elapsed() > GIVE_UP && !self.is_patient() {
                return Err(Stop::Trouble(anyhow::anyhow!("one wait took more than {} s", GIVE_UP.as_secs())));
            }
        }
    }

    /// Waits until all of the program is asleep and nothing changes: then nothing more comes. `attempt` may end it
    /// sooner.
    pub fn until_settled<T>(
        &self,
        sockets: &[(BorrowedFd<'_>, PollFlags)],
        timer: Duration,
        attempt: impl FnMut() -> Result<Option<T>, Stop>,
    ) -> Result<Waited<T>, Stop> {
        let settled = Patience { quiet: SETTLED + timer, served: SETTLED_SERVED + timer };
        self.wait(sockets, settled, |_| true, attempt)
    }

    /// Lets time pass on the peer's side: it thinks. Pipes go on being drained.
    pub fn pass(&self, time: Duration) -> Result<(), Stop> {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.poll(&[], left)?;
        }
        Ok(())
    }

    /// Waits until the program has taken what it was sent and sleeps again, at most 20 ms: so a piece is a read of
    /// its own.
    pub fn let_it_read(&self) -> Result<(), Stop> {
        let end = Instant::now() + Duration::from_millis(20);
        let least = Instant::now() + Duration::from_millis(2);
        while Instant::now() < end {
            self.poll(&[], Duration::from_millis(1))?;
            let asleep = self.with_watch(|watch| {
                watch.look(true);
                watch.asleep()
            });
            if Instant::now() >= least && asleep == Some(true) {
                break;
            }
        }
        Ok(())
    }

    fn pause_for_events(&self, sockets: &[(BorrowedFd<'_>, PollFlags)]) -> Result<(), Stop> {
        let due = self.with_watch(|watch| watch.due()).unwrap_or(TICK).max(Duration::from_millis(1));
        self.poll(sockets, due)
    }

    fn poll(&self, sockets: &[(BorrowedFd<'_>, PollFlags)], most: Duration) -> Result<(), Stop> {
        self.tell_waits()?;
        let mut fds: Vec<PollFd<'_>> =
            sockets.iter().map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)).collect();
        if self.inner.setup.halt.is_set() {
            return Err(Stop::Trouble(anyhow::anyhow!(HALTED)));
        }
        let bell = self.inner.bell.fd();
        // Without a bell, pipes are looked at every few milliseconds.
        let most = if bell.is_some() { most } else { most.min(Duration::from_millis(3)) };
        fds.extend(bell.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        if fds.is_empty() {
            std::thread::park_timeout(most);
            return Ok(());
        }
        let timeout = Timespec { tv_sec: most.as_secs() as _, tv_nsec: most.subsec_nanos() as _ };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
        self.inner.bell.hush();
        Ok(())
    }

    /// One look at the program, when it is due; says when the patience is at its end.
    fn look(&self, progress: bool, patience: Patience, before: Duration) -> Option<Stuck> {
        let begun = self.inner.program.borrow().as_ref().is_none_or(Program::has_begun);
        self.with_watch(|watch| {
            if !begun && watch.clock() == Clock::Served {
                watch.look_away();
            } else if watch.due().is_zero() {
                watch.look(progress);
            } else if progress {
                watch.begin();
            }
            let patience = match watch.clock() {
                Clock::Served => patience,
                Clock::Plain => plain(patience),
            };
            let (wait, check) = match self.is_patient() {
                true => (Duration::ZERO, Duration::ZERO),
                false => (watch.served() - before, watch.served()),
            };
            stuck(patience, watch.quiet, watch.idle, wait, check)
        })?
    }

    /// Whether the grader itself has not been let run to write what the program waits for.
    fn behind(&self) -> bool {
        self.inner.program.borrow().as_ref().is_some_and(|program| program.stdin.behind())
    }

    fn with_watch<T>(&self, work: impl FnOnce(&mut Watch) -> T) -> Option<T> {
        self.inner.watch.borrow_mut().as_mut().map(work)
    }

    /// A number that changes with every event on wire, pipe or socket queue.
    fn activity(&self) -> u64 {
        let inner = &self.inner;
        let queues: u64 =
            inner.streams.borrow().iter().filter_map(Weak::upgrade).map(|s| crate::peer::unacked(&s)).sum();
        let pipes = inner.program.borrow().as_ref().map_or(0, |program| {
            let stdout = if crate::labs::is_client(inner.setup.lab) { program.stdout.total() } else { 0 };
            stdout + program.stdin.taken()
        });
        let counts = inner.wire.borrow().activity + inner.progress.get();
        // Mixed, so that one that grows and one that shrinks do not hide each other.
        counts.wrapping_mul(0x9e37_79b9).wrapping_add(pipes.wrapping_mul(0x85eb_ca6b)).wrapping_add(queues)
    }
}

/// Whether the patience is at its end: after so much quiet, so much served time without progress, in this wait, and in
/// the whole check.
fn stuck(patience: Patience, quiet: Duration, idle: Duration, wait: Duration, check: Duration) -> Option<Stuck> {
    match () {
        () if quiet >= patience.quiet => Some(Stuck::Quiet(quiet)),
        () if idle >= patience.served => Some(Stuck::Served(idle)),
        () if wait > LONGEST + patience.served || check > LONGEST_CHECK + patience.served => Some(Stuck::Slow),
        () => None,
    }
}

/// Plain deadlines, for a machine without `/proc`: 3 s for what must come, 300 ms for what must not; times a factor.
fn plain(patience: Patience) -> Patience {
    let factor: f64 = std::env::var("LOOPBACK_TIME_FACTOR").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let must = Duration::from_millis(if patience.quiet < Patience::NORMAL.quiet { 300 } else { 3000 });
    let timer = patience.quiet.saturating_sub(Patience::NORMAL.quiet);
    Patience { quiet: Duration::MAX, served: must.mul_f64(factor.clamp(0.1, 100.0)) + timer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_always_gives_a_little_is_stopped_in_the_end() {
        let stuck = |wait, check| {
            let zero = Duration::ZERO;
            stuck(Patience::NORMAL, zero, zero, Duration::from_secs(wait), Duration::from_secs(check))
        };
        assert_eq!(stuck(1, 100), None);
        assert_eq!(stuck(21, 21), Some(Stuck::Slow));
        assert_eq!(stuck(1, 121), Some(Stuck::Slow));
    }
}

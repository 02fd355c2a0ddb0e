//! Standard input, output and error, and the exit: what a client lab is judged by.

use std::time::{Duration, Instant};

use super::onlooker::{MOST_BY_HAND, by_hand};
use super::{Fail, Lab, Waited, shown};
use crate::check::{Ended, Kind, Patience, Stop, Verdict};
use crate::payload::Payload;
use crate::program::Compared;
use crate::texts::say;
use crate::wire::{Bytes, What};

impl Lab {
    /// Writes to the program's standard input and leaves it open.
    pub fn stdin(&self, bytes: &[u8]) {
        if let Some(onlooker) = self.by_hand() {
            return onlooker.input(Some(bytes));
        }
        let what = What::Stdin(Bytes::of(bytes));
        // That the run ends here, the next wait says.
        let _ = self.before("stdin", || what.clone());
        self.event("stdin", what);
        self.with_program(|program| program.stdin.write(bytes));
    }

    /// Writes a payload to standard input as the program takes it.
    pub fn stdin_stream(&self, payload: Payload) {
        let mut bytes = Bytes::of(&payload.part(0, 48));
        bytes.count = payload.len;
        if let Some(onlooker) = self.by_hand() {
            return onlooker.input(Some(&payload.part(0, MOST_BY_HAND + 1)));
        }
        let _ = self.before("stdin", || What::Stdin(bytes.clone()));
        self.event("stdin", What::Stdin(bytes));
        self.with_program(|program| program.stdin.stream(payload));
    }

    /// Closes standard input once everything is written.
    pub fn close_stdin(&self) {
        if let Some(onlooker) = self.by_hand() {
            return onlooker.input(None);
        }
        let _ = self.before("stdin", || What::StdinClosed);
        self.event("stdin", What::StdinClosed);
        self.with_program(|program| program.stdin.close());
    }

    /// Bytes of standard input that the program's pipe has taken.
    pub fn stdin_taken(&self) -> u64 {
        self.with_program(|program| program.stdin.taken()).unwrap_or(0)
    }

    /// Has standard output compared with a payload as it streams. Before the start.
    pub fn stdout_will_be(&self, payload: Payload) {
        self.inner.stdout.set(Some(payload));
    }

    /// Standard output so far, up to the cap.
    pub fn program_output(&self) -> Vec<u8> {
        self.must_see();
        self.with_program(|program| program.stdout.kept()).unwrap_or_default()
    }

    pub fn stdout_total(&self) -> u64 {
        self.must_see();
        self.with_program(|program| program.stdout.total()).unwrap_or(0)
    }

    /// Standard error so far, up to the cap.
    pub fn stderr(&self) -> String {
        self.must_see();
        self.stderr_so_far()
    }

    pub(super) fn stderr_so_far(&self) -> String {
        self.with_program(|program| program.stderr.text()).unwrap_or_default()
    }

    /// How the program ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.must_see();
        self.has_ended()
    }

    pub(super) fn has_ended(&self) -> Option<Ended> {
        self.with_program(|program| program.ended()).flatten()
    }

    /// Time since the program was started.
    pub fn running_for(&self) -> Duration {
        self.with_program(|program| program.started.elapsed()).unwrap_or_default()
    }

    pub fn started(&self) -> Instant {
        self.with_program(|program| program.started).unwrap_or_else(Instant::now)
    }

    /// Waits until standard output has these bytes; more may follow.
    pub fn expect_stdout_so_far(&self, want: &[u8], patience: Patience) -> Verdict {
        if self.by_hand().is_some() {
            return self.unseen(&say!("seen/common/bytes_on_standard_output", count = want.len()));
        }
        self.event("stdout", What::Wait { what: say!("seen/common/bytes", count = want.len()) });
        let enough = || Ok((self.stdout_total() >= want.len() as u64).then_some(()));
        let waited = self.until(&[], patience, enough)?;
        let got = self.program_output();
        if got.starts_with(want) {
            self.event("stdout", What::Stdout(Bytes::of(want)));
            return Ok(());
        }
        self.event("stdout", What::Stdout(Bytes::of(&got)));
        Err(self.fail(stuck_with(self.different("stdout", want, &got), waited)))
    }

    /// After the end: standard output was exactly this.
    pub fn expect_stdout(&self, want: &[u8]) -> Verdict {
        if self.by_hand().is_some() {
            return self.unseen(&say!("seen/common/standard_output_is_these_bytes_no", count = want.len()));
        }
        self.with_program(|program| program.drain());
        let got = self.program_output();
        self.event("stdout", What::Stdout(Bytes::of(&got)));
        if got == want && self.stdout_total() == want.len() as u64 {
            return Ok(());
        }
        Err(self.fail(self.different("stdout", want, &got).may_end()))
    }

    /// After the end: standard output was exactly the payload given with `stdout_will_be`.
    pub fn expect_stdout_payload(&self, want: &Payload) -> Verdict {
        if self.by_hand().is_some() {
            return self.unseen(&say!("seen/common/bytes_on_standard_output", count = crate::peer::grouped(want.len)));
        }
        self.with_program(|program| program.drain());
        let compared = self.with_program(|program| program.stdout.compared());
        let total = self.stdout_total();
        let mut seen = Bytes::of(&self.program_output());
        seen.count = total;
        self.event("stdout", What::Stdout(seen));
        let fail = match compared {
            Some(Compared::Same(count)) if count == want.len => return Ok(()),
            Some(Compared::Differs(at, bytes)) => crate::peer::payload_differs(want, at, &bytes),
            _ => Fail::new(if total == 0 { Kind::NoAnswer } else { Kind::ShortAnswer })
                .want(say!("seen/common/bytes_on_standard_output", count = crate::peer::grouped(want.len)))
                .got(say!("seen/common/bytes", count = crate::peer::grouped(total))),
        };
        Err(self.fail(fail.lane("stdout").may_end()))
    }

    /// Waits until it ends by itself, with this exit code.
    pub fn expect_exit(&self, code: i32, patience: Patience) -> Verdict {
        if self.by_hand().is_some() {
            return self.unseen(&say!("seen/common/your_program_ends_with_exit_code", code));
        }
        self.event("program", What::Wait { what: say!("seen/common/exit_code", code) });
        let ended = self.wait_for_exit(patience)?;
        let want = say!("seen/common/exit_code", code);
        match ended {
            Ok(Ended::Code(got)) if got == code => {
                self.event("program", What::Exit { how: say!("seen/common/exit_code", code = got) });
                Ok(())
            }
            Ok(ended) => {
                self.event("program", What::Exit { how: ended.to_string() });
                let said = self.stderr();
                // The report shows a panic in a place of its own.
                let got = match ended {
                    Ended::Code(101) => ended.to_string(),
                    _ => say!(
                        "seen/common/on_standard_error",
                        ended,
                        said = shown(self.brief(last_words(&said)).as_bytes())
                    ),
                };
                Err(self.fail(Fail::new(Kind::WrongExit).lane("program").want(want).got(got)))
            }
            Err(stuck) => Err(self.fail(
                Fail::new(Kind::NoExit).lane("program").want(want).got(say!("seen/common/still_running")).stuck(stuck),
            )),
        }
    }

    /// Waits until it ends, however.
    pub fn wait_for_exit(&self, patience: Patience) -> Result<Waited<Ended>, Stop> {
        if self.by_hand().is_some() {
            self.unseen(say!("seen/common/how_your_program_ends_and_what"))?;
            return Err(by_hand());
        }
        let ended = self.until(&[], patience, || Ok(self.has_ended()))?;
        if ended.is_ok() {
            self.with_program(|program| program.drain());
        }
        Ok(ended)
    }

    /// After the end: standard error has this text in it.
    pub fn expect_stderr_has(&self, want: &str) -> Verdict {
        if self.by_hand().is_some() {
            return self.unseen(&say!("seen/common/standard_error_says", want));
        }
        let said = self.stderr();
        if said.contains(want) {
            return Ok(());
        }
        let last = self.brief(last_words(&said));
        let fail = Fail::new(Kind::SilentError).lane("program").may_end();
        Err(self.fail(
            fail.want(say!("seen/common/on_standard_error_2", want)).got(format!("`{}`", shown(last.as_bytes()))),
        ))
    }

    /// A message without the program's name and the words of its command line in front: `lab3: http://h:81/: timed out`.
    fn brief<'a>(&self, message: &'a str) -> &'a str {
        let wire = self.inner.wire.borrow();
        let started = wire.events.iter().rev().find_map(|event| match &event.what {
            What::Start { line } => Some(line.as_str()),
            _ => None,
        });
        let without = |rest: &'a str, word: &str| rest.strip_prefix(word).and_then(|rest| rest.strip_prefix(": "));
        let words = started.unwrap_or_default().split(' ');
        words.fold(message, |rest, word| without(rest, word).unwrap_or(rest))
    }

    /// The bytes that were wanted beside those that came.
    pub fn different(&self, lane: &str, want: &[u8], got: &[u8]) -> Fail {
        crate::peer::bytes_differ(want, got).lane(lane)
    }

    /// Waits for a line of standard output that begins so; other lines are passed over.
    pub(super) fn first_line(&self, start: &str, patience: Patience) -> Result<Waited<String>, Stop> {
        let found = self.until(&[], patience, || {
            let text = self.program_output();
            let lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
            let mut lines = lines.map(|line| String::from_utf8_lossy(line).trim_end().to_string());
            Ok(lines.find(|line| line.starts_with(start)))
        })?;
        if let Ok(line) = &found {
            self.event("program", What::Says { line: shown(line.as_bytes()) });
        }
        Ok(found)
    }

    fn with_program<T>(&self, work: impl FnOnce(&mut crate::program::Program) -> T) -> Option<T> {
        self.inner.program.borrow_mut().as_mut().map(work)
    }
}

/// The last line that says something: that of a panic or an abort is only about its backtrace.
pub(crate) fn last_words(stderr: &str) -> &str {
    let says = |line: &&str| !line.trim().is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE");
    stderr.lines().rfind(says).unwrap_or("nothing")
}

fn stuck_with(fail: Fail, waited: Waited<()>) -> Fail {
    match waited {
        Ok(()) => fail,
        Err(stuck) => fail.stuck(stuck),
    }
}

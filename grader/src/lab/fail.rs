//! How a difference becomes a finding: what was wanted, what came, where the program is, how it ended.

use std::time::Duration;

use super::onlooker::by_hand;
use super::{Lab, Stuck, shown};
use crate::check::{Ended, Finding, Kind, Panic, Patience, Stop, StubPlace};
use crate::texts::say;
use crate::wire::What;

/// A finding in the making.
#[derive(Debug)]
pub struct Fail {
    kind: Kind,
    lane: String,
    want: String,
    got: String,
    note: String,
    stuck: Option<Stuck>,
    /// The program may end by itself here, whatever its exit code.
    may_end: bool,
}

impl Fail {
    pub fn new(kind: Kind) -> Fail {
        Fail {
            kind,
            lane: String::new(),
            want: String::new(),
            got: String::new(),
            note: String::new(),
            stuck: None,
            may_end: false,
        }
    }

    /// The lane of the event where it went wrong; without one, the last event is marked.
    pub fn lane(mut self, lane: &str) -> Fail {
        self.lane = lane.to_string();
        self
    }

    pub fn want(mut self, want: impl Into<String>) -> Fail {
        self.want = want.into();
        self
    }

    pub fn got(mut self, got: impl Into<String>) -> Fail {
        self.got = got.into();
        self
    }

    /// One line more on the difference.
    pub fn note(mut self, note: impl Into<String>) -> Fail {
        self.note = note.into();
        self
    }

    /// Why the grader stopped waiting.
    pub fn stuck(mut self, stuck: Stuck) -> Fail {
        self.stuck = Some(stuck);
        self
    }

    /// Another kind than it was made with.
    pub fn kind(mut self, kind: Kind) -> Fail {
        self.kind = kind;
        self
    }

    /// That the program has ended is no news: the finding's own kind is kept.
    pub fn may_end(mut self) -> Fail {
        self.may_end = true;
        self
    }
}

impl Lab {
    /// Stops the check with a finding.
    #[must_use]
    pub fn fail(&self, fail: Fail) -> Stop {
        if let Err(stop) = self.tell_waits() {
            return stop;
        }
        if self.is_about_an_unseen_start(fail.kind) {
            return by_hand();
        }
        let mut wire = self.inner.wire.borrow_mut();
        wire.mark(&fail.lane);
        if let Some(why) = fail.stuck.map(why) {
            wire.add(&fail.lane, What::Stop { why });
        }
        drop(wire);
        let ended = self.settle_ended();
        let stderr = self.stderr_so_far();
        let panic = find_panic(&stderr, self.inner.panic_on_purpose.get());
        let stub = panic.as_ref().and_then(|panic| self.stub_of(panic));
        let finding = Finding {
            kind: self.kind_of(&fail, ended, panic.as_ref()),
            want: fail.want,
            got: fail.got,
            note: fail.note,
            slow: fail.stuck == Some(Stuck::Slow),
            waits: if ended.is_none() { self.waits() } else { Vec::new() },
            ended,
            panic,
            stub,
            stderr,
        };
        Stop::Finding(Box::new(finding))
    }

    /// A program that died says more by how it died than by what is missing on the wire.
    fn kind_of(&self, fail: &Fail, ended: Option<Ended>, panic: Option<&Panic>) -> Kind {
        let server = !crate::labs::is_client(self.inner.setup.lab);
        match ended {
            Some(Ended::Code(101)) => Kind::Panicked,
            Some(Ended::Signal(_)) => Kind::Killed,
            _ if server && panic.is_some() => Kind::Panicked,
            Some(Ended::Code(0 | 5)) if self.ends_with_its_client() => fail.kind,
            Some(_) if server && !fail.may_end && fail.kind != Kind::WrongExit => Kind::Exited,
            Some(Ended::Code(code)) if code != 0 && !fail.may_end && fail.kind != Kind::WrongExit => Kind::Exited,
            _ => fail.kind,
        }
    }

    /// In these stages of lab 1 it is right to end when its client is done, so that is no news.
    fn ends_with_its_client(&self) -> bool {
        self.inner.setup.lab == 1 && ["echo_once", "echo_until_eof"].contains(&self.inner.case.stub)
    }

    /// How the program ended; it is given a moment to do so when its connection just went.
    fn settle_ended(&self) -> Option<Ended> {
        let moment = Patience { quiet: Duration::from_millis(20), served: Duration::from_millis(50) };
        let _ = self.until(&[], moment, || Ok(self.has_ended()));
        let ended = self.has_ended();
        if let (Some(ended), Some(program)) = (ended, &*self.inner.program.borrow()) {
            program.drain();
            if !self.exit_is_told() {
                self.event("program", What::Exit { how: ended.to_string() });
            }
        }
        ended
    }

    /// Whether the record already says that this program ended; a check may start several, one after another.
    fn exit_is_told(&self) -> bool {
        let wire = self.inner.wire.borrow();
        let mut back = wire.events.iter().rev().map(|event| &event.what);
        let last = back.find(|what| matches!(what, What::Start { .. } | What::Exit { .. }));
        matches!(last, Some(What::Exit { .. }))
    }

    /// Where each thread of the program waits. Evidence for the report, never part of a verdict.
    pub fn waits(&self) -> Vec<crate::waits::ThreadWait> {
        if self.inner.no_evidence.get() {
            return Vec::new();
        }
        let names = self.inner.names.borrow();
        let name_of = |_: std::net::SocketAddr, peer: std::net::SocketAddr| {
            names.iter().rev().find(|(ours, _)| *ours == peer).map(|(_, label)| label.clone())
        };
        self.pid().map(|pid| crate::waits::observe(pid, &name_of)).unwrap_or_default()
    }

    /// The function that this case asks for, if it is still a stub.
    pub fn unwritten(&self) -> Option<StubPlace> {
        let setup = &self.inner.setup;
        let own = setup.stubs.iter().find(|stub| stub.name == self.inner.case.stub)?;
        let place = StubPlace { name: own.name.clone(), file: setup.source.clone(), line: own.line };
        (!own.todo_lines.is_empty()).then_some(place)
    }

    fn stub_of(&self, panic: &Panic) -> Option<StubPlace> {
        let setup = &self.inner.setup;
        // Another panic may stand in a line that merely mentions the macro.
        if !panic.message.starts_with("not yet implemented") {
            return None;
        }
        let mut place = panic.place.rsplitn(3, ':');
        let (_, line, file) = (place.next()?, place.next()?.parse::<u32>().ok()?, place.next()?);
        let stub = setup.stubs.iter().find(|stub| stub.todo_lines.contains(&line))?;
        let file = file.replace('\\', "/");
        (file == setup.source || file.ends_with(&format!("/{}", setup.source))).then(|| StubPlace {
            name: stub.name.clone(),
            file: setup.source.clone(),
            line: stub.line,
        })
    }
}

fn why(stuck: Stuck) -> String {
    match stuck {
        Stuck::Quiet(time) => {
            say!("seen/common/you_have_been_idle_for_ms", time = time.as_millis())
        }
        Stuck::Served(time) => say!("seen/common/nothing_came_of_it_in_ms", time = time.as_millis()),
        Stuck::Ended => say!("seen/common/your_program_has_ended").to_string(),
        Stuck::Slow => say!("seen/common/this_goes_on_without_end").to_string(),
    }
}

/// The last panic message on standard error, as Rust's own hook prints it:
/// `thread 'main' (4711) panicked at labs/lab1/src/lib.rs:31:9:`, and the message on the lines below.
///
/// One whose message holds the text `right` is what a right program does, and is passed over.
pub fn find_panic(stderr: &str, right: Option<&str>) -> Option<Panic> {
    let lines: Vec<&str> = stderr.lines().collect();
    let is_right = |at: usize| right.is_some_and(|text| lines.get(at + 1).is_some_and(|line| line.contains(text)));
    let is_panic = |at: &usize| lines[*at].starts_with("thread '") && lines[*at].contains(" panicked at ");
    let at = (0..lines.len()).rev().filter(is_panic).find(|at| !is_right(*at))?;
    let (thread, place) = lines[at].split_once(" panicked at ")?;
    let name = thread.strip_prefix("thread '")?.rsplit_once('\'')?.0;
    let message: Vec<&str> =
        lines[at + 1..].iter().take_while(|line| !line.starts_with("note: ")).take(2).copied().collect();
    Some(Panic {
        thread: shown(name.as_bytes()),
        // The program may have printed this itself: it is shown, so it must be safe to show.
        place: place.trim_end_matches(':').replace(char::is_control, "?"),
        message: shown(message.join(" ").trim().as_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_read_from_rusts_own_message() {
        let stderr = "lab1: hello\n\nthread 'main' (12) panicked at labs/lab1/src/lib.rs:31:9:\nnot yet implemented: listen on 127.0.0.1:0\nnote: run with `RUST_BACKTRACE=1`\n";
        let panic = find_panic(stderr, None).unwrap();
        assert_eq!(panic.thread, "main");
        assert_eq!(panic.place, "labs/lab1/src/lib.rs:31:9");
        assert_eq!(panic.message, "not yet implemented: listen on 127.0.0.1:0");
        assert_eq!(find_panic(stderr, Some("not yet implemented: listen")), None);
        assert_eq!(find_panic("thread of thought panicked at noon", None), None);
    }
}

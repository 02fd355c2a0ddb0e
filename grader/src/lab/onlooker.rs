//! Somebody who looks on while a check runs, and may hold its peer back: `cargo lab replay`. A check that is judged has
//! nobody, and none of this touches it.

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use super::{Lab, Setup, Start, Stuck};
use crate::check::{Case, Check, Kind, Patience, Stop, Verdict};
use crate::clock::{Clock, Watch};
use crate::program::Program;
use crate::texts::say;
use crate::wire::{What, Wire};

/// The port that a program which is started by hand is asked to listen on: the labs' own.
const PORT: u16 = 7007;
/// What a program that is started by hand is given on its standard input is at most so long.
pub const MOST_BY_HAND: usize = 1 << 20;
/// Why a run ends early when the program was started by hand.
pub(super) fn by_hand() -> Stop {
    Stop::NotRun(say!("seen/common/the_rest_looks_at_what_your").to_string())
}

/// What can be said to somebody who looks on. Each method is called from the check's own thread.
pub trait Onlooker {
    /// The peer is about to do this. Returns when it may, or why the check ends here.
    fn before(&self, wire: &mut Wire, lane: &str, what: &What) -> Verdict;

    /// Something has been recorded.
    fn recorded(&self, wire: &mut Wire);

    /// The check waits, and a moment has passed.
    fn waits(&self, wire: &mut Wire) -> Verdict;

    /// Whether waits have no end of their own: then `gives_up` decides.
    fn is_patient(&self) -> bool;

    /// The check would stop waiting here. Whether it does; else the wait goes on, and this is asked again.
    fn gives_up(&self, lab: &Lab, stuck: Stuck) -> bool;

    /// The lab has started the program.
    fn started(&self, program: &Program);

    /// Whether a person starts the program, so that its pipes, its process and its end are out of sight.
    fn by_hand(&self) -> bool;

    /// A server is to be started by hand like this. Where it listens.
    fn server(&self, launch: &Launch, proposed: SocketAddr) -> Result<SocketAddr, Stop>;

    /// A client is to be started by hand like this.
    fn client(&self, launch: &Launch);

    /// What a client that is started by hand finds on its standard input; `None` is its end.
    fn input(&self, bytes: Option<&[u8]>);
}

/// How a program is to be started by hand.
#[derive(Clone, Debug)]
pub struct Launch {
    pub args: Vec<String>,
    /// The most descriptors that it may have open at once.
    pub descriptors: Option<u64>,
}

impl Lab {
    /// A run that somebody looks on at.
    pub fn watched(
        setup: &Setup,
        check: &'static Check,
        case: &'static Case,
        onlooker: Rc<dyn Onlooker>,
    ) -> anyhow::Result<Lab> {
        Lab::make(setup, check, case, Some(onlooker))
    }

    /// Asks whether the peer may do this now. A verb of a peer calls it before it does something that the program can
    /// see.
    pub(crate) fn before(&self, lane: &str, what: impl FnOnce() -> What) -> Verdict {
        match &self.inner.onlooker {
            None => Ok(()),
            Some(onlooker) => onlooker.before(&mut self.inner.wire.borrow_mut(), lane, &what()),
        }
    }

    pub(super) fn tell_recorded(&self) {
        if let Some(onlooker) = &self.inner.onlooker {
            onlooker.recorded(&mut self.inner.wire.borrow_mut());
        }
    }

    /// Why the run does not go on, if it does not.
    pub(super) fn tell_waits(&self) -> Verdict {
        let Some(onlooker) = &self.inner.onlooker else { return Ok(()) };
        onlooker.waits(&mut self.inner.wire.borrow_mut())?;
        match self.inner.asked_unseen.get() {
            true => Err(by_hand()),
            false => Ok(()),
        }
    }

    /// Whether somebody lets waits last as long as they like.
    pub(super) fn is_patient(&self) -> bool {
        self.inner.onlooker.as_ref().is_some_and(|onlooker| onlooker.is_patient())
    }

    /// Whether a wait for something that must come ends here. A short one is the check's own way to let a moment pass,
    /// and always does.
    pub(super) fn gives_up(&self, patience: Patience, stuck: Stuck) -> bool {
        match &self.inner.onlooker {
            Some(onlooker) if onlooker.is_patient() && patience.quiet >= Patience::NORMAL.quiet => {
                onlooker.gives_up(self, stuck)
            }
            _ => true,
        }
    }

    /// The check asks for what the program has printed, or how it has ended. Where that is out of sight, what follows from
    /// it would be a guess, so the run ends with the next wait or finding.
    pub(super) fn must_see(&self) {
        if self.by_hand().is_some() {
            self.inner.asked_unseen.set(true);
        }
    }

    /// A finding about time since the start of a program that somebody else has started is none.
    pub(super) fn is_about_an_unseen_start(&self, kind: Kind) -> bool {
        self.by_hand().is_some() && matches!(kind, Kind::TooEarly | Kind::TooLate)
    }

    /// Who is to start the program by hand, if it is.
    pub(super) fn by_hand(&self) -> Option<&dyn Onlooker> {
        self.inner.onlooker.as_deref().filter(|onlooker| onlooker.by_hand())
    }

    /// Says what a right program shows where nobody can look.
    pub(super) fn unseen(&self, what: &str) -> Verdict {
        self.say(say!("seen/common/unseen_from_here", what));
        Ok(())
    }

    pub(super) fn server_by_hand(&self, onlooker: &dyn Onlooker, start: &Start) -> Verdict {
        let listen = start.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let port = if listen.port() == 0 { PORT } else { listen.port() };
        let proposed = SocketAddr::new(listen.ip(), port);
        let mut args = vec!["--listen".to_string(), proposed.to_string()];
        args.extend(start.args.iter().map(|arg| arg.to_string()));
        let launch = Launch { args: self.staged(args), descriptors: start.descriptors };
        let address = onlooker.server(&launch, proposed)?;
        self.inner.listening.set(Some(address));
        self.watch_nobody();
        self.event("program", What::Says { line: format!("listening on {address}") });
        Ok(())
    }

    pub(super) fn client_by_hand(&self, onlooker: &dyn Onlooker, launch: &Launch) -> Verdict {
        onlooker.client(launch);
        self.watch_nobody();
        Ok(())
    }

    /// There is no process to look at: plain deadlines.
    fn watch_nobody(&self) {
        *self.inner.watch.borrow_mut() = Some(Watch::new(0, Clock::Plain));
    }
}

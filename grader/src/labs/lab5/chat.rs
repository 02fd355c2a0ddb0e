//! The grader as a client of the chat: it says a line, expects a line, and can be many clients at once.

use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};

use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck, Waited};
use crate::peer::tcp::Got;
use crate::peer::{Tcp, grouped, show_bytes};
use crate::program;
use crate::texts::say;

/// What happens in another thread of the program may take a moment. The grader asks so often before it believes that
/// something will not happen ...
const TRIES: u32 = 12;
/// ... and gives the program so much time to run in between.
const BETWEEN: Duration = Duration::from_millis(25);

/// One client, called by the name that it logs in with.
pub(super) struct Chat {
    lab: Lab,
    pub tcp: Tcp,
}

impl Chat {
    pub fn connect(lab: &Lab, name: &str) -> Result<Chat, Stop> {
        Ok(Chat { lab: lab.clone(), tcp: lab.connect(name)? })
    }

    /// Connects and logs in.
    pub fn enter(lab: &Lab, name: &str) -> Result<Chat, Stop> {
        let mut chat = Chat::connect(lab, name)?;
        chat.log_in(name)?;
        Ok(chat)
    }

    pub fn log_in(&mut self, name: &str) -> Verdict {
        self.ask(&format!("HELLO-FROM {name}"), &format!("HELLO {name}"))
    }

    /// Sends one line; `line` is without its newline.
    pub fn say(&mut self, line: &str) -> Verdict {
        self.tcp.send(format!("{line}\n").as_bytes())
    }

    /// Exactly this line comes next.
    pub fn expect(&mut self, line: &str) -> Verdict {
        self.tcp.expect_line(line)
    }

    /// Sends one line; exactly this line comes back.
    pub fn ask(&mut self, line: &str, reply: &str) -> Verdict {
        self.say(line)?;
        self.expect(reply)
    }

    /// The same, where the answer depends on another thread of the program: asks again for a while.
    pub fn ask_until(&mut self, line: &str, reply: &str) -> Verdict {
        self.retry(|chat| {
            chat.say(line)?;
            let got = chat.tcp.line(&format!("`{reply}`"))?;
            Ok((got != reply.as_bytes()).then(|| (say!("seen/lab5/in_answer_to", reply, line), show_bytes(&got))))
        })
    }

    /// `WHO` gives exactly these names, in any order.
    pub fn expect_who(&mut self, names: &[&str]) -> Verdict {
        match self.who_differs(names)? {
            None => Ok(()),
            Some(difference) => Err(self.wrong_reply(difference)),
        }
    }

    /// The same, where the answer depends on another thread of the program.
    pub fn expect_who_until(&mut self, names: &[&str]) -> Verdict {
        self.retry(|chat| chat.who_differs(names))
    }

    /// `WHO` is answered at all.
    pub fn ask_who(&mut self) -> Verdict {
        self.say("WHO")?;
        let want = say!("seen/lab5/who_ok_and_the_names");
        let got = self.tcp.line(want)?;
        match got.starts_with(b"WHO-OK ") {
            true => Ok(()),
            false => Err(self.wrong_reply((want.to_string(), show_bytes(&got)))),
        }
    }

    /// One of two lines comes next; true if it is the first.
    pub fn either(&mut self, first: &str, second: &str) -> Result<bool, Stop> {
        let want = say!("seen/lab5/or", first, second);
        let got = self.tcp.line(&want)?;
        match () {
            () if got == first.as_bytes() => Ok(true),
            () if got == second.as_bytes() => Ok(false),
            () => Err(self.wrong_reply((want, show_bytes(&got)))),
        }
    }

    /// What was wanted and what came, if they differ.
    fn who_differs(&mut self, names: &[&str]) -> Result<Option<(String, String)>, Stop> {
        self.say("WHO")?;
        let mut names = names.to_vec();
        names.sort_unstable();
        let want = say!("seen/lab5/who_ok_the_names_in_any", names = names.join(","));
        let got = self.tcp.line(&want)?;
        let text = String::from_utf8_lossy(&got);
        let mut listed: Vec<&str> = text.strip_prefix("WHO-OK ").unwrap_or_default().split(',').collect();
        listed.sort_unstable();
        Ok((listed != names).then(|| (want, show_bytes(&got))))
    }

    fn retry(&mut self, mut attempt: impl FnMut(&mut Chat) -> Result<Option<(String, String)>, Stop>) -> Verdict {
        let mut tries = 0;
        loop {
            let Some((want, got)) = attempt(self)? else { return Ok(()) };
            tries += 1;
            if tries == TRIES {
                return Err(self.wrong_reply((want, say!("seen/lab5/also_when_asked_times", got, tries = TRIES))));
            }
            settle(&self.lab, BETWEEN)?;
        }
    }

    fn wrong_reply(&self, (want, got): (String, String)) -> Stop {
        self.lab.fail(Fail::new(Kind::WrongReply).lane(self.tcp.label()).want(want).got(got))
    }
}

/// Gives the program the time to do what it has to do: until all of it has been asleep for a moment, at most so much
/// time in which it could run.
pub(super) fn settle(lab: &Lab, most: Duration) -> Result<Stuck, Stop> {
    let patience = Patience { quiet: BETWEEN, served: most };
    match lab.until(&[], patience, || Ok(None::<()>))? {
        Ok(()) => Ok(Stuck::Slow),
        Err(stuck) => Ok(stuck),
    }
}

/// So many connections that say nothing. One line of the story, not one for each.
pub(super) fn crowd(lab: &Lab, count: usize) -> Result<Vec<TcpStream>, Stop> {
    let connect = |_| match TcpStream::connect(lab.address()) {
        Ok(stream) => {
            lab.name(stream.local_addr()?, say!("seen/lab5/a_silent_client"));
            Ok(stream)
        }
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Err(lab.fail(
            Fail::new(Kind::Refused)
                .want(say!("seen/lab5/connections_are_taken", count))
                .got(say!("seen/lab5/a_connection_is_refused")),
        )),
        Err(error) => Err(error.into()),
    };
    (0..count).map(connect).collect()
}

/// They leave: each connection ends here and now, though other checks may be starting programs, which would hold a copy
/// for a moment.
pub(super) fn leave(crowd: Vec<TcpStream>) {
    let _whole = program::closing();
    drop(crowd);
}

/// Many lines of one client, and what comes back. They are no events of the record, which would be thousands.
pub(super) struct Flood<'a> {
    chat: &'a Chat,
    text: Vec<u8>,
    sent: usize,
    pub got: Vec<u8>,
    /// Whole lines of `got`.
    pub came: usize,
    /// No right program sends so many bytes. One that sends without end would fill the memory.
    most: usize,
    pub ended: Option<Got>,
}

/// Longer than any answer to a line of a flood.
const REPLY: usize = 64;
/// So much more than what is owed may come before it is told: the wrong line is among it then, and other findings name it.
const SPARE: usize = 64 * 1024;

impl<'a> Flood<'a> {
    pub fn new(chat: &'a Chat, text: Vec<u8>) -> Flood<'a> {
        let most = REPLY * newlines(&text) + SPARE;
        Flood { chat, text, sent: 0, got: Vec::new(), came: 0, most, ended: None }
    }

    /// It says nothing; so many bytes are to come.
    pub fn listening(chat: &'a Chat, owed: usize) -> Flood<'a> {
        Flood { most: owed + SPARE, ..Flood::new(chat, Vec::new()) }
    }

    fn has_too_much(&self) -> bool {
        self.got.len() > self.most
    }

    pub fn all_sent(&self) -> bool {
        self.sent == self.text.len()
    }

    pub fn name(&self) -> &str {
        self.chat.tcp.label()
    }

    /// Whole lines sent.
    pub fn went(&self) -> usize {
        newlines(&self.text[..self.sent])
    }

    fn socket(&self) -> (BorrowedFd<'_>, PollFlags) {
        let out = if self.all_sent() { PollFlags::empty() } else { PollFlags::OUT };
        (self.chat.tcp.stream().as_fd(), PollFlags::IN | out)
    }

    /// Writes and reads what goes without waiting. Says whether anything went.
    fn step(&mut self, read: bool) -> Result<bool, Stop> {
        let mut stream = &**self.chat.tcp.stream();
        let mut moved = false;
        while !self.all_sent() && self.ended.is_none() {
            match stream.write(&self.text[self.sent..]) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.ended = Some(Got::Reset),
            }
            moved = true;
        }
        let mut buf = vec![0; 64 * 1024];
        while read && self.ended.is_none() && !self.has_too_much() {
            match stream.read(&mut buf) {
                Ok(0) => self.ended = Some(Got::End),
                Ok(count) => {
                    self.got.extend(&buf[..count]);
                    self.came += newlines(&buf[..count]);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.ended = Some(Got::Reset),
            }
            moved = true;
        }
        Ok(moved)
    }
}

/// Sends and reads on all of these connections at once until `done`, or one of them ends, or nothing moves any more.
pub(super) fn flood(
    lab: &Lab,
    floods: &mut [Flood<'_>],
    read: bool,
    done: impl Fn(&[Flood<'_>]) -> bool,
) -> Result<Waited<()>, Stop> {
    let waited = pump(lab, floods, read, done)?;
    for flood in floods {
        let (went, came) = (grouped(flood.went() as u64), grouped(flood.came as u64));
        let name = flood.name();
        lab.say(match flood.text.is_empty() {
            true => say!("seen/lab5/lines_received", name, came),
            false => say!("seen/lab5/lines_sent_received", name, went, came),
        });
    }
    Ok(waited)
}

/// All say this line, and the program finds all of these lines at the same moment: it is stopped while they are sent.
/// Says what each of them got when each has a line, or nothing moves any more. The record has none of it.
pub(super) fn ask_at_once(lab: &Lab, chats: &[Chat], line: &str) -> Result<(Vec<Vec<u8>>, Waited<()>), Stop> {
    let text = format!("{line}\n").into_bytes();
    let mut floods: Vec<Flood<'_>> = chats.iter().map(|chat| Flood::new(chat, text.clone())).collect();
    pause(lab, true);
    let sent = floods.iter_mut().try_for_each(|flood| flood.step(false).map(drop));
    pause(lab, false);
    sent?;
    let waited = pump(lab, &mut floods, true, |floods| floods.iter().all(|flood| flood.came > 0))?;
    let answer = |flood: Flood<'_>| flood.got.strip_suffix(b"\n").unwrap_or(&flood.got).to_vec();
    Ok((floods.into_iter().map(answer).collect(), waited))
}

/// A program that is stopped cannot accept a client before it is gone, nor read one line before the next has come. Only
/// Unix can stop one; elsewhere chance decides.
pub(super) fn pause(lab: &Lab, stop: bool) {
    #[cfg(unix)]
    lab.pause(stop);
    let _ = (lab, stop);
}

fn pump(
    lab: &Lab,
    floods: &mut [Flood<'_>],
    read: bool,
    done: impl Fn(&[Flood<'_>]) -> bool,
) -> Result<Waited<()>, Stop> {
    let mut waited = Ok(());
    while waited.is_ok() && !done(floods) && floods.iter().all(|flood| flood.ended.is_none()) {
        let streams: Vec<_> = floods.iter().map(|flood| flood.chat.tcp.stream().clone()).collect();
        let flags: Vec<PollFlags> = floods.iter().map(|flood| flood.socket().1).collect();
        let sockets: Vec<_> = streams.iter().zip(flags).map(|(stream, flags)| (stream.as_fd(), flags)).collect();
        waited = lab.until(&sockets, Patience::NORMAL, || {
            let mut moved = false;
            for flood in floods.iter_mut() {
                moved |= flood.step(read)?;
            }
            if moved {
                lab.progress();
            }
            Ok(moved.then_some(()))
        })?;
        if let Some(flood) = floods.iter().find(|flood| flood.has_too_much()) {
            let last = lines(&flood.got).last().unwrap_or_default();
            let got = say!("seen/lab5/more_than_that_in_the_end", last = show_bytes(&last[..last.len().min(40)]));
            let want = say!("seen/lab5/at_most_bytes", most = grouped(flood.most as u64));
            return Err(lab.fail(Fail::new(Kind::ExtraBytes).lane(flood.name()).want(want).got(got)));
        }
    }
    Ok(waited)
}

/// The lines, each with its newline; what stands behind the last newline comes last. std looks for the newlines: a loop
/// over megabytes takes long in a debug build.
pub(super) fn lines(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let before = bytes;
        let count = bytes.skip_until(b'\n').ok().filter(|count| *count > 0)?;
        Some(&before[..count])
    })
}

fn newlines(bytes: &[u8]) -> usize {
    lines(bytes).filter(|line| line.ends_with(b"\n")).count()
}

//! Lab 2: both directions at once, between the terminal and the server.

use std::io::{self, ErrorKind, Read, Write};

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use super::until_asleep;
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck, Waited};
use crate::payload::Payload;
use crate::peer::{self, Tcp, grouped, payload_differs};
use crate::texts::say;
use crate::wire::{Bytes, What};

pub(super) fn sends_what_is_typed_at_once(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;

    for text in [format!("{}\n", lab.word(5)), lab.word(4)] {
        lab.stdin(text.as_bytes());
        server.expect(text.as_bytes())?;
        server.expect_nothing_more()?;
    }
    Ok(())
}

pub(super) fn closes_only_its_sending_side(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;
    let word = lab.word(5);
    lab.stdin(word.as_bytes());
    lab.close_stdin();

    server.expect(word.as_bytes())?;
    server.expect_eof()?;
    // Whoever closes both sides, or ends, has done so by then.
    lab.say(say!("seen/lab2/the_server_takes_its_time_to"));
    until_asleep(lab)?;
    server.offer(word.as_bytes())?;
    until_asleep(lab)?;
    server.offer(b" and more")?;
    server.close();

    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout(format!("{word} and more").as_bytes())
}

pub(super) fn sends_and_receives_at_once(lab: &Lab) -> Verdict {
    let payload = lab.payload(lab.size(2 * peer::largest_send_queue() + 2 * 1024 * 1024, 20));
    lab.stdout_will_be(payload);
    let server = start(lab)?;
    lab.stdin_stream(payload);
    lab.close_stdin();

    lab.say(say!("seen/lab2/the_server_sends_back_each_piece"));
    echo(lab, &server, &payload)?;
    server.close();

    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout_payload(&payload)
}

#[cfg(unix)]
pub(super) fn sends_every_byte_to_a_slow_server(lab: &Lab) -> Verdict {
    lab.like_a_real_network();
    let mut server = start(lab)?;
    let payload = lab.payload(lab.size(peer::largest_send_queue() + 4 * 1024 * 1024, 20));
    lab.stdin_stream(payload);
    lab.close_stdin();

    // Until the program sleeps in a write, because nobody reads.
    until_asleep(lab)?;
    lab.say(say!("seen/lab2/the_server_reads_5_000_bytes"));
    let got = server.read_with_pauses(&payload, 5000, 200)?;
    server.stream_payload(&payload, payload.len, got, payload.len)?;
    server.expect_eof()
}

#[cfg(not(unix))]
pub(super) fn sends_every_byte_to_a_slow_server(_: &Lab) -> Verdict {
    Err(Stop::NotRun(say!("seen/lab2/sigstop_which_interrupts_a_write_is").to_string()))
}

pub(super) fn shows_a_greeting(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;
    server.send(b"220 hi")?;
    lab.expect_stdout_so_far(b"220 hi", Patience::NORMAL)
}

pub(super) fn ends_with_the_server(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;
    let last = lab.word(5);
    server.send(last.as_bytes())?;
    lab.say(say!("seen/lab2/the_server_closes_standard_input_stays"));
    server.close();
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout(last.as_bytes())?;

    lab.end();
    lab.say(say!("seen/lab2/once_more_and_this_server_resets"));
    tells_a_reset_from_an_end(lab)
}

/// Catches a receiving loop that takes every error for the end: half of an answer would pass for all of it.
fn tells_a_reset_from_an_end(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;
    let part = lab.word(5);
    server.send(part.as_bytes())?;
    lab.expect_stdout_so_far(part.as_bytes(), Patience::NORMAL)?;
    server.reset()?;
    lab.expect_exit(5, Patience::NORMAL)?;
    lab.expect_stdout(part.as_bytes())
}

/// Starts the program without a message, and takes its connection.
fn start(lab: &Lab) -> Result<Tcp, Stop> {
    let listener = lab.listen()?;
    lab.run(&[&listener.address()?.to_string()])?;
    listener.accept("server")
}

/// A plain blocking echo server: it reads up to 4096 bytes and writes them back before it reads again, until the
/// program has finished sending.
fn echo(lab: &Lab, server: &Tcp, payload: &Payload) -> Verdict {
    let mut echo = Echo::default();
    let end = echo.run(lab, server, payload)?;
    echo.record(lab, server, payload);
    let fail = |kind| Fail::new(kind).lane(server.label());
    match end {
        Ok(End::Differs(at, bytes)) => Err(lab.fail(payload_differs(payload, at, &bytes).lane(server.label()))),
        Ok(End::Finished) if echo.read < payload.len => {
            lab.event(server.label(), What::EndOfStream);
            let want = say!("seen/lab2/bytes_the_whole_input", payload = grouped(payload.len));
            let got = say!("seen/lab2/bytes_then_end_of_stream", read = grouped(echo.read));
            Err(lab.fail(fail(Kind::EarlyEnd).want(want).got(got)))
        }
        // What is wrong with a program that is gone shows on its standard output.
        Ok(End::Finished | End::Gone) | Err(Stuck::Ended) => Ok(()),
        Err(stuck) if lab.stdout_total() >= payload.len => {
            let want = say!("seen/lab2/end_of_stream_fin_behind_the");
            Err(lab.fail(fail(Kind::NoEnd).want(want).got(say!("seen/lab2/the_connection_stays_open")).stuck(stuck)))
        }
        Err(stuck) => Err(echo.standstill(lab, server, payload, stuck)),
    }
}

/// How far the echo server has got. Its pieces are counted, not recorded: thousands of lines would hide the story.
#[derive(Default)]
struct Echo {
    read: u64,
    written: u64,
    pieces: u32,
}

enum End {
    /// The program has closed its sending side.
    Finished,
    /// The connection was reset.
    Gone,
    /// The program sends something else than its input: from this place on, these bytes.
    Differs(u64, Vec<u8>),
}

impl Echo {
    fn run(&mut self, lab: &Lab, server: &Tcp, payload: &Payload) -> Result<Waited<End>, Stop> {
        let socket = &**server.stream();
        let mut buf = [0; 4096];
        loop {
            let readable = [(socket.as_fd(), PollFlags::IN)];
            let count = match lab.until(&readable, server.patience, || not_now((&*socket).read(&mut buf)))? {
                Ok(Some(0)) => return Ok(Ok(End::Finished)),
                Ok(Some(count)) => count,
                Ok(None) => return Ok(Ok(End::Gone)),
                Err(stuck) => return Ok(Err(stuck)),
            };
            if let Some(place) = payload.differs(self.read, &buf[..count]) {
                return Ok(Ok(End::Differs(self.read + place as u64, buf[place..count].to_vec())));
            }
            self.read += count as u64;
            self.pieces += 1;
            lab.progress();
            let mut rest = &buf[..count];
            while !rest.is_empty() {
                let writable = [(socket.as_fd(), PollFlags::OUT)];
                match lab.until(&writable, server.patience, || not_now((&*socket).write(rest)))? {
                    Ok(Some(count)) => rest = &rest[count..],
                    Ok(None) => return Ok(Ok(End::Gone)),
                    Err(stuck) => return Ok(Err(stuck)),
                }
                self.written = self.read - rest.len() as u64;
                lab.progress();
            }
        }
    }

    fn record(&self, lab: &Lab, server: &Tcp, payload: &Payload) {
        // All that was read is the payload's, for it was compared.
        let bytes = |count| Bytes { count, pieces: self.pieces, ..Bytes::of(&payload.part(0, 48)) };
        if self.read > 0 {
            lab.event(server.label(), What::Received(bytes(self.read)));
            lab.event(server.label(), What::Sent(bytes(self.written)));
        }
    }

    /// Nothing moves any more: where all the bytes are.
    fn standstill(&self, lab: &Lab, server: &Tcp, payload: &Payload, stuck: Stuck) -> Stop {
        let (taken, shown) = (lab.stdin_taken(), lab.stdout_total());
        let queued = peer::unacked(server.stream());
        let arrived = self.written.saturating_sub(queued + shown);
        lab.event("stdout", What::Wait { what: say!("seen/lab2/the_rest").to_string() });
        lab.fail(
            Fail::new(if shown == 0 { Kind::NoAnswer } else { Kind::ShortAnswer })
                .lane("stdout")
                .want(say!("seen/lab2/bytes_on_standard_output", payload = grouped(payload.len)))
                .got(say!("seen/lab2/bytes_still_running", value = grouped(shown)))
                .note(say!(
                    "seen/lab2/of_bytes_of_input_are_not",
                    taken = grouped(taken),
                    read = grouped(taken.saturating_sub(self.read)),
                    queued = grouped(queued),
                    arrived = grouped(arrived)
                ))
                .stuck(stuck),
        )
    }
}

/// What one call on a non-blocking socket gave: nothing yet, a count, or, as `Some(None)`, that the connection is gone.
fn not_now(result: io::Result<usize>) -> Result<Option<Option<usize>>, Stop> {
    match result {
        Ok(count) => Ok(Some(Some(count))),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        Err(_) => Ok(Some(None)),
    }
}

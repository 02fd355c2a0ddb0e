//! Lab 2: both directions at once, between the terminal and the server.

use rustix::event::PollFlags;
use rustix::fd::AsFd;
use std::time::Duration;

use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck};
use crate::payload::Payload;
use crate::peer::tcp::Got;
use crate::peer::{self, Tcp, grouped};

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
    server.offer(word.as_bytes())?;
    lab.let_it_read()?;
    server.offer(b" and more")?;
    server.close();

    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout(format!("{word} and more").as_bytes())
}

pub(super) fn sends_and_receives_at_once(lab: &Lab) -> Verdict {
    let payload = lab.payload(lab.size(2 * peer::largest_send_queue() + 2 * 1024 * 1024, 20));
    lab.stdout_will_be(payload);
    let mut server = start(lab)?;
    lab.stdin_stream(payload);
    lab.close_stdin();

    lab.say("the server sends back each piece before it reads the next one");
    echo(lab, &mut server, &payload)?;
    server.close();

    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout_payload(&payload)
}

#[cfg(unix)]
pub(super) fn sends_every_byte_to_a_slow_server(lab: &Lab) -> Verdict {
    let mut server = start(lab)?;
    let payload = lab.payload(lab.size(peer::largest_send_queue() + 4 * 1024 * 1024, 20));
    lab.stdin_stream(payload);
    lab.close_stdin();

    // Until the program sleeps in a write, because nobody reads.
    let _ = lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>))?;
    lab.say("the server reads 5 000 bytes at a time; the program is stopped in between");
    let got = server.read_with_pauses(&payload, 5000, 200)?;
    server.stream_payload(&payload, payload.len, got, payload.len)?;
    server.expect_eof()
}

#[cfg(not(unix))]
pub(super) fn sends_every_byte_to_a_slow_server(_: &Lab) -> Verdict {
    Err(Stop::NotRun("SIGSTOP, which interrupts a write, is known to Unix only".to_string()))
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
    lab.say("the server closes; standard input stays open");
    server.close();

    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout(last.as_bytes())
}

/// Starts the program without a message, and takes its connection.
fn start(lab: &Lab) -> Result<Tcp, Stop> {
    let listener = lab.listen()?;
    lab.run(&[&listener.address()?.to_string()])?;
    listener.accept("server")
}

/// A plain blocking echo server: it reads up to 4096 bytes and writes them back before it reads again, until the
/// program has finished sending.
fn echo(lab: &Lab, server: &mut Tcp, payload: &Payload) -> Verdict {
    let (mut read, mut written) = (0, 0);
    let mut buf = [0; 4096];
    loop {
        match server.receive(&mut buf)? {
            Ok(Got::Bytes(count)) => {
                read += count as u64;
                let stuck = echo_piece(lab, server, &buf[..count], &mut written)?;
                match stuck {
                    None => {}
                    Some(Stuck::Ended) => return Ok(()),
                    Some(stuck) => return Err(standstill(lab, server, payload, read, written, stuck)),
                }
            }
            // What is wrong then shows on standard output.
            Ok(Got::End | Got::Reset) | Err(Stuck::Ended) => return Ok(()),
            Err(stuck) if lab.stdout_total() >= payload.len => {
                let fail = Fail::new(Kind::NoEnd).lane(server.label()).want("end of stream (FIN) behind the input");
                return Err(lab.fail(fail.got("the connection stays open").stuck(stuck)));
            }
            Err(stuck) => return Err(standstill(lab, server, payload, read, written, stuck)),
        }
    }
}

/// Writes one piece back, and says why it did not work.
fn echo_piece(lab: &Lab, server: &Tcp, piece: &[u8], written: &mut u64) -> Result<Option<Stuck>, Stop> {
    let mut rest = piece;
    let writable = [(server.stream().as_fd(), PollFlags::OUT)];
    let sent = lab.until(&writable, server.patience, || {
        let Some(count) = server.write(rest, "")? else { return Ok(Some(Some(Stuck::Ended))) };
        rest = &rest[count..];
        *written += count as u64;
        Ok(rest.is_empty().then_some(None))
    })?;
    Ok(sent.unwrap_or_else(Some))
}

/// Nothing moves any more: where all the bytes are.
fn standstill(lab: &Lab, server: &Tcp, payload: &Payload, read: u64, written: u64, stuck: Stuck) -> Stop {
    let shown = lab.stdout_total();
    let queued = peer::unacked(server.stream());
    let arrived = written.saturating_sub(queued + shown);
    let taken = lab.stdin_taken().saturating_sub(read);
    lab.fail(
        Fail::new(if shown == 0 { Kind::NoAnswer } else { Kind::ShortAnswer })
            .lane(server.label())
            .want(format!("{} bytes on standard output", grouped(payload.len)))
            .got(format!("{} bytes, still running", grouped(shown)))
            .note(format!(
                "of {} bytes of input, {} are not yet read by the server; of its answers, {} bytes wait on its side and \
                 {} on yours",
                grouped(lab.stdin_taken()),
                grouped(taken),
                grouped(queued),
                grouped(arrived)
            ))
            .stuck(stuck),
    )
}

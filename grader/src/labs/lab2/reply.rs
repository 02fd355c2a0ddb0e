//! Lab 2: one message and its reply. The grader is the server, and decides in which pieces, when, and how the reply
//! comes.

use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::tcp::Got;
use crate::peer::{Tcp, show_bytes};

pub(super) fn sends_just_the_message(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message, &[])?;
    expect_no_more_sent(lab, &server)?;

    server.offer(message.as_bytes())?;
    lab.say("the reply is complete; the server keeps the connection open");
    expect_reply(lab, message.as_bytes())
}

pub(super) fn sends_an_empty_message(lab: &Lab) -> Verdict {
    let server = ask(lab, "", &[])?;
    lab.expect_exit(0, Patience::NORMAL)?;
    expect_no_more_sent(lab, &server)?;
    lab.expect_stdout(b"")
}

pub(super) fn shows_another_word(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message, &[])?;
    server.offer(reply.as_bytes())?;
    expect_reply(lab, reply.as_bytes())
}

pub(super) fn shows_another_word_in_pieces(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message, &[])?;
    answer_in_pieces(lab, &mut server, reply.as_bytes(), &[1 + lab.below(3) as usize, 100])?;
    expect_reply(lab, reply.as_bytes())
}

pub(super) fn collects_single_bytes(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message, &[])?;
    answer_in_pieces(lab, &mut server, reply.as_bytes(), &[1])?;
    expect_reply(lab, reply.as_bytes())
}

/// The program ends with bytes unread, so the kernel answers with RST: that is no fault of its.
pub(super) fn leaves_what_follows(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message, &[])?;
    server.offer(format!("{reply} and more").as_bytes())?;
    expect_reply(lab, reply.as_bytes())
}

pub(super) fn waits_for_the_second_piece(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message, &[])?;
    answer_slowly(lab, &mut server, reply.as_bytes(), 2, Duration::from_secs(3))?;
    expect_reply(lab, reply.as_bytes())
}

/// No gap is as long as the timeout; all of them together are longer.
pub(super) fn waits_for_six_pieces(lab: &Lab) -> Verdict {
    let idle = Duration::from_millis(600);
    let message = lab.word(6);
    let mut server = ask(lab, &message, &["--idle-timeout", "600"])?;
    answer_slowly(lab, &mut server, message.as_bytes(), 6, idle)?;
    expect_reply(lab, message.as_bytes())
}

/// The message is text, because an argument holds no NUL, and at most 131,071 bytes (32,767 on Windows). The reply is
/// any bytes.
pub(super) fn receives_100_000_bytes(lab: &Lab) -> Verdict {
    let size = lab.size(if cfg!(windows) { 20_000 } else { 100_000 }, 20);
    let message = lab.word(size);
    let reply = lab.payload(size as u64);
    lab.stdout_will_be(reply);
    let mut server = ask(lab, &message, &[])?;

    answer_in_pieces(lab, &mut server, &reply.all(), &[1, 1447, 4096, 7, 8192, 1023, 1, 32_768])?;
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout_payload(&reply)
}

pub(super) fn notices_an_early_end(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message, &[])?;
    let part = message.len() / 3;
    server.offer(&message.as_bytes()[..part])?;
    lab.say("that is a part of the reply, and all there is");
    server.close();

    lab.expect_exit(5, Patience::NORMAL)?;
    lab.expect_stderr_has(&format!("{part} of {} bytes", message.len()))
}

pub(super) fn reports_a_reset(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message, &[])?;
    server.offer(&message.as_bytes()[..message.len() / 2])?;
    lab.let_it_read()?;
    server.reset()?;

    lab.expect_exit(5, Patience::NORMAL)?;
    // The text is the system's; "Connection reset by peer" on every Unix.
    if cfg!(unix) { lab.expect_stderr_has("reset") } else { Ok(()) }
}

pub(super) fn gives_up_without_an_answer(lab: &Lab) -> Verdict {
    let _server = ask(lab, &word(lab), &["--idle-timeout", "200"])?;
    expect_timeout(lab, lab.started())
}

pub(super) fn gives_up_in_the_middle(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message, &["--idle-timeout", "200"])?;
    lab.pass(Duration::from_millis(50))?;
    let sent = Instant::now();
    server.offer(&message.as_bytes()[..message.len() / 2])?;
    expect_timeout(lab, sent)
}

/// A read with a timeout does not go on by itself after SIGSTOP and SIGCONT, as one without does: it fails with EINTR
/// (signal(7)).
#[cfg(unix)]
pub(super) fn reads_again_after_a_signal(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message, &[])?;

    for _ in 0..5 {
        lab.let_it_read()?;
        lab.pause(true);
        lab.pause(false);
        lab.event("server", crate::wire::What::Paused { times: 1 });
    }
    server.offer(message.as_bytes())?;
    expect_reply(lab, message.as_bytes())
}

#[cfg(not(unix))]
pub(super) fn reads_again_after_a_signal(_: &Lab) -> Verdict {
    Err(Stop::NotRun("SIGSTOP, which interrupts a read, is known to Unix only".to_string()))
}

fn word(lab: &Lab) -> String {
    lab.word(lab.size(12, 4))
}

/// Starts the program with a message for the server, and receives that message.
fn ask(lab: &Lab, message: &str, options: &[&str]) -> Result<Tcp, Stop> {
    let listener = lab.listen()?;
    let address = listener.address()?.to_string();
    lab.run(&[options, &["--message", message, &address]].concat())?;
    let mut server = listener.accept("server")?;
    server.expect(message.as_bytes())?;
    Ok(server)
}

/// Sends pieces of these sizes (the last one again and again), each a read of its own. A program that closes early gets
/// no more: what it shows on standard output tells better what is wrong.
fn answer_in_pieces(lab: &Lab, server: &mut Tcp, reply: &[u8], sizes: &[usize]) -> Verdict {
    let mut rest = reply;
    for turn in 0.. {
        let size = sizes[turn.min(sizes.len() - 1)].min(rest.len());
        let (piece, later) = rest.split_at(size);
        rest = later;
        if !server.offer(piece)? || rest.is_empty() {
            break;
        }
        lab.let_it_read()?;
    }
    Ok(())
}

/// Sends so many pieces 150 ms apart. That the grader itself was held up for nearly `idle` is not the program's fault.
fn answer_slowly(lab: &Lab, server: &mut Tcp, reply: &[u8], pieces: usize, idle: Duration) -> Verdict {
    let size = reply.len().div_ceil(pieces);
    let mut last = Instant::now();
    for (turn, piece) in reply.chunks(size).enumerate() {
        if turn > 0 {
            lab.pass(Duration::from_millis(150))?;
        }
        let gap = last.elapsed();
        if gap > idle.mul_f64(0.8) {
            return Err(Stop::Trouble(anyhow::anyhow!("the grader was held up for {} ms", gap.as_millis())));
        }
        last = Instant::now();
        if !server.offer(piece)? {
            break;
        }
    }
    Ok(())
}

/// The program ends well, and shows just this.
fn expect_reply(lab: &Lab, reply: &[u8]) -> Verdict {
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout(reply)
}

/// Not a byte follows the message. To close the sending side then is allowed.
fn expect_no_more_sent(lab: &Lab, server: &Tcp) -> Verdict {
    let mut buf = [0; 64];
    let readable = [(server.stream().as_fd(), PollFlags::IN)];
    match lab.until_settled(&readable, Duration::ZERO, || server.read(&mut buf))? {
        Ok(Got::Bytes(count)) => Err(lab.fail(
            Fail::new(Kind::ExtraBytes)
                .lane(server.label())
                .want("nothing behind the message")
                .got(format!("{count} more: {}", show_bytes(&buf[..count.min(24)]))),
        )),
        _ => Ok(()),
    }
}

/// Exit code 4 when nothing has come for 200 ms, counted from `since`.
fn expect_timeout(lab: &Lab, since: Instant) -> Verdict {
    let idle = Duration::from_millis(200);
    lab.expect_exit(4, Patience::NORMAL.and(idle))?;
    let waited = since.elapsed();
    // Kernels count a timeout in ticks of up to 10 ms.
    if waited + Duration::from_millis(10) >= idle {
        return Ok(());
    }
    Err(lab.fail(
        Fail::new(Kind::TooEarly)
            .lane("program")
            .may_end()
            .want(format!("it waits {} ms for a byte", idle.as_millis()))
            .got(format!("it gave up {} ms after the last thing that happened", waited.as_millis())),
    ))
}

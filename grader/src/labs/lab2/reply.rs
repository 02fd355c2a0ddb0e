//! Lab 2: one message and its reply. The grader is the server, and decides in which pieces, when, and how the reply
//! comes.

use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use super::until_asleep;
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::tcp::Got;
use crate::peer::{Tcp, show_bytes};
use crate::texts::say;

pub(super) fn sends_just_the_message(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message)?;
    expect_no_more_sent(lab, &server)?;

    server.offer(message.as_bytes())?;
    lab.say(say!("seen/lab2/the_reply_is_complete_the_server"));
    expect_reply(lab, message.as_bytes())
}

pub(super) fn sends_an_empty_message(lab: &Lab) -> Verdict {
    let server = ask(lab, "")?;
    lab.expect_exit(0, Patience::NORMAL)?;
    expect_no_more_sent(lab, &server)?;
    lab.expect_stdout(b"")
}

pub(super) fn shows_another_word(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message)?;
    server.offer(reply.as_bytes())?;
    expect_reply(lab, reply.as_bytes())
}

pub(super) fn shows_another_word_in_pieces(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message)?;
    let (first, second) = reply.as_bytes().split_at(1 + lab.below(3) as usize);
    server.offer(first)?;
    until_asleep(lab)?;
    server.offer(second)?;
    expect_reply(lab, reply.as_bytes())
}

pub(super) fn collects_single_bytes(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message)?;
    answer_in_pieces(lab, &mut server, reply.as_bytes(), &[1])?;
    expect_reply(lab, reply.as_bytes())
}

/// The program ends with bytes unread, so the kernel answers with RST: that is no fault of its, but the sign that it has
/// left them alone. Whoever took all and cut the reply to its length ends with FIN.
pub(super) fn leaves_what_follows(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message)?;
    server.offer(format!("{reply} and more").as_bytes())?;
    expect_reply(lab, reply.as_bytes())?;
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    match server.receive(&mut [0; 64])? {
        Ok(Got::End) => Err(lab.fail(
            Fail::new(Kind::ExtraBytes)
                .lane(server.label())
                .may_end()
                .want(say!("seen/lab2/what_follows_is_left_unread"))
                .got(say!("seen/lab2/all_of_it_was_read")),
        )),
        _ => Ok(()),
    }
}

pub(super) fn waits_for_the_second_piece(lab: &Lab) -> Verdict {
    let (message, reply) = (word(lab), word(lab));
    let mut server = ask(lab, &message)?;
    answer_slowly(lab, &mut server, reply.as_bytes(), 2, NO_HURRY)?;
    expect_reply(lab, reply.as_bytes())
}

/// No gap is as long as the timeout; all of them together are longer.
pub(super) fn waits_for_six_pieces(lab: &Lab) -> Verdict {
    let idle = lab.unhurried(Duration::from_millis(600));
    let message = lab.word(6);
    let mut server = ask_impatiently(lab, &message, idle)?;
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
    let mut server = ask(lab, &message)?;

    answer_in_pieces(lab, &mut server, &reply.all(), &[1, 1447, 4096, 7, 8192, 1023, 1, 32_768])?;
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stdout_payload(&reply)
}

pub(super) fn notices_an_early_end(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message)?;
    let part = message.len() / 3;
    server.offer(&message.as_bytes()[..part])?;
    lab.say(say!("seen/lab2/that_is_a_part_of_the"));
    server.close();

    lab.expect_exit(5, Patience::NORMAL)?;
    lab.expect_stderr_has(&format!("{part} of {} bytes", message.len()))
}

pub(super) fn reports_a_reset(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message)?;
    server.offer(&message.as_bytes()[..message.len() / 2])?;
    lab.let_it_read()?;
    server.reset()?;

    lab.expect_exit(5, Patience::NORMAL)?;
    // The text is the system's; "Connection reset by peer" on every Unix.
    if cfg!(unix) { lab.expect_stderr_has("reset") } else { Ok(()) }
}

pub(super) fn gives_up_without_an_answer(lab: &Lab) -> Verdict {
    let idle = Duration::from_millis(300);
    let _server = ask_impatiently(lab, &word(lab), idle)?;
    expect_timeout(lab, idle, lab.started())
}

pub(super) fn gives_up_in_the_middle(lab: &Lab) -> Verdict {
    let message = word(lab);
    let idle = lab.unhurried(Duration::from_millis(400));
    let mut server = ask_impatiently(lab, &message, idle)?;
    let sent = Instant::now();
    server.offer(&message.as_bytes()[..message.len() / 2])?;
    in_time(lab.started(), idle)?;
    expect_timeout(lab, idle, sent)
}

/// A read with a timeout does not go on by itself after SIGSTOP and SIGCONT, as one without does: it fails with EINTR
/// (signal(7)).
#[cfg(unix)]
pub(super) fn reads_again_after_a_signal(lab: &Lab) -> Verdict {
    let message = word(lab);
    let mut server = ask(lab, &message)?;

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
    Err(Stop::NotRun(say!("seen/lab2/sigstop_which_interrupts_a_read_is").to_string()))
}

fn word(lab: &Lab) -> String {
    lab.word(lab.size(12, 4))
}

/// The idle timeout of checks that are not about it: however long a busy machine holds up the grader, the program does
/// not give up on it.
const NO_HURRY: Duration = Duration::from_secs(60);

/// Starts the program with a message for the server, and receives that message.
fn ask(lab: &Lab, message: &str) -> Result<Tcp, Stop> {
    ask_impatiently(lab, message, NO_HURRY)
}

/// The same with an idle timeout.
fn ask_impatiently(lab: &Lab, message: &str, idle: Duration) -> Result<Tcp, Stop> {
    let listener = lab.listen()?;
    let (address, idle) = (listener.address()?.to_string(), idle.as_millis().to_string());
    lab.run(&["--idle-timeout", &idle, "--message", message, &address])?;
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

/// Sends so many pieces 250 ms apart, in time for a program that waits so long for each.
fn answer_slowly(lab: &Lab, server: &mut Tcp, reply: &[u8], pieces: usize, idle: Duration) -> Verdict {
    let mut last = lab.started();
    for (turn, piece) in reply.chunks(reply.len().div_ceil(pieces)).enumerate() {
        if turn > 0 {
            lab.pass(lab.unhurried(Duration::from_millis(250)))?;
        }
        let goes_on = server.offer(piece)?;
        in_time(last, idle)?;
        last = Instant::now();
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// That the grader itself was held up, so that the program rightly gave up on it, is nobody's fault: it tries again, with
/// more time for both.
fn in_time(since: Instant, idle: Duration) -> Verdict {
    let passed = since.elapsed();
    if passed < idle.mul_f64(0.8) {
        return Ok(());
    }
    Err(Stop::Trouble(anyhow::anyhow!(say!("seen/lab2/the_grader_was_held_up_for", passed = passed.as_millis()))))
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
                .want(say!("seen/lab2/nothing_behind_the_message"))
                .got(say!("seen/lab2/more", count, shown = show_bytes(&buf[..count.min(24)]))),
        )),
        _ => Ok(()),
    }
}

/// Exit code 4 when nothing has come for `idle`, counted from `since`.
fn expect_timeout(lab: &Lab, idle: Duration, since: Instant) -> Verdict {
    // A little less patience than elsewhere, for the timeout comes on top of it.
    let patience = Patience { served: Duration::from_millis(600), ..Patience::NORMAL };
    lab.expect_exit(4, patience.and(idle))?;
    let waited = since.elapsed();
    // Kernels count a timeout in ticks of up to 10 ms.
    if waited + Duration::from_millis(10) >= idle {
        return Ok(());
    }
    Err(lab.fail(
        Fail::new(Kind::TooEarly)
            .lane("program")
            .may_end()
            .want(say!("seen/lab2/it_waits_ms_for_a_byte", idle = idle.as_millis()))
            .got(say!("seen/lab2/it_gave_up_after_ms", waited = waited.as_millis())),
    ))
}

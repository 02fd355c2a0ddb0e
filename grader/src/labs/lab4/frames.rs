//! The checks of lab 4 that are about frames and acknowledgements: 4.08 to 4.18.
//!
//! Where a right program never has to repeat anything, T is so long that it does not come into play.

use std::time::{Duration, Instant};

use super::receiver::{Frame, RECEIVER, Receiver, ack, data, describe, frames};
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab, Stuck};
use crate::peer::Datagram;
use crate::texts::say;
use crate::wire::What;

/// T, in milliseconds, where nothing is lost: so long that it never comes, also on a busy machine.
pub(super) const LONG: u64 = 60_000;
/// T where one copy is waited for.
pub(super) const SHORT: u64 = 150;
/// R where the program must not give up, however late the grader is.
pub(super) const MANY: u32 = 1000;
/// T where several are.
pub(super) const SHORTER: u64 = 100;

pub fn counts_past_a_byte(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, LONG)?;
    let input = lab.payload(3 * lab.size(300, 4)).all();
    receiver.reliable(3, 5)?;
    lab.stdin(&input);
    lab.close_stdin();
    receiver.take_all(&frames(&input, 3))?;
    receiver.finish()
}

pub fn waits_for_each_ack(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORT)?;
    let both = receiver.two_frames(MANY)?;
    let got = receiver.expect(&both[0])?;
    receiver.expect_only(&both[0], receiver.timeout * 3 / 2)?;

    receiver.ack(0, &got)?;
    let got = receiver.expect(&both[1])?;
    receiver.ack(1, &got)?;
    receiver.finish()
}

pub fn waits_within_a_stream(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORT)?;
    let input = lab.word(30);
    let all = frames(input.as_bytes(), 10);
    receiver.reliable(10, MANY)?;
    lab.stdin(input.as_bytes());
    lab.close_stdin();
    let got = receiver.expect(&all[0])?;
    receiver.expect_only(&all[0], receiver.timeout * 3 / 2)?;

    receiver.ack(0, &got)?;
    for (frame, seq) in all.iter().zip(0..).skip(1) {
        let got = receiver.expect(frame)?;
        receiver.ack(seq, &got)?;
    }
    receiver.finish()
}

pub fn repeats_what_was_lost(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORT)?;
    let both = receiver.two_frames(MANY)?;
    let lost = receiver.expect(&both[0])?;
    lab.say(say!("seen/lab4/data_0_is_lost_on_its"));

    let copy = receiver.expect_copy(&both[0], &lost)?;
    receiver.ack(0, &copy)?;
    let got = receiver.expect(&both[1])?;
    receiver.ack(1, &got)?;
    receiver.finish()
}

pub fn survives_lost_acks(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORTER)?;
    let both = receiver.two_frames(MANY)?;
    for (frame, seq, losses) in [(&both[0], 0, 1), (&both[1], 1, 3)] {
        let mut got = receiver.expect(frame)?;
        for _ in 0..losses {
            lab.say(say!("seen/lab4/ack_is_lost_on_its_way", seq));
            got = receiver.expect_copy(frame, &got)?;
        }
        receiver.ack(seq, &got)?;
    }
    receiver.finish()
}

pub fn counts_retries_per_frame(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORTER)?;
    let input = lab.word(70);
    receiver.reliable(10, 5)?;
    lab.stdin(input.as_bytes());
    lab.close_stdin();
    let all = frames(input.as_bytes(), 10);
    for (frame, seq) in all.iter().zip(0..) {
        let mut got = receiver.expect(frame)?;
        if seq < 6 {
            lab.say(say!("seen/lab4/ack_is_lost_on_its_way", seq));
            got = receiver.expect_copy(frame, &got)?;
        }
        receiver.ack(seq, &got)?;
    }
    receiver.finish()?;
    receiver.expect_report(input.len(), all.len() - 1)
}

pub fn ignores_an_ack_that_comes_twice(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, LONG)?;
    let both = receiver.two_frames(MANY)?;
    let got = receiver.expect(&both[0])?;
    receiver.ack(0, &got)?;
    let got = receiver.expect(&both[1])?;

    lab.say(say!("seen/lab4/ack_0_was_doubled_on_its"));
    receiver.send(&ack(0), &got)?;
    receiver.expect_no_reaction(&both[1])?;

    receiver.ack(1, &got)?;
    receiver.finish()
}

pub fn keeps_its_deadline(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, 200)?;
    let both = receiver.two_frames(MANY)?;
    let got = receiver.expect(&both[0])?;
    receiver.ack(0, &got)?;
    let mut copy = receiver.expect(&both[1])?;

    lab.say(say!("seen/lab4/data_1_is_lost_ack_0"));
    for _ in 0..5 {
        let (again, dense) = old_acks_until_copy(lab, &receiver, &both[1], &copy)?;
        copy = again;
        if dense {
            break;
        }
        lab.say(say!("seen/lab4/the_grader_was_late_with_an"));
    }
    let copy = interrupted_until_copy(lab, &receiver, &both[1], &copy)?;
    let copy = stopped_beyond_its_deadline(lab, &receiver, &both[1], copy)?;
    receiver.ack(1, &copy)?;
    receiver.finish()
}

/// An ACK 0 every third of T, until DATA 1 comes again, or 2 T are over. Says too whether the ACKs came so close that a
/// timeout which each of them starts anew could not have passed.
fn old_acks_until_copy(
    lab: &Lab,
    receiver: &Receiver,
    frame: &Frame,
    before: &Datagram,
) -> Result<(Datagram, bool), Stop> {
    let (t, third) = (receiver.timeout, receiver.timeout / 3);
    let mut newest = before.at;
    for turn in 0..6 {
        if turn == 5 {
            lab.event(RECEIVER, What::Wait { what: say!("seen/lab4/data_1_again").to_string() });
        }
        match receiver.next(Patience { quiet: third, served: third })? {
            Ok(got) => {
                let dense = got.at.saturating_duration_since(newest) < t * 3 / 4;
                return Ok((receiver.check_copy(frame, before, got)?, dense));
            }
            Err(Stuck::Ended) => break,
            Err(_) if turn == 5 => {}
            Err(_) => {
                newest = Instant::now();
                receiver.send(&ack(0), before)?;
            }
        }
    }
    let want = say!("seen/lab4/data_1_again_between_t_and", t = t.as_millis());
    if lab.ended().is_some() {
        lab.event(RECEIVER, What::Wait { what: say!("seen/lab4/data_1_again").to_string() });
        return Err(receiver.none(want, "none", Stuck::Ended));
    }
    lab.event("", What::Stop { why: say!("seen/lab4/2_t_are_over").to_string() });
    let got = say!("seen/lab4/none_by_2_t_ms_five", t = 2 * t.as_millis());
    Err(lab.fail(Fail::new(Kind::NoDatagram).lane(RECEIVER).want(want).got(got)))
}

/// A program that is stopped and goes on finds its read interrupted (signal(7)): nothing was read, and T goes on.
#[cfg(unix)]
fn interrupted_until_copy(lab: &Lab, receiver: &Receiver, frame: &Frame, before: &Datagram) -> Result<Datagram, Stop> {
    lab.let_it_read()?;
    lab.pause(true);
    lab.pass(Duration::from_millis(5))?;
    lab.pause(false);
    lab.event("program", What::Paused { times: 1 });
    receiver.expect_copy(frame, before)
}

#[cfg(not(unix))]
fn interrupted_until_copy(_: &Lab, _: &Receiver, _: &Frame, before: &Datagram) -> Result<Datagram, Stop> {
    Ok(before.clone())
}

/// A program that was stopped until T is over looks at the clock when nothing is left of it, with an old ACK still to read.
/// Without the stop, only luck brings an ACK in that moment.
#[cfg(unix)]
fn stopped_beyond_its_deadline(
    lab: &Lab,
    receiver: &Receiver,
    frame: &Frame,
    mut before: Datagram,
) -> Result<Datagram, Stop> {
    lab.say(say!("seen/lab4/data_1_is_lost_it_is"));
    for _ in 0..5 {
        lab.let_it_read()?;
        while let Some(copy) = receiver.read()? {
            before = receiver.check_copy(frame, &before, copy)?;
        }
        lab.pause(true);
        receiver.send(&ack(0), &before)?;
        lab.pass(receiver.timeout + Duration::from_millis(50))?;
        let goes_on = Instant::now();
        lab.pause(false);
        lab.event("program", What::Paused { times: 1 });
        before = receiver.expect_copy(frame, &before)?;
        // One that was stopped before it had worked out its deadline has all of T before it: that shows nothing.
        if (goes_on..goes_on + receiver.timeout / 2).contains(&before.at) {
            break;
        }
    }
    Ok(before)
}

#[cfg(not(unix))]
fn stopped_beyond_its_deadline(_: &Lab, _: &Receiver, _: &Frame, before: Datagram) -> Result<Datagram, Stop> {
    Ok(before)
}

pub fn ignores_strangers(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORT)?;
    let stranger = lab.udp("stranger")?;
    let both = receiver.two_frames(MANY)?;
    let got = receiver.expect(&both[0])?;

    lab.say(say!("seen/lab4/ack_0_comes_from_another_port"));
    stranger.send_to(&ack(0), got.from, "ACK 0")?;
    let copy = receiver.expect_copy(&both[0], &got)?;

    receiver.ack(0, &copy)?;
    let got = receiver.expect(&both[1])?;
    receiver.ack(1, &got)?;
    receiver.finish()
}

pub fn survives_junk(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, SHORT)?;
    let both = receiver.two_frames(MANY)?;
    let got = receiver.expect(&both[0])?;

    lab.say(say!("seen/lab4/junk_arrives_nothing_of_it_is"));
    for len in 0..5 {
        receiver.send(&ack(0)[..len], &got)?;
    }
    receiver.send(&data(0, b"").bytes, &got)?;
    receiver.send(&[ack(0), lab.payload(3000).all()].concat(), &got)?;
    receiver.send(&lab.payload(3000).all(), &got)?;
    let copy = receiver.expect_copy(&both[0], &got)?;

    receiver.ack(0, &copy)?;
    let got = receiver.expect(&both[1])?;
    receiver.ack(1, &got)?;
    receiver.finish()
}

pub fn gives_up(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, 200)?;
    let t = receiver.timeout;
    let both = receiver.two_frames(2)?;
    let mut got = receiver.expect(&both[0])?;
    for _ in 0..2 {
        got = receiver.expect_copy(&both[0], &got)?;
    }

    lab.say(say!("seen/lab4/that_was_the_last_try"));
    if let Ok(extra) = receiver.next(Patience::NORMAL.and(t))? {
        let fail = Fail::new(Kind::ExtraDatagram).lane(RECEIVER).want(say!("seen/lab4/no_other_datagram_after_1_r"));
        return Err(lab.fail(fail.got(describe(&extra.bytes))));
    }
    let after = Instant::now().saturating_duration_since(got.at);
    lab.expect_exit(4, Patience::NORMAL)?;
    ends_not_before(lab, t, t * 3 / 4, after)?;
    lab.expect_stderr_has("sends: 3")
}

/// It ended after so long, which must not be less than `least`.
fn ends_not_before(lab: &Lab, due: Duration, least: Duration, after: Duration) -> Verdict {
    if after >= least {
        return Ok(());
    }
    let want = say!("seen/lab4/the_end_when_ms_are_over", due = due.as_millis());
    let got = say!("seen/lab4/the_end_after_ms", after = format_args!("{:.1}", after.as_secs_f64() * 1000.0));
    Err(lab.fail(Fail::new(Kind::TooEarly).lane("program").want(want).got(got).may_end()))
}

pub fn says_that_nobody_is_there(lab: &Lab) -> Verdict {
    let receiver = Receiver::dead(lab, SHORTER)?;
    lab.say(say!("seen/lab4/nobody_receives_at_the_port_the"));
    receiver.reliable(10, 2)?;
    lab.stdin(lab.word(20).as_bytes());
    lab.close_stdin();
    let _ = lab.wait_for_exit(Patience::NORMAL.and(3 * receiver.timeout))?;
    let after = lab.running_for();
    lab.expect_exit(6, Patience::NORMAL)?;
    // Less one T, for the clock begins when the grader hears that the program has started.
    ends_not_before(lab, 3 * receiver.timeout, 2 * receiver.timeout, after)
}

pub fn waits_for_a_late_receiver(lab: &Lab) -> Verdict {
    if !cfg!(target_os = "linux") {
        return Err(Stop::NotRun(say!("seen/lab4/only_linux_lets_a_dead_port").to_string()));
    }
    let receiver = Receiver::dead(lab, SHORTER)?;
    lab.say(say!("seen/lab4/nobody_receives_at_the_port_the"));
    let both = receiver.two_frames(MANY)?;
    // It has sent, and waits; then 250 ms more.
    let _ = lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>))?;
    lab.pass(Duration::from_millis(250))?;

    receiver.come_alive()?;
    lab.say(say!("seen/lab4/250_ms_later_the_receiver_starts"));
    let got = receiver.expect(&both[0])?;
    receiver.ack(0, &got)?;
    let got = receiver.expect(&both[1])?;
    receiver.ack(1, &got)?;
    receiver.finish()?;
    gives_up_on_a_silent_receiver(lab)
}

/// The first try meets nobody, the last one a receiver that says nothing: that is no "port unreachable" any more.
fn gives_up_on_a_silent_receiver(lab: &Lab) -> Verdict {
    for _ in 0..5 {
        let receiver = Receiver::dead(lab, 200)?;
        receiver.two_frames(2)?;
        let _ = lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>))?;
        receiver.come_alive()?;
        lab.say(say!("seen/lab4/after_the_first_try_the_receiver"));
        let _ = lab.wait_for_exit(Patience::NORMAL.and(3 * receiver.timeout))?;
        let mut heard = false;
        while receiver.read()?.is_some() {
            heard = true;
        }
        if heard {
            return lab.expect_exit(4, Patience::NORMAL);
        }
        lab.say(say!("seen/lab4/the_receiver_was_too_late_once"));
    }
    lab.expect_exit(6, Patience::NORMAL)
}

/// Writes `input` in pieces of these sizes, over and over; the program reads each before the next one comes.
pub(super) fn stdin_in_pieces(lab: &Lab, input: &[u8], sizes: &[usize]) -> Verdict {
    let mut rest = input;
    for size in sizes.iter().cycle() {
        let (piece, more) = rest.split_at((*size).min(rest.len()));
        lab.stdin(piece);
        lab.let_it_read()?;
        rest = more;
        if rest.is_empty() {
            break;
        }
    }
    lab.close_stdin();
    Ok(())
}

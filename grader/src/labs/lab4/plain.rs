//! Plain datagrams: one line, one datagram.

use std::net::{Ipv4Addr, SocketAddr};

use super::receiver::{RECEIVER, dead_port};
use crate::check::{Kind, Patience, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::Udp;
use crate::texts::say;

/// The most bytes that a datagram over IPv4 holds here: 65535 less the headers of IP and UDP; on macOS 9216 is the limit.
const GREATEST: usize = if cfg!(target_os = "macos") { 9216 } else { 65_507 };

pub(super) fn sends_a_line_as_a_datagram(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    let line = lab.word(5 + lab.below(20) as usize);
    send_lines(lab, &receiver, &[line.as_bytes()])?;

    receiver.expect(line.as_bytes())?;
    end_of_lines(lab, &receiver)
}

pub(super) fn keeps_message_boundaries(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    let word = lab.word(6);
    let binary = [b"\t\xff\0\xc3\x28".to_vec(), line_of(lab, 20), b"\r".to_vec()].concat();
    send_lines(lab, &receiver, &[word.as_bytes(), b"", &binary])?;

    receiver.expect(word.as_bytes())?;
    receiver.expect(b"")?;
    receiver.expect(&binary)?;
    end_of_lines(lab, &receiver)
}

pub(super) fn picks_a_free_port(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    let (here, line) = (receiver.address()?, lab.word(6));
    send_lines(lab, &receiver, &[line.as_bytes()])?;
    let port = receiver.expect(line.as_bytes())?.from.port();
    if port == here.port() {
        let got = say!("seen/lab4/port_which_is_the_destinations", port);
        let fail = Fail::new(Kind::WrongDatagram)
            .lane(RECEIVER)
            .want(say!("seen/lab4/a_port_that_the_system_picked"))
            .got(got);
        return Err(lab.fail(fail));
    }
    lab.expect_exit(0, Patience::NORMAL)?;

    lab.say(say!("seen/lab4/the_grader_takes_port_itself_the", port));
    // If somebody else was quicker, the port is taken all the same.
    let _held = lab.udp_on("holder", SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)));
    send_lines(lab, &receiver, &[line.as_bytes()])?;
    receiver.expect(line.as_bytes())?;
    lab.expect_exit(0, Patience::NORMAL)
}

pub(super) fn keeps_its_port(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    let lines = [lab.word(6), lab.word(6), lab.word(6)];
    send_lines(lab, &receiver, &lines.each_ref().map(String::as_bytes))?;

    let first = receiver.expect(lines[0].as_bytes())?.from;
    for line in &lines[1..] {
        let from = receiver.expect(line.as_bytes())?.from;
        if from != first {
            let want = say!("seen/lab4/all_datagrams_from_port_as_the", port = first.port());
            let got = say!("seen/lab4/this_one_from_port", port = from.port());
            return Err(lab.fail(Fail::new(Kind::WrongDatagram).lane(RECEIVER).want(want).got(got)));
        }
    }
    end_of_lines(lab, &receiver)
}

pub(super) fn sends_long_datagrams_whole(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    let lines = [1472, 8000, GREATEST].map(|len| line_of(lab, len));
    send_lines(lab, &receiver, &lines.each_ref().map(Vec::as_slice))?;

    for line in &lines {
        receiver.expect(line)?;
    }
    end_of_lines(lab, &receiver)
}

pub(super) fn says_when_a_message_is_too_big(lab: &Lab) -> Verdict {
    let receiver = lab.udp(RECEIVER)?;
    send_lines(lab, &receiver, &[&line_of(lab, GREATEST + 1)])?;
    lab.say(say!("seen/lab4/that_is_one_byte_more_than", len = GREATEST + 1));

    // What arrives is told first: it says more than the exit code.
    let _ = lab.wait_for_exit(Patience::NORMAL)?;
    receiver.expect_nothing_more()?;
    lab.expect_exit(7, Patience::NORMAL)?;
    lab.expect_stderr_has(&format!("{} bytes", GREATEST + 1))
}

pub(super) fn reaches_ipv6(lab: &Lab) -> Verdict {
    let receiver = lab.udp_v6(RECEIVER)?;
    let lines = [lab.word(6), lab.word(12)];
    send_lines(lab, &receiver, &lines.each_ref().map(String::as_bytes))?;

    for line in &lines {
        receiver.expect(line.as_bytes())?;
    }
    end_of_lines(lab, &receiver)
}

pub(super) fn sends_long_datagrams_over_ipv6(lab: &Lab) -> Verdict {
    let receiver = lab.udp_v6(RECEIVER)?;
    // The header of IPv6 does not count, that of IPv4 does: 20 bytes more.
    let greatest = if cfg!(target_os = "macos") { GREATEST } else { GREATEST + 20 };
    let lines = [line_of(lab, 12), line_of(lab, greatest)];
    send_lines(lab, &receiver, &lines.each_ref().map(Vec::as_slice))?;

    for line in &lines {
        receiver.expect(line)?;
    }
    end_of_lines(lab, &receiver)
}

pub(super) fn says_when_nobody_receives(lab: &Lab) -> Verdict {
    let nobody = dead_port(lab)?;
    let lines = [lab.word(6), lab.word(6), lab.word(6)];
    lab.say(say!("seen/lab4/nobody_receives_at_the_port_the"));
    // With three lines the late look of `main` would find the last error, whatever became of the first.
    send_lines(lab, &nobody, &[lines[0].as_bytes(), lines[1].as_bytes()])?;
    lab.expect_exit(6, Patience::NORMAL)?;

    lab.say(say!("seen/lab4/once_more_standard_input_stays_open"));
    lab.run(&[&nobody.address()?.to_string()])?;
    for line in &lines {
        lab.stdin(format!("{line}\n").as_bytes());
    }
    lab.expect_exit(6, Patience::NORMAL)
}

/// Starts the program towards this receiver, and gives it these lines and the end of its input.
fn send_lines(lab: &Lab, receiver: &Udp, lines: &[&[u8]]) -> Verdict {
    lab.run(&[&receiver.address()?.to_string()])?;
    lab.stdin(&lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect::<Vec<u8>>());
    lab.close_stdin();
    Ok(())
}

/// All lines have come: it ends with 0, and sends no more.
fn end_of_lines(lab: &Lab, receiver: &Udp) -> Verdict {
    receiver.expect_nothing_more()?;
    lab.expect_exit(0, Patience::NORMAL)?;
    receiver.expect_nothing_more()
}

/// Random bytes without a newline.
fn line_of(lab: &Lab, len: usize) -> Vec<u8> {
    let mut line = lab.payload(len as u64).all();
    line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    line
}

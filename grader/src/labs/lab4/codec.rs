//! Frames and ACKs as bytes: what the stubs that encode and decode are asked for.

use super::frames::{LONG, stdin_in_pieces};
use super::receiver::{Frame, Receiver, ack, data, frames, last};
use crate::check::{Kind, Patience, Stop, Verdict};
use crate::lab::{Fail, Lab};
use crate::texts::say;
use crate::wire::{Bytes, What};

/// A chunk that nearly fills a datagram; on macOS 9216 bytes is the limit.
const LONG_CHUNK: usize = if cfg!(target_os = "macos") { 9_000 } else { 60_000 };

pub fn fills_every_chunk(lab: &Lab) -> Verdict {
    let chunk = lab.size(1000, 7);
    let tail = 1 + lab.below(chunk as u64 - 1) as usize;
    for len in [2 * chunk + tail, 2 * chunk] {
        lab.say(say!("seen/lab4/bytes_of_input_in_pieces_a", len, chunk));
        let receiver = Receiver::new(lab, LONG)?;
        receiver.reliable(chunk, 5)?;
        let input = lab.payload(len as u64).all();
        stdin_in_pieces(lab, &input, lab.size(&[137, 1, 411, 263, 700], &[2, 1, 3]))?;
        receiver.take_all(&frames(&input, chunk))?;
        receiver.finish()?;
    }
    begins_before_its_input_ends(lab)
}

/// More input than any buffer needs, and no end of it: the first frame is due all the same.
fn begins_before_its_input_ends(lab: &Lab) -> Verdict {
    let input = lab.payload(lab.size(1_000_000, 250_000)).all();
    let all = frames(&input, LONG_CHUNK);
    lab.say(say!("seen/lab4/standard_input_stays_open_after_bytes", len = input.len()));
    let receiver = Receiver::new(lab, LONG)?;
    receiver.reliable(LONG_CHUNK, 5)?;
    lab.stdin(&input);
    let first = receiver.expect(&all[0])?;

    lab.close_stdin();
    receiver.ack(0, &first)?;
    for (frame, seq) in all.iter().zip(0..).skip(1) {
        let got = receiver.expect(frame)?;
        receiver.ack(seq, &got)?;
    }
    receiver.finish()
}

pub fn encodes_numbers(lab: &Lab) -> Verdict {
    let (first, second) = (lab.word(5), lab.word(9));
    let lines = format!("D 256 {first}\nD 66051 {second}\n");
    encodes(lab, &lines, &[data(256, first.as_bytes()), data(66_051, second.as_bytes())])
}

pub fn encodes_the_last_frame(lab: &Lab) -> Verdict {
    let word = lab.word(1000);
    let lines = format!("F 7\nD 4294967295 {word}\nD 1\n");
    encodes(lab, &lines, &[last(7), data(u32::MAX, word.as_bytes()), data(1, b"")])
}

/// In the stage `encode_data` these lines become these frames.
fn encodes(lab: &Lab, lines: &str, wanted: &[Frame]) -> Verdict {
    let receiver = Receiver::new(lab, LONG)?;
    receiver.run(&[])?;
    lab.stdin(lines.as_bytes());
    lab.close_stdin();
    for frame in wanted {
        receiver.expect(frame)?;
    }
    receiver.finish()
}

pub fn reads_acks(lab: &Lab) -> Verdict {
    let some = lab.below(1 << 32) as u32;
    let acks = [256, 66_051, 0, u32::MAX, some].map(|seq| (ack(seq), format!("ack {seq}")));
    let short = (0..5).map(|len| (ack(0)[..len].to_vec(), "none".to_string()));
    decodes(lab, short.chain(acks))
}

pub fn tells_acks_from_others(lab: &Lab) -> Verdict {
    let long = |more: u64| [ack(256), lab.payload(more).all()].concat();
    let junk = [b"D\0\0\x01\0".to_vec(), b"a\0\0\x01\0".to_vec(), vec![0; 5], long(1), long(3000)];
    decodes(lab, junk.map(|bytes| (bytes, "none".to_string())).into_iter().chain([(ack(256), "ack 256".to_string())]))
}

/// In the stage `decode_ack` the program says of each datagram what it is.
fn decodes(lab: &Lab, datagrams: impl Iterator<Item = (Vec<u8>, String)>) -> Verdict {
    let receiver = Receiver::new(lab, LONG)?;
    receiver.run(&[])?;
    let ready = receiver.expect(&Frame { bytes: b"READY".to_vec() }).map_err(|stop| not_reached(lab, stop))?;
    for (turn, (bytes, want)) in datagrams.enumerate() {
        receiver.send(&bytes, &ready)?;
        expect_stdout_line(lab, turn, &want)?;
    }
    receiver.send(b"END", &ready)?;
    receiver.finish()
}

/// If the program failed before the case's own function had its turn, that says nothing of a function that is not written.
fn not_reached(lab: &Lab, stop: Stop) -> Stop {
    match stop {
        Stop::Finding(mut finding) if finding.panic.is_none() && finding.ended.is_some() => {
            finding.stub = lab.unwritten();
            Stop::Finding(finding)
        }
        other => other,
    }
}

/// Waits for one line more on standard output.
fn expect_stdout_line(lab: &Lab, turn: usize, want: &str) -> Verdict {
    lab.event("stdout", What::Wait { what: want.to_string() });
    let waited = lab.until(&[], Patience::NORMAL, || {
        let text = lab.program_output();
        let lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        Ok(lines.skip(turn).map(<[u8]>::to_vec).next())
    })?;
    let want_text = say!("seen/lab4/on_standard_output", want);
    match waited {
        Ok(line) => {
            lab.event("stdout", What::Stdout(Bytes::of(&line)));
            let got = crate::lab::shown(line.trim_ascii_end());
            if got == want {
                return Ok(());
            }
            Err(lab.fail(Fail::new(Kind::WrongBytes).lane("stdout").want(want_text).got(format!("`{got}`"))))
        }
        Err(stuck) => Err(
            lab.fail(Fail::new(Kind::NoAnswer).lane("stdout").want(want_text).got(say!("report/nothing")).stuck(stuck))
        ),
    }
}

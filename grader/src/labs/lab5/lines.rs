//! The checks that one client alone can make: lines, commands, the end of the stream.

use super::chat::{Chat, Flood, flood, lines, settle};
use crate::check::{Kind, Patience, Verdict};
use crate::lab::{Fail, Lab, Start};
use crate::peer::tcp::Got;
use crate::peer::{grouped, largest_send_queue};
use crate::texts::say;

pub(super) fn takes_lines_byte_by_byte(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = Chat::connect(lab, "client")?;

    let word = lab.word(lab.size(6, 3));
    client.tcp.send_in_pieces(format!("{word}\n").as_bytes(), &[1])?;
    client.expect(&format!("{} {word}", word.len()))?;
    client.tcp.expect_nothing_more()
}

pub(super) fn takes_three_lines_at_once(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = Chat::connect(lab, "client")?;

    let (first, third) = (lab.word(3), lab.word(5));
    client.tcp.send(format!("{first}\n\n{third}\n").as_bytes())?;
    for line in [&first, "", &third] {
        client.expect(&format!("{} {line}", line.len()))?;
    }
    client.tcp.expect_nothing_more()
}

pub(super) fn wants_a_name(lab: &Lab) -> Verdict {
    refuses(lab, &[b"HELLO-FROM", b"HELLO-FROM "], "BAD-RQST-BODY")
}

pub(super) fn refuses_bad_names(lab: &Lab) -> Verdict {
    refuses(lab, &[b"HELLO-FROM al ice", b"HELLO-FROM al,ice", b"HELLO-FROM al\xff"], "BAD-RQST-BODY")
}

pub(super) fn wants_a_message(lab: &Lab) -> Verdict {
    refuses(lab, &[b"SEND", b"SEND bob", b"SEND bob ", b"WHO hello"], "BAD-RQST-BODY")
}

pub(super) fn refuses_other_words(lab: &Lab) -> Verdict {
    refuses(lab, &[b"FOO", b"WHOEVER", b"who", b"PLEASE SEND bob WHO"], "BAD-RQST-HDR")
}

pub(super) fn refuses_the_empty_line(lab: &Lab) -> Verdict {
    refuses(lab, &[b"", b"", b" WHO"], "BAD-RQST-HDR")
}

/// In the stage `parse_command`, what is right comes back as it was sent.
fn refuses(lab: &Lab, lines: &[&[u8]], reply: &str) -> Verdict {
    lab.start()?;
    let mut client = Chat::connect(lab, "client")?;
    for line in lines {
        client.tcp.send(&[line, b"\n".as_slice()].concat())?;
        client.expect(reply)?;
    }
    client.ask("SEND bob WHO", "SEND bob WHO")?;
    client.ask("WHO", "WHO")
}

pub(super) fn knows_who_is_who(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::connect(lab, "alice")?;

    alice.ask("WHO", "BAD-RQST-HDR")?;
    alice.ask("SEND echobot hi", "BAD-RQST-HDR")?;
    alice.log_in("alice")?;
    alice.ask("HELLO-FROM alice", "BAD-RQST-HDR")?;
    alice.ask("SEND nobody hi", "UNKNOWN")?;
    alice.ask("SEND ALICE hi", "UNKNOWN")?;
    alice.expect_who(&["alice", "echobot"])
}

pub(super) fn ends_an_endless_line(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut eve = Chat::connect(lab, "eve")?;
    let mut alice = Chat::enter(lab, "alice")?;

    lab.say(say!("seen/lab5/eve_sends_1_mib_without_a"));
    eve.tcp.send(&vec![b'x'; lab.size(1024 * 1024, 6000)])?;
    eve.expect("BAD-RQST-BODY")?;
    eve.tcp.expect_eof()?;
    alice.expect_who(&["alice", "echobot"])
}

pub(super) fn knows_how_long_a_line_may_be(lab: &Lab) -> Verdict {
    lab.start_with(&Start { args: &["--max-line", "20"], ..Start::default() })?;
    let mut client = Chat::connect(lab, "client")?;

    let longest = lab.word(20);
    client.tcp.send(format!("{longest}\n{longest}\n").as_bytes())?;
    client.expect(&format!("20 {longest}"))?;
    client.expect(&format!("20 {longest}"))?;

    lab.say(say!("seen/lab5/a_newline_that_comes_later"));
    client.tcp.send(longest.as_bytes())?;
    lab.let_it_read()?;
    client.tcp.send(b"\n")?;
    client.expect(&format!("20 {longest}"))?;

    lab.say(say!("seen/lab5/one_byte_more_than_max_line"));
    client.tcp.send(lab.word(21).as_bytes())?;
    client.expect("TOO-LONG")?;
    client.tcp.expect_eof()?;
    client.tcp.close();

    lab.say(say!("seen/lab5/the_same_and_its_newline_with"));
    let mut next = Chat::connect(lab, "next")?;
    next.tcp.send(format!("{}\n", lab.word(21)).as_bytes())?;
    next.expect("TOO-LONG")?;
    next.tcp.expect_eof()
}

pub(super) fn takes_lines_of_telnet(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = Chat::connect(lab, "client")?;

    client.tcp.send(b"WHO\r\n")?;
    client.expect("3 WHO")?;

    lab.say(say!("seen/lab5/spaces_belong_to_the_line_only"));
    let word = lab.word(4);
    client.tcp.send(format!(" {word} \r\n").as_bytes())?;
    client.expect(&format!("6  {word} "))?;

    lab.say(say!("seen/lab5/any_other_return_belongs_to_the"));
    client.tcp.send(format!("a\r{word}\r\r\n").as_bytes())?;
    client.expect(&format!("7 a\r{word}\r"))?;
    client.tcp.expect_nothing_more()
}

pub(super) fn answers_all_before_the_end(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::connect(lab, "alice")?;

    alice.tcp.send(b"HELLO-FROM alice\nWHO\nFOO\nWHO")?;
    alice.tcp.close_write()?;
    alice.expect("HELLO alice")?;
    alice.either("WHO-OK alice,echobot", "WHO-OK echobot,alice")?;
    alice.expect("BAD-RQST-HDR")?;
    alice.tcp.expect_eof()
}

/// More than the kernel's buffers hold, so that much of it is still in the program when the member has left.
pub(super) fn sends_all_before_the_end(lab: &Lab) -> Verdict {
    let count = lab.size((largest_send_queue() as usize + 1024 * 1024) / 4000, 3);
    let queue = (2 * count + 10).to_string();
    lab.start_with(&Start { args: &["--queue", &queue], ..Start::default() })?;
    let mut alice = Chat::enter(lab, "alice")?;

    let message = lab.word(lab.size(4000, 10));
    let text = format!("SEND echobot {message}\n").repeat(count).into_bytes();
    let _ = flood(lab, &mut [Flood::new(&alice, text)], false, |floods| floods[0].all_sent())?;
    alice.tcp.close_write()?;
    settle(lab, Patience::NORMAL.served)?;

    lab.say(say!("seen/lab5/only_now_alice_reads"));
    let delivery = format!("DELIVERY echobot {message}\n");
    let mut replies = [Flood::listening(&alice, count * ("SEND-OK\n".len() + delivery.len()))];
    let waited = flood(lab, &mut replies, true, |_| false)?;
    let [replies] = replies;
    let of = |want: &str| lines(&replies.got).filter(|got| *got == want.as_bytes()).count();
    let (oks, deliveries) = (of("SEND-OK\n"), of(&delivery));
    let all = oks == count && deliveries == count && replies.came == 2 * count;
    let (kind, end) = match replies.ended {
        Some(Got::End) if all => return Ok(()),
        Some(Got::Reset) => (Kind::Reset, say!("seen/lab5/a_reset_rst")),
        None if all => (Kind::NoEnd, say!("seen/lab5/nothing_more")),
        None => (Kind::ShortAnswer, say!("seen/lab5/nothing_more")),
        Some(_) => (Kind::EarlyEnd, say!("seen/lab5/end_of_stream")),
    };
    let counted =
        |oks, deliveries| format!("{} x SEND-OK, {} x DELIVERY", grouped(oks as u64), grouped(deliveries as u64));
    let fail = Fail::new(kind).want(say!("seen/lab5/then_end_of_stream", counted = counted(count, count))).got(say!(
        "seen/lab5/then",
        deliveries = counted(oks, deliveries),
        end
    ));
    Err(lab.fail(match waited {
        Ok(()) => fail,
        Err(stuck) => fail.stuck(stuck),
    }))
}

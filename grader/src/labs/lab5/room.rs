//! The checks of the room: who is in it, and what members send to each other.

use super::chat::{Chat, Flood, ask_at_once, flood, lines};
use crate::check::{Kind, Stop, Verdict};
use crate::lab::{Fail, Lab, Start, Waited};
use crate::peer::tcp::Got;
use crate::peer::{grouped, largest_send_queue, show_bytes};
use crate::texts::say;

/// The figure of seed 004: lines do not end where reads end.
pub(super) fn chats_in_four_slices(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut jesse = Chat::connect(lab, "JESSE")?;

    jesse.tcp.send(b"HELLO-FR")?;
    lab.let_it_read()?;
    jesse.tcp.send(b"OM JESSE\nWH")?;
    jesse.expect("HELLO JESSE")?;
    jesse.tcp.send(b"O\nSEND echobot HEL")?;
    jesse.either("WHO-OK JESSE,echobot", "WHO-OK echobot,JESSE")?;
    jesse.tcp.send(b"LO WORLD\n")?;
    expect_both(&mut jesse, "SEND-OK", "DELIVERY echobot HELLO WORLD")?;
    jesse.tcp.expect_nothing_more()
}

fn expect_both(chat: &mut Chat, one: &str, other: &str) -> Verdict {
    let rest = if chat.either(one, other)? { other } else { one };
    chat.expect(rest)
}

pub(super) fn lists_who_joins(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;
    alice.expect_who(&["alice", "echobot"])?;

    let mut bob = Chat::enter(lab, "bob")?;
    alice.expect_who(&["alice", "bob", "echobot"])?;
    bob.expect_who(&["alice", "bob", "echobot"])?;

    lab.say(say!("seen/lab5/names_match_exactly_bob_is_somebody"));
    let _upper = Chat::enter(lab, "BOB")?;
    alice.expect_who(&["alice", "bob", "BOB", "echobot"])
}

pub(super) fn forgets_who_leaves(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;
    let bob = Chat::enter(lab, "bob")?;
    let carol = Chat::enter(lab, "carol")?;
    alice.expect_who(&["alice", "bob", "carol", "echobot"])?;

    bob.tcp.close();
    alice.expect_who_until(&["alice", "carol", "echobot"])?;
    carol.tcp.close();
    alice.expect_who_until(&["alice", "echobot"])
}

pub(super) fn delivers_messages_verbatim(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;
    let mut bob = Chat::enter(lab, "bob")?;
    let mut carol = Chat::enter(lab, "carol")?;

    let message = format!("WHO SEND bob {}  \u{20ac} caf\u{e9}", lab.word(5));
    let line = format!("SEND bob {message}\n");
    let inside = line.find('\u{20ac}').unwrap_or_default() + 1;
    lab.say(say!("seen/lab5/in_two_segments_cut_inside_of"));
    alice.tcp.send_in_pieces(line.as_bytes(), &[inside, line.len()])?;
    alice.expect("SEND-OK")?;
    bob.expect(&format!("DELIVERY alice {message}"))?;

    lab.say(say!("seen/lab5/a_message_need_not_be_utf"));
    alice.tcp.send(b"SEND bob \xff\xfe!\n")?;
    alice.expect("SEND-OK")?;
    bob.tcp.expect(b"DELIVERY alice \xff\xfe!\n")?;

    bob.tcp.expect_nothing_more()?;
    carol.tcp.expect_nothing_more()
}

/// How many names there are until whoever looks and takes in two steps has lost: the gap is a fraction of a microsecond.
const NAMES: usize = 200;

pub(super) fn gives_a_name_once(lab: &Lab) -> Verdict {
    lab.start()?;
    let least = lab.size(8, 3);
    let mut chats = (0..least).map(|_| Chat::connect(lab, "racer")).collect::<Result<Vec<_>, Stop>>()?;
    let name = lab.word(8);
    lab.say(say!("seen/lab5/all_log_in_as_at_once", count = chats.len(), name));
    for chat in &mut chats {
        chat.say(&format!("HELLO-FROM {name}"))?;
    }
    let want = say!("seen/lab5/or", first = format!("HELLO {name}"), second = "IN-USE");
    let answers = chats.iter_mut().map(|chat| chat.tcp.line(&want)).collect::<Result<Vec<_>, Stop>>()?;
    let winner = only_winner(lab, &name, &answers, Ok(()))?;
    chats.remove(winner).tcp.close();

    let more = lab.size(NAMES, 1);
    lab.say(say!("seen/lab5/one_got_it_the_same_with_more", more));
    for _ in 0..more {
        while chats.len() < least {
            for _ in 0..least / 2 {
                chats.push(Chat::connect(lab, "racer")?);
            }
        }
        let name = lab.word(8);
        let (answers, waited) = ask_at_once(lab, &chats, &format!("HELLO-FROM {name}"))?;
        let winner = only_winner(lab, &name, &answers, waited)?;
        chats.remove(winner).tcp.close();
    }
    chats.swap_remove(0).ask("HELLO-FROM echobot", "IN-USE")
}

/// One of these answers is a greeting, and all others are IN-USE. Says which one.
fn only_winner(lab: &Lab, name: &str, answers: &[Vec<u8>], waited: Waited<()>) -> Result<usize, Stop> {
    let hello = format!("HELLO {name}").into_bytes();
    let is_other = |got: &&Vec<u8>| !got.is_empty() && **got != hello && **got != b"IN-USE";
    let counted = |greeted: usize, refused: usize| format!("{greeted} x `HELLO {name}`, {refused} x IN-USE");
    let greeted = answers.iter().filter(|got| **got == hello).count();
    let refused = answers.iter().filter(|got| **got == b"IN-USE").count();
    if (greeted, refused) == (1, answers.len() - 1) {
        return Ok(answers.iter().position(|got| *got == hello).unwrap_or(0));
    }
    let other = answers.iter().find(is_other).map(|got| format!(", {}", show_bytes(&got[..got.len().min(40)])));
    let got = format!("{}{}", counted(greeted, refused), other.unwrap_or_default());
    let all_came = greeted + refused == answers.len() || answers.iter().any(|got| is_other(&got));
    let kind = if all_came { Kind::WrongReply } else { Kind::NoAnswer };
    let fail = Fail::new(kind).want(counted(1, answers.len() - 1)).got(got);
    Err(lab.fail(match waited {
        Ok(()) => fail,
        Err(stuck) => fail.stuck(stuck),
    }))
}

pub(super) fn leaves_a_name_with_its_owner(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut bob = Chat::enter(lab, "bob")?;
    let mut alice = Chat::connect(lab, "alice")?;
    alice.ask("HELLO-FROM bob", "IN-USE")?;
    alice.log_in("alice")?;

    let word = lab.word(6);
    alice.ask(&format!("SEND bob {word}"), "SEND-OK")?;
    bob.expect(&format!("DELIVERY alice {word}"))?;
    alice.expect_who(&["alice", "bob", "echobot"])
}

pub(super) fn frees_a_name_after_the_end(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;
    alice.tcp.close_write()?;
    alice.tcp.expect_eof()?;
    lab.say(say!("seen/lab5/another_client_wants_the_name"));
    Chat::connect(lab, "next")?.ask_until("HELLO-FROM alice", "HELLO alice")
}

pub(super) fn frees_a_name_after_a_reset(lab: &Lab) -> Verdict {
    lab.start()?;
    let alice = Chat::enter(lab, "alice")?;
    alice.tcp.reset()?;
    lab.say(say!("seen/lab5/another_client_wants_the_name"));
    Chat::connect(lab, "next")?.ask_until("HELLO-FROM alice", "HELLO alice")
}

pub(super) fn counts_its_members(lab: &Lab) -> Verdict {
    lab.start_with(&Start { args: &["--max-clients", "2"], ..Start::default() })?;
    let _alice = Chat::enter(lab, "alice")?;
    let bob = Chat::enter(lab, "bob")?;
    let mut carol = Chat::connect(lab, "carol")?;
    carol.ask("HELLO-FROM carol", "BUSY")?;
    lab.say(say!("seen/lab5/the_room_is_looked_at_before"));
    carol.ask("HELLO-FROM alice", "BUSY")?;
    carol.ask("HELLO-FROM echobot", "BUSY")?;

    bob.tcp.close();
    carol.ask_until("HELLO-FROM carol", "HELLO carol")?;
    Chat::connect(lab, "dave")?.ask("HELLO-FROM dave", "BUSY")
}

pub(super) fn survives_a_slow_reader(lab: &Lab) -> Verdict {
    lab.start()?;
    let _bob = Chat::enter(lab, "bob")?;
    let alice = Chat::enter(lab, "alice")?;
    let mut carol = Chat::enter(lab, "carol")?;

    lab.say(say!("seen/lab5/bob_reads_nothing_from_now_on"));
    let message = lab.word(lab.size(4000, 10));
    let most = lab.size(4 * largest_send_queue() as usize / 4000, 3);
    let text = format!("SEND bob {message}\n").repeat(most).into_bytes();
    let mut floods = [Flood::new(&alice, text)];
    let refused = |got: &[u8]| got.ends_with(b"UNKNOWN\n");
    let done = |floods: &[Flood]| refused(&floods[0].got) || floods[0].came == most;
    let waited = flood(lab, &mut floods, true, done)?;
    carol.ask_who()?;

    let [flood] = floods;
    if let Err(stuck) = waited {
        let want = say!("seen/lab5/an_answer_to_each_of_alices", went = grouped(flood.went() as u64));
        let got = say!("seen/lab5/answers_then_nothing", came = grouped(flood.came as u64));
        return Err(lab.fail(Fail::new(Kind::NoAnswer).want(want).got(got).stuck(stuck)));
    }
    if lab.size(false, true) {
        return Ok(());
    }
    if !refused(&flood.got) {
        return Err(lab.fail(
            Fail::new(Kind::Unbounded).want(say!("seen/lab5/bob_who_reads_nothing_is_shut")).got(say!(
                "seen/lab5/lines_of_bytes_got_send_ok",
                most = grouped(most as u64),
                value = grouped(4000)
            )),
        ));
    }
    lab.say(say!("seen/lab5/alice_got_unknown_so_bob_is"));
    carol.expect_who_until(&["alice", "carol", "echobot"])
}

pub(super) fn survives_a_panic_under_the_lock(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.panic_is_right("the audit has met the message PANIC");
    let mut alice = Chat::enter(lab, "alice")?;
    let mut bob = Chat::enter(lab, "bob")?;

    alice.say("SEND echobot PANIC")?;
    lab.say(say!("seen/lab5/the_provided_audit_panics_alices_connection"));
    alice.tcp.expect_eof()?;

    bob.expect_who_until(&["bob", "echobot"])?;
    let mut carol = Chat::enter(lab, "carol")?;
    let word = lab.word(6);
    carol.ask(&format!("SEND bob {word}"), "SEND-OK")?;
    bob.expect(&format!("DELIVERY carol {word}"))
}

pub(super) fn keeps_lines_whole(lab: &Lab) -> Verdict {
    lab.start_with(&Start { args: &["--queue", "5000"], ..Start::default() })?;
    let bob = Chat::enter(lab, "bob")?;
    let alice = Chat::enter(lab, "alice")?;
    let carol = Chat::enter(lab, "carol")?;
    let count = lab.size(2000, 5);
    // All of it is more than the kernel's buffers hold: some waits in bob's queue, as he reads nothing before the end.
    let letters = lab.size((largest_send_queue() as usize * 5 / 4 / (2 * count)).clamp(200, 3900), 8);
    let words = [lab.word(letters), lab.word(letters)];
    let message = |who: usize, turn: usize| format!("{turn} {}", &words[who][turn % words[who].len().min(100)..]);

    lab.say(say!("seen/lab5/alice_and_carol_send_lines_each", value = grouped(count as u64)));
    let text = |who| (0..count).map(|turn| format!("SEND bob {}\n", message(who, turn))).collect::<String>();
    let mut senders = [Flood::new(&alice, text(0).into_bytes()), Flood::new(&carol, text(1).into_bytes())];
    let answered = |floods: &[Flood]| floods.iter().all(|flood| flood.came == count);
    let waited = flood(lab, &mut senders, true, answered)?;
    for sender in &senders {
        expect_oks(lab, sender, count, waited)?;
    }

    let names = ["alice", "carol"];
    let line = |who: usize, turn| format!("DELIVERY {} {}\n", names[who], message(who, turn));
    let total: usize = (0..2).map(|who| (0..count).map(|turn| line(who, turn).len()).sum::<usize>()).sum();
    let mut bobs = [Flood::listening(&bob, total)];
    let _ = flood(lab, &mut bobs, true, |floods| floods[0].got.len() >= total)?;
    expect_all_lines(lab, &bobs[0].got, count, line)
}

fn expect_oks(lab: &Lab, sender: &Flood, count: usize, waited: Waited<()>) -> Verdict {
    let oks = sender.got.chunks(8).take_while(|reply| *reply == b"SEND-OK\n").count();
    if oks == count && sender.got.len() == 8 * count {
        return Ok(());
    }
    let next = show_bytes(&sender.got[8 * oks..sender.got.len().min(8 * oks + 40)]);
    let (kind, then) = match (waited, sender.ended) {
        _ if oks * 8 < sender.got.len() => (Kind::WrongReply, next),
        (_, Some(Got::Reset)) => (Kind::Reset, say!("seen/lab5/a_reset_rst").to_string()),
        (_, Some(_)) => (Kind::EarlyEnd, say!("seen/lab5/end_of_stream").to_string()),
        _ => (Kind::ShortAnswer, say!("seen/lab5/nothing_more").to_string()),
    };
    let fail = Fail::new(kind).want(format!("{}: {} x SEND-OK", sender.name(), grouped(count as u64))).got(say!(
        "seen/lab5/x_send_ok_then",
        oks = grouped(oks as u64),
        then
    ));
    Err(lab.fail(match waited {
        Ok(()) => fail,
        Err(stuck) => fail.stuck(stuck),
    }))
}

/// What bob got: each sender's lines whole, in order, none missing; between the senders, any order.
fn expect_all_lines(lab: &Lab, got: &[u8], count: usize, line: impl Fn(usize, usize) -> String) -> Verdict {
    let mut next = [0, 0];
    for got in lines(got) {
        let is_next = |who: &usize| next[*who] < count && line(*who, next[*who]).as_bytes() == got;
        if let Some(who) = (0..2).find(is_next) {
            next[who] += 1;
            continue;
        }
        let is_later = |who: usize| (next[who]..count).any(|turn| line(who, turn).as_bytes() == got);
        let kind = if (0..2).any(is_later) { Kind::LostBytes } else { Kind::WrongBytes };
        let want = say!("seen/lab5/message_of_alices_or_of_carols", next = next[0], next2 = next[1]);
        let shown = show_bytes(&got[..got.len().min(50)]);
        return Err(lab.fail(Fail::new(kind).want(want).got(say!("seen/lab5/bytes", shown, count = got.len()))));
    }
    if next == [count, count] {
        return Ok(());
    }
    let want = say!("seen/lab5/lines_from_alice_from_carol", value = grouped(count as u64));
    let got = say!("seen/lab5/from_alice_from_carol_then_nothing", next = next[0], next2 = next[1]);
    Err(lab.fail(Fail::new(Kind::LostBytes).want(want).got(got)))
}

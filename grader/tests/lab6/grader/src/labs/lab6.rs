//! The checks of lab 6, the UDP echo server (RFC 862): the table, and the functions below it.

use super::LabInfo;
use crate::check::{Check, Kind, Tier, Verdict, only};
use crate::lab::{Fail, Lab};
use crate::peer::Udp;
use crate::texts::say;

// ANCHOR: lab
pub static LAB: LabInfo = LabInfo { number: 6, client: false, stubs: &["answer_one", "serve"], checks: CHECKS };
// ANCHOR_END: lab

static CHECKS: &[Check] = &[
    Check {
        id: "6.01",
        name: "answers_the_sender",
        cases: &[only(30, "answer_one", answers_the_sender)],
        ..Check::ROW
    },
    // ANCHOR: row
    Check {
        id: "6.02",
        name: "answers_an_empty_datagram",
        cases: &[only(20, "answer_one", answers_an_empty_datagram)],
        ..Check::ROW
    },
    // ANCHOR_END: row
    Check {
        id: "6.03",
        name: "answers_every_client",
        cases: &[only(30, "serve", answers_every_client)],
        ..Check::ROW
    },
    Check {
        id: "6.04",
        name: "answers_the_longest_datagram",
        tier: Tier::Robust,
        cases: &[only(20, "serve", answers_the_longest_datagram)],
        ..Check::ROW
    },
];

fn answers_the_sender(lab: &Lab) -> Verdict {
    lab.start()?;
    let client = lab.udp("client")?;

    // The second one is shorter: what the first has left in the buffer must not come back with it.
    for letters in [12, 5] {
        ask(lab, &client, lab.word(letters).as_bytes())?;
    }
    client.expect_nothing_more()
}

// ANCHOR: function
fn answers_an_empty_datagram(lab: &Lab) -> Verdict {
    lab.start()?;
    let client = lab.udp("client")?;

    ask(lab, &client, b"")?;
    ask(lab, &client, b"and on")
}
// ANCHOR_END: function

fn answers_every_client(lab: &Lab) -> Verdict {
    lab.start()?;
    let clients = [lab.udp("client A")?, lab.udp("client B")?];

    for client in [0, 1, 0] {
        ask(lab, &clients[client], lab.word(6).as_bytes())?;
    }
    lab.say(say!("seen/lab6/client_a_says_no_more"));
    ask(lab, &clients[1], lab.word(6).as_bytes())
}

fn answers_the_longest_datagram(lab: &Lab) -> Verdict {
    lab.start()?;
    let client = lab.udp("client")?;
    ask(lab, &client, &lab.payload(lab.size(65_507, 100)).all())
}

// ANCHOR: ask
/// Sends a datagram, and expects it back from the address that it went to.
fn ask(lab: &Lab, client: &Udp, bytes: &[u8]) -> Verdict {
    client.send_to(bytes, lab.address(), "")?;
    let answer = client.expect(bytes)?;
    if answer.from == lab.address() {
        return Ok(());
    }
    Err(lab.fail(
        Fail::new(Kind::WrongDatagram)
            .lane(client.label())
            .want(say!("seen/lab6/an_answer_from", address = lab.address()))
            .got(say!("seen/lab6/one_from", address = answer.from)),
    ))
}
// ANCHOR_END: ask

//! The checks of lab 6, the UDP echo server (RFC 862): the table, and the functions below it.

use super::LabInfo;
use crate::check::{Check, Kind, Tier, Verdict, only};
use crate::lab::{Fail, Lab};
use crate::peer::Udp;

// ANCHOR: lab
pub static LAB: LabInfo =
    LabInfo { number: 6, title: "UDP echo server", client: false, stubs: &["answer_one", "serve"], checks: CHECKS };
// ANCHOR_END: lab

static CHECKS: &[Check] = &[
    Check {
        id: "6.01",
        name: "answers_the_sender",
        title: "A right server sends each datagram back to where it came from.",
        catches: "The whole buffer goes back, not only what came. A terminal does not show the NUL bytes.",
        reference: "RFC 862; recv(2)",
        usually: &[
            (
                Kind::WrongDatagram,
                "the whole buffer is sent, not only the part that the datagram has filled; or the answer leaves from \
                 another socket than the one that was asked.",
            ),
            (Kind::NoDatagram, "the answer goes elsewhere: each datagram says where it came from."),
        ],
        cases: &[only(30, "answer_one", answers_the_sender)],
        ..Check::ROW
    },
    // ANCHOR: row
    Check {
        id: "6.02",
        name: "answers_an_empty_datagram",
        title: "A right server answers a datagram of 0 bytes with one of 0 bytes.",
        catches: "0 bytes are taken for the end, as with TCP. By hand one never sends nothing.",
        reference: "RFC 768; recv(2)",
        usually: &[(
            Kind::NoDatagram,
            "0 bytes are taken for the end of a stream. UDP has no streams: a datagram of 0 bytes is a datagram.",
        )],
        cases: &[only(20, "answer_one", answers_an_empty_datagram)],
        ..Check::ROW
    },
    // ANCHOR_END: row
    Check {
        id: "6.03",
        name: "answers_every_client",
        title: "A right server answers whoever asks, in any order.",
        catches: "The socket is tied to its first client. With one terminal there is no second one.",
        reference: "connect(2); udp(7)",
        usually: &[(
            Kind::NoDatagram,
            "the socket is connected to the first client, so the system drops what others send; or a client is waited for \
             that has left.",
        )],
        cases: &[only(30, "serve", answers_every_client)],
        ..Check::ROW
    },
    Check {
        id: "6.04",
        name: "answers_the_longest_datagram",
        tier: Tier::Robust,
        title: "A right server answers also the longest datagram whole.",
        catches: "A buffer that is too small: what does not fit is cut off without an error. Typed lines are short.",
        reference: "udp(7); recv(2), MSG_TRUNC",
        usually: &[(
            Kind::WrongDatagram,
            "the buffer is shorter than the datagram. What does not fit is thrown away, and no error says so.",
        )],
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
    lab.say("client A says no more, and B goes on");
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
            .want(format!("an answer from {}", lab.address()))
            .got(format!("one from {}", answer.from)),
    ))
}
// ANCHOR_END: ask

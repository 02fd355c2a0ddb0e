//! A network that loses, repeats and swaps.

use super::frames::MANY;
use super::receiver::{Frame, RECEIVER, Receiver, frames, name_of};
use crate::check::{Patience, Verdict};
use crate::lab::Lab;
use crate::peer::Datagram;
use crate::texts::say;
use crate::wire::What;

pub fn delivers_over_a_bad_network(lab: &Lab) -> Verdict {
    let receiver = Receiver::new(lab, 10)?;
    let chunks = lab.size(200, 6);
    let input = lab.payload(20 * chunks).all();
    receiver.reliable(20, MANY)?;
    lab.stdin(&input);
    lab.close_stdin();

    let mut network = Network::new(lab, &receiver, frames(&input, 20));
    while network.due < network.frames.len() {
        network.next()?;
    }
    lab.expect_exit(0, Patience::NORMAL)
}

/// A network that loses one frame in twenty and one ACK in twenty, and doubles or delays one ACK in ten each.
struct Network<'a> {
    lab: &'a Lab,
    receiver: &'a Receiver,
    frames: Vec<Frame>,
    /// The first frame that has not arrived.
    due: usize,
    /// An ACK that is overtaken by the next one.
    held: Option<u32>,
    lost_the_end: bool,
}

impl Network<'_> {
    fn new<'a>(lab: &'a Lab, receiver: &'a Receiver, frames: Vec<Frame>) -> Network<'a> {
        Network { lab, receiver, frames, due: 0, held: None, lost_the_end: false }
    }

    /// Takes one datagram, which is the frame that is due, or one more copy of the frame before it.
    fn next(&mut self) -> Verdict {
        let due = &self.frames[self.due];
        let patience = Patience::NORMAL.and(self.receiver.timeout);
        let got = match self.receiver.next(patience)? {
            Ok(got) => got,
            Err(stuck) => {
                self.lab.event(RECEIVER, What::Wait { what: due.name() });
                return Err(self.receiver.none(say!("seen/lab4/at_last", name = due.name()), "none", stuck));
            }
        };
        let is_last = self.due + 1 == self.frames.len();
        let again = self.due > 0 && got.bytes == self.frames[self.due - 1].bytes;
        if !again && got.bytes != due.bytes {
            return Err(self.receiver.differs(due, &got));
        }
        let luck = self.lab.below(20);
        // The last frame is lost once in any case, and its ACK never.
        if luck == 0 || (is_last && !again && !self.lost_the_end) {
            self.lost_the_end |= is_last && !again;
            self.lab.say(say!("seen/lab4/is_lost_on_its_way", bytes = name_of(&got.bytes)));
            return Ok(());
        }
        let seq = if again { self.due - 1 } else { self.due };
        self.due = seq + 1;
        self.answer(seq as u32, if is_last && !again { 19 } else { luck }, &got)
    }

    fn answer(&mut self, seq: u32, luck: u64, to: &Datagram) -> Verdict {
        match luck {
            1 => self.lab.say(say!("seen/lab4/ack_is_lost_on_its_way", seq)),
            2 | 3 => self.held = Some(seq),
            4 | 5 => {
                self.receiver.ack(seq, to)?;
                self.receiver.ack(seq, to)?;
            }
            _ => {
                self.receiver.ack(seq, to)?;
                if let Some(old) = self.held.take() {
                    self.receiver.ack(old, to)?;
                }
            }
        }
        Ok(())
    }
}

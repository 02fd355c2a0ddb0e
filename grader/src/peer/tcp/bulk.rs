//! Streams of megabytes: made and compared as they pass, never held in memory.

use rustix::event::PollFlags;
use rustix::fd::AsFd;

use super::{Got, Tcp};
use crate::check::{Kind, Stop, Verdict};
use crate::lab::Fail;
use crate::payload::Payload;
use crate::peer::{grouped, payload_differs};
use crate::texts::say;
use crate::wire::{Bytes, What};

impl Tcp {
    /// A whole payload comes back, compared as it streams.
    pub fn expect_payload(&mut self, want: &Payload) -> Verdict {
        self.lab.event(&self.label, What::Wait { what: say!("seen/common/bytes", count = grouped(want.len)) });
        self.stream_payload(want, want.len, 0, want.len)
    }

    /// Sends a payload and reads it back at the same time, as a right peer does.
    pub fn exchange(&mut self, payload: &Payload) -> Verdict {
        self.stream_payload(payload, 0, 0, payload.len)
    }

    /// Sends `payload` from `sent` on while reading it from `got` up to `most` bytes.
    pub fn stream_payload(&mut self, payload: &Payload, mut sent: u64, mut got: u64, most: u64) -> Verdict {
        if sent < payload.len {
            self.before_stream(payload, sent, payload.len)?;
        }
        let mut buf = vec![0; 16 * 1024];
        let mut out = Vec::new();
        while got < most {
            let want_out = if sent < payload.len { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            let waited = self.lab.until(&[(self.stream.as_fd(), want_out)], self.patience, || {
                if sent < payload.len {
                    out = payload.part(sent, 16 * 1024);
                    if let Some(count) = self.write(&out, "")? {
                        sent += count as u64;
                        if count > 0 {
                            self.lab.progress();
                        }
                    }
                }
                let room = buf.len().min((most - got) as usize);
                self.read(&mut buf[..room])
            })?;
            match waited {
                Ok(Got::Bytes(count)) => {
                    if let Some(place) = payload.differs(got, &buf[..count]) {
                        let at = got + place as u64;
                        let mut tail = buf[place..count].to_vec();
                        self.top_up(&mut tail)?;
                        return Err(self.lab.fail(payload_differs(payload, at, &tail).lane(&self.label)));
                    }
                    got += count as u64;
                }
                waited => {
                    let kind = if got == 0 { Kind::NoAnswer } else { Kind::ShortAnswer };
                    let fail = Fail::new(kind).lane(&self.label).want(say!("seen/common/bytes", count = grouped(most)));
                    return Err(self.lab.fail(self.cut(fail, got, &waited)));
                }
            }
        }
        Ok(())
    }

    /// Reads `piece` bytes at a time, `times` times, and stops and continues the program before each, while it sleeps in
    /// a write with its queue full: a signal ends such a write early (signal(7)). Returns the bytes read.
    #[cfg(unix)]
    pub fn read_with_pauses(&mut self, payload: &Payload, piece: usize, times: u32) -> Result<u64, Stop> {
        let mut got = 0;
        let mut buf = vec![0; piece];
        self.lab.before(&self.label, || What::Paused { times })?;
        for _ in 0..times {
            self.lab.pause(true);
            self.lab.pause(false);
            self.lab.event(&self.label, What::Paused { times: 1 });
            let Some(Got::Bytes(count)) = self.read(&mut buf)? else { break };
            if let Some(place) = payload.differs(got, &buf[..count]) {
                let tail = buf[place..count].to_vec();
                return Err(self.lab.fail(payload_differs(payload, got + place as u64, &tail).lane(&self.label)));
            }
            got += count as u64;
        }
        Ok(got)
    }

    /// Asks whether these bytes of a payload may go now.
    fn before_stream(&self, payload: &Payload, from: u64, to: u64) -> Verdict {
        self.lab.before(&self.label, || What::Sent(Bytes { count: to - from, ..Bytes::of(&payload.part(from, 48)) }))
    }

    /// A few bytes more, so that a gap can be told from other wrong bytes.
    fn top_up(&self, tail: &mut Vec<u8>) -> Verdict {
        let mut more = [0; 32];
        if tail.len() < 16
            && let Some(Got::Bytes(count)) = self.read(&mut more)?
        {
            tail.extend(&more[..count]);
        }
        Ok(())
    }

    /// Writes without reading until the program takes no more, at most `most` bytes, and waits until all of it is asleep.
    /// Returns the bytes taken.
    pub fn fill_until_blocked(&mut self, payload: &Payload, most: u64) -> Result<u64, Stop> {
        self.before_stream(payload, 0, most.min(payload.len))?;
        let mut sent = 0;
        let writable = [(self.stream.as_fd(), PollFlags::OUT)];
        let waited = self.lab.until(&writable, self.patience, || {
            while sent < most.min(payload.len) {
                let bytes = payload.part(sent, 16 * 1024);
                match self.write(&bytes, "")? {
                    Some(0) => return Ok(None),
                    Some(count) => sent += count as u64,
                    None => return Ok(Some(false)),
                }
            }
            Ok(Some(true))
        })?;
        match waited {
            Ok(false) => Err(self.lab.fail(
                Fail::new(Kind::Reset)
                    .lane(&self.label)
                    .want(say!("seen/common/the_connection_stays_open_though_the"))
                    .got(say!("seen/common/it_is_gone_after_bytes", sent = grouped(sent))),
            )),
            Ok(true) => {
                // The kernel's queues hold all of it; the program may still be at work on them.
                let _ = self.lab.until(&[], self.patience, || Ok(None::<()>))?;
                Ok(sent)
            }
            Err(_) => Ok(sent),
        }
    }
}

//! Random bytes and words that are the same for the same seed for ever, made as they are needed.
//!
//! A payload is never held in memory: any byte of it can be worked out from its place, so that 10 MiB that come back
//! are compared piece by piece, and a gap can be measured by looking where the bytes behind it belong.

/// SplitMix64 (Steele, Lea, Flood 2014): small, fixed for ever, and good enough to tell bytes apart.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number of `0..bound`. The bias is below 2^-40 for the bounds used here.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// Lower-case letters.
    pub fn word(&mut self, letters: usize) -> String {
        (0..letters).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `len` random bytes that belong to a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    pub seed: u64,
    pub len: u64,
}

impl Payload {
    pub fn byte(&self, at: u64) -> u8 {
        self.word(at / 8)[(at % 8) as usize]
    }

    /// Fills `buf` with the bytes from `at` on; the caller keeps within `len`.
    pub fn fill(&self, at: u64, buf: &mut [u8]) {
        let mut done = 0;
        while done < buf.len() {
            let place = at + done as u64;
            let word = self.word(place / 8);
            let from = (place % 8) as usize;
            let take = (8 - from).min(buf.len() - done);
            buf[done..done + take].copy_from_slice(&word[from..from + take]);
            done += take;
        }
    }

    /// The bytes `at .. at + len`, as far as there are any.
    pub fn part(&self, at: u64, len: usize) -> Vec<u8> {
        let mut part = vec![0; len.min(self.len.saturating_sub(at) as usize)];
        self.fill(at, &mut part);
        part
    }

    pub fn all(&self) -> Vec<u8> {
        self.part(0, self.len as usize)
    }

    /// The first place at which `bytes` differ from the payload's bytes from `at` on.
    pub fn differs(&self, at: u64, bytes: &[u8]) -> Option<usize> {
        let room = self.len.saturating_sub(at).min(bytes.len() as u64) as usize;
        let mut chunk = [0; 4096];
        for start in (0..room).step_by(chunk.len()) {
            let want = &mut chunk[..(room - start).min(4096)];
            self.fill(at + start as u64, want);
            let got = &bytes[start..start + want.len()];
            if got != want {
                return want.iter().zip(got).position(|(want, got)| want != got).map(|n| start + n);
            }
        }
        (room < bytes.len()).then_some(room)
    }

    /// Where `bytes` (8 or more, to be sure) stand in the payload, looked for in `from .. from + reach`.
    pub fn find(&self, bytes: &[u8], from: u64, reach: u64) -> Option<u64> {
        let end = (from + reach).min(self.len).saturating_sub(bytes.len() as u64);
        (from..end).find(|&at| self.byte(at) == bytes[0] && self.part(at, bytes.len()) == bytes)
    }

    fn word(&self, index: u64) -> [u8; 8] {
        let step = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mix(self.seed.wrapping_add(step)).to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_bytes_for_ever() {
        let payload = Payload { seed: 7, len: 20 };
        let first = Random::new(7).number().to_le_bytes();
        assert_eq!(payload.part(0, 8), first);
        assert_eq!(first, [0xd7, 0x0d, 0x32, 0x59, 0xe4, 0xe1, 0xcb, 0x63]);
    }

    #[test]
    fn a_gap_is_found_and_measured() {
        let payload = Payload { seed: 1, len: 10_000 };
        let mut got = payload.part(0, 5_000);
        got.drain(4_100..4_300);
        assert_eq!(payload.differs(0, &got), Some(4_100));
        assert_eq!(payload.find(&got[4_100..4_116], 4_100, 1_000), Some(4_300));
        assert_eq!(payload.differs(9_990, &[0; 3]).map(|n| n < 3), Some(true));
    }

    #[test]
    fn bytes_past_the_end_differ() {
        let payload = Payload { seed: 1, len: 10 };
        let mut got = payload.all();
        got.push(0);
        assert_eq!(payload.differs(0, &got), Some(10));
    }
}

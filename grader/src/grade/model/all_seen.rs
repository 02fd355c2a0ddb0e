//! What was seen of each failed case. Where many records are held it is packed: a ladder of a hundred events is looked at
//! once, and a class has thousands.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Seen;

/// By case: `1.09`, `1.18b`. Reads and writes as a map of [`Seen`].
#[derive(Clone, Default)]
pub struct AllSeen(BTreeMap<String, Kept>);

#[derive(Clone)]
enum Kept {
    /// As it was read.
    Plain(Box<Seen>),
    Packed(Box<[u8]>),
}

impl Kept {
    fn seen(&self) -> Option<Cow<'_, Seen>> {
        match self {
            Kept::Plain(seen) => Some(Cow::Borrowed(&**seen)),
            Kept::Packed(bytes) => unpacked(bytes).map(Cow::Owned),
        }
    }
}

impl AllSeen {
    pub fn insert(&mut self, case: String, seen: &Seen) {
        self.0.insert(case, Kept::Packed(packed(seen)));
    }

    pub fn get(&self, case: &str) -> Option<Cow<'_, Seen>> {
        self.0.get(case)?.seen()
    }

    /// One after the other, so that only one of them is unpacked at a time.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Seen)> {
        self.0.iter().filter_map(|(case, kept)| Some((case.as_str(), kept.seen()?.into_owned())))
    }

    /// For a record that will be held beside many others.
    pub fn pack(&mut self) {
        for kept in self.0.values_mut() {
            if let Kept::Plain(seen) = kept {
                *kept = Kept::Packed(packed(seen));
            }
        }
    }

    pub fn extend(&mut self, more: AllSeen) {
        self.0.extend(more.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Seen)> for AllSeen {
    fn from_iter<I: IntoIterator<Item = (String, Seen)>>(all: I) -> AllSeen {
        AllSeen(all.into_iter().map(|(case, seen)| (case, Kept::Packed(packed(&seen)))).collect())
    }
}

impl PartialEq for AllSeen {
    fn eq(&self, other: &AllSeen) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Written into memory, which does not fail, of a type that JSON can hold.
fn packed(seen: &Seen) -> Box<[u8]> {
    let json = serde_json::to_vec(seen).unwrap_or_default();
    let mut pack = DeflateEncoder::new(Vec::new(), Compression::fast());
    let written = pack.write_all(&json).and_then(|()| pack.finish());
    written.unwrap_or_default().into_boxed_slice()
}

fn unpacked(bytes: &[u8]) -> Option<Seen> {
    let mut json = Vec::new();
    DeflateDecoder::new(bytes).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

impl fmt::Debug for AllSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for AllSeen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.iter().try_for_each(|(case, seen)| map.serialize_entry(case, &seen))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for AllSeen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AllSeen, D::Error> {
        deserializer.deserialize_map(OneByOne)
    }
}

struct OneByOne;

impl<'de> Visitor<'de> for OneByOne {
    type Value = AllSeen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was seen, by case")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AllSeen, A::Error> {
        let mut all = AllSeen::default();
        while let Some((case, seen)) = map.next_entry::<String, Seen>()? {
            all.0.insert(case, Kept::Plain(Box::new(seen)));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::model::Rung;

    #[test]
    fn comes_back_as_it_was() {
        let rung = |ms: f64| Rung { ms, peer: "client".to_string(), first: "ab\\x00".to_string(), ..Rung::default() };
        let ladder: Vec<Rung> = (0..100).map(|at| rung(f64::from(at) * 1.5)).collect();
        let seen = Seen { report: "FAILED  1.09 ..\n".repeat(24), ladder, ..Seen::default() };
        let all: AllSeen = [("1.09".to_string(), seen.clone())].into_iter().collect();
        assert_eq!(all.get("1.09").as_deref(), Some(&seen));
        assert_eq!(all.get("1.10").as_deref(), None);
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(json, serde_json::to_string(&BTreeMap::from([("1.09", &seen)])).unwrap());
        let mut read: AllSeen = serde_json::from_str(&json).unwrap();
        assert_eq!(read, all);
        read.pack();
        assert_eq!(read, all);
        let Kept::Packed(bytes) = &read.0["1.09"] else { panic!("it is not packed") };
        assert!(bytes.len() * 10 < json.len(), "{} of {} bytes", bytes.len(), json.len());
    }
}

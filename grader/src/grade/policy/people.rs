//! Who is meant: teachers write an id, an e-mail address, a number or a name; a record has all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::grade::model::{Identity, Record};

/// All ways to name a student of this class.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Best first: id, e-mail address, number of a platform, group, name; each with the ids that it stands for.
    ways: [BTreeMap<String, BTreeSet<String>>; 5],
    /// The ids of each group with a name.
    groups: BTreeMap<String, BTreeSet<String>>,
    group_of: BTreeMap<String, String>,
    /// The ids of records of several people.
    shared: BTreeSet<String>,
}

/// Whom a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    One(String),
    Nobody,
    /// Several fit: their ids. None of them is taken.
    Several(Vec<String>),
}

impl People {
    pub fn new(records: &[Record]) -> People {
        People::of(records.iter().map(|record| &record.identity))
    }

    pub fn of<'a>(identities: impl Iterator<Item = &'a Identity>) -> People {
        let mut people = People::default();
        identities.for_each(|identity| people.add(identity));
        people
    }

    fn add(&mut self, identity: &Identity) {
        let mut name = |way: usize, text: &str| {
            if let Some(key) = key(text) {
                self.ways[way].entry(key).or_default().insert(identity.id.clone());
            }
        };
        name(0, &identity.id);
        for person in &identity.people {
            name(1, person.email.as_deref().unwrap_or(""));
            person.ids.values().for_each(|id| name(2, id));
            name(4, &person.name);
        }
        name(3, identity.group.as_deref().unwrap_or(""));
        if identity.people.len() > 1 {
            self.shared.insert(identity.id.clone());
        }
        if let Some(group) = identity.group.as_deref().and_then(key) {
            self.groups.entry(group.clone()).or_default().insert(identity.id.clone());
            self.group_of.insert(identity.id.clone(), group);
        }
    }

    /// The one whom `text` means, by the best way in which it means anybody. A group is several.
    pub fn find(&self, text: &str) -> Who {
        let found = key(text).and_then(|key| self.ways.iter().find_map(|way| way.get(&key)));
        match found {
            None => Who::Nobody,
            Some(ids) if ids.len() == 1 => ids.first().cloned().map_or(Who::Nobody, Who::One),
            Some(ids) => Who::Several(ids.iter().cloned().collect()),
        }
    }

    /// Whether `text` names only one of several people who have the record `id` together.
    pub fn is_part_of(&self, text: &str, id: &str) -> bool {
        let whole = [self.ways.first(), self.ways.get(3)];
        let names = |way: &BTreeMap<String, BTreeSet<String>>| key(text).is_some_and(|key| way.contains_key(&key));
        self.shared.contains(id) && !whole.into_iter().flatten().any(names)
    }

    /// The ids for whom something holds that was given to `text`: one, or everyone in the group that it names.
    pub fn all(&self, text: &str) -> Who {
        match self.find(text) {
            Who::Several(ids)
                if key(text).is_some_and(|key| self.groups.get(&key).is_some_and(|group| group.iter().eq(&ids))) =>
            {
                Who::Several(ids)
            }
            Who::Several(_) => Who::Nobody,
            who => who,
        }
    }

    /// The id and those of the others in the same group.
    pub fn group(&self, id: &str) -> BTreeSet<String> {
        let group = self.group_of.get(id).and_then(|group| self.groups.get(group));
        group.cloned().unwrap_or_else(|| BTreeSet::from([id.to_string()]))
    }
}

/// For comparison: without capitals and doubled spaces.
fn key(text: &str) -> Option<String> {
    let key = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!key.is_empty()).then_some(key)
}

/// A record of several people becomes one for each of them, in the same group, so that each can have points, extensions
/// and overrides of their own. The new ids are the group's with something that only this person has.
pub fn per_person(records: &[Record]) -> Vec<Record> {
    records.iter().cloned().flat_map(split).collect()
}

/// The same for one, which is moved and not copied where it is one person's.
pub fn split(record: Record) -> Vec<Record> {
    let mut own = members(&record.identity);
    let Some(last) = own.pop() else { return Vec::new() };
    let mut records: Vec<Record> = own.into_iter().map(|identity| Record { identity, ..record.clone() }).collect();
    records.push(Record { identity: last, ..record });
    records
}

/// The identities that a record is split into: one for each person, or its own.
pub fn members(identity: &Identity) -> Vec<Identity> {
    if identity.people.len() < 2 {
        return vec![identity.clone()];
    }
    let group = identity.group.clone().unwrap_or_else(|| identity.id.clone());
    let mut taken = BTreeSet::new();
    let mut one = |(place, person): (usize, &crate::grade::model::Person)| {
        let mut own = Identity { people: vec![person.clone()], group: Some(group.clone()), ..identity.clone() };
        own.id = member_id(&identity.id, person);
        if !taken.insert(own.id.clone()) {
            own.id = format!("{}.{}", own.id, place + 1);
        }
        own
    };
    identity.people.iter().enumerate().map(&mut one).collect()
}

/// `team-3.ada`: at most 60 characters, so that a number still fits.
fn member_id(group: &str, person: &crate::grade::model::Person) -> String {
    let email = person.email.as_deref().and_then(|email| email.split('@').next());
    let own = email.or_else(|| person.ids.values().next().map(String::as_str)).unwrap_or(&person.name);
    let lower = own.to_lowercase();
    let safe: String =
        lower.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect();
    format!("{}.{}", group.chars().take(36).collect::<String>(), safe.chars().take(23).collect::<String>())
}

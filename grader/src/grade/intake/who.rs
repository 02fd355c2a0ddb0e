//! Whose submission it is, by the layout and the roster alone, and which of several counts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::identity;
use super::label::Draft;
use super::roster::{Match, Roster, Row};
use super::take::Content;
use crate::grade::model::Tries;
use crate::grade::model::{Identity, Person};

/// A submission that is graded.
pub struct Taken {
    pub identity: Identity,
    pub attempt: u32,
    pub content: Content,
    pub others: Vec<String>,
}

#[derive(Default)]
pub struct Class {
    pub taken: Vec<Taken>,
    pub absent: Vec<Identity>,
    pub unplaced: Vec<(String, String)>,
    pub notes: Vec<String>,
}

pub fn identify(handed: Vec<Content>, roster: Option<&Roster>, tries: Tries) -> Class {
    let mut naming = Naming { roster, rows: BTreeSet::new(), grouped: false, class: Class::default() };
    let mut all = BTreeMap::<String, Vec<(Identity, Content)>>::new();
    for content in handed {
        if let Some(identity) = naming.identity(content.draft()) {
            all.entry(identity.id.clone()).or_default().push((identity, content));
        }
    }
    for submissions in all.into_values() {
        naming.choose(submissions, tries);
    }
    naming.absent();
    naming.class
}

struct Naming<'a> {
    roster: Option<&'a Roster>,
    /// Rows of the roster that something was found for.
    rows: BTreeSet<usize>,
    /// A submission was a whole group's.
    grouped: bool,
    class: Class,
}

impl Naming<'_> {
    fn identity(&mut self, draft: &Draft) -> Option<Identity> {
        let mut identity = Identity {
            id: draft.id.clone(),
            people: draft.people.clone(),
            group: None,
            received: draft.received.clone(),
            marked_late: draft.late,
            origin: draft.origin.clone(),
            receipts: Vec::new(),
        };
        if !identity.people.is_empty() {
            self.enrich(&mut identity.people);
            return Some(identity);
        }
        let person = Person { name: draft.name.clone(), email: draft.email.clone(), ids: draft.ids.clone() };
        let Some(roster) = self.roster else {
            identity.people = vec![person];
            return Some(identity);
        };
        match find(roster, draft) {
            Match::One(at) => {
                self.rows.insert(at);
                identity.id = id_of(&roster.rows[at]);
                identity.group.clone_from(&roster.rows[at].group);
                identity.people = vec![merged(&roster.rows[at].person, &person)];
                identity.received = identity.received.or_else(|| roster.rows[at].received.clone());
            }
            Match::Group(rows) => {
                self.grouped = true;
                identity.group = rows.first().and_then(|at| roster.rows[*at].group.clone());
                identity.id = identity::of(identity.group.as_deref().unwrap_or(&draft.name));
                identity.people = rows.iter().map(|at| merged(&roster.rows[*at].person, &person)).collect();
                identity.received = identity.received.or_else(|| same_time(roster, &rows));
                self.rows.extend(rows);
            }
            Match::Several(rows) => {
                let why = format!("{} people on the roster could be meant by `{}`", rows.len(), draft.name);
                self.class.unplaced.push((draft.origin.clone(), why + "; try: a roster with the platform's numbers"));
                self.rows.extend(rows);
                return None;
            }
            Match::Nobody => {
                self.class.notes.push(format!("`{}` ({}) is not on the roster", draft.name, draft.origin));
                identity.people = vec![person];
            }
        }
        Some(identity)
    }

    /// Gradescope says who it is; the roster adds numbers that it does not know.
    fn enrich(&mut self, people: &mut [Person]) {
        let Some(roster) = self.roster else { return };
        for person in people {
            match roster.find(&person.ids, person.email.as_deref(), &[&person.name]) {
                Match::One(at) => {
                    self.rows.insert(at);
                    *person = merged(&roster.rows[at].person, person);
                }
                Match::Several(rows) | Match::Group(rows) => self.rows.extend(rows),
                Match::Nobody => self.class.notes.push(format!("`{}` is not on the roster", person.name)),
            }
        }
    }

    fn choose(&mut self, mut all: Vec<(Identity, Content)>, tries: Tries) {
        let who: Option<Vec<String>> =
            all.first().map(|(identity, _)| identity.people.iter().map(|person| person.name.clone()).collect());
        let who = who.unwrap_or_default().join(", ");
        if numbers(&all) > 1 {
            return self.leave(
                all,
                &format!("submissions of different people are all taken for `{who}`'s, by the name alone"),
            );
        }
        let ordered = sort(&mut all);
        if all.len() > 1 && tries == Tries::Error {
            return self
                .leave(all, &format!("`{who}` has several submissions; try: remove one, or grade the latest or best"));
        }
        if !ordered && tries == Tries::Latest {
            let why = format!("`{who}` has several submissions, and nothing says which is the latest");
            return self.leave(all, &(why + "; try: remove one, or grade the best"));
        }
        let first = if tries == Tries::Best { 0 } else { all.len().saturating_sub(1) };
        let kept = all.split_off(first);
        let mut others: Vec<String> = all.iter().map(|(_, content)| told(content.draft())).collect();
        for (at, (identity, content)) in kept.into_iter().enumerate() {
            others.extend(content.draft().earlier.iter().cloned());
            let attempt = u32::try_from(at + 1).unwrap_or(u32::MAX);
            self.class.taken.push(Taken { identity, attempt, content, others: std::mem::take(&mut others) });
        }
    }

    fn leave(&mut self, all: Vec<(Identity, Content)>, why: &str) {
        let each = all.into_iter().map(|(_, content)| (told(content.draft()), why.to_string()));
        self.class.unplaced.extend(each);
    }

    /// Everybody of the roster for whom nothing was found; where groups hand in, a group.
    fn absent(&mut self) {
        let Some(roster) = self.roster else { return };
        self.class.notes.extend(roster.notes.iter().cloned());
        let mut all = BTreeMap::<String, Identity>::new();
        for (at, row) in roster.rows.iter().enumerate().filter(|(at, _)| !self.rows.contains(at)) {
            let as_group = row.group.as_ref().filter(|_| self.grouped);
            let id = as_group.map_or_else(|| id_of(row), |group| identity::of(group));
            let identity = all.entry(id.clone()).or_insert_with(|| Identity {
                id,
                group: row.group.clone(),
                origin: format!("row {} of the roster", at + 2),
                ..Identity::default()
            });
            if as_group.is_none() && !identity.people.is_empty() {
                let why = "another row of the roster has the same name, number or address";
                self.class.unplaced.push((row.person.name.clone(), why.to_string()));
                continue;
            }
            identity.people.push(row.person.clone());
        }
        let taken: BTreeSet<&str> = self.class.taken.iter().map(|taken| taken.identity.id.as_str()).collect();
        let (clash, absent) = all.into_values().partition(|identity| taken.contains(identity.id.as_str()));
        self.class.absent = absent;
        let clash: Vec<Identity> = clash;
        for identity in clash {
            let name = identity.people.first().map(|person| person.name.clone()).unwrap_or_default();
            let why = "another row of the roster has the same name, number or address, and a submission is theirs";
            self.class.unplaced.push((name, why.to_string()));
        }
    }
}

fn find(roster: &Roster, draft: &Draft) -> Match {
    let texts: Vec<&str> = draft.texts.iter().map(String::as_str).collect();
    roster.find(&draft.ids, draft.email.as_deref(), &texts)
}

/// When a group's work was received, if all its rows that say so agree.
fn same_time(roster: &Roster, rows: &[usize]) -> Option<String> {
    let all: BTreeSet<&String> = rows.iter().filter_map(|at| roster.rows[*at].received.as_ref()).collect();
    all.first().filter(|_| all.len() == 1).map(|at| (*at).clone())
}

/// From what the roster knows, the steadiest first.
fn id_of(row: &Row) -> String {
    let ids = &row.person.ids;
    let best = ids.get("login").or_else(|| ids.get("sid")).or(row.person.email.as_ref());
    identity::of(best.unwrap_or(&row.person.name))
}

fn merged(own: &Person, platform: &Person) -> Person {
    let mut person = own.clone();
    if person.name.is_empty() {
        person.name.clone_from(&platform.name);
    }
    person.email = person.email.or_else(|| platform.email.clone());
    for (kind, id) in &platform.ids {
        person.ids.entry(kind.clone()).or_insert_with(|| id.clone());
    }
    person
}

/// How many different people the platform itself tells apart here.
fn numbers(all: &[(Identity, Content)]) -> usize {
    let of = |content: &Content| -> Option<String> {
        ["moodle", "canvas"].iter().find_map(|kind| content.draft().ids.get(*kind)).cloned()
    };
    all.iter().filter_map(|(_, content)| of(content)).collect::<BTreeSet<String>>().len()
}

/// By when they were received, or else by the platform's count; `false` if neither tells the order.
fn sort(all: &mut [(Identity, Content)]) -> bool {
    let received = |content: &Content| content.draft().received.as_ref().and_then(|at| at.parse::<Timestamp>().ok());
    all.sort_by_key(|(_, content)| (received(content), content.draft().attempt, content.draft().origin.clone()));
    let key = |content: &Content| (received(content), content.draft().attempt);
    let known = all.iter().all(|(_, content)| received(content).is_some())
        || all.iter().all(|(_, content)| content.draft().attempt.is_some() && received(content).is_none());
    all.len() < 2 || known && all.windows(2).all(|two| key(&two[0].1) < key(&two[1].1))
}

fn told(draft: &Draft) -> String {
    match (&draft.received, draft.attempt) {
        (Some(at), _) => format!("{} (received {at})", draft.origin),
        (None, Some(number)) => format!("{} (try {number})", draft.origin),
        (None, None) => draft.origin.clone(),
    }
}

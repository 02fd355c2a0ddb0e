//! A class without names: for a talk, a colleague, a second marker, a plagiarism tool.
//!
//! Every text of a record is searched for the names, addresses, numbers and ids of everybody in the class, for a student's
//! name also stands in his paths and in what the compiler says of them. The peers of lab 5 are called alice, bob and carol:
//! a student who is called so as well keeps that word in texts of the wire, where it says nothing of him.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use regex::Regex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::clean;
use crate::grade::model::{Class, Identity, Person, Row};

/// Who is who; for the teacher alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// The pseudonym, then the id it stands for, then names and addresses.
    pub rows: Vec<[String; 4]>,
}

impl Key {
    /// As CSV.
    pub fn csv(&self) -> Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["pseudonym", "id", "names", "emails"])?;
        for row in &self.rows {
            writer.write_record(row.each_ref().map(|text| clean::cell(text)))?;
        }
        String::from_utf8(writer.into_inner().context("cannot write the key")?).context("the key is not UTF-8")
    }

    /// The pseudonym of this id.
    pub fn pseudonym(&self, id: &str) -> Option<&str> {
        self.rows.iter().find(|row| row[1] == id).map(|row| row[0].as_str())
    }
}

/// The class under pseudonyms, and the key to them. The order follows from `secret`, not from the names; the same secret
/// gives the same pseudonyms.
pub fn share(class: &Class, secret: &str) -> Result<(Class, Key)> {
    let names = pseudonyms(class, secret);
    let mut key = Key::default();
    let cover = Cover::new(class)?;
    let mut shared = Class { rows: Vec::new(), unplaced: Vec::new(), ..class.clone() };
    for row in &class.rows {
        let pseudonym = &names[&row.record.identity.id];
        key.rows.push(key_row(pseudonym, &row.record.identity));
        shared.rows.push(covered_row(row, pseudonym, &cover)?);
    }
    shared.title = cover.text(&class.title);
    shared.preflight = class.preflight.iter().map(|text| cover.text(text)).collect();
    shared.rows.sort_by(|a, b| a.record.identity.id.cmp(&b.record.identity.id));
    key.rows.sort();
    let unplaced = 1..=class.unplaced.len();
    shared.unplaced =
        unplaced.map(|number| (format!("entry {number}"), "not told in a shared report".to_string())).collect();
    Ok((shared, key))
}

fn pseudonyms(class: &Class, secret: &str) -> BTreeMap<String, String> {
    let mut ids: Vec<&str> = class.rows.iter().map(|row| row.record.identity.id.as_str()).collect();
    ids.sort_by_key(|id| Sha256::digest(format!("{secret}\0{id}").as_bytes()).to_vec());
    let digits = class.rows.len().to_string().len().max(2);
    ids.into_iter().enumerate().map(|(at, id)| (id.to_string(), format!("p{:0digits$}", at + 1))).collect()
}

fn key_row(pseudonym: &str, identity: &Identity) -> [String; 4] {
    let joined = |field: &dyn Fn(&Person) -> Option<String>| {
        identity.people.iter().filter_map(field).collect::<Vec<_>>().join("; ")
    };
    [
        pseudonym.to_string(),
        identity.id.clone(),
        joined(&|person| Some(person.name.clone())),
        joined(&|person| person.email.clone()),
    ]
}

fn covered_row(row: &Row, pseudonym: &str, cover: &Cover) -> Result<Row> {
    let mut record = cover.all(&row.record)?;
    let mut marks = cover.all(&row.marks)?;
    record.identity = Identity {
        id: pseudonym.to_string(),
        people: vec![Person { name: pseudonym.to_string(), ..Person::default() }],
        origin: pseudonym.to_string(),
        marked_late: row.record.identity.marked_late,
        ..Identity::default()
    };
    marks.manual_items.iter_mut().for_each(|item| item.by = "staff".to_string());
    Ok(Row { record, marks, note: cover.text(&row.note) })
}

/// Finds everything that says who somebody is.
struct Cover {
    pattern: Option<Regex>,
}

/// Peers of lab 5, and words of the grader's own that are names as well.
const OWN_WORDS: &[&str] = &["alice", "bob", "carol", "dave", "client", "server", "stdin", "may", "will", "mark"];
/// Fields whose values are words of the format.
const FORMAT: &[&str] = &["status", "outcome", "tier", "what", "id", "name", "case", "seed", "key", "sandbox", "peer"];
const COVERED: &str = "[name]";

impl Cover {
    fn new(class: &Class) -> Result<Cover> {
        let mut words: Vec<String> = class.rows.iter().flat_map(|row| told_by(&row.record.identity)).collect();
        // The longest first: a whole name before its parts.
        words.sort_by_key(|word| (std::cmp::Reverse(word.chars().count()), word.clone()));
        words.dedup();
        let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        if words.is_empty() {
            return Ok(Cover { pattern: None });
        }
        let pattern = format!("(?i)(?:{})", words.join("|"));
        let pattern = regex::RegexBuilder::new(&pattern).size_limit(64 << 20).build();
        Ok(Cover { pattern: Some(pattern.context("cannot look for the names of this class")?) })
    }

    /// `text` with what says who somebody is covered, where it stands as a word of its own.
    fn text(&self, text: &str) -> String {
        let Some(pattern) = &self.pattern else { return text.to_string() };
        let mut out = String::new();
        let mut at = 0;
        for found in pattern.find_iter(text) {
            let before = text[..found.start()].chars().next_back();
            let after = text[found.end()..].chars().next();
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            out.push_str(&text[at..found.start()]);
            out.push_str(if letter(before) || letter(after) { found.as_str() } else { COVERED });
            at = found.end();
        }
        out.push_str(&text[at..]);
        out
    }

    /// Every text in it, wherever it stands.
    fn all<T: Serialize + DeserializeOwned>(&self, value: &T) -> Result<T> {
        let mut value = serde_json::to_value(value).context("cannot read a record")?;
        self.walk(&mut value);
        serde_json::from_value(value).context("cannot cover the names in a record")
    }

    fn walk(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(all) => all.iter_mut().for_each(|value| self.walk(value)),
            Value::Object(fields) => {
                let texts = fields.iter_mut().filter(|(key, _)| !FORMAT.contains(&key.as_str()));
                texts.for_each(|(_, value)| self.walk(value));
            }
            _ => {}
        }
    }
}

/// All that says who somebody is: whole names and their parts, addresses, numbers, ids, the group.
fn told_by(identity: &Identity) -> Vec<String> {
    let mut words = vec![identity.id.clone(), identity.origin.clone()];
    words.extend(identity.group.clone());
    for person in &identity.people {
        words.push(person.name.clone());
        words.extend(person.name.split([' ', ',']).map(ToString::to_string));
        words.extend(person.email.clone());
        words.extend(person.email.iter().filter_map(|email| Some(email.split_once('@')?.0.to_string())));
        words.extend(person.ids.values().cloned());
    }
    let own = |word: &String| OWN_WORDS.contains(&word.to_lowercase().as_str());
    // One or two letters are no name that anybody could tell in a text; nor are short numbers.
    let long =
        |word: &String| word.chars().count() >= if word.bytes().all(|byte| byte.is_ascii_digit()) { 5 } else { 3 };
    words.into_iter().map(|word| word.trim().to_string()).filter(|word| long(word) && !own(word)).collect()
}

//! What one name in a download says of its submission, on each platform.

use std::collections::BTreeMap;

use super::entry::plain;
use super::names;
use super::{gradescope, identity};
use crate::grade::model::Person;

/// What the layout alone says of a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The id, if no roster has a better one.
    pub id: String,
    /// As the platform writes it: names, numbers, addresses; one of them may be on the roster.
    pub texts: Vec<String>,
    pub name: String,
    pub people: Vec<Person>,
    pub email: Option<String>,
    pub ids: BTreeMap<String, String>,
    pub received: Option<String>,
    pub late: bool,
    /// Where the platform counts them.
    pub attempt: Option<u32>,
    pub origin: String,
    pub earlier: Vec<String>,
}

/// What one name at the top says.
pub struct Label {
    /// The same for all that belongs to one submission.
    pub key: String,
    pub draft: Draft,
    /// What the file is called there, if this names a file; for a folder what comes before its contents.
    pub file: Option<String>,
    /// It is not taken, and why.
    pub aside: Option<&'static str>,
}

const ONLINE: &str = "online text is HTML, in which an editor has changed spaces, quotes and `<`: it is not taken as `lib.rs`; \
                      ask for the file, or put it there by hand";

pub fn plain_label(origin: &str, name: &str) -> Label {
    let draft = Draft {
        id: identity::of(name),
        texts: vec![name.to_string()],
        name: plain(name),
        origin: plain(origin),
        ..Draft::default()
    };
    Label { key: origin.to_string(), draft, file: None, aside: None }
}

pub fn moodle(top: &str, blind: bool) -> Result<Label, &'static str> {
    let found = names::moodle(top).ok_or("its name is not one that Moodle makes")?;
    let name = plain(&found.name);
    let draft = Draft {
        id: identity::numbered(&name, &found.id),
        texts: if blind { Vec::new() } else { vec![name.clone()] },
        name: if blind { format!("{name} {}", found.id) } else { name },
        ids: BTreeMap::from([("moodle".to_string(), found.id.clone())]),
        origin: plain(top),
        ..Draft::default()
    };
    let aside = (found.kind != "file").then_some(ONLINE);
    Ok(Label { key: format!("{} {}", found.id, found.name), draft, file: found.file, aside })
}

pub fn canvas(top: &str) -> Option<Label> {
    let found = names::canvas(top)?;
    let anonymous = found.name == "anon";
    let kind = if anonymous { "anonymous" } else { "canvas" };
    let draft = Draft {
        id: identity::numbered(&found.name, &found.user),
        texts: if anonymous { Vec::new() } else { vec![found.name.clone()] },
        name: if anonymous { format!("anonymous {}", found.user) } else { plain(&found.name) },
        ids: BTreeMap::from([(kind.to_string(), found.user.clone())]),
        late: found.late,
        origin: plain(top),
        ..Draft::default()
    };
    let aside = match (found.attachment.is_empty(), found.file.as_str()) {
        (true, "link.html") => Some("it is a link, which is not followed; ask for the file"),
        (true, _) => Some(ONLINE),
        _ => None,
    };
    Some(Label { key: format!("{} {}", found.user, found.name), draft, file: Some(found.file), aside })
}

pub fn of_gradescope(top: &str, metadata: &BTreeMap<String, gradescope::Submission>) -> Result<Label, &'static str> {
    let about = metadata.get(top).ok_or("the metadata does not name it")?;
    if about.people.is_empty() {
        return Err("the metadata names no submitter of it");
    }
    let number = top.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let mut people = about.people.clone();
    for person in &mut people {
        person.ids.insert("gradescope".to_string(), number.to_string());
    }
    let id = match &people[..] {
        [one] => one.ids.get("sid").or(one.email.as_ref()).map_or_else(|| identity::of(top), |own| identity::of(own)),
        _ => identity::of(top),
    };
    let (received, earlier) = (about.received.clone(), about.earlier.clone());
    let draft = Draft { id, people, received, earlier, origin: plain(top), ..Draft::default() };
    Ok(Label { key: top.to_string(), draft, file: None, aside: None })
}

pub fn custom(found: names::Custom, top: &str) -> Label {
    let who = found.id.clone().or_else(|| found.email.clone()).or_else(|| found.name.clone()).unwrap_or_default();
    let texts: Vec<String> = [&found.id, &found.name].into_iter().flatten().cloned().collect();
    let draft = Draft {
        id: identity::of(&who),
        name: plain(found.name.as_deref().unwrap_or(&who)),
        ids: found.id.iter().map(|id| ("id".to_string(), plain(id))).collect(),
        email: found.email,
        late: found.late,
        attempt: found.attempt,
        texts,
        origin: plain(top),
        ..Draft::default()
    };
    Label { key: format!("{who}\n{}", found.attempt.unwrap_or(0)), draft, file: found.file, aside: None }
}

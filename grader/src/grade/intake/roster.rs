//! The class list: who could have handed in. A CSV of any platform, or from a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::entry::plain;
use super::identity::{fold, folds};
use super::limits::TABLE;
use crate::grade::model::Person;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    pub rows: Vec<Row>,
    /// What a teacher should know of it: lost zeros, doubled rows.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub person: Person,
    pub group: Option<String>,
    /// When the platform had it, for downloads that do not say: RFC 3339.
    pub received: Option<String>,
}

/// Whom a submission belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    One(usize),
    /// All of a group.
    Group(Vec<usize>),
    /// Several that are called the same.
    Several(Vec<usize>),
    Nobody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    First,
    Last,
    Email,
    Group,
    Received,
    Id(&'static str),
}

pub fn load(path: &Path) -> Result<Roster> {
    let cannot = || format!("cannot read the roster `{}`", path.display());
    let size = std::fs::metadata(path).with_context(cannot)?.len();
    ensure!(size <= TABLE, "the roster `{}` has {size} bytes; try: the class list as CSV", path.display());
    let bytes = std::fs::read(path).with_context(cannot)?;
    parse(&bytes).with_context(|| format!("in the roster `{}`", path.display()))
}

pub fn parse(bytes: &[u8]) -> Result<Roster> {
    let mut roster = Roster::default();
    let text = text(bytes, &mut roster.notes)?;
    let text = match text.split_once('\n') {
        // Excel's own way to say what separates.
        Some((first, rest)) if first.trim().to_ascii_lowercase().starts_with("sep=") => rest,
        _ => &text,
    };
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|byte| first.bytes().filter(|b| b == byte).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().context("cannot read its first line")?.clone();
    let columns: Vec<Option<Column>> = header.iter().map(column).collect();
    let named = columns.iter().flatten().any(|column| !matches!(column, Column::Group | Column::Received));
    ensure!(named, "no column says who it is; try: a first line such as `name,email,sid`");
    for record in reader.records() {
        let record = record.context("a line of it is no CSV")?;
        let row = row(&columns, &record);
        if let Some(at) = row.received.as_ref().filter(|at| at.parse::<jiff::Timestamp>().is_err()) {
            let line = record.position().map_or(0, csv::Position::line);
            bail!("line {line}: `{at}` is no time of receipt; try: 2026-11-20T18:00:00Z, or 2026-11-20T19:00:00+01:00");
        }
        // The second line of Canvas' gradebook is nobody.
        let heading = row.person.name == "Points Possible" && row.person.ids.is_empty();
        if row != Row::default() && !heading {
            roster.rows.push(row);
        }
    }
    roster.look_for_lost_zeros();
    roster.look_for_doubles();
    Ok(roster)
}

/// UTF-8, with or without a mark; or what Excel writes as "CSV" in the west.
fn text(bytes: &[u8], notes: &mut Vec<String>) -> Result<String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        bail!("it is UTF-16; try: save it as `CSV UTF-8`");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => {
            notes.push(
                "the roster is not UTF-8: its letters were read as Latin-1; try: save it as `CSV UTF-8`".to_string(),
            );
            bytes.iter().map(|byte| char::from(*byte)).collect()
        }
    };
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// What a column's title means, in the words of the platforms.
fn column(title: &str) -> Option<Column> {
    Some(match fold(title).as_str() {
        "name" | "fullname" | "student" | "studentname" | "vollstandigername" | "nomcomplet" => Column::Name,
        "first" | "firstname" | "givenname" | "givennames" | "vorname" | "prenom" => Column::First,
        "last" | "lastname" | "surname" | "familyname" | "nachname" | "nom" => Column::Last,
        "email" | "emailaddress" | "mail" | "emailadresse" => Column::Email,
        "group" | "groups" | "groupname" | "team" | "gruppe" => Column::Group,
        "received" | "receivedat" | "submitted" | "submittedat" => Column::Received,
        "sid" | "studentid" | "idnumber" | "studentnumber" | "matriculation" | "matrikelnummer" | "sisuserid" => {
            Column::Id("sid")
        }
        "login" | "username" | "loginid" | "sisloginid" | "user" => Column::Id("login"),
        "id" | "canvasid" | "userid" | "canvasuserid" => Column::Id("canvas"),
        "identifier" | "participant" | "participantid" | "moodle" | "moodleid" => Column::Id("moodle"),
        _ => return None,
    })
}

fn row(columns: &[Option<Column>], record: &csv::StringRecord) -> Row {
    let mut row = Row::default();
    let (mut first, mut last) = (String::new(), String::new());
    for (column, cell) in columns.iter().zip(record) {
        let cell = cell_of(cell);
        match column {
            _ if cell.is_empty() => {}
            Some(Column::Name) => row.person.name = cell,
            Some(Column::First) => first = cell,
            Some(Column::Last) => last = cell,
            Some(Column::Email) => row.person.email = Some(cell),
            Some(Column::Group) => row.group = Some(cell),
            Some(Column::Received) => row.received = Some(cell),
            Some(Column::Id("moodle")) => {
                let number = cell.trim_start_matches(|letter: char| !letter.is_ascii_digit()).to_string();
                row.person.ids.insert("moodle".to_string(), number);
            }
            Some(Column::Id(kind)) => drop(row.person.ids.insert((*kind).to_string(), cell)),
            None => {}
        }
    }
    if row.person.name.is_empty() {
        row.person.name = format!("{first} {last}").trim().to_string();
    }
    row
}

/// `="00123"` is how a spreadsheet is made to leave zeros alone; `'00123` how its user does it.
fn cell_of(cell: &str) -> String {
    let cell = cell.trim();
    let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    plain(formula.unwrap_or_else(|| cell.strip_prefix('\'').unwrap_or(cell)))
}

impl Roster {
    /// Whose it is, by whatever the platform wrote. Numbers and addresses come first; a name only if one person has it.
    pub fn find(&self, ids: &BTreeMap<String, String>, email: Option<&str>, texts: &[&str]) -> Match {
        let by = |test: &dyn Fn(&Row) -> bool| -> Vec<usize> {
            (0..self.rows.len()).filter(|at| test(&self.rows[*at])).collect()
        };
        let is_email =
            |row: &Row, text: &str| row.person.email.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(text));
        let has_id = |row: &Row, text: &str| row.person.ids.values().any(|own| own.eq_ignore_ascii_case(text));
        let steps = [
            by(&|row| ids.iter().any(|(kind, id)| row.person.ids.get(kind) == Some(id))),
            by(&|row| email.is_some_and(|email| is_email(row, email))),
            by(&|row| texts.iter().any(|text| is_email(row, text) || has_id(row, text))),
            by(&|row| texts.iter().any(|text| row.person.ids.values().any(|own| same_number(own, text)))),
        ];
        if let Some(found) = steps.into_iter().find(|found| !found.is_empty()) {
            return one_or_several(found);
        }
        let wanted: BTreeSet<String> = texts.iter().map(|text| fold(text)).filter(|text| !text.is_empty()).collect();
        let group = by(&|row| row.group.as_ref().is_some_and(|group| wanted.contains(&fold(group))));
        if !group.is_empty() {
            return Match::Group(group);
        }
        match by(&|row| folds(&row.person.name).iter().any(|name| wanted.contains(name))) {
            found if found.is_empty() => Match::Nobody,
            found => one_or_several(found),
        }
    }

    fn look_for_lost_zeros(&mut self) {
        let sids: Vec<&String> = self.rows.iter().filter_map(|row| row.person.ids.get("sid")).collect();
        for id in &sids {
            if id.contains(['E', 'e']) && id.contains('+') && id.starts_with(|first: char| first.is_ascii_digit()) {
                self.notes.push(format!(
                    "the roster's number {id} was rounded by a spreadsheet; try: format the column as text"
                ));
            }
        }
        let numbers: Vec<&&String> = sids.iter().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit())).collect();
        let longest = numbers.iter().map(|id| id.len()).max().unwrap_or(0);
        let short = numbers.iter().filter(|id| id.len() < longest).count();
        if short > 0 && short * 2 < numbers.len() {
            self.notes.push(format!(
                "{short} of the roster's {} numbers are shorter than {longest} digits: a spreadsheet may have taken their \
                 leading zeros; numbers are compared without them",
                numbers.len()
            ));
        }
    }

    fn look_for_doubles(&mut self) {
        let mut seen = BTreeMap::<String, usize>::new();
        for row in &self.rows {
            *seen.entry(fold(&row.person.name)).or_default() += 1;
        }
        let doubled = self.rows.iter().filter(|row| !row.person.name.is_empty() && seen[&fold(&row.person.name)] > 1);
        let names: BTreeSet<&str> = doubled.map(|row| row.person.name.as_str()).collect();
        for name in names {
            self.notes
                .push(format!("several people on the roster are called `{name}`: a name alone does not place theirs"));
        }
    }
}

/// `0012` and `12`, which a spreadsheet takes for the same.
fn same_number(a: &str, b: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(a) && digits(b) && a.trim_start_matches('0') == b.trim_start_matches('0')
}

fn one_or_several(found: Vec<usize>) -> Match {
    match found[..] {
        [one] => Match::One(one),
        _ => Match::Several(found),
    }
}
